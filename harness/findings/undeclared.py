"""``undeclared``: is it noticed that an application imports a package which only the library declares?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.findings.base import UNSUPPORTED, Experiment, Observation
from harness.findings.edits import add_requirement, module, nix_declare
from harness.findings.noticing import noticed
from harness.lab import Lab
from harness.records import FindingFacts, Lane, Tone, ValueFacts

_WHAT = "(hello imports more_itertools; only shared declares it)"

_FACTS = {
    "undeclared": FindingFacts(
        title="An import that nobody declared",
        question="If hello imports a package that only the library declares, is it noticed anywhere?",
        experiment="shared is made to require more-itertools, and hello imports it without declaring it. Locally all "
        "is locked, installed, built and started; through Nix every application is built and started.",
        group="safety",
        lanes=(Lane.LOCAL, Lane.NIX),
        values={
            "noticed": ValueFacts(meaning="Some step refuses.", tone=Tone.GOOD),
            "unnoticed": ValueFacts(
                meaning="Everything works, until the library no longer needs that package.", tone=Tone.BAD
            ),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Import without declaring, in both lanes."""
    _edit(lab)
    told = [_WHAT]
    value = "unnoticed"
    for name in ("lock", "install", "build", "run"):
        trial = lab.phase(name)
        if trial is None:
            continue
        told.append(trial.evidence if not trial.ok or name == "run" else f"({name}: nothing is noticed)")
        if not trial.ok:
            value = "noticed"
            break
    yield _observed(Lane.LOCAL, value, "\n".join(told))
    if lab.nix_unavailable:
        yield _observed(Lane.NIX, UNSUPPORTED, lab.nix_unavailable)
        return
    _edit(lab)
    nix_declare(lab.workspace.root, "shared", "more-itertools")
    where, build = noticed(lab)
    yield _observed(Lane.NIX, "unnoticed" if where == "unnoticed" else "noticed", f"{_WHAT}\n{build.evidence}")


def _edit(lab: Lab) -> None:
    root = lab.fresh(lock=False).root
    add_requirement(root, "shared", "more-itertools>=9.1")
    source = module(root, "hello", "__main__")
    source.write_text("import more_itertools  # noqa: F401\n" + source.read_text(encoding="utf-8"), encoding="utf-8")


def _observed(lane: Lane, value: str, evidence: str) -> Observation:
    return Observation(finding="undeclared", lane=lane, value=value, evidence=evidence)


FINDING = Experiment(facts=_FACTS, conduct=conduct)
