"""Steps that only look at a variant's folder: nothing is installed or run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.errors import HarnessError
from harness.monorepo.changes import STANDARD, load_change
from harness.monorepo.growing import complaints, grown_files
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.monorepo.variants.lock import read_lock
from harness.monorepo.variants.templates import nix_files
from harness.records.strategies import STRATEGIES
from harness.run.check.causes import likely_cause
from harness.run.check.model import Result, StepFailure, StepVerdict
from harness.run.check.patches import refused

_ADDRESS = re.compile(r"\bhttps?://[^\s\"'<>)]+")
#: A path from the machine's root: no part of a longer one, and not one that begins with a tool's own placeholder.
_ABSOLUTE = re.compile(r"(?<![\w./~}-])(?:/(?:home|root|Users|tmp|var|opt|srv|work)/[\w.+-]+)")


class Wrong(Exception):  # noqa: N818 - it is not raised beyond this module
    """What a look found wrong: what was looked at, what was expected, what is there, and why."""

    def __init__(self, ran: str, expected: str, came: str, cause: str) -> None:
        super().__init__(came)
        self.failure = StepFailure(ran=ran, expected=expected, came=came, cause=cause)


@dataclass(frozen=True, kw_only=True)
class Look:
    """One step: its name, and what looks. It returns what was seen, or raises :class:`Wrong`."""

    step: str
    see: Callable[[Variant, Mapping[str, bytes]], str]


def look(variant: Variant, sources: Mapping[str, bytes]) -> Iterator[Result]:
    """Each step of looking at a variant; ``sources`` are the Python files every variant has, by their path."""
    for step in LOOKS:
        try:
            seen = step.see(variant, sources)
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


def sources_of(variant: Variant) -> dict[str, bytes]:
    """The Python files of a variant's monorepo, by their path."""
    return {name: path.read_bytes() for name, path in variant.files().items() if name.endswith(".py")}


def _sources(variant: Variant, sources: Mapping[str, bytes]) -> str:
    own = sources_of(variant)
    cause = "Sources are the same in every variant: copy the file from another. What differs belongs beside them."
    for name in sorted({*own, *sources}):
        if name not in own:
            raise Wrong(f"the file {name}", "there, as in every variant", "it is not there", cause)
        if name not in sources:
            raise Wrong(f"the file {name}", "no Python file but the members' own", "it is there", cause)
        if own[name] != sources[name]:
            line = next(
                (
                    number
                    for number, pair in enumerate(zip(_lines(own[name]), _lines(sources[name]), strict=False), 1)
                    if pair[0] != pair[1]
                ),
                min(len(_lines(own[name])), len(_lines(sources[name]))) + 1,
            )
            raise Wrong(f"the file {name}", "the same bytes as in every variant", f"line {line} differs", cause)
    return f"{len(own)} Python files, the same bytes as in every variant"


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _members(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
    spec = variant.spec
    missing = []
    for member in CANONICAL.members:
        wanted = ["pyproject.toml"] if spec.toolchain.backend else []
        wanted += [
            pattern.removeprefix("*/")
            for name in spec.nix.strategies
            for pattern in STRATEGIES[name].files
            if pattern.startswith("*/")
        ]
        missing += [f"{member.name}/{name}" for name in wanted if not (variant.folder / member.name / name).is_file()]
    missing += [
        pattern
        for name in spec.nix.strategies
        for pattern in STRATEGIES[name].files
        if not pattern.startswith("*/") and not (variant.folder / pattern).is_file()
    ]
    if missing:
        raise Wrong(
            "the members' files",
            "a pyproject.toml for each member, and what each Nix strategy is written in",
            f"missing: {', '.join(missing)}",
            "Write the file, or take the strategy out of [nix] strategies.",
        )
    for member in CANONICAL.members:
        _member(variant, member.name)
    for path, text in nix_files(variant.spec).items():
        there = (variant.folder / path).read_text(encoding="utf-8") if (variant.folder / path).is_file() else None
        if there != text:
            raise Wrong(
                f"the file {path}",
                "what variants/__templates__ gives, filled from variant.toml",
                _first_difference(there, text),
                f"python -m harness update {variant.name} --keep-pins writes it; [nix] own names what is to differ.",
            )
    return f"{', '.join(member.name for member in CANONICAL.members)}: complete"


def _member(variant: Variant, member: str) -> None:
    path = variant.folder / member / "pyproject.toml"
    if not path.is_file():
        return
    project = _stated(variant, member)
    name = project.get("project", {}).get("name")
    if name != member:
        raise Wrong(
            f"{member}/pyproject.toml", f"[project] name = {member!r}", f"{name!r}", "A member is called as its folder."
        )
    for text in project["project"].get("dependencies", []):
        try:
            Requirement(text)
        except InvalidRequirement as error:
            raise Wrong(
                f"{member}/pyproject.toml, dependencies", "requirements", f"{text!r}: {error}", "PEP 508 has the form."
            ) from error


def _stated(variant: Variant, member: str) -> dict[str, Any]:
    """What a member's pyproject.toml states."""
    try:
        return tomllib.loads((variant.folder / member / "pyproject.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"{member}/pyproject.toml", "TOML", str(error), "Mend the line it names.") from error


def _committed(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
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


def _statements(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
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
                _first_difference(texts.get(name), grown.get(name)),
                f"goodbye is stated as hello is, in its own files and in the line below hello's. {_GROWN}",
            )
    return "one a line; grown into the same members, they are the same files"


#: Why statements have to stand where they do.
_GROWN = "Members are grown into those of other repositories by repeating such lines."

_TABLE = re.compile(r"\[\[?[\w.\"'-]+\]\]?$")

_WORD = re.compile(r"[A-Za-z0-9_]+")


def _steps(variant: Variant) -> Iterator[tuple[str, Sequence[str]]]:
    for name in ("lock", "install", "refresh", "run", "build", "deploy"):
        phase = getattr(variant.spec.phases, name)
        yield from ((name, step) for step in (phase.steps if phase else ()))


def _first_difference(there: str | None, grown: str | None) -> str:
    if there is None or grown is None:
        return "it is not there" if there is None else "nothing in shared's or hello's files leads to it"
    if more := [line for line in grown.splitlines() if _TABLE.match(line) and line not in there.splitlines()]:
        return f"the table {more[0]} is missing in it"
    if more := [line for line in there.splitlines() if _TABLE.match(line) and line not in grown.splitlines()]:
        return f"the table {more[0]} is in it alone"
    pairs = enumerate(zip_longest(there.split("\n"), grown.split("\n"), fillvalue="nothing"), 1)
    number, (is_there, led_to) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
    return f"line {number} is {is_there!r}, and not {led_to!r}"


def _locks(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
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


def _backend(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
    pins = {pin.name: pin.version for pin in read_lock(variant.build_lock)}
    required: set[str] = set()
    for member in CANONICAL.members:
        if not (variant.folder / member.name / "pyproject.toml").is_file():
            continue
        stated = _stated(variant, member.name).get("build-system", {})
        for requirement in map(Requirement, stated.get("requires", ())):
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


def _changes(variant: Variant, sources: Mapping[str, bytes]) -> str:  # noqa: ARG001
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


LOOKS = (
    Look(step="sources", see=_sources),
    Look(step="members", see=_members),
    Look(step="committed", see=_committed),
    Look(step="statements", see=_statements),
    Look(step="locks", see=_locks),
    Look(step="backend", see=_backend),
    Look(step="changes", see=_changes),
)
