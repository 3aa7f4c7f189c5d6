"""``isolation``: can one application import what only another declares?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, fair, good, observed
from harness.findings.edits import add_import, add_requirement, nix_declare
from harness.findings.noticing import noticed, said, see_that_it_is_about
from harness.findings.products import commands_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_WHAT = "(only hello requires more-itertools; goodbye imports it)"
_IMPORT = "import more_itertools; print(more_itertools.__name__)"

_FACTS = {
    "isolation": FindingFacts(
        title="Applications kept apart",
        question="Can goodbye import a package that only hello declares?",
        experiment="hello is made to require more-itertools, and all is locked and installed. Then more_itertools is "
        "imported where hello runs, which has to work, and where goodbye runs; through Nix, by the two themselves.",
        group="safety",
        lanes=(Lane.LOCAL, Lane.NIX),
        values={
            "isolated": good("It cannot: the application has what it declares."),
            "shared": fair("It can, so a forgotten dependency goes unnoticed."),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Require for one, import in the other."""
    yield _locally(lab)
    if not lab.nix_unavailable:
        yield _through_nix(lab)


def _locally(lab: Lab) -> Observation:
    _require(lab)
    told = [_WHAT]
    for name in ("lock", "install"):
        trial = lab.phase(name)
        if trial is not None and not trial.ok:
            raise StateError(f"The phase {name} failed: {trial.evidence}")
        if trial is not None:
            told.append(commands_of(trial))
    owner, asked = (lab.python(name, _IMPORT) for name in ("hello", "goodbye"))
    if not owner.ok:
        raise StateError(f"Not even hello, which requires it, can import it: {owner.evidence}")
    if not asked.ok:
        see_that_it_is_about(asked, "more_itertools")
    return observed("isolation", "shared" if asked.ok else "isolated", "\n".join([*told, asked.evidence]))


def _through_nix(lab: Lab) -> Observation:
    _require(lab)
    root = lab.workspace.root
    nix_declare(root, "hello", "more-itertools")
    for application in ("hello", "goodbye"):
        add_import(root, application, "more_itertools")
    owner = lab.nix_build("checks.hello")
    if not owner.ok:
        raise StateError(f"Not even hello, which requires it, can import it: {said(owner)}")
    where, build = noticed(lab)
    if where not in ("noticed-at-start", "unnoticed"):
        raise StateError(f"The members could not be built: {said(build)}")
    if where == "noticed-at-start":
        see_that_it_is_about(build, "more_itertools")
    value = "isolated" if where == "noticed-at-start" else "shared"
    return observed("isolation", value, f"{_WHAT}\n{said(build)}", Lane.NIX)


def _require(lab: Lab) -> None:
    add_requirement(lab.fresh(lock=False).root, "hello", "more-itertools>=9.1")


FINDING = Experiment(facts=_FACTS, conduct=conduct)
