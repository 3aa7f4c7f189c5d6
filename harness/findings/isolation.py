"""``isolation``: can one application import what only another declares?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import UNSUPPORTED, Experiment, Observation
from harness.findings.edits import add_requirement, module, nix_declare
from harness.findings.noticing import noticed
from harness.lab import Lab
from harness.records import FindingFacts, Lane, Tone, ValueFacts

_WHAT = "(only hello requires more-itertools; goodbye imports it)"

_FACTS = {
    "isolation": FindingFacts(
        title="Applications kept apart",
        question="Can goodbye import a package that only hello declares?",
        experiment="hello is made to require more-itertools, and all is locked and installed. Then more_itertools is "
        "imported where goodbye runs; through Nix, by goodbye itself.",
        group="safety",
        lanes=(Lane.LOCAL, Lane.NIX),
        values={
            "isolated": ValueFacts(meaning="It cannot: the application has what it declares.", tone=Tone.GOOD),
            "shared": ValueFacts(meaning="It can, so a forgotten dependency goes unnoticed.", tone=Tone.FAIR),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Require for one, import in the other."""
    _require(lab)
    for name in ("lock", "install"):
        trial = lab.phase(name)
        if trial is not None and not trial.ok:
            raise StateError(f"The phase {name} failed: {trial.evidence}")
    asked = lab.python("goodbye", "import more_itertools; print(more_itertools.__name__)")
    yield _observed(Lane.LOCAL, "shared" if asked.ok else "isolated", f"{_WHAT}\n{asked.evidence}")
    if lab.nix_unavailable:
        yield _observed(Lane.NIX, UNSUPPORTED, lab.nix_unavailable)
        return
    _require(lab)
    nix_declare(lab.workspace.root, "hello", "more-itertools")
    source = module(lab.workspace.root, "goodbye", "__main__")
    source.write_text("import more_itertools  # noqa: F401\n" + source.read_text(encoding="utf-8"), encoding="utf-8")
    where, build = noticed(lab)
    if where not in ("noticed-at-start", "unnoticed"):
        raise StateError(f"The members could not be built: {build.evidence}")
    value = "isolated" if where == "noticed-at-start" else "shared"
    yield _observed(Lane.NIX, value, f"{_WHAT}\n{build.evidence}")


def _require(lab: Lab) -> None:
    add_requirement(lab.fresh(lock=False).root, "hello", "more-itertools>=9.1")


def _observed(lane: Lane, value: str, evidence: str) -> Observation:
    return Observation(finding="isolation", lane=lane, value=value, evidence=evidence)


FINDING = Experiment(facts=_FACTS, conduct=conduct)
