"""``drift-…``: which disagreements between ``pyproject.toml`` and ``package.nix`` a Nix build notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from harness.errors import StateError
from harness.findings import complaints
from harness.findings.base import UNSUPPORTED, Experiment, Observation
from harness.findings.edits import add_requirement, nix_declare, nix_set
from harness.findings.noticing import NOTICED, noticed, said
from harness.lab import Lab
from harness.records import FindingFacts, Lane


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One disagreement; ``keys`` are what a good message would name."""

    name: str
    title: str
    what: str
    edit: Callable[[Path], None]
    keys: tuple[str, ...]


def _missing(root: Path) -> None:
    add_requirement(root, "hello", "more-itertools>=9.1")


def _extra(root: Path) -> None:
    nix_declare(root, "hello", "more-itertools")


def _version(root: Path) -> None:
    nix_set(root, "shared", "version", "0.2.0")


def _name(root: Path) -> None:
    nix_set(root, "hello", "pname", "salutations")


def _optional(root: Path) -> None:
    add_requirement(root, "hello", "pytest[dev]")
    nix_declare(root, "hello", "pytest")


def _bound(root: Path) -> None:
    add_requirement(root, "shared", "more-itertools>=10.8")
    nix_declare(root, "shared", "more-itertools")


DRIFTS = (
    Drift(
        name="missing",
        title="a dependency missing in Nix",
        what="hello's pyproject.toml requires more-itertools, and its package.nix does not declare it",
        edit=_missing,
        keys=("more-itertools",),
    ),
    Drift(
        name="extra",
        title="a dependency only in Nix",
        what="hello's package.nix declares more-itertools, and its pyproject.toml does not require it",
        edit=_extra,
        keys=("more-itertools",),
    ),
    Drift(
        name="version",
        title="another version number",
        what="shared is 0.1.0 in its pyproject.toml and 0.2.0 in its package.nix",
        edit=_version,
        keys=("0.2.0", "0.1.0"),
    ),
    Drift(
        name="name",
        title="another name",
        what="hello is called salutations in its package.nix",
        edit=_name,
        keys=("salutations",),
    ),
    Drift(
        name="optional",
        title="an extra whose requirements are missing",
        what="hello requires pytest[dev]; its package.nix declares pytest, without what the extra dev requires",
        edit=_optional,
        keys=("dev",),
    ),
    Drift(
        name="bound",
        title="a bound that the package set cannot meet",
        what="shared requires more-itertools>=10.8; its package.nix declares it, and the package set has 9.1",
        edit=_bound,
        keys=("more-itertools",),
    ),
)


def _facts() -> dict[str, FindingFacts]:
    found = {}
    for drift in DRIFTS:
        found[f"drift-{drift.name}"] = FindingFacts(
            title=f"Drift: {drift.title}",
            question=f"If {drift.what}: does Nix notice?",
            experiment="In a fresh clone the files are edited so that they disagree; then every application is built "
            "and started in Nix's sandbox. Where the provider is host, the check of what a wheel requires is "
            "the harness's own, modelled on the one in nixpkgs.",
            group="nix",
            lanes=(Lane.NIX,),
            values=NOTICED,
        )
        found[f"error-drift-{drift.name}"] = complaints.facts(f"drift, {drift.title}", Lane.NIX)
    return found


def conduct(lab: Lab) -> Iterator[Observation]:
    """Let the files disagree in each way, and build."""
    if lab.nix_unavailable:
        for name in _FACTS:
            yield Observation(finding=name, lane=Lane.NIX, value=UNSUPPORTED, evidence=lab.nix_unavailable)
        return
    lab.fresh()
    untouched, trial = noticed(lab)
    if untouched != "unnoticed":
        raise StateError(f"Nix refuses the files as they were committed: {said(trial)}")
    for drift in DRIFTS:
        yield from _observe(lab, drift)


def _observe(lab: Lab, drift: Drift) -> Iterator[Observation]:
    drift.edit(lab.fresh().root)
    value, trial = noticed(lab)
    evidence = said(trial)
    told = f"({drift.what})\n{evidence}"
    yield Observation(finding=f"drift-{drift.name}", lane=Lane.NIX, value=value, evidence=told)
    judged = complaints.judge(
        f"error-drift-{drift.name}", trial, files=["package.nix", "pyproject.toml"], keys=drift.keys, lane=Lane.NIX
    )
    yield replace(judged, evidence=evidence)


_FACTS = _facts()

FINDING = Experiment(facts=_FACTS, conduct=conduct)
