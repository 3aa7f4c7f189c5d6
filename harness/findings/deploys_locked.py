"""``deploys-locked``: is what is deployed what was locked?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.made_wheels import caches_set_aside, make_wheel
from harness.findings.products import commands_of, lock_with, phase_of, start_deployed
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab
from harness.workspace.tree import expected_line

_PACKAGE = "more-itertools"
_LOCKED, _NEWEST = "9.1.0", "10.8.0"

_FACTS = {
    "deploys-locked": FindingFacts(
        title="Deploys what was locked",
        question="If a requirement has a newer release by the time of deploying, is the locked one deployed?",
        experiment=f"The library is made to require {_PACKAGE}>=9, and all is locked while the index has only "
        f"{_LOCKED}. Then the index gets {_NEWEST} too, hello is deployed with empty caches, and asked which it has.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "locked": good("The release that was locked."),
            "newest": bad("The newest release that is allowed, though a lock file was there."),
            "no-lock": bad("The newest release: the toolchain has no lock file that could tell."),
        },
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Lock an older release, publish a newer one, deploy, and ask."""
    deploy = phase_of(lab, "deploy")
    served = lab.away("served")
    _publish(served, _LOCKED)
    with caches_set_aside(lab), lab.open_index([served], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        told = lock_with(own, f"{_PACKAGE}>=9", "from more_itertools import RELEASE as NAME  # noqa: F401\n")
    _publish(served, _NEWEST)
    told.append(f"(the index has {_PACKAGE} {_NEWEST} by now)")
    application = lab.shape.applications[0].name
    with caches_set_aside(own), own.index_again([served]):
        deployed = own.do(deploy, application=application)
        if not deployed.ok:
            raise StateError(f"Deploying failed: {deployed.evidence}")
        started = start_deployed(own, application)
    newest = "newest" if lab.workspace.lock_files else "no-lock"
    values = {expected_line(application, _LOCKED): "locked", expected_line(application, _NEWEST): newest}
    if not started.ok or started.last.stdout not in values:
        raise StateError(f"{application} does not say which release it has: {started.evidence}")
    yield observed("deploys-locked", values[started.last.stdout], [*told, commands_of(deployed), started.evidence])


def _publish(served: Path, release: str) -> None:
    make_wheel(served, _PACKAGE, release, {"more_itertools/__init__.py": f'RELEASE = "{release}"\n'})


FINDING = Experiment(facts=_FACTS, conduct=conduct)
