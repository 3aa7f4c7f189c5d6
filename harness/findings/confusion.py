"""``confusion…``: is a stranger's package taken that has the library's name?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import UNSUPPORTED, Experiment, Observation, bad, good, observed
from harness.findings.made_wheels import caches_set_aside, make_wheel
from harness.findings.noticing import see_that_it_is_about
from harness.findings.products import build, checkout_moved_away, commands_of, pip_install, start, start_deployed
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial
from harness.workspace.tree import expected_line

_MALLORY = "Mallory"
_STRANGER = "(the index has a public shared 99.0, which says Mallory)"

_VALUES = {
    "own": good("The monorepo's own library is taken."),
    "public": bad("The stranger's package is taken, for its higher version."),
    "refused": good("Neither is taken: it is refused."),
}


def _facts(what: str, question: str, done: str) -> FindingFacts:
    return FindingFacts(
        title=f"Public package of the same name: {what}",
        question=f"If the index has a public package shared with a higher version, {question}",
        experiment=f"An index offers shared 99.0, which says Mallory. With empty caches, {done}",
        group="safety",
        lanes=(Lane.LOCAL,),
        values=_VALUES,
    )


_FACTS = {
    "confusion": _facts(
        "installing",
        "is the monorepo's own still taken?",
        "in a fresh clone without a lock file, all is locked and installed, and hello is started.",
    ),
    "confusion-deploy": _facts(
        "deploying",
        "which one is deployed?",
        "in a fresh clone without a lock file, all is locked, hello is deployed, and started from there.",
    ),
    "confusion-wheel": _facts(
        "installing a built wheel",
        "which one does hello's wheel bring along?",
        "all members are built, and the checkout is moved away. pip installs hello's wheel into a new environment, "
        "with the folder of all built wheels as a further place to look, and hello is started.",
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Serve a stranger's shared; then install, deploy, and install what was built."""
    folder = lab.away("stranger")
    make_wheel(folder, "shared", "99.0", {"shared/__init__.py": f'NAME = "{_MALLORY}"\n'})
    with caches_set_aside(lab), lab.open_index([folder]) as index:
        own = lab.served_by(index.url)
        application = own.shape.applications[0].name
        typed, failure = _done(own, "lock", "install")
        yield _answer(own, "confusion", typed, failure or own.application(application))
        yield _deployment(own, application)
        yield _wheel(own, application)


def _deployment(lab: Lab, application: str) -> Observation:
    if reason := lab.bench.variant.spec.unsupported.get("deploy"):
        return observed("confusion-deploy", UNSUPPORTED, reason)
    typed, failure = _done(lab, "lock", "deploy")
    return _answer(lab, "confusion-deploy", typed, failure or start_deployed(lab, application))


def _wheel(lab: Lab, application: str) -> Observation:
    if reason := lab.bench.variant.spec.unsupported.get("build"):
        return observed("confusion-wheel", UNSUPPORTED, reason)
    lab.fresh(lock=False)
    built = build(lab)
    python = lab.clean_environment("customer")
    with checkout_moved_away(lab):
        installed = pip_install(lab, python, "--find-links", lab.workspace.dist, built.wheels[application])
        typed = [built.typed]
        if installed.ok:
            typed.append(commands_of(installed))
        return _answer(lab, "confusion-wheel", typed, start(lab, python, application) if installed.ok else installed)


def _done(lab: Lab, *phases: str) -> tuple[list[str], Trial | None]:
    """Do phases in a fresh clone: the commands that went well, and the trial that failed, if one did."""
    lab.fresh(lock=False)
    typed: list[str] = []
    for name in phases:
        application = lab.shape.applications[0].name if name == "deploy" else None
        trial = lab.phase(name, application=application)
        if trial is not None and not trial.ok:
            return typed, trial
        if trial is not None:
            typed.append(commands_of(trial))
    return typed, None


def _answer(lab: Lab, finding: str, typed: list[str], trial: Trial) -> Observation:
    application = lab.shape.applications[0].name
    said = {expected_line(application): "own", expected_line(application, _MALLORY): "public"}
    if not trial.ok:
        see_that_it_is_about(trial, "shared")
        value = "refused"
    elif trial.last.stdout in said:
        value = said[trial.last.stdout]
    else:
        raise StateError(f"{application} printed neither the own library's name nor the stranger's: {trial.evidence}")
    return observed(finding, value, [_STRANGER, *typed, trial.evidence])


FINDING = Experiment(facts=_FACTS, conduct=conduct)
