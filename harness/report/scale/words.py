"""How the section on scale says things: figures in words, and sentences that follow from the figures by rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from harness.records.facts import Outcome
from harness.records.spelling import number
from harness.report import words
from harness.report.prose import join
from harness.report.scale.model import (
    Curve,
    Effort,
    Kind,
    OneMore,
    Panel,
    Point,
    Rebuilt,
    ScaleLane,
    ScaleView,
    Size,
    Told,
)
from harness.report.statistics.compare import BAND, MINIMUM_BLOCKS
from harness.report.statistics.scale import EXPONENT_BAND, MINIMUM_SIZES_OFF_LINE, Crossing, Exponent, Fit, Growth

#: So many crossing points are told of in words; the table has all.
_CROSSINGS = 8

_GROWTH = {
    Growth.WORSE: "Grows worse than linear",
    Growth.LINEAR: "Grows linearly",
    Growth.SUBLINEAR: "Grows less than linearly",
    Growth.CONSTANT: "Does not grow",
}

#: How an outcome is said in a sentence, where that is not as it is written.
ENDED = {Outcome.TIMED_OUT.value: "timed out", Outcome.SETUP_FAILED.value: "could not be set up"}
_ALL_BORNE = "None: every sample at every size that was measured is ok."

#: What is counted of one more application.
EFFORTS = (
    "What has to be written by hand to add one more application like the last: lines outside its own folder and in how"
    " many files, and how many lines of packaging its own folder has."
)
#: What is counted after an edit of the core.
REBUILT = (
    "The core is edited. In Nix have to be built again: the core, every member that needs it, directly or through"
    " others, and the environments of the applications among them, since each names what lies below it. Locally the"
    " edit reaches as many members, but those that are linked to their sources need not be installed again."
    " This goes by the graph; whether what was built again came out another is in the section on Nix."
)


def told(view: ScaleView) -> Iterator[Told]:
    """What grows how, who could not bear which size, and where the faster one changes."""
    yield Told(title="Sizes", sentences=(_measured(view),))
    if not view.lanes:
        return
    for growth, title in _GROWTH.items():
        if sentences := tuple(_growing(view, growth)):
            yield Told(title=title, sentences=sentences)
    if unclear := tuple(_unclear(view)):
        yield Told(title="Unclear", sentences=unclear)
    if bends := tuple(_bending(view)):
        yield Told(title="Between the last two sizes", sentences=bends)
    yield Told(title="Could not bear a size", sentences=tuple(_unborne(view)) or (_ALL_BORNE,))
    if len(view.variants) > 1:
        yield Told(title="Crossing points", sentences=tuple(_crossing(view)))
    if weights := tuple(_weights(view)):
        yield Told(title="Memory and disk", sentences=weights)
    if more := tuple(_one_more(view)):
        yield Told(title="One more application", sentences=more)
    if again := tuple(_again(view)):
        yield Told(title="After an edit of the core", sentences=again)


def method(view: ScaleView) -> tuple[str, ...]:
    """By which rules the section speaks, in short; ``docs/scale.md`` has more."""
    return (
        "Fitted is a power of the number of members N: time = a · N^b, by least squares on logarithms of the median of"
        " each size, every size alike. The exponent's 95% interval resamples blocks within each size and takes"
        f" {MINIMUM_BLOCKS} of them; it tells chance, not whether a power law holds. With fewer blocks and"
        f" {MINIMUM_SIZES_OFF_LINE} sizes or more it is taken from how far the sizes lie off the line. An exponent of"
        " 0 is a cost that members do not change, of 1 one that doubles when they do. Constant, sublinear, linear and"
        f" worse than linear are said only where the whole interval clears a band of ±{EXPONENT_BAND} around 0 and 1;"
        " else it is unclear. Fixed costs hide growth at few members, so the exponent between the last two sizes"
        " stands beside it.",
        "A size at which any sample timed out or failed has no figure and is not in the fit: times cut off by the limit"
        f" of {words.seconds(view.limit_s)} would bend it. A crossing point lies between two sizes at both of which the"
        f" ratio inside blocks clears the noise band of ±{BAND:.0%}; nothing is said of sizes that were not measured.",
    )


def titled(panel: Panel, among: Sequence[Panel]) -> str:
    """A panel's name among others: a scenario is called as it is typed, a size by what it is."""
    if panel.kind is not Kind.DISK:
        return panel.name if panel.kind is Kind.TIME else f"{panel.name}, peak memory"
    same = sum(item.title == panel.title for item in among if item.kind is Kind.DISK)
    return f"{panel.title} ({panel.scenario})" if same > 1 else panel.title


def exponent(found: Exponent | None) -> str:
    """An exponent to two digits."""
    return words.NONE if found is None else _signed(found.value)


def exponent_interval(found: Exponent | None) -> str:
    """Its interval, where there is one."""
    if found is None or found.low is None or found.high is None:
        return words.NONE
    return f"{_signed(found.low)} to {_signed(found.high)}"


