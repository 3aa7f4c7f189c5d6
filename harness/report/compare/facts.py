"""What differs between two runs besides times: outcomes, sizes, findings and versions. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.monorepo.shapes import CANONICAL
from harness.records.facts import FindingFacts, Lane, Outcome, Tone
from harness.records.format import CONTROL_SUFFIX, Finding, RunInfo
from harness.report import words
from harness.report.answers import answer, by_question, facts_of, strategies_of
from harness.report.compare.model import FindingChange, OutcomeChange, SizeChange, Told, VersionChange
from harness.report.compare.words import CHECKOUT, FILES
from harness.report.facts import describe
from harness.report.model import Answer
from harness.report.read.runs import Loaded
from harness.report.read.versions import changed_meaning, known_versions, machine_of
from harness.report.statistics.frames import Frames
from harness.report.tables import CELL, CellKey, Cells


@dataclass(frozen=True, kw_only=True)
class Spans:
    """Sizes that changed, how many both runs have, and how many of those differ no more than inside a run."""

    changed: tuple[SizeChange, ...]
    held: int
    wavering: int


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Findings that changed, and how many answers both runs have, or one alone."""

    changed: tuple[FindingChange, ...]
    held: int
    base: int
    new: int


def changed_outcomes(base: Cells, new: Cells, keys: Iterable[CellKey]) -> tuple[OutcomeChange, ...]:
    """The cells of ``keys``, measured in both runs, that ended in other ways in one than in the other.

    Those that were ok and never are any more come first.
    """
    found = [
        OutcomeChange(
            cell=describe(key.cell),
            before=_tally(base.outcomes[key]),
            after=_tally(new.outcomes[key]),
            lost=Outcome.OK in base.outcomes[key] and Outcome.OK not in new.outcomes[key],
            reason=new.reasons.get(key, ""),
        )
        for key in keys
        if base.outcomes[key].keys() != new.outcomes[key].keys()
    ]
    return tuple(sorted(found, key=lambda item: not item.lost))


def _tally(outcomes: Mapping[Outcome, int]) -> str:
    return ", ".join(f"{number} {outcome.value}" for outcome, number in outcomes.items())


def changed_sizes(base: Frames, new: Frames) -> Spans:
    """Sizes are exact, so any difference is a change, unless a size differs from block to block inside a run.

    Then it is one only if the smallest in one run is above the largest in the other.
    """
    old, now = _spans(base), _spans(new)
    both = [key for key in now if key in old]
    changed, wavering = [], 0
    for key in both:
        (low, middle, high), (new_low, new_middle, new_high) = old[key], now[key]
        if new_low > high or new_high < low:
            cell, name = key
            changed.append(
                SizeChange(
                    cell=describe(cell.cell),
                    name=name,
                    unit="bytes" if name.endswith("_bytes") else "",
                    before=middle,
                    after=new_middle,
                )
            )
        elif (low, high) != (new_low, new_high):
            wavering += 1
    return Spans(changed=tuple(changed), held=len(both), wavering=wavering)


def _spans(frames: Frames) -> dict[tuple[CellKey, str], tuple[float, float, float]]:
    """The smallest, the median and the largest of each size of each cell."""
    if frames.sizes.empty:
        return {}
    rows = frames.sizes["row"]
    sizes = frames.sizes.assign(**{name: frames.samples[name].array[rows] for name in CELL})
    grouped = sizes.groupby([*CELL, "name"], observed=True, sort=False)["value"].agg(["min", "median", "max"])
    found = {}
    for key, row in zip(grouped.index, grouped.itertuples(index=False), strict=True):
        *cell, name = map(str, key)
        if not cell[0].endswith(CONTROL_SUFFIX):
            found[CellKey(*cell), name] = (float(row[0]), float(row[1]), float(row[2]))
    return found


def changed_findings(base: Loaded, new: Loaded) -> Answers:
    """Findings whose value changed: hazards that were none first, then in the order in which they were asked."""
    old, now = _answers(base), _answers(new)
    meaning = {
        name for first, second in zip(base.runs, new.runs, strict=True) for name in changed_meaning(first, second)
    }
    facts, titles = facts_of(new.runs), strategies_of(new.runs)
    found = []
    for key, after in now.items():
        before = old.get(key)
        if before is None or before.value == after.value:
            continue
        shape, name, lane, strategy, variant = key
        asked = facts.get(name)
        redefined = name in meaning
        found.append(
            FindingChange(
                finding=name,
                title=asked.title if asked else name,
                variant=variant,
                lane=lane,
                strategy=strategy,
                where=", ".join(
                    filter(
                        None,
                        (
                            lane.value if asked is None or len(asked.lanes) > 1 else "",
                            titles.get(strategy, strategy).lower() if strategy else "",
                            shape if shape != CANONICAL.name else "",
                        ),
                    )
                ),
                before=_told(before, after),
                after=_told(after, before),
                hazard=after.tone is Tone.BAD and before.tone is not Tone.BAD and not redefined,
                redefined=redefined,
            )
        )
    both = len(old.keys() & now.keys())
    return Answers(
        changed=tuple(sorted(found, key=lambda item: not item.hazard)),
        held=both,
        base=len(old) - both,
        new=len(now) - both,
    )


def _answers(loaded: Loaded) -> dict[tuple[str, str, Lane, str | None, str], Answer]:
    """What was found last of each question, by the shape of the members it was asked of."""
    known = facts_of(loaded.runs)
    by_shape: dict[str, list[Finding]] = {}
    for item in loaded.findings:
        by_shape.setdefault(item.shape, []).append(item)
    return {
        (shape, name, lane, strategy, variant): answer(known.get(name, _UNDESCRIBED), found)
        for shape, own in by_shape.items()
        for (name, lane, strategy), by_variant in by_question(own, known).items()
        for variant, found in by_variant.items()
    }


#: What stands in for the facts of a finding that its run does not describe: its value has no tone.
_UNDESCRIBED = FindingFacts(title="", question="", experiment="", group="", lanes=())


def _told(own: Answer, other: Answer) -> Told:
    text = words.answer(own)
    # Two sizes that are read alike are told to the byte.
    exact = words.exact(own) if text == words.answer(other) else ""
    return Told(value=own.value, tone=own.tone, sign=words.tone(own), text=exact or text)


def changed_tools(base: RunInfo, new: RunInfo) -> tuple[VersionChange, ...]:
    """Versions and files that differ: of the machine and the harness first, then variant by variant."""
    old, now = machine_of(base), machine_of(new)
    found = [VersionChange(of="", name=name, before=before, after=after) for name, before, after in _differ(old, now)]
    revisions = ({CHECKOUT: base.git_revision}, {CHECKOUT: new.git_revision})
    found += [
        VersionChange(of="", name=name, before=before, after=after) for name, before, after in _differ(*revisions)
    ]
    for variant, facts in new.variants.items():
        if (earlier := base.variants.get(variant)) is None:
            continue
        pairs = [*_differ(*known_versions(earlier, facts)), *_differ({FILES: earlier.digest}, {FILES: facts.digest})]
        found += [VersionChange(of=variant, name=name, before=before, after=after) for name, before, after in pairs]
    return tuple(found)


def _differ(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys((*after, *before)):
        if before.get(name, "") != after.get(name, ""):
            yield name, before.get(name, ""), after.get(name, "")
