"""``rebuilt-…``: what Nix builds again after an edit, why, and how much of it had to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Experiment, Observation
from harness.findings.edits import module
from harness.lab import Lab
from harness.nix import Derivation, Nix, Rebuilt, content, needed, rebuilt
from harness.records import FindingFacts, Lane, Tone, ValueFacts


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One edit of the checkout; ``what`` completes the sentence *how many derivations are built after …*."""

    name: str
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


EDITS = (
    Edit(name="library", what="a line is added to the library's code", make=_library),
    Edit(name="application", what="a line is added to goodbye's code, and nothing else is edited", make=_application),
    Edit(name="tests", what="a test and a README.md are added to the library, which no wheel of it holds", make=_tests),
    Edit(name="outside", what="README.md and NOTES.md are edited at the root, outside any member", make=_outside),
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
            title=f"Built again after an edit: {edit.name}",
            question=f"How many derivations are built again after {edit.what}?",
            experiment=experiment,
            group="rebuilds",
            lanes=(Lane.NIX,),
            per_strategy=True,
        )
        found[f"needless-{edit.name}"] = FindingFacts(
            title=f"Built again without need: {edit.name}",
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
            "untouched": ValueFacts(meaning="Neither hello nor its environment is built again.", tone=Tone.GOOD),
            "rebuilt": ValueFacts(meaning="hello or its environment is built again.", tone=Tone.BAD),
        },
    )
    return found


def conduct(lab: Lab) -> Iterator[Observation]:
    """Make each edit in a fresh clone that is built, and see what Nix makes of it."""
    for strategy in () if lab.nix_unavailable else lab.strategies:
        for edit in EDITS:
            yield from _observe(lab, edit, strategy)


def _observe(lab: Lab, edit: Edit, strategy: str) -> Iterator[Observation]:
    nix = lab.nix().nix
    lab.fresh(lock=False)
    before = _build(lab, strategy)
    edit.make(lab.workspace.root, lab.attempt.nonce())
    after = _described(lab, strategy)
    again = rebuilt(before, after, nix.missing(path for item in after.values() for path in item.outputs.values()))
    if _build(lab, strategy) != after:
        raise StateError("Building changed how members are built.")
    had_to = _had_to(lab, nix, before, after)
    needless = [item for item in again if not had_to[item.attribute]]
    told = f"({edit.what})\n" + ("\n".join(_told(item, had_to) for item in again) or "(nothing is built)")
    for name, found in (("rebuilt", again), ("needless", needless)):
        yield Observation(
            finding=f"{name}-{edit.name}", lane=Lane.NIX, strategy=strategy, value=str(len(found)), evidence=told
        )
    if edit.name == "application":
        sibling = any(item.attribute.endswith(".hello") for item in again)
        value = "rebuilt" if sibling else "untouched"
        yield Observation(finding="rebuilds-sibling", lane=Lane.NIX, strategy=strategy, value=value, evidence=told)


def attributes(lab: Lab) -> list[str]:
    """All members, and the environments of all applications."""
    members = [f"members.{member.name}" for member in lab.shape.members]
    return [*members, *(f"environments.{member.name}" for member in lab.shape.applications)]


def _described(lab: Lab, strategy: str) -> dict[str, Derivation]:
    """How each member and environment is built, by attribute."""
    side = lab.nix()
    paths = side.nix.instantiate(side.expression(strategy), attributes(lab))
    found = side.nix.derivations(paths.values())
    return {name: found[path] for name, path in paths.items()}


def _build(lab: Lab, strategy: str) -> dict[str, Derivation]:
    built = lab.nix_build(*attributes(lab), strategy=strategy)
    if not built.ok:
        raise StateError(f"Building failed: {built.evidence}")
    return _described(lab, strategy)


def _had_to(lab: Lab, nix: Nix, before: Mapping[str, Derivation], after: Mapping[str, Derivation]) -> dict[str, bool]:
    changed = {name: _content(nix, before[name]) != _content(nix, item) for name, item in after.items()}
    members = {name: _members(lab, name) for name in after if name.startswith("environments.")}
    return needed(changed, members)


def _content(nix: Nix, derivation: Derivation) -> list[str]:
    return [content(nix.physical(path)) for path in derivation.outputs.values()]


def _members(lab: Lab, environment: str) -> Sequence[str]:
    """The members that an application's environment links to."""
    application = lab.shape.member(environment.partition(".")[2])
    return [f"members.{name}" for name in (application.name, *application.needs)]


def _told(item: Rebuilt, had_to: Mapping[str, bool]) -> str:
    need = "had to be" if had_to[item.attribute] else "had not to be"
    return f"{item.attribute} ({need}): {'; '.join(item.reasons)}"


FINDING = Experiment(facts=_facts(), conduct=conduct)
