"""``undeclared``: is it noticed that an application imports a package which only the library declares?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.edits import add_import, add_requirement, nix_declare
from harness.findings.noticing import noticed, said, see_that_it_is_about
from harness.findings.products import commands_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_WHAT = "(hello imports more_itertools; only shared declares it)"
_NAMES = ("more_itertools", "more-itertools")

_FACTS = {
    "undeclared": FindingFacts(
        title="An import that nobody declared",
        question="If hello imports a package that only the library declares, is it noticed anywhere?",
        experiment="shared is made to require more-itertools, and hello imports it without declaring it. Locally all "
        "is locked, installed, built and started; through Nix every application is built and started.",
        group="safety",
        lanes=(Lane.LOCAL, Lane.NIX),
        values={
            "noticed": good("Some step refuses."),
            "unnoticed": bad("Everything works, until the library no longer needs that package."),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Import without declaring, in both lanes."""
    _edit(lab)
    yield _locally(lab)
    if lab.nix_unavailable:
        return
    _edit(lab)
    nix_declare(lab.workspace.root, "shared", "more-itertools")
    where, build = noticed(lab)
    if where != "unnoticed":
        see_that_it_is_about(build, *_NAMES)
    yield observed(
        "undeclared", "unnoticed" if where == "unnoticed" else "noticed", f"{_WHAT}\n{said(build)}", Lane.NIX
    )


def _locally(lab: Lab) -> Observation:
    told = [_WHAT]
    for name in ("lock", "install", "build", "run"):
        trial = lab.phase(name)
        if trial is None:
            continue
        if not trial.ok:
            see_that_it_is_about(trial, *_NAMES)
            return observed("undeclared", "noticed", "\n".join([*told, trial.evidence]))
        told.append(trial.evidence if name == "run" else commands_of(trial))
    return observed("undeclared", "unnoticed", "\n".join(told))


def _edit(lab: Lab) -> None:
    root = lab.fresh(lock=False).root
    add_requirement(root, "shared", "more-itertools>=9.1")
    add_import(root, "hello", "more_itertools")


FINDING = Experiment(facts=_FACTS, conduct=conduct)
