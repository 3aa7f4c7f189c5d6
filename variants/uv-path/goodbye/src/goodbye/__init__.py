"""Says goodbye to whom the shared library names."""

from shared import NAME


def greeting() -> str:
    """The line that ``python -m goodbye`` prints."""
    return f"Goodbye, {NAME}"
