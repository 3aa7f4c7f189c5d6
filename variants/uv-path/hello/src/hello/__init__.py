"""Says hello to whom the shared library names."""

from shared import NAME


def greeting() -> str:
    """The line that ``python -m hello`` prints."""
    return f"Hello, {NAME}"
