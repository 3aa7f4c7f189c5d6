"""Shapes of a package that a build backend alone is given: so many Python files. Pure."""

from __future__ import annotations

from harness.records.format import Plan

_FILES = "files="


def shape_of(files: int) -> str:
    """A number of files as a shape: ``files=100``."""
    return f"{_FILES}{files}"


def files_of(shape: str) -> int:
    """The number of files that a shape names."""
    return int(shape.removeprefix(_FILES))


def is_of_backends(plan: Plan) -> bool:
    """Whether a plan is of build backends on their own: its shapes are numbers of files."""
    return bool(plan.cells) and all(cell.shape.startswith(_FILES) for cell in plan.cells)
