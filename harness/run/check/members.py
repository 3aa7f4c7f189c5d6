"""Whether a variant has the members that every variant has: their sources, what they state, and their Nix files."""

from __future__ import annotations

import re
import tomllib
from itertools import zip_longest
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.monorepo.variants.templates import nix_files
from harness.records.strategies import STRATEGIES
from harness.run.check.model import Wrong

_TABLE = re.compile(r"\[\[?[\w.\"'-]+\]\]?$")


def sources_of(variant: Variant) -> dict[str, bytes]:
    """The Python files of a variant, by their path in it."""
    return {name: path.read_bytes() for name, path in variant.files().items() if name.endswith(".py")}


def same_sources(variant: Variant, reference: Variant) -> str:
    """See that its Python files are those of every variant; raises :class:`Wrong`."""
    own, sources = sources_of(variant), sources_of(reference)
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


def complete_members(variant: Variant, reference: Variant) -> str:  # noqa: ARG001
    """See that each member has its files, and that they say what they have to; raises :class:`Wrong`."""
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
                first_difference(there, text),
                f"python -m harness update {variant.name} --keep-pins writes it; [nix] own names what is to differ.",
            )
    return f"{', '.join(member.name for member in CANONICAL.members)}: complete"


def _member(variant: Variant, member: str) -> None:
    path = variant.folder / member / "pyproject.toml"
    if not path.is_file():
        return
    project = stated(variant, member)
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


def stated(variant: Variant, member: str) -> dict[str, Any]:
    """What a member's pyproject.toml states."""
    try:
        return tomllib.loads((variant.folder / member / "pyproject.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"{member}/pyproject.toml", "TOML", str(error), "Mend the line it names.") from error


def first_difference(there: str | None, grown: str | None) -> str:
    """Where two texts of one file differ first, in words."""
    if there is None or grown is None:
        return "it is not there" if there is None else "nothing in shared's or hello's files leads to it"
    if more := [line for line in grown.splitlines() if _TABLE.match(line) and line not in there.splitlines()]:
        return f"the table {more[0]} is missing in it"
    if more := [line for line in there.splitlines() if _TABLE.match(line) and line not in grown.splitlines()]:
        return f"the table {more[0]} is in it alone"
    pairs = enumerate(zip_longest(there.split("\n"), grown.split("\n"), fillvalue="nothing"), 1)
    number, (is_there, led_to) = next((number, pair) for number, pair in pairs if pair[0] != pair[1])
    return f"line {number} is {is_there!r}, and not {led_to!r}"
