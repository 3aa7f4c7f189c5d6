"""Findings and changes of a made-up run: every tone, every special value, both lanes, counts and closed sets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.records.facts import ChangeFacts, FindingFacts, Lane, Tone, ValueFacts
from harness.records.format import Finding

COUNTS = ("configuration-lines", "dependency-statements", "must-agree-by-hand")

_STALE = {
    "fresh": ValueFacts(meaning="It shows at once.", tone=Tone.GOOD),
    "broken": ValueFacts(meaning="It fails.", tone=Tone.FAIR),
    "stale": ValueFacts(meaning="It does not show.", tone=Tone.BAD),
    "other": ValueFacts(meaning="It is another matter.", tone=Tone.NEUTRAL),
}

_FORGOTTEN = {
    "noticed-at-build": ValueFacts(meaning="Nix refuses.", tone=Tone.FAIR),
    "unnoticed": ValueFacts(meaning="Nobody notices.", tone=Tone.BAD),
    "not-needed": ValueFacts(meaning="There is nothing to forget.", tone=Tone.GOOD),
}
_WORKS = {
    "works": ValueFacts(meaning="It works.", tone=Tone.GOOD),
    "fails": ValueFacts(meaning="It does not work.", tone=Tone.BAD),
}


def _facts(
    name: str, group: str, lanes: tuple[Lane, ...] = tuple(Lane), values: dict[str, ValueFacts] | None = None
) -> FindingFacts:
    title = name.replace("-", " ").capitalize()
    return FindingFacts(
        title=title,
        question=f"What of {name}?",
        experiment="It is tried.",
        group=group,
        lanes=lanes,
        values=values or {},
    )


CHANGES = {
    name: ChangeFacts(title=name.replace("-", " ").capitalize(), what=f"Somebody does {name}.", effect="It is seen.")
    for name in ("add-dependency", "rename-library")
}

FACTS = {
    **{name: _facts(name, "friction") for name in COUNTS},
    "stale-value": _facts("stale-value", "freshness", (Lane.LOCAL,), _STALE),
    "undeclared": _facts("undeclared", "safety", tuple(Lane), _STALE),
    "odd": _facts("odd", "a group of its own", (Lane.NIX,), _STALE),
    **{
        f"{change}.{measure}": _facts(f"{change}.{measure}", "changes", lanes, values)
        for change in CHANGES
        for measure, lanes, values in (
            ("works", tuple(Lane), _WORKS),
            ("files", tuple(Lane), None),
            ("lines-added", tuple(Lane), None),
            ("lines-removed", tuple(Lane), None),
            ("lock-lines", (Lane.LOCAL,), None),
            ("commands", (Lane.LOCAL,), None),
            ("stated-twice", tuple(Lane), None),
            ("forgotten", (Lane.NIX,), _FORGOTTEN),
        )
    },
}

_EVIDENCE = "hello/pyproject.toml project.dependencies: shared\nhello/pyproject.toml tool.x.sources: shared"


def made_up_findings(variants: Sequence[str], run_id: str) -> Iterator[Finding]:
    """An answer of every variant to every question."""
    for place, variant in enumerate(variants):
        for name, facts in FACTS.items():
            for lane in facts.lanes:
                yield Finding(
                    run_id=run_id,
                    variant=variant,
                    lane=lane,
                    finding=name,
                    value=_value(name, facts, lane, place),
                    evidence=_EVIDENCE if facts.group == "friction" else f"$ tool {name} <{variant}>\nit is so & so",
                )


def _value(name: str, facts: FindingFacts, lane: Lane, place: int) -> str:
    if name == "must-agree-by-hand" and place == 1 and lane is Lane.NIX:
        return "unsupported"
    if name == "undeclared" and place == 2:
        return "failed"
    if name.startswith("rename-library.") and place == 3:
        return "unsupported"
    if facts.values:
        return list(facts.values)[place % len(facts.values)]
    counts = {
        "configuration-lines": 40 + 7 * place,
        "dependency-statements": 1 + place % 3 if lane is Lane.LOCAL else 2,
    }
    return str(counts.get(name, place))
