"""A check's last steps: every experiment conducted once with a variant, so that each is seen to be possible."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from harness.errors import HarnessError
from harness.findings import FAILED, UNSUPPORTED, Experiment, Observation, conduct
from harness.run.check.causes import likely_cause
from harness.run.check.model import Report, Result, StepFailure, StepVerdict
from harness.run.check.proving import counts, recorded
from harness.workspace.experiment import Lab

#: So many of what an experiment could not establish are told.
_TOLD = 3


def step_of(experiment: str) -> str:
    """What an experiment is called as a step: ``finding stale``."""
    return f"finding {experiment}"


def find_out(
    variant: str,
    experiments: Mapping[str, Experiment],
    make_lab: Callable[[], Lab],
    report: Report,
    *,
    known: Mapping[str, str],
    passed: Callable[[str], None],
    log: str,
) -> list[Result]:
    """Conduct each experiment that is not ``known`` to be possible, as a step; ``report`` is told of each as it ends.

    ``known`` has the steps on record, each with its day, and ``passed`` is told of each that passes.
    """
    results = [recorded(variant, step, day) for name in experiments if (day := known.get(step := step_of(name)))]
    left = {step: experiment for name, experiment in experiments.items() if (step := step_of(name)) not in known}
    for result in results:
        report(result)
    if not left:
        return results
    try:
        lab = make_lab()
    except HarnessError as error:
        results += [_impossible(variant, step, error.message, log) for step in left]
        for result in results[-len(left) :]:
            report(result)
        return results
    for step, experiment in left.items():
        results.append(_judged(variant, step, list(conduct(experiment, lab)), log))
        report(results[-1])
        if counts(results[-1]):
            passed(step)
    return results


def _judged(variant: str, step: str, observations: Sequence[Observation], log: str) -> Result:
    failed = [item for item in observations if item.value == FAILED]
    if failed:
        came = "\n".join(f"{item.finding}: {item.evidence}" for item in failed[:_TOLD])
        return _impossible(variant, step, came, log)
    values = dict.fromkeys(item.value for item in observations)
    if set(values) == {UNSUPPORTED}:
        return Result(variant=variant, step=step, verdict=StepVerdict.UNSUPPORTED, detail=observations[0].evidence)
    told = ", ".join(values) if len(values) <= _TOLD else f"{len(observations)} values"
    return Result(variant=variant, step=step, verdict=StepVerdict.PASSED, detail=told)


def _impossible(variant: str, step: str, came: str, log: str) -> Result:
    failure = StepFailure(
        ran=f"python -m harness run --variant {variant} --finding {step.removeprefix('finding ')}",
        expected="one value of its closed set for each of its findings",
        came=came,
        cause=likely_cause(came),
        log=log,
    )
    return Result(variant=variant, step=step, verdict=StepVerdict.FAILED, failure=failure)
