"""Shapes: which members a monorepo has and which depends on which, by a rule, from a file, and checked."""

from __future__ import annotations

from harness.monorepo.shapes.model import CANONICAL, Kind, Member, Shape, module_of

__all__ = ["CANONICAL", "Kind", "Member", "Shape", "module_of"]