def growth(found: Fit | None, curve: Curve) -> str:
    """The one word for a curve; why there is none where it has no fit."""
    if found is not None:
        return found.exponent.growth.value
    known = sum(point.median is not None for point in curve.points.values())
    return f"{number(known, 'size')}: no curve" if known else words.NONE


def why(found: Fit | None) -> str:
    """Why the word is what it is."""
    return "" if found is None else found.exponent.reason


def figure(point: Point | None, kind: Kind) -> str:
    """A median, or how it ended: ``timed-out 2 of 6``."""
    if point is None:
        return words.NONE
    if point.median is not None:
        return words.seconds(point.median) if kind is Kind.TIME else words.size(point.median)
    if point.failed:
        return point.status if point.failed == point.samples else f"{point.status} {point.failed} of {point.samples}"
    return words.NONE if point.status == "not yet measured" else point.status


def one_more(found: OneMore | None) -> str:
    """What one more application takes: lines in files outside its folder, and lines inside it."""
    if found is None:
        return words.NONE
    if found.files is None or found.lines is None:
        return found.word or words.NONE
    outside = f"{number(found.lines, 'line')} in {number(found.files, 'file')}" if found.files else "nothing"
    return outside + (f" + {found.own} own" if found.own is not None else "")


def rebuilt(table: Rebuilt, variant: str, shape: str) -> str:
    """How many were made again."""
    return words.count(table.did.get(variant, {}).get(shape))


def asked(table: Effort, size: Size) -> bool:
    """Whether anything of a table is known at a size."""
    return any(size.shape in cells for cells in table.cells.values())


def edited(table: Rebuilt, size: Size) -> bool:
    """Whether anything was counted at a size."""
    return any(size.shape in found for found in table.did.values())


def tried(view: ScaleView, panels: Sequence[Panel]) -> tuple[Size, ...]:
    """The sizes that any of some panels has a column for."""
    shapes = {shape for panel in panels for shape in panel.sizes}
    return tuple(size for size in view.sizes if size.shape in shapes)


