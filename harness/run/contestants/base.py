"""What a run has to know of its contestants, whoever they are; all else of it is the same for all."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from rich.console import Console

from harness.findings import Observation
from harness.provision.equipment import Equipment
from harness.provision.state_folder import Layout
from harness.records.format import FindingKey, Plan, RunInfo
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.run.request import Assignment
from harness.run.sample import B
from harness.run.warm import Warm
from harness.scenarios.base import Measurable
from harness.workspace.prepared import Unready


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[B]):
    """The contestants of a run with one of its shapes.

    ``words`` says what that is. ``seen`` is what can be seen of each contestant, by its name, without running it.
    ``make_benches`` makes a bench for each name in the plan, the A/A cells' too; ``warm`` warms one up.
    """

    words: str
    seen: Iterable[tuple[str, Observation]]
    make_benches: Callable[[], Mapping[str, B | Unready]]
    warm: Warm[B]


class Contestants(ABC, Generic[B]):
    """All contestants of a run, which are of one kind."""

    assignment: Assignment

    @property
    @abstractmethod
    def scenarios(self) -> Mapping[str, Measurable[B]]:
        """What is measured of them, by name."""

    @abstractmethod
    def equipped(self, layout: Layout, early: Path, console: Console) -> AbstractContextManager[Equipment]:
        """What they are measured with, put in place; ``early`` is a folder for what has to be found out before.

        Raises:
            HarnessError: it cannot be had.
        """

    @abstractmethod
    def info(self, layout: Layout, equipment: Equipment) -> RunInfo:
        """``run.json`` of their run, were it begun now."""

    @abstractmethod
    def stage(
        self,
        shape: str,
        plan: Plan,
        equipment: Equipment,
        folder: Path,
        *,
        first: bool,
        known: Collection[FindingKey],
    ) -> Stage[B]:
        """They with a shape, set up below ``folder`` for the ``plan`` of that shape alone.

        What does not depend on the shape is found out at the ``first``, unless it is ``known`` already.
        """

    def conduct(self, layout: Layout, journal: Journal, done: Resumed, equipment: Equipment, console: Console) -> None:
        """Conduct their experiments, after all that is timed."""
