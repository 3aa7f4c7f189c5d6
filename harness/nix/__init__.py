"""The room that talks to Nix: argument lists in, typed values out. Nothing outside it sees what Nix printed."""

from __future__ import annotations

from harness.nix.adapter import DIFFERS, HOW_TO_GET_IT, Nix, Run, find_nix
from harness.nix.complaints import complaint, remedy
from harness.nix.contents import Change, compare, content, differences
from harness.nix.rebuilds import Rebuilt, labelled, needed, rebuilt
from harness.nix.values import Derivation, Expression, NixProgram, StorePath, name_of

__all__ = [
    "DIFFERS",
    "HOW_TO_GET_IT",
    "Change",
    "Derivation",
    "Expression",
    "Nix",
    "NixProgram",
    "Rebuilt",
    "Run",
    "StorePath",
    "compare",
    "complaint",
    "content",
    "differences",
    "find_nix",
    "labelled",
    "name_of",
    "needed",
    "rebuilt",
    "remedy",
]
