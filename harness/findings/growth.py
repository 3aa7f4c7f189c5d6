"""What one more member costs by hand, seen in what a variant grows to: pure but for reading the variant's files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

from harness.findings import UNSUPPORTED, Observation
from harness.monorepo.growing.grow import grown_files
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.records.facts import FindingFacts, Lane
from harness.records.strategies import STRATEGIES

#: Read by people: no toolchain asks for it.
_NOT_PACKAGING = (".md", ".rst")

_NAME = "one-more"


def _facts(title: str, question: str, experiment: str) -> FindingFacts:
    return FindingFacts(
        title=f"{title}, for one more member",
        question=question,
        experiment=experiment,
        group="scale",
        lanes=(Lane.LOCAL, Lane.NIX),
        per_strategy=True,
    )


FACTS: Mapping[str, FindingFacts] = {
    "member-files": _facts(
        "Files outside its own folder",
        "How many files outside its own folder have to know of one more application?",
        "An application that needs what the last one needs is added; files that state it are counted.",
    ),
    "member-lines": _facts(
        "Lines outside its own folder",
        "How many lines outside its own folder state one more application?",
        "An application that needs what the last one needs is added; lines that state it are counted.",
    ),
    "member-own-lines": _facts(
        "Lines of packaging of its own",
        "How many lines of packaging lie in one more application's own folder?",
        "One that needs what the last one needs is added; its lines that are no code are counted.",
    ),
}
"""What :func:`look_at_growth` observes."""


def one_more(shape: Shape) -> Shape:
    """The shape with one more application, which needs what the last one needs."""
    name = next(text for number in range(len(shape.members) + 1) if (text := _numbered(number)) not in shape.graph)
    return replace(shape, members=(*shape.members, replace(shape.applications[-1], name=name)))


def _numbered(number: int) -> str:
    return f"{_NAME}-{number}" if number else _NAME


def look_at_growth(variant: Variant, shape: Shape) -> Iterator[Observation]:
    """What one more application asks for in each lane; ``variant`` is the committed one, with its three members."""
    texts = variant.texts()
    texts = {path: text for path, text in texts.items() if not path.endswith(_NOT_PACKAGING)}
    more = one_more(shape)
    growing = variant.spec.growing
    before, after = grown_files(texts, shape, growing), grown_files(texts, more, growing)
    own = f"{more.members[-1].name}/"
    added = {path: _added(before.get(path, ""), text) for path, text in after.items() if not path.endswith(".py")}
    python = [path for path in added if not path.endswith(".nix")]
    yield from _counted(Lane.LOCAL, None, own, {path: added[path] for path in python})
    for strategy in variant.spec.nix.strategies:
        files = STRATEGIES[strategy].files
        written = [path for path in added if any(PurePosixPath(path).match(pattern) for pattern in files)]
        yield from _counted(Lane.NIX, strategy, own, {path: added[path] for path in written})
    if not variant.spec.nix.strategies:
        reason = variant.spec.unsupported["nix"]
        yield from (Observation(finding=name, lane=Lane.NIX, value=UNSUPPORTED, evidence=reason) for name in FACTS)


def _added(before: str, after: str) -> list[str]:
    """The lines that came to be there."""
    if before == after:
        return []
    return list((Counter(after.splitlines()) - Counter(before.splitlines())).elements())


def _counted(lane: Lane, strategy: str | None, own: str, added: Mapping[str, list[str]]) -> Iterator[Observation]:
    inside = {
        path: [line for line in lines if line.strip()]
        for path, lines in added.items()
        if lines and path.startswith(own)
    }
    outside = {path: lines for path, lines in added.items() if lines and not path.startswith(own)}
    elsewhere = "\n".join(f"{path}: {line.strip()}" for path, lines in outside.items() for line in lines)
    for finding, value, evidence in (
        ("member-files", len(outside), elsewhere),
        ("member-lines", sum(map(len, outside.values())), elsewhere),
        (
            "member-own-lines",
            sum(map(len, inside.values())),
            "\n".join(f"{path}: {len(lines)} lines that are not blank" for path, lines in inside.items()),
        ),
    ):
        yield Observation(
            finding=finding, lane=lane, strategy=strategy, value=str(value), evidence=evidence or "no line"
        )
