"""``published-resolve``: both applications go to an index with their library, and somebody else installs them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.products import (
    Built,
    build,
    checkout_moved_away,
    pip_install,
    prints_its_line,
    start,
)
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build all members, put their wheels on an index, and install both applications from there at once."""
    lab.fresh()
    yield _installed_by_others(lab, build(lab))


def _installed_by_others(lab: Lab, built: Built) -> Observation:
    python = lab.clean_environment("customer")
    names = [member.name for member in lab.shape.applications]
    with lab.open_index([_published(lab, built)]) as index, checkout_moved_away(lab):
        customer = lab.served_by(index.url)
        installed = pip_install(customer, python, "--only-binary", ":all:", *names)
        if not installed.ok:
            return observed("published-resolve", "refused", [built.typed, installed.evidence])
        started = {name: start(customer, python, name) for name in names}
    right = all(prints_its_line(trial, name) for name, trial in started.items())
    told = [built.typed, installed.evidence, *(trial.evidence for trial in started.values())]
    return observed("published-resolve", "resolve-and-run" if right else "wrong", told)


def _published(lab: Lab, built: Built) -> Path:
    """A folder of the members' wheels, laid out as an index is served from."""
    folder = lab.away("published")
    for name, wheel in built.wheels.items():
        project = folder / canonicalize_name(name)
        project.mkdir()
        shutil.copyfile(wheel, project / wheel.name)
    return folder


_FACTS = {
    "published-resolve": FindingFacts(
        title="Published, then installed by others",
        question="If all members are published, can both applications be installed from the index?",
        experiment="The built wheels of all members are put on an index and the checkout is moved away. pip installs "
        "both applications from there into one new environment, and both are started.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "resolve-and-run": good("Both are installed with one library that suits both, and run."),
            "refused": bad("They cannot be installed from the index."),
            "wrong": bad("They are installed, and one does not run as it should."),
        },
    ),
}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
