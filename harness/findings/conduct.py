"""Conducts an experiment so that each of its findings gets one value of its closed set, whatever happens."""

from __future__ import annotations

import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence

from harness.errors import HarnessError, InapplicableError
from harness.findings.base import FAILED, UNSUPPORTED, Experiment, Observation
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

# What may go wrong in an experiment without being a defect of the harness.
_TROUBLE = (HarnessError, OSError, subprocess.SubprocessError)

#: What tells one answer about a variant from another: its lane, its strategy if it depends on one, and its finding.
Answered = tuple[Lane, str | None, str]


def conduct(experiment: Experiment, lab: Lab, lanes: frozenset[Lane] = frozenset(Lane)) -> Iterator[Observation]:
    """One observation for each finding of an experiment, in each lane that is among ``lanes`` and in each strategy.

    Where the Nix lane cannot run, what the experiment says nothing of there is unsupported, for the lab's reason; so
    is everything that is left of an experiment which turns out not to apply to the variant. What the variant says it
    cannot do at all is not tried.

    Raises:
        ValueError: the experiment answered what it does not declare, or left something out: a defect of its code.
    """
    expected = wanted(experiment.facts, lanes, lab.strategies)
    seen: set[Answered] = set()
    trouble = ""
    stated = lab.bench.variant.spec.unsupported
    inapplicable = next((stated[name] for name in experiment.facts if name in stated), "")
    try:
        for observation in () if inapplicable else experiment.conduct(lab):
            check(observation, experiment)
            key = (observation.lane, observation.strategy, observation.finding)
            if key in seen:
                raise ValueError(f"{key[2]} was answered twice in lane {key[0]}.")
            seen.add(key)
            if observation.lane in lanes:
                yield observation
    except InapplicableError as error:
        inapplicable = lab.show(error.message)
    except _TROUBLE as error:
        trouble = lab.show(error.message if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}")
    for lane, strategy, name in expected:
        if (lane, strategy, name) not in seen:
            lacking = inapplicable or (lab.nix_unavailable if lane is Lane.NIX else "")
            if not trouble and not lacking:
                raise ValueError(f"The experiment left out {name} in lane {lane}.")
            value, evidence = (FAILED, trouble) if trouble else (UNSUPPORTED, lacking)
            yield Observation(finding=name, lane=lane, strategy=strategy, value=value, evidence=evidence)


def wanted(
    facts: Mapping[str, FindingFacts], lanes: Collection[Lane], strategies: Sequence[str]
) -> tuple[Answered, ...]:
    """What has to be answered in these lanes: lane, strategy where the answer depends on it, and finding."""
    return tuple(
        (lane, strategy, name)
        for name, described in facts.items()
        for lane in described.lanes
        if lane in lanes
        # Without a strategy there is one answer, which says why there is none.
        for strategy in ((strategies or (None,)) if described.per_strategy and lane is Lane.NIX else (None,))
    )


def check(observation: Observation, experiment: Experiment) -> None:
    """See that an observation is one that its experiment declares.

    Raises:
        ValueError: it is not.
    """
    facts = experiment.facts.get(observation.finding)
    if facts is None or observation.lane not in facts.lanes:
        raise ValueError(f"{observation.finding} in lane {observation.lane} is not declared.")
    if (observation.strategy is not None) is not (facts.per_strategy and observation.lane is Lane.NIX):
        raise ValueError(f"{observation.finding} in lane {observation.lane} is of strategy {observation.strategy}.")
    if not observation.evidence:
        raise ValueError(f"{observation.finding} has no evidence.")
    if observation.value in (UNSUPPORTED, FAILED):
        return
    if facts.values and observation.value not in facts.values:
        raise ValueError(f"{observation.finding} is {observation.value!r}, not one of {', '.join(facts.values)}.")
    if not facts.values and not observation.value.isdigit():
        raise ValueError(f"{observation.finding} is {observation.value!r}, not a count.")
