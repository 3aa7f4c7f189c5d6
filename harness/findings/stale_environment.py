"""``stale-environment``: is an application found that was added after the environment was made?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import InapplicableError
from harness.findings.base import Experiment, Observation, fair, good, observed
from harness.monorepo.changes import STANDARD, load_change
from harness.records.facts import FindingFacts, Lane
from harness.workspace.changes import make
from harness.workspace.experiment import Lab

_CHANGE = STANDARD["add-application"]

_FACTS = {
    "stale-environment": FindingFacts(
        title="Finds an application added later",
        question="If an application is added after the environment was made, can it be started at once?",
        experiment="With everything installed, the application farewell is added as the variant's own change says, "
        "without the commands that only bring the environment up to date. Then it is started the toolchain's own way.",
        group="freshness",
        lanes=(Lane.LOCAL,),
        values={
            "found": good("It starts: the environment is brought up to date by itself."),
            "not-found": fair("It does not start before something is installed again."),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Install, add an application, start it."""
    change = load_change(lab.bench.variant, _CHANGE.name)
    if change is None or change.file.unsupported:
        raise InapplicableError(
            change.file.unsupported if change else f"The variant's changes.toml has no [{_CHANGE.name}]."
        )
    lab.installed()
    after = lab.shaped(_CHANGE.reshape(lab.shape))
    make(after.bench, after.attempt, after.workspace, change, environments=False)
    typed = [f"$ {' '.join(step)}" for deed in change.file.do if not deed.environment_only for step in deed.steps]
    trial = after.application("farewell")
    value = "found" if trial.ok and trial.last.stdout == _CHANGE.line("farewell") else "not-found"
    yield observed("stale-environment", value, ["(farewell is added)", *typed, trial.evidence])


FINDING = Experiment(facts=_FACTS, conduct=conduct)
