"""What each standard change costs by hand, and whether it works: made for real, in both lanes.

In the Nix lane each change is made twice for each strategy: without its edit of the Nix files, to see what Nix says
of what was forgotten, and with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from harness.errors import HarnessError, StateError
from harness.findings.base import FAILED, UNSUPPORTED, Experiment, Observation, bad, fair, good
from harness.findings.noticing import place_of
from harness.findings.statements import Statement, listed, python_statements, stated_again, strategy_statements
from harness.monorepo.changes import STANDARD, VariantChange, load_change
from harness.monorepo.changes.patch import FileEdit, Part, edits
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.provision.nix.tree import read_statements
from harness.records.facts import FindingFacts, Lane, ValueFacts
from harness.records.strategies import HANDWRITTEN
from harness.workspace.changes import apply_nix_patch, before, effects, make, verify_effect
from harness.workspace.experiment import Lab, Trial

#: What packaging is stated in, whoever writes it.
_STATED = frozenset(
    {
        "pyproject.toml",
        "hatch.toml",
        "Pipfile",
        "setup.cfg",
        "requirements.in",
        "requirements.txt",
        "requirements-dev.txt",
    }
)

#: Packages from outside whose statements are counted; changes bring them in.
OUTSIDE = ("more-itertools", "pytest")

_WORKS = {
    "works": good("The change was made, and its effect was seen."),
    "fails": bad("The change was made as described, and its effect did not show."),
}

_FORGOTTEN = {
    "not-needed": good("Nothing has to be edited in the Nix files: it works at once."),
    "noticed-at-evaluation": fair("Nix refuses before it builds anything."),
    "noticed-at-build": fair("Nix refuses while it builds a member."),
    "noticed-at-start": bad("All is built, and an application fails when it is started."),
    "unnoticed": bad("All is built and runs, without the change."),
}

# Each measure: its words, the lanes it is taken in, and its values; a measure without values is a count.
_MEASURES: dict[str, tuple[str, str, tuple[Lane, ...], dict[str, ValueFacts]]] = {
    "works": ("does it work", "Is the effect seen when the change is made as described?", tuple(Lane), _WORKS),
    "files": ("files edited", "How many files are edited by hand?", tuple(Lane), {}),
    "lines-added": ("lines added", "How many lines are added by hand, code and documentation aside?", tuple(Lane), {}),
    "lines-removed": (
        "lines removed",
        "How many lines are removed by hand, code and documentation aside?",
        tuple(Lane),
        {},
    ),
    "lines-result": (
        "lines that result",
        "How many lines of packaging are there that were not, typed or written by a tool, lock files aside?",
        (Lane.LOCAL,),
        {},
    ),
    "lock-lines": ("lock lines", "How many lines of hand-kept lists of versions are edited?", (Lane.LOCAL,), {}),
    "code-lines": ("code lines", "How many lines of Python are added or removed?", (Lane.LOCAL,), {}),
    "commands": ("commands typed", "How many commands are typed until it works?", (Lane.LOCAL,), {}),
    "stated-twice": ("stated twice", "How many facts has it to state in more than one place?", tuple(Lane), {}),
    "forgotten": ("forgotten in Nix", "What happens if the Nix files are forgotten?", (Lane.NIX,), _FORGOTTEN),
}


def _facts() -> dict[str, FindingFacts]:
    return {
        f"{name}.{measure}": FindingFacts(
            title=f"{change.facts.title}: {title}",
            question=question,
            experiment=f"{change.facts.what} It is made in a scratch copy as the variant's changes.toml says. Then: "
            f"{change.facts.effect}",
            group="changes",
            lanes=lanes,
            per_strategy=Lane.NIX in lanes,
            values=values,
        )
        for name, change in STANDARD.items()
        for measure, (title, question, lanes, values) in _MEASURES.items()
    }


def conduct(lab: Lab) -> Iterator[Observation]:
    """Make every change, in both lanes; one that cannot be made leaves the others as they are."""
    for name in STANDARD:
        for lane, strategy in ((Lane.LOCAL, None), *((Lane.NIX, strategy) for strategy in lab.strategies)):
            measures = [measure for measure, (_, _, lanes, _) in _MEASURES.items() if lane in lanes]
            found: dict[str, tuple[str, str]] = {}
            try:
                reason = _cannot(lab, name, lane)
                if reason:
                    found = dict.fromkeys(measures, (UNSUPPORTED, reason))
                elif strategy is None:
                    found = _local(lab, _change(lab, name))
                else:
                    found = _nix(lab, _change(lab, name), strategy)
            except HarnessError as error:
                found = {"works": ("fails", lab.show(error.message))}
            for measure in measures:
                missing = (FAILED, "The change could not be made: " + found["works"][1])
                value, evidence = found.get(measure, missing)
                yield Observation(
                    finding=f"{name}.{measure}", lane=lane, strategy=strategy, value=value, evidence=evidence
                )


def _change(lab: Lab, name: str) -> VariantChange:
    change = load_change(lab.bench.variant, name)
    if change is None:
        raise StateError(f"changes.toml has no [{name}].")
    return change


def _cannot(lab: Lab, name: str, lane: Lane) -> str:
    """Why a change cannot be made here; empty if it can."""
    if lane is Lane.NIX and lab.nix_unavailable:
        return lab.nix_unavailable
    for item in (STANDARD[name].base, name):
        if item:
            stated = lab.bench.variant.spec.unsupported.get(item, "") if lane is Lane.LOCAL else ""
            if stated:
                return stated
            file = _change(lab, item).file
            if file.unsupported or (lane is Lane.NIX and file.unsupported_nix):
                return file.unsupported or file.unsupported_nix
    return ""


def _local(lab: Lab, change: VariantChange) -> dict[str, tuple[str, str]]:
    base, shape = before(lab.bench.variant, change, lab.shape)
    lab.installed()
    _make(lab, base, shape, environments=True)
    again_before = _again(lab.shaped(shape), Lane.LOCAL)
    stated_before = _packaging(lab.shaped(shape))
    after = _make(lab, change, change.change.reshape(shape), environments=True)
    resulting = _new_lines(stated_before, _packaging(after))
    trials = [
        (after.command(command), command, application)
        for command, application in effects(after.bench, after.attempt, after.workspace, change)
    ]
    for trial, command, application in trials:
        verify_effect(change, after.shape, command, trial.last, application)
    new = {fact: found for fact, found in _again(after, Lane.LOCAL).items() if fact not in again_before}
    by_hand = [item for item in edits(change.patches) if item.part is not Part.NIX]
    configuration = [item for item in by_hand if item.part in (Part.PACKAGING, Part.LOCK)]
    typed = [" ".join(step) for step in change.commands]
    return {
        "works": ("works", "\n".join(trial.evidence for trial, _, _ in trials)),
        **_counts(configuration, _texts(change)),
        "files": (str(len(by_hand)), _told(by_hand)),
        "lines-result": (str(len(resulting)), "\n".join(resulting) or "No line is new."),
        "lock-lines": _sum([item for item in by_hand if item.part is Part.LOCK]),
        "code-lines": _sum([item for item in by_hand if item.part is Part.CODE]),
        "commands": (str(len(typed)), "\n".join(f"$ {line}" for line in typed) or "Nothing is typed."),
        "stated-twice": (str(len(new)), "\n".join(map(listed, new.items())) or "No fact is stated twice for it."),
    }


def _nix(lab: Lab, change: VariantChange, strategy: str) -> dict[str, tuple[str, str]]:
    base, shape = before(lab.bench.variant, change, lab.shape)
    lab.fresh()
    _make(lab, base, shape, environments=False, strategy=strategy)
    again_before = _again(lab.shaped(shape), Lane.NIX, strategy)
    after = _make(lab, change, change.change.reshape(shape), environments=False)
    checks = [f"checks.{member.name}" for member in after.shape.applications]
    forgotten = _forgotten(after, change, after.nix_build(*checks, strategy=strategy), strategy)
    patch = change.nix_patch(strategy)
    if patch:
        apply_nix_patch(after.bench, after.attempt, after.workspace, change, strategy)
    built = after.nix_build(*checks, strategy=strategy)
    works = ("works" if _shows(after, change, built, strategy) else "fails", built.evidence)
    new = {fact: found for fact, found in _again(after, Lane.NIX, strategy).items() if fact not in again_before}
    by_hand = list(edits((patch,))) if patch else []
    return {
        "works": works,
        **_counts(by_hand, _text(patch.text) if patch else "Nothing by hand."),
        "files": (str(len(by_hand)), _told(by_hand)),
        "stated-twice": (str(len(new)), "\n".join(map(listed, new.items())) or "No fact is stated twice for it."),
        "forgotten": forgotten,
    }


def _make(
    lab: Lab, change: VariantChange | None, shape: Shape, *, environments: bool, strategy: str | None = None
) -> Lab:
    """The lab after a change, which may be none; with ``strategy``, its edit of those Nix files included."""
    after = lab.shaped(shape)
    if change is not None:
        make(after.bench, after.attempt, after.workspace, change, environments=environments)
        if strategy:
            apply_nix_patch(after.bench, after.attempt, after.workspace, change, strategy)
    return after


def _forgotten(lab: Lab, change: VariantChange, checks: Trial, strategy: str) -> tuple[str, str]:
    """What came of building and starting the applications without the edit of the Nix files."""
    if not checks.ok:
        return place_of(checks), checks.evidence
    if _shows(lab, change, checks, strategy):
        return "not-needed", checks.evidence
    return "unnoticed", checks.evidence + "\n(built and started; the effect of the change does not show)"


def _shows(lab: Lab, change: VariantChange, built: Trial, strategy: str) -> bool:
    """Whether the effect of a change shows in what was built: ``built`` are the checks of all applications."""
    if not built.ok:
        return False
    side = lab.nix()
    printed = [side.nix.physical(path).read_text(encoding="utf-8") for path in built.last.stdout.split()]
    if printed != [change.change.line(member.name) for member in lab.shape.applications]:
        return False
    if not change.change.tests:
        return True
    members = [f"members.{member.name}" for member in lab.shape.members]
    derivations = side.nix.instantiate(side.expression(strategy), members)
    return all("1 passed" in side.nix.build_log(derivation) for derivation in derivations.values())


def _again(lab: Lab, lane: Lane, strategy: str = "") -> dict[str, list[Statement]]:
    """The facts that are stated more than once in the checkout as it is now, with one strategy's Nix files."""
    variant: Variant = lab.bench.variant
    root = lab.workspace.root
    stated = list(python_statements(root, lab.shape, OUTSIDE))
    if lane is Lane.NIX:
        side = lab.nix()
        packages = read_statements(side.nix, side.expression(strategy)) if strategy == HANDWRITTEN else {}
        if isinstance(packages, str):
            raise StateError(f"The Nix files cannot be read: {packages}")
        stated += strategy_statements(strategy, root, variant.spec.nix, lab.shape, packages, OUTSIDE)
    return stated_again(stated, lane)


