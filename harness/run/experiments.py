"""Conducts a plan's experiments, two variants at a time: they are not timed, so they may share the machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from harness.findings import FAILED, Experiment, Observation, conduct, wanted
from harness.findings import experiments as all_experiments
from harness.measure.command import Executor
from harness.measure.crew import Crew
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.records.facts import Lane
from harness.records.format import FindingKey, Plan
from harness.records.strategies import offered
from harness.workspace.experiment import Lab
from harness.workspace.steps import explain


@dataclass(frozen=True, kw_only=True)
class Task:
    """All that is left to be found out about one variant by doing."""

    variant: Variant
    experiments: Mapping[str, Experiment]
    strategies: Sequence[str]


def tasks(
    variants: Sequence[Variant],
    experiments: Mapping[str, Experiment],
    lanes: frozenset[Lane],
    provider: str,
    done: Collection[FindingKey],
) -> Iterator[Task]:
    """What is left to do; an experiment is left out if every one of its findings is in the record."""
    for variant in variants:
        strategies = offered(variant.spec.nix.strategies, provider)
        left = {
            name: experiment
            for name, experiment in experiments.items()
            if any(
                (variant.name, *key, CANONICAL.name) not in done for key in wanted(experiment.facts, lanes, strategies)
            )
        }
        if left:
            yield Task(variant=variant, experiments=left, strategies=strategies)


def left_of(plan: Plan, variants: Sequence[Variant], done: Collection[FindingKey]) -> list[Task]:
    """What is left to do of a plan's experiments with some of its variants."""
    known = all_experiments()
    wanted = {name: known[name] for name in plan.experiments}
    return list(tasks(variants, wanted, frozenset(plan.lanes), plan.provider, done))


def conduct_all(
    left: Sequence[Task],
    make_lab: Callable[[Variant, Executor], Lab],
    lanes: frozenset[Lane],
    found: Callable[[Variant, Observation], None],
    begins: Callable[[Variant, str], None],
) -> None:
    """Conduct all that is left; ``found`` and ``begins`` are called by one thread at a time.

    An experiment whose lab cannot be made is ``failed``, with the reason; so is one that raises what nobody thought of.
    """
    lock = threading.Lock()
    crew = Crew()

    def work(task: Task) -> None:
        with crew.executor() as executor:
            try:
                lab = make_lab(task.variant, executor)
            except Exception as error:
                with lock:
                    for observation in _none(task, task.experiments.values(), lanes, explain(error)):
                        found(task.variant, observation)
                return
            for name, experiment in task.experiments.items():
                with lock:
                    begins(task.variant, name)
                try:
                    observations = list(conduct(experiment, lab, lanes))
                except Exception as error:
                    why = lab.show(explain(error, lab.attempt.log_path))
                    observations = list(_none(task, [experiment], lanes, why))
                with lock:
                    for observation in observations:
                        found(task.variant, observation)

    crew.do(work, left)


def _none(task: Task, experiments: Iterable[Experiment], lanes: frozenset[Lane], reason: str) -> Iterator[Observation]:
    for experiment in experiments:
        for lane, strategy, name in wanted(experiment.facts, lanes, task.strategies):
            yield Observation(finding=name, lane=lane, strategy=strategy, value=FAILED, evidence=reason)