def members(number: float) -> str:
    """A number of members as a figure that was read off a line."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}"


def crossing(found: Crossing) -> str:
    """Where one overtakes another, as a clause."""
    ratios = f"{words.ratio(found.at_low.median)} as long, then {words.ratio(found.at_high.median)}"
    return (
        f"{found.first} is the faster one with {found.low:,} members and {found.second} with {found.high:,}; they"
        f" change places near {members(found.members)} ({found.second} takes {ratios})"
    )


def _measured(view: ScaleView) -> str:
    counts = list(dict.fromkeys(f"{size.members:,}" for size in view.sizes))
    shapes = "" if len(counts) == len(view.sizes) else f", in {len(view.sizes)} shapes"
    return f"{'Measured' if view.lanes else 'To be measured'} with {join(counts)} members{shapes}."


def _growing(view: ScaleView, growth: Growth) -> Iterator[str]:
    """One sentence a lane: scenario by scenario, with whom and by which exponent."""
    for lane in view.lanes:
        parts = []
        for panel in lane.of(Kind.TIME):
            found = {curve.variant: curve.fit for curve in panel.curves if curve.fit is not None}
            same = {name: item for name, item in found.items() if item.exponent.growth is growth}
            if same:
                parts.append(f"{panel.name} {_with(same, found)}")
        if parts:
            yield f"{lane.title}: {'; '.join(parts)}."


def _with(same: Mapping[str, Fit], all_of: Mapping[str, Fit]) -> str:
    """Who, and by which exponents; all of them are not named one by one."""
    values = [item.exponent.value for item in same.values()]
    if len(same) == len(all_of) > 2:
        return f"with each ({_between(values)})"
    return "with " + join([f"{name} ({_signed(item.exponent.value)})" for name, item in same.items()])


def _unclear(view: ScaleView) -> Iterator[str]:
    for lane in view.lanes:
        fits = [curve.fit for panel in lane.of(Kind.TIME) for curve in panel.curves if curve.fit is not None]
        unclear = [item for item in fits if item.exponent.growth is Growth.UNCLEAR]
        if not unclear:
            continue
        few = sum(item.exponent.low is None for item in unclear)
        why = f", {few} of them for want of {MINIMUM_BLOCKS} blocks or {MINIMUM_SIZES_OFF_LINE} sizes" if few else ""
        yield f"{lane.title}: {len(unclear)} of {number(len(fits), 'curve')}{why}; the tables have their exponents."


def _bending(view: ScaleView) -> Iterator[str]:
    """Curves whose last two sizes deserve another word than all of them together."""
    for lane in view.lanes:
        found: dict[Growth, dict[str, list[str]]] = {}
        for panel in lane.of(Kind.TIME):
            for curve in panel.curves:
                if curve.fit is not None and curve.fit.bends:
                    both = f"{_signed(curve.fit.local.value)} after {_signed(curve.fit.exponent.value)}"
                    alike = found.setdefault(curve.fit.local.growth, {})
                    alike.setdefault(panel.name, []).append(f"{curve.variant} ({both})")
        for growth in (item for item in _GROWTH if item in found):
            parts = (f"{name} with {join(who)}" for name, who in found[growth].items())
            yield f"{lane.title}, {growth}: {'; '.join(parts)}."


def _unborne(view: ScaleView) -> Iterator[str]:
    """For each lane and variant, the smallest size of each scenario that it did not bear."""
    for lane in view.lanes:
        for variant in view.variants:
            found: dict[tuple[str, int], list[str]] = {}
            for panel in lane.of(Kind.TIME):
                curve = next((item for item in panel.curves if item.variant == variant), None)
                if curve is not None and (first := _first(curve, view)):
                    found.setdefault(first, []).append(panel.name)
            if found:
                parts = (
                    f"{join(names)} {ENDED.get(status, status)} at {at:,} members"
                    for (status, at), names in sorted(found.items(), key=lambda item: item[0][1])
                )
                yield f"{lane.title}, {variant}: {'; '.join(parts)}."


def _first(curve: Curve, view: ScaleView) -> tuple[str, int] | None:
    for shape, point in curve.points.items():
        if point.unbearable:
            return point.status, view.size(shape).members
    return None


def _crossing(view: ScaleView) -> Iterator[str]:
    found = [(lane, panel, item) for lane in view.lanes for panel in lane.panels for item in panel.crossings]
    if not found:
        yield "None was shown: no pair of variants changes places between two sizes at which both are told apart."
    for lane, panel, item in found[:_CROSSINGS]:
        yield f"{panel.name}, {lane.title}: {crossing(item)}."
    if len(found) > _CROSSINGS:
        yield f"{len(found) - _CROSSINGS} more are in the tables below."


def _weights(view: ScaleView) -> Iterator[str]:
    """How memory and disk grow, lane by lane; what grows alike is told together."""
    for lane in view.lanes:
        found: dict[tuple[Kind, Growth], dict[str, list[float]]] = {}
        for panel in (item for item in lane.panels if item.kind is not Kind.TIME):
            for curve in panel.curves:
                if curve.fit is not None and curve.fit.exponent.growth is not Growth.UNCLEAR:
                    alike = found.setdefault((panel.kind, curve.fit.exponent.growth), {})
                    alike.setdefault(_weighed(panel), []).append(curve.fit.exponent.value)
        parts = [
            f"{'peak memory is' if kind is Kind.MEMORY else 'disk is'} {growth} in {join(list(names))}"
            f" ({_between([value for values in names.values() for value in values])})"
            for (kind, growth), names in found.items()
        ]
        if parts:
            yield f"{lane.title}: {'; '.join(parts)}."


def _weighed(panel: Panel) -> str:
    return panel.name if panel.kind is Kind.MEMORY else f"the {panel.title.lower()}"


def _one_more(view: ScaleView) -> Iterator[str]:
    """From the least to the most at the largest size, outside the new member's own folder."""
    for table in view.efforts:
        if told := _span(table, view):
            yield f"{table.title}: {told}"


def _span(table: Effort, view: ScaleView) -> str:
    for size in reversed(view.sizes):
        known = {
            variant: cell.lines
            for variant, cells in table.cells.items()
            if (cell := cells.get(size.shape)) is not None and cell.lines is not None
        }
        if not known:
            continue
        least, most = min(known.values()), max(known.values())
        at = f"with {size.members:,} members, lines outside its own folder are"
        if least == most:
            return f"{at} {least:,} with each."
        parts = (
            f"{number:,} with {join([name for name, lines in known.items() if lines == number])}"
            for number in (least, most)
        )
        return f"{at} from {' to '.join(parts)}."
    return ""


def _again(view: ScaleView) -> Iterator[str]:
    for table in view.rebuilt:
        for size in reversed(view.sizes):
            known = {name: found[size.shape] for name, found in table.did.items() if size.shape in found}
            if known:
                least, most = words.count(min(known.values())), words.count(max(known.values()))
                yield (
                    f"{table.title}: with {size.members:,} members {words.count(table.had[size.shape])} {table.word},"
                    f" and {words.between(least, most)} were {table.made}."
                )
                break


def lane_crossings(lane: ScaleLane) -> tuple[tuple[Panel, Crossing], ...]:
    """Every crossing point of a lane."""
    return tuple((panel, item) for panel in lane.of(Kind.TIME) for item in panel.crossings)


def _between(values: Sequence[float]) -> str:
    """From the smallest to the largest of some exponents."""
    return words.between(_signed(min(values)), _signed(max(values)))


def _signed(value: float) -> str:
    text = f"{value:.2f}"
    return "0.00" if text == "-0.00" else text.replace("-", "\N{MINUS SIGN}")
