"""The room that talks to Nix: argument lists in, typed values out. Nothing outside it sees what Nix printed."""

from __future__ import annotations

from harness.nix.adapter import HOW_TO_GET_IT, Nix, Run, complaint, find_nix, remedy
from harness.nix.rebuilds import Rebuilt, content, needed, rebuilt
from harness.nix.values import Derivation, Expression, NixProgram, StorePath, name_of

__all__ = [
    "HOW_TO_GET_IT",
    "Derivation",
    "Expression",
    "Nix",
    "NixProgram",
    "Rebuilt",
    "Run",
    "StorePath",
    "complaint",
    "content",
    "find_nix",
    "name_of",
    "needed",
    "rebuilt",
    "remedy",
]
