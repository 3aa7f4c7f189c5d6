"""What Nix complains about, in its own words, and what to do about it."""

from __future__ import annotations

import re

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def complaint(stderr: str) -> str:
    """What Nix complains about, without its warnings and its list of what it would build."""
    lines = [line for line in _COLOUR.sub("", stderr).splitlines() if line.strip()]
    errors = [number for number, line in enumerate(lines) if line.startswith("error:")]
    chosen = lines[errors[0] :] if errors else lines
    return "\n".join(chosen[-15:])[-2000:]


def remedy(said: str) -> str:
    """What to do about a store or a sandbox that does not work, from Nix' own words."""
    if "world-writable" in said:
        return "Nix wants no store below a folder that everybody can write to: name another in HARNESS_STATE."
    return "Builds happen in a sandbox made of user namespaces: permit them, or run as root outside a container."
