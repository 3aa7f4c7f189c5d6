"""Where a crew is found by what is built on top; it lies where what is built below can have one too."""

from __future__ import annotations

from harness.measure.crew import Crew, Stoppable, Stopped

__all__ = ["Crew", "Stoppable", "Stopped"]
