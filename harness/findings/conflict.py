"""``conflict``: what happens if two applications need versions of one package that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from packaging.specifiers import SpecifierSet

from harness.findings import complaints
from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.edits import add_requirement
from harness.findings.noticing import see_that_it_is_about
from harness.findings.products import commands_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

# A set-up of several toolchains may have still newer versions on its index, so both are bounded above.
_BOUNDS = {"hello": "<10", "goodbye": ">=10,<11"}
_ASK = "import importlib.metadata; print(importlib.metadata.version('more-itertools'))"

_FACTS = {
    "conflict": FindingFacts(
        title="Conflicting requirements",
        question="If hello needs a version of a package that goodbye excludes, when is it noticed?",
        experiment="hello is made to require more-itertools<10 and goodbye more-itertools>=10,<11; the index has "
        "versions for both. Then all is locked and installed, and each application's environment is asked for its "
        "version.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values={
            "refused-when-locking": good("Locking refuses."),
            "refused-when-installing": good("Installing refuses."),
            "accepted": good("Each application has an environment of its own, with the version it needs."),
            "accepted-and-broken": bad("All is installed, and an application has a version that it excludes, or none."),
        },
    ),
    "error-conflict": complaints.facts("two applications' requirements exclude each other"),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Require, lock, install, ask."""
    workspace = lab.fresh(lock=False)
    for application, bound in _BOUNDS.items():
        add_requirement(workspace.root, application, f"more-itertools{bound}")
    told = [f"({application} requires more-itertools{bound})" for application, bound in _BOUNDS.items()]
    for name in ("lock", "install"):
        trial = lab.phase(name)
        if trial is None:
            continue
        if not trial.ok:
            # pip lock says of two requirements only in which lines they stand, and that they exclude each other.
            see_that_it_is_about(trial, "more-itertools", "conflicting dependencies")
            yield observed("conflict", f"refused-when-{name}ing", [*told, trial.evidence])
            yield _judged(trial)
            return
        told.append(commands_of(trial))
    answers = {application: lab.python(application, _ASK) for application in _BOUNDS}
    fits = all(
        answers[application].ok and SpecifierSet(bound).contains(answers[application].last.stdout.strip())
        for application, bound in _BOUNDS.items()
    )
    evidence = [*told, *(answer.evidence for answer in answers.values())]
    yield observed("conflict", "accepted" if fits else "accepted-and-broken", evidence)
    yield observed("error-conflict", complaints.NO_ERROR, ["Nothing was refused.", *told])


def _judged(trial: Trial) -> Observation:
    return complaints.judge(
        "error-conflict",
        trial,
        files=[f"{application}/pyproject.toml" for application in _BOUNDS],
        # pip sorts a requirement's bounds its own way, and poetry puts them in parentheses.
        keys=[f"more-itertools{space}{bound}" for space in ("", " (") for bound in ("<10", ">=10", "<11")],
    )


FINDING = Experiment(facts=_FACTS, conduct=conduct)
