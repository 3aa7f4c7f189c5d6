"""Conducts an experiment so that each of its findings gets one value of its closed set, whatever happens."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

from harness.errors import HarnessError
from harness.findings.base import FAILED, UNSUPPORTED, Experiment, Observation
from harness.lab import Lab
from harness.records import Lane

# What may go wrong in an experiment without being a defect of the harness.
_TROUBLE = (HarnessError, OSError, subprocess.SubprocessError)


def conduct(experiment: Experiment, lab: Lab, lanes: frozenset[Lane] = frozenset(Lane)) -> Iterator[Observation]:
    """One observation for each finding and lane of an experiment that is among ``lanes``.

    Raises:
        ValueError: the experiment answered what it does not declare, or left something out: a defect of its code.
    """
    expected = [(name, lane) for name, facts in experiment.facts.items() for lane in facts.lanes if lane in lanes]
    seen: set[tuple[str, Lane]] = set()
    trouble = ""
    try:
        for observation in experiment.conduct(lab):
            check(observation, experiment)
            key = (observation.finding, observation.lane)
            if key in seen:
                raise ValueError(f"{key[0]} was answered twice in lane {key[1]}.")
            seen.add(key)
            if observation.lane in lanes:
                yield observation
    except _TROUBLE as error:
        trouble = lab.show(error.message if isinstance(error, HarnessError) else f"{type(error).__name__}: {error}")
    for name, lane in expected:
        if (name, lane) not in seen:
            if not trouble:
                raise ValueError(f"The experiment left out {name} in lane {lane}.")
            yield Observation(finding=name, lane=lane, value=FAILED, evidence=trouble)


def check(observation: Observation, experiment: Experiment) -> None:
    """See that an observation is one that its experiment declares.

    Raises:
        ValueError: it is not.
    """
    facts = experiment.facts.get(observation.finding)
    if facts is None or observation.lane not in facts.lanes:
        raise ValueError(f"{observation.finding} in lane {observation.lane} is not declared.")
    if not observation.evidence:
        raise ValueError(f"{observation.finding} has no evidence.")
    if observation.value in (UNSUPPORTED, FAILED):
        return
    if facts.values and observation.value not in facts.values:
        raise ValueError(f"{observation.finding} is {observation.value!r}, not one of {', '.join(facts.values)}.")
    if not facts.values and not observation.value.isdigit():
        raise ValueError(f"{observation.finding} is {observation.value!r}, not a count.")
