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
from harness.run.jobs import ConductJob, Receiver
from harness.run.request import Assignment
from harness.run.sample import B
from harness.run.warm import Warm
from harness.scenarios.base import Measurable
from harness.workspace.prepared import Unready


@dataclass(frozen=True, kw_only=True)
class Stage(Generic[B]):
    """The contestants of a run with one of its shapes.

    ``look`` says what can be seen of each contestant, by its name, without running it. ``make_benches`` makes a bench
    for each name in the plan, the A/A cells' too; ``warm`` warms one up.
    """

    look: Callable[[], Iterable[tuple[str, Observation]]]
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
    def info(self, layout: Layout, nix_version: str = "", nix_unavailable: str = "") -> RunInfo:
        """``run.json`` of their run, were it begun now with this Nix, or with none for that reason."""

    @abstractmethod
    def in_words(self, shape: str) -> str:
        """What a shape is."""

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

    def experiments(self, known: Collection[FindingKey]) -> tuple[tuple[str, tuple[str, ...]], ...]:  # noqa: ARG002
        """The experiments that are left with each of them, by its name, when this is ``known``."""
        return ()

    def conduct(self, job: ConductJob, layout: Layout, equipment: Equipment, receiver: Receiver) -> None:
        """Conduct experiments with some of them."""
