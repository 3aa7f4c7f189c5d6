"""The room that talks to Nix: argument lists in, typed values out. Nothing outside it sees what Nix printed."""

from __future__ import annotations

from harness.nix.adapter import (
    HOW_TO_GET_IT,
    Expression,
    Nix,
    NixProgram,
    Run,
    StorePath,
    complaint,
    find_nix,
    remedy,
)

__all__ = [
    "HOW_TO_GET_IT",
    "Expression",
    "Nix",
    "NixProgram",
    "Run",
    "StorePath",
    "complaint",
    "find_nix",
    "remedy",
]
