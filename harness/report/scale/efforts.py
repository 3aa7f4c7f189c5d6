"""What one more application takes by hand: pure, from the findings about scale to figures by variant and shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from harness.records.facts import FindingFacts, Lane
from harness.records.format import Finding
from harness.report.anchors import anchored
from harness.report.answers import SCALE, answer, by_question
from harness.report.model import Answer
from harness.report.scale.model import Effort, OneMore

#: The findings that are counted: files and lines outside the new member's folder, and lines of packaging inside it.
FILES, LINES, OWN = "member-files", "member-lines", "member-own-lines"

_Place = tuple[Lane, str | None]


def efforts(
    findings: Iterable[Finding],
    known: Mapping[str, FindingFacts],
    *,
    shapes: Sequence[str],
    variants: Sequence[str],
    titles: Mapping[str, str],
) -> tuple[Effort, ...]:
    """A table for each lane and Nix strategy of which anything is known; ``titles`` are those of the strategies."""
    about = {name: facts for name, facts in known.items() if facts.group == SCALE}
    found: dict[_Place, dict[str, dict[str, dict[str, Answer]]]] = {}
    given = [item for item in findings if item.finding in about]
    for shape in shapes:
        for (name, lane, strategy), by_variant in by_question((i for i in given if i.shape == shape), known).items():
            for variant in variants:
                if variant in by_variant:
                    cell = found.setdefault((lane, strategy), {}).setdefault(variant, {}).setdefault(shape, {})
                    cell[name] = answer(about[name], by_variant[variant])
    return tuple(
        Effort(
            slug=anchored("scale-friction", lane.value, strategy),
            title="Local lane" if lane is Lane.LOCAL else _nix(strategy, titles),
            lane=lane,
            cells={
                variant: {shape: _one_more(cell) for shape, cell in found[lane, strategy][variant].items()}
                for variant in variants
                if variant in found[lane, strategy]
            },
        )
        for lane, strategy in _ordered(found, titles)
    )


def _ordered(found: Iterable[_Place], titles: Mapping[str, str]) -> Iterator[_Place]:
    """The local lane first, then strategies as runs describe them."""
    order = [None, *titles]
    yield from sorted(
        found,
        key=lambda place: (place[0] is not Lane.LOCAL, order.index(place[1]) if place[1] in order else len(order)),
    )


def _nix(strategy: str | None, titles: Mapping[str, str]) -> str:
    return f"Nix files, {titles.get(strategy, strategy).lower()}" if strategy else "Nix files"


def _one_more(cell: Mapping[str, Answer]) -> OneMore:
    words = [item.value for item in cell.values() if not item.value.isdigit()]
    files, lines, own = (
        int(cell[name].value) if name in cell and cell[name].value.isdigit() else None for name in (FILES, LINES, OWN)
    )
    return OneMore(files=files, lines=lines, own=own, word=words[0] if words else "")