def _packaging(lab: Lab) -> dict[str, list[str]]:
    """The lines of what a person would read of the packaging: files at the root and in each member's folder."""
    root, spec = lab.workspace.root, lab.bench.variant.spec
    made = {name.rsplit("/", 1)[-1] for name in spec.lock_files}
    texts = {}
    for folder in (root, *(root / member.name for member in lab.shape.members)):
        for path in sorted(folder.iterdir() if folder.is_dir() else ()):
            told = path.relative_to(root).as_posix()
            if path.name in _STATED and path.name not in made and path.is_file():
                texts[told] = path.read_text(encoding="utf-8").splitlines()
    return texts


def _new_lines(before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """The lines that were not there, each with its file; blank ones are none."""
    new = []
    for name, lines in after.items():
        differ = unified_diff(before.get(name, []), lines, lineterm="", n=0)
        new += [f"{name}: {line}" for line in differ if line.startswith("+") and line[1:].strip() and line[:3] != "+++"]
    return new


def _counts(found: list[FileEdit], text: str) -> dict[str, tuple[str, str]]:
    return {
        "lines-added": (str(sum(item.added for item in found)), text),
        "lines-removed": (str(sum(item.removed for item in found)), _told(found)),
    }


def _sum(found: list[FileEdit]) -> tuple[str, str]:
    return str(sum(item.added + item.removed for item in found)), _told(found)


def _told(found: list[FileEdit]) -> str:
    return (
        "\n".join(f"{item.path}: +{item.added} -{item.removed}{' (moved)' if item.moved else ''}" for item in found)
        or "Nothing is edited by hand."
    )


def _texts(change: VariantChange) -> str:
    return "\n".join(_text(patch.text) for patch in change.patches) or "Nothing by hand."


def _text(patch: str) -> str:
    """A patch without the lines that only Git reads."""
    return "\n".join(line for line in patch.splitlines() if not line.startswith(("index ", "diff --git ")))


FINDING = Experiment(facts=_facts(), conduct=conduct)
