"""``integrity``: is a wheel refused that is not the one that was locked?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings import complaints
from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.made_wheels import caches_set_aside, make_wheel
from harness.findings.noticing import see_that_it_is_about
from harness.findings.products import commands_of, lock_with
from harness.measure.trees import remove_tree
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_VERSION = "10.8.0"
_TAMPERED = {"more_itertools/__init__.py": 'OTHER = "content"\n'}

_FACTS = {
    "integrity": FindingFacts(
        title="A wheel that is not the locked one",
        question="If an index serves another wheel under a locked name and version, is it refused?",
        experiment=f"The library is made to require more-itertools {_VERSION}, and all is locked. Then the index, at "
        "the same address, serves a wheel of that name and version with other content, and all is installed with empty "
        "caches. Where that is refused, all is locked again, and the same wheel has to be installed without complaint.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values={
            "refused": good("Installing refuses it."),
            "accepted": bad("It is installed, though a lock file was there."),
            "no-lock": bad("It is installed: the toolchain has no lock file that could tell."),
        },
    ),
    "error-integrity": complaints.facts("a wheel is not the locked one"),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Lock against the genuine wheel, serve another, install."""
    served = lab.away("served")
    _serve_genuine(lab, served)
    with caches_set_aside(lab), lab.open_index([served], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        told = _locked(own)
    remove_tree(served / "more-itertools")
    make_wheel(served, "more-itertools", _VERSION, _TAMPERED)
    told.append("(the index now serves another wheel of that name and version)")
    with caches_set_aside(own), own.index_again([served]):
        yield from _installed(own, told)


def _installed(lab: Lab, told: list[str]) -> Iterator[Observation]:
    trial = lab.do(lab.bench.variant.spec.phases.install)
    if trial.ok:
        value = "accepted" if lab.workspace.lock_files else "no-lock"
        taken = _taken(lab)
        yield observed("integrity", value, [*told, commands_of(trial), taken.evidence])
        yield observed("error-integrity", complaints.NO_ERROR, ["Nothing was refused.", commands_of(trial)])
        return
    see_that_it_is_about(trial, "more-itertools", "more_itertools")
    _see_nothing_else_is_wrong_with_it(lab)
    yield observed("integrity", "refused", [*told, trial.evidence, "(locked again, the same wheel is installed)"])
    files = [*(path.name for path in lab.workspace.lock_files), "pyproject.toml"]
    yield complaints.judge("error-integrity", trial, files=files, keys=["more-itertools", "more_itertools"])


def _locked(lab: Lab) -> list[str]:
    """Require the package and lock; what was done.

    Raises:
        StateError: locking fails.
    """
    return lock_with(lab, f"more-itertools=={_VERSION}", 'import more_itertools\n\nNAME = "PolyWolf"\n')


def _taken(lab: Lab) -> Trial:
    """The proof that the other wheel was installed.

    Raises:
        StateError: it was not.
    """
    taken = lab.python(lab.shape.applications[0].name, "import more_itertools; print(more_itertools.OTHER)")
    if not taken.ok:
        raise StateError(f"Nothing was refused, and yet the other wheel was not taken: {taken.evidence}")
    return taken


def _see_nothing_else_is_wrong_with_it(lab: Lab) -> None:
    _locked(lab)
    installed = lab.do(lab.bench.variant.spec.phases.install)
    if not installed.ok:
        raise StateError(f"The other wheel is refused even if it is the locked one: {installed.evidence}")
    _taken(lab)


def _serve_genuine(lab: Lab, folder: Path) -> None:
    wheels = sorted((lab.wheelhouse / "more-itertools").glob(f"more_itertools-{_VERSION}-*.whl"))
    if not wheels:
        raise StateError(f"more-itertools {_VERSION} is not in the wheelhouse.")
    (folder / "more-itertools").mkdir()
    shutil.copy(wheels[0], folder / "more-itertools")


FINDING = Experiment(facts=_FACTS, conduct=conduct)
