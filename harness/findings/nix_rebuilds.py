"""``rebuilt-…``: what Nix builds again after an edit, why, and how much of it had to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, good
from harness.findings.edits import module
from harness.findings.noticing import attributes, built_paths
from harness.nix import Change, Derivation, Nix, Rebuilt, compare, labelled, needed, rebuilt
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab


@dataclass(frozen=True, kw_only=True)
class TreeEdit:
    """One edit of the checkout; ``what`` completes *how many derivations are built after …*, ``of`` *an edit of …*."""

    name: str
    of: str
    what: str
    make: Callable[[Path, str], None]


def _append(path: Path, line: str) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")


def _library(root: Path, text: str) -> None:
    _append(module(root, "shared"), f'REVISION = "{text}"')


def _application(root: Path, text: str) -> None:
    _append(module(root, "goodbye"), f'REVISION = "{text}"')


def _tests(root: Path, text: str) -> None:
    _append(root / "shared" / "tests" / "test_shared.py", f"# {text}")
    _append(root / "shared" / "README.md", text)


def _outside(root: Path, text: str) -> None:
    _append(root / "README.md", text)
    _append(root / "NOTES.md", text)
    if (configuration := root / "pyproject.toml").is_file():
        _append(configuration, f"# {text}")


EDITS = (
    TreeEdit(name="library", of="the library", what="a line is added to the library's code", make=_library),
    TreeEdit(
        name="application",
        of="one application",
        what="a line is added to goodbye's code, and nothing else is edited",
        make=_application,
    ),
    TreeEdit(
        name="tests",
        of="a member's tests",
        what="a test and a README.md are added to the library, which no wheel of it holds",
        make=_tests,
    ),
    TreeEdit(
        name="outside",
        of="files outside any member",
        what="README.md, NOTES.md and, if there is one, pyproject.toml are edited at the root",
        make=_outside,
    ),
)

_HAD_TO = (
    "What had to be built is a member whose content became another, hashes in store paths aside, and an environment"
    " that links to such a member. All else was built because a path among its inputs is another."
)

_EXPERIMENT = (
    "Everything is built. Then {what}. Nix says how each member and environment is built now and before, and which of"
    " their outputs the store lacks; these are built, and the old contents are held against the new ones. "
)


def _facts() -> dict[str, FindingFacts]:
    found = {}
    for edit in EDITS:
        experiment = _EXPERIMENT.format(what=edit.what) + _HAD_TO
        found[f"rebuilt-{edit.name}"] = FindingFacts(
            title=f"Built again after an edit of {edit.of}",
            question=f"How many derivations are built again after {edit.what}?",
            experiment=experiment,
            group="rebuilds",
            lanes=(Lane.NIX,),
            per_strategy=True,
        )
        found[f"needless-{edit.name}"] = FindingFacts(
            title=f"Built without need after an edit of {edit.of}",
            question=f"How many of the derivations that are built again after {edit.what} had not to be?",
            experiment=experiment,
            group="rebuilds",
            lanes=(Lane.NIX,),
            per_strategy=True,
        )
    found["rebuilds-sibling"] = FindingFacts(
        title="The other application is built again",
        question="If goodbye alone is edited: is hello built again?",
        experiment=_EXPERIMENT.format(what=EDITS[1].what).strip(),
        group="rebuilds",
        lanes=(Lane.NIX,),
        per_strategy=True,
        values={
            "untouched": good("Neither hello nor its environment is built again."),
            "rebuilt": bad("hello or its environment is built again."),
        },
    )
    return found


def conduct(lab: Lab) -> Iterator[Observation]:
    """Make each edit in a fresh clone that is built, and see what Nix makes of it."""
    for strategy in () if lab.nix_unavailable else lab.strategies:
        for edit in EDITS:
            yield from _observe(lab, edit, strategy)


def _observe(lab: Lab, edit: TreeEdit, strategy: str) -> Iterator[Observation]:
    nix = lab.nix().nix
    lab.fresh(lock=False)
    before = _build(lab, strategy)
    edit.make(lab.workspace.root, lab.attempt.nonce())
    after = _described(lab, strategy)
    again = rebuilt(before, after, nix.missing(path for item in after.values() for path in item.outputs.values()))
    if _build(lab, strategy) != after:
        raise StateError("Building changed how members are built.")
    changes = _changes(nix, before, after, again)
    had_to = _had_to(lab, changes)
    needless = [item for item in again if not had_to[item.attribute]]
    lines = [f"{_told(item, changes, had_to)}: {'; '.join(item.reasons)}" for item in again]
    told = "\n".join([f"({edit.what})", *(lines or ["(nothing is built)"])])
    for name, found in (("rebuilt", again), ("needless", needless)):
        yield Observation(
            finding=f"{name}-{edit.name}", lane=Lane.NIX, strategy=strategy, value=str(len(found)), evidence=told
        )
    if edit.name == "application":
        sibling = any(item.attribute.endswith(".hello") for item in again)
        value = "rebuilt" if sibling else "untouched"
        yield Observation(finding="rebuilds-sibling", lane=Lane.NIX, strategy=strategy, value=value, evidence=told)


def _described(lab: Lab, strategy: str) -> dict[str, Derivation]:
    """How each member and environment is built, by attribute, and all that they need, by name."""
    side = lab.nix()
    paths = side.nix.instantiate(side.expression(strategy), attributes(lab))
    return labelled(side.nix.graph(paths.values()), paths)


def _build(lab: Lab, strategy: str) -> dict[str, Derivation]:
    built_paths(lab, *attributes(lab), strategy=strategy)
    return _described(lab, strategy)


def _changes(
    nix: Nix, before: Mapping[str, Derivation], after: Mapping[str, Derivation], again: Sequence[Rebuilt]
) -> dict[str, Change]:
    """How far each thing that was built again differs from what it was; what is new differs in all."""
    return {
        item.attribute: _change(nix, before[item.attribute], after[item.attribute])
        if item.attribute in before
        else Change.CONTENT
        for item in again
    }


def _change(nix: Nix, old: Derivation, new: Derivation) -> Change:
    """How far the outputs of two derivations differ, taken together."""
    if old.outputs.keys() != new.outputs.keys():
        return Change.CONTENT
    found = {compare(nix.physical(path), nix.physical(new.outputs[name])) for name, path in old.outputs.items()}
    return next(change for change in Change if change in found)


def _had_to(lab: Lab, changes: Mapping[str, Change]) -> dict[str, bool]:
    changed = {name: change is Change.CONTENT for name, change in changes.items()}
    return needed(changed, {name: _members(lab, name) for name in changes if name.startswith("environments.")})


def _members(lab: Lab, environment: str) -> Sequence[str]:
    """The members that an application's environment links to."""
    application = lab.shape.member(environment.partition(".")[2])
    return [f"members.{name}" for name in (application.name, *application.needs)]


def _told(item: Rebuilt, changes: Mapping[str, Change], had_to: Mapping[str, bool]) -> str:
    if had_to[item.attribute]:
        return f"{item.attribute} (had to be)"
    same = ", and is the same but for its own path" if changes[item.attribute] is Change.NOTHING else ""
    return f"{item.attribute} (had not to be{same})"


FINDING = Experiment(facts=_facts(), conduct=conduct)
