"""``drift-…``: which disagreements between ``pyproject.toml`` and the Nix files a Nix build notices.

Where Nix reads ``pyproject.toml`` itself there is nothing to disagree with; what is edited there has to be followed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, good
from harness.findings.edits import add_requirement, nix_declare, nix_set
from harness.findings.noticing import NOTICED, built_paths, noticed, said
from harness.findings.statements import strategy_words
from harness.records.facts import FindingFacts, Lane
from harness.records.strategies import HANDWRITTEN
from harness.workspace.experiment import Lab

_VALUES = {
    **NOTICED,
    "follows": good("Nix reads pyproject.toml itself: what was edited there is built, with nothing to edit in Nix."),
    "cannot-happen": good("It is stated in pyproject.toml alone, so nothing can disagree."),
}


@dataclass(frozen=True, kw_only=True)
class Drift:
    """One disagreement, made by an edit of pyproject.toml, of a package.nix, or of both.

    Where pyproject.toml is not edited, ``keys`` are the words that no Nix file which reads it may have. ``brings`` is a
    package that is part of an environment only if the edit of pyproject.toml was followed.
    """

    name: str
    title: str
    what: str
    keys: tuple[str, ...] = ()
    python: Callable[[Path], None] | None = None
    nix: Callable[[Path], None] | None = None
    brings: str = ""


DRIFTS = (
    Drift(
        name="missing",
        title="a dependency missing in Nix",
        what="hello's pyproject.toml requires more-itertools, and its package.nix does not declare it",
        python=lambda root: add_requirement(root, "hello", "more-itertools>=9.1"),
        brings="more-itertools",
    ),
    Drift(
        name="extra",
        title="a dependency only in Nix",
        what="hello's package.nix declares more-itertools, and its pyproject.toml does not require it",
        nix=lambda root: nix_declare(root, "hello", "more-itertools"),
        keys=("more-itertools",),
    ),
    Drift(
        name="version",
        title="another version number",
        what="shared is 0.1.0 in its pyproject.toml and 0.2.0 in its package.nix",
        nix=lambda root: nix_set(root, "shared", "version", "0.2.0"),
        keys=("0.2.0", "0.1.0"),
    ),
    Drift(
        name="name",
        title="another name",
        what="hello is called salutations in its package.nix",
        nix=lambda root: nix_set(root, "hello", "pname", "salutations"),
        keys=("salutations", "hello"),
    ),
    Drift(
        name="optional",
        title="an extra whose requirements are missing",
        what="hello requires pytest[dev]; its package.nix declares pytest, without what the extra dev requires",
        python=lambda root: add_requirement(root, "hello", "pytest[dev]"),
        nix=lambda root: nix_declare(root, "hello", "pytest"),
        brings="hypothesis",
    ),
    Drift(
        name="bound",
        title="a bound that the package set cannot meet",
        what="shared requires more-itertools>=10.8; its package.nix declares it, and the package set has 9.1",
        python=lambda root: add_requirement(root, "shared", "more-itertools>=10.8"),
        nix=lambda root: nix_declare(root, "shared", "more-itertools"),
    ),
)


def _facts() -> dict[str, FindingFacts]:
    found = {}
    for drift in DRIFTS:
        found[f"drift-{drift.name}"] = FindingFacts(
            title=f"Drift: {drift.title}",
            question=f"If {drift.what}: does Nix notice?",
            experiment="In a fresh clone the files are edited so that they disagree; then every application is built "
            "and started in Nix's sandbox. Where Nix reads pyproject.toml, only that is edited, and the environment "
            "has to have what the edit brings. Where the provider is host, the check of what a wheel requires is the "
            "harness's own, modelled on the one in nixpkgs.",
            group="nix",
            lanes=(Lane.NIX,),
            per_strategy=True,
            values=_VALUES,
        )
    return found


def conduct(lab: Lab) -> Iterator[Observation]:
    """Let the files disagree in each way, and build in each strategy."""
    for strategy in () if lab.nix_unavailable else lab.strategies:
        lab.fresh()
        untouched, trial = noticed(lab, strategy)
        if untouched != "unnoticed":
            raise StateError(f"Nix refuses the files as they were committed: {said(trial)}")
        for drift in DRIFTS:
            yield from _observe(lab, drift, strategy)


def _observe(lab: Lab, drift: Drift, strategy: str) -> Iterator[Observation]:
    root = lab.fresh().root
    name = f"drift-{drift.name}"
    again = strategy == HANDWRITTEN
    edits = [edit for edit in (drift.python, drift.nix if again else None) if edit]
    if not edits:
        proof = _stated_nowhere(root, drift, strategy)
        yield Observation(finding=name, lane=Lane.NIX, strategy=strategy, value="cannot-happen", evidence=proof)
        return
    for edit in edits:
        edit(root)
    value, trial = noticed(lab, strategy)
    evidence = said(trial)
    if value == "unnoticed" and not again and drift.brings in _environment(lab, strategy):
        value, evidence = "follows", f"{evidence}\n({drift.brings} is part of hello's environment)"
    told = f"({drift.what if again else drift.what.partition(', and ')[0].partition(';')[0]})\n{evidence}"
    yield Observation(finding=name, lane=Lane.NIX, strategy=strategy, value=value, evidence=told)


def _stated_nowhere(root: Path, drift: Drift, strategy: str) -> str:
    """The proof that a strategy's Nix files do not state what would have to disagree.

    Raises:
        StateError: they do.
    """
    words = strategy_words(root, strategy)
    if stated := [f"{place}: {word}" for place, word in words if word in drift.keys]:
        raise StateError(f"{drift.what}, but this could be made in another way: {', '.join(stated)}")
    places = ", ".join(sorted({place.as_posix() for place, _ in words}))
    return f"({places} says nothing of {' or '.join(drift.keys)})"


def _environment(lab: Lab, strategy: str) -> set[str]:
    """The names of what is in hello's environment, without hashes and versions."""
    (built,) = built_paths(lab, "environments.hello", strategy=strategy)
    paths = lab.nix().nix.runtime_closure(built)
    return {_PACKAGE.sub("", Path(item.path).name.partition("-")[2]) for item in paths}


_PACKAGE = re.compile(r"-[0-9][^-]*$")

_FACTS = _facts()

FINDING = Experiment(facts=_FACTS, conduct=conduct)
