"""Steps that only look at a variant's folder: nothing is installed or run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.errors import HarnessError
from harness.monorepo.changes import STANDARD, load_change
from harness.monorepo.growing import complaints, grown_files
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.monorepo.variants.lock import read_lock
from harness.run.check.causes import likely_cause
from harness.run.check.members import complete_members, first_difference, same_sources, stated
from harness.run.check.model import Result, StepFailure, StepVerdict, Wrong
from harness.run.check.patches import refused
from harness.run.check.told import difference, told

_ADDRESS = re.compile(r"\bhttps?://[^\s\"'<>)]+")
#: A path from the machine's root: no part of a longer one, and not one that begins with a tool's own placeholder.
_ABSOLUTE = re.compile(r"(?<![\w./~}-])(?:/(?:home|root|Users|tmp|var|opt|srv|work)/[\w.+-]+)")


@dataclass(frozen=True, kw_only=True)
class Look:
    """One step: its name, and what looks at a variant beside the one it is held against.

    It returns what was seen, or raises :class:`Wrong`.
    """

    step: str
    see: Callable[[Variant, Variant], str]


def look(variant: Variant, reference: Variant) -> Iterator[Result]:
    """Each step of looking at a variant; ``reference`` is one of ours, whose Python files every variant has."""
    for step in LOOKS:
        try:
            seen = step.see(variant, reference)
        except Wrong as wrong:
            yield Result(variant=variant.name, step=step.step, verdict=StepVerdict.FAILED, failure=wrong.failure)
        except (HarnessError, OSError, UnicodeDecodeError) as error:
            told = error.message if isinstance(error, HarnessError) else str(error)
            hint = error.hint if isinstance(error, HarnessError) else "It has to be readable UTF-8 text."
            failure = StepFailure(
                ran=f"reading the folder of {variant.name}", expected="readable", came=told, cause=hint
            )
            yield Result(variant=variant.name, step=step.step, verdict=StepVerdict.FAILED, failure=failure)
        else:
            yield Result(variant=variant.name, step=step.step, verdict=StepVerdict.PASSED, detail=seen)


def _committed(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    for template in variant.spec.lock_files:
        name = template.rsplit("/", 1)[-1]
        if found := [path for path in variant.folder.rglob(name) if "changes" not in path.parts]:
            raise Wrong(
                "the folder's files",
                "no lock file: they record addresses, and locking writes them",
                found[0].relative_to(variant.folder).as_posix(),
                "Remove it, and leave it out of commits.",
            )
    for name, path in variant.files().items():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if found_text := _ADDRESS.search(line) or _ABSOLUTE.search(line):
                raise Wrong(
                    f"{name}, line {number}",
                    "no address of an index and no path of a machine",
                    found_text[0],
                    "Use placeholders in variant.toml, or paths from the monorepo's root.",
                )
    return "no lock file, no address and no path of a machine"


def _statements(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    members = {member.name for member in CANONICAL.members}
    texts = variant.texts()
    for name, text in texts.items():
        owner = name.split("/", 1)[0]
        if not name.endswith((".py", ".md")):
            for number, wrong in complaints(text, owner if owner in members else ""):
                raise Wrong(f"{name}, line {number}", "one statement a line", wrong, _GROWN)
    for phase, step in _steps(variant):
        if named := sorted(members & set(_WORD.findall(" ".join(step)))):
            raise Wrong(
                f"[phases.{phase}] steps in variant.toml",
                "members as placeholders",
                f"{named[0]} by its name",
                "Write {app}, {module}, {member} or {need}, so that the step is right for the members of any shape.",
            )
    indirect = variant.spec.growing.indirect
    if indirect is not None and indirect.before not in texts.get("hello/pyproject.toml", "").splitlines():
        raise Wrong(
            "[growing.indirect] before in variant.toml",
            "a line of hello/pyproject.toml",
            repr(indirect.before),
            "Write the line as it stands there: what is needed through others goes before it.",
        )
    for member in CANONICAL.members:
        path = f"{member.name}/package.nix"
        for need in member.needs if path in texts else ():
            if need not in _WORD.findall(re.sub(r"#.*", "", texts[path])):
                expected = f"{need} among its arguments and its dependencies"
                raise Wrong(f"the file {path}", expected, "it is not there", f"{member.name} needs {need}: state it.")
    grown = grown_files(texts, CANONICAL, variant.spec.growing)
    for name in sorted({*texts, *grown}):
        if texts.get(name) != grown.get(name):
            raise Wrong(
                f"the file {name}",
                "what shared's and hello's files lead to",
                first_difference(texts.get(name), grown.get(name)),
                f"goodbye is stated as hello is, in its own files and in the line below hello's. {_GROWN}",
            )
    return "one a line; grown into the same members, they are the same files"


#: Why statements have to stand where they do.
_GROWN = "Members are grown into those of other repositories by repeating such lines."


_WORD = re.compile(r"[A-Za-z0-9_]+")


def _steps(variant: Variant) -> Iterator[tuple[str, Sequence[str]]]:
    for name in ("lock", "install", "again", "refresh", "run", "build", "deploy", "prepare"):
        phase = getattr(variant.spec.phases, name)
        yield from ((name, step) for step in (phase.steps if phase else ()))


def _locks(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    toolchain = variant.spec.toolchain
    for key, texts, lock in (
        ("packages", toolchain.packages, variant.toolchain_lock),
        ("build_requirements", toolchain.build_requirements, variant.build_lock),
    ):
        pins = {pin.name: pin.version for pin in read_lock(lock)}
        for requirement in map(Requirement, texts):
            wanted = next(iter(requirement.specifier)).version
            have = pins.get(canonicalize_name(requirement.name))
            if have != wanted:
                raise Wrong(
                    f"[toolchain] {key} and locks/{lock.name}",
                    f"{requirement.name} {wanted} in both",
                    f"the lock has {requirement.name} {have}" if have else f"the lock has no {requirement.name}",
                    f"The pin was changed after the lock was made: python -m harness update {variant.name} --keep-pins",
                )
    version = toolchain.version
    if version is not None and version.expect not in {*toolchain.pins.values()}:
        raise Wrong(
            "[toolchain.version] expect",
            f"the version of one of {', '.join(toolchain.packages)}",
            repr(version.expect),
            "The pin was raised and what --version is expected to say was not, or the reverse.",
        )
    return f"{', '.join(f'{name} {pin}' for name, pin in toolchain.pins.items()) or 'nothing'} pinned, with hashes"


def _backend(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    pins = {pin.name: pin.version for pin in read_lock(variant.build_lock)}
    required: set[str] = set()
    for member in CANONICAL.members:
        if not (variant.folder / member.name / "pyproject.toml").is_file():
            continue
        builds_with = stated(variant, member.name).get("build-system", {})
        for requirement in map(Requirement, builds_with.get("requires", ())):
            required.add(str(requirement))
            have = pins.get(canonicalize_name(requirement.name))
            if have is None or not requirement.specifier.contains(have, prereleases=True):
                raise Wrong(
                    f"{member.name}/pyproject.toml, [build-system] requires",
                    f"what [toolchain] build_requirements pins satisfies {requirement}",
                    f"locks/build.txt has {f'{requirement.name} {have}' if have else f'no {requirement.name}'}",
                    f"Pin it in [toolchain] build_requirements: python -m harness update {variant.name} --keep-pins",
                )
    return f"{', '.join(sorted(required)) or 'no backend'}: satisfied by what is pinned"


def _changes(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    made: list[str] = []
    not_made: list[str] = []
    for name in STANDARD:
        change = load_change(variant, name)
        if change is None:
            raise Wrong(
                f"[{name}] in changes.toml",
                "how the change is made, or why it cannot be",
                "it is not there",
                "CONTRIBUTING.md describes it; variants/uv/changes.toml is an example.",
            )
        for patch in (*change.patches, *filter(None, map(change.nix_patch, variant.spec.nix.strategies))):
            patch.files()
        if no := refused(variant, change):
            patch, came = no
            raise Wrong(
                f"`git apply` of {patch.shown} to a copy of the committed files", "it applies", came, likely_cause(came)
            )
        (not_made if change.file.unsupported else made).append(name)
    return f"{len(made)} of {len(STANDARD)} are described" + (
        f"; not possible: {', '.join(not_made)}" if not_made else ""
    )


def _documented(variant: Variant, reference: Variant) -> str:
    documented = variant.spec.documented
    ours = variant.folder.parent == reference.folder.parent
    if documented is None and not ours:
        return "not said: it is for variants of ours"
    if documented is None or documented.read > datetime.now(UTC).date():
        raise Wrong(
            "variant.toml",
            "the page of the tool's own documentation that shows this idiom, and the day on which it was read",
            "no `documented`" if documented is None else f"it was read on {documented.read}, which is to come",
            'Look it up: documented = { page = "https://…", read = "2026-12-01" }',
        )
    return f"{documented.page}, read on {documented.read}"


def _readme(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    readme = (variant.folder / "README.md").read_text(encoding="utf-8")
    expected, came = difference(readme, variant.spec.phases)
    if expected:
        raise Wrong(
            "README.md, its indented lines, against [phases] in variant.toml",
            expected,
            came,
            "What it tells people to type is what is measured: correct the one or the other.",
        )
    return f"what it says is what is measured: {len(list(told(readme)))} commands"


#: What people are told wrongly keeps nothing from being carried out: that may fail for the same reason, and says more.
FOR_READERS = frozenset({"documented", "readme"})

LOOKS = (
    Look(step="sources", see=same_sources),
    Look(step="members", see=complete_members),
    Look(step="documented", see=_documented),
    Look(step="readme", see=_readme),
    Look(step="committed", see=_committed),
    Look(step="statements", see=_statements),
    Look(step="locks", see=_locks),
    Look(step="backend", see=_backend),
    Look(step="changes", see=_changes),
)
