"""The sentences of a report of backends: made from the view model, so that no new run can make them false."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from harness.records.facts import Outcome
from harness.records.spelling import number
from harness.report import prose, words
from harness.report.backends.model import BackendReport, Editable, Extra, FrontEndTable
from harness.report.backends.tables import signed
from harness.report.backends.view import HOOKS, WHEEL
from harness.report.model import ScenarioView
from harness.report.situations.model import Brief, Phrase
from harness.report.statistics.compare import Verdict

TITLE = "Python build backends alone, measured"


def lead(report: BackendReport) -> str:
    """What this is and what was measured."""
    base = report.base
    ok = base.outcomes.get(Outcome.OK, 0)
    sizes = prose.join([f"{count:,}" for count in report.files])
    return (
        f"{number(len(base.variants), 'build backend')} without environment managers: their hooks of PEP 517 and"
        f" PEP 660, each called by itself and through front ends, for a made-up package of {sizes}"
        f" file{'' if report.files == (1,) else 's'}; and what editable installs cost every start of Python."
        f" {number(base.samples, 'sample')} in {number(base.blocks, 'block')}, {ok:,} of them verified."
    )


def briefs(report: BackendReport) -> tuple[Brief, ...]:
    """The answers first; those there is nothing to say of are left out."""
    found = (
        ("speed", "Which backend is quick?", _quick(report)),
        ("growth", "How does it grow with the number of files?", _growing(report)),
        ("front-ends", "What does the front end add to the backend?", _front_ends(report)),
        ("shortcut", "What does uv build save by working in its own process?", _shortcuts(report)),
        ("editable", "What does an editable install cost at each start of Python?", _editables(report)),
    )
    briefs_of = (
        Brief(slug=f"brief-{slug}", question=question, sentences=tuple((Phrase(text=text),) for text in sentences))
        for slug, question, sentences in found
    )
    return tuple(item for item in briefs_of if item.sentences)


def _quick(report: BackendReport) -> Iterator[str]:
    for section in report.base.sections:
        view = section.scenario(WHEEL)
        if view is not None and sum(row.summary is not None for row in view.rows) > 1:
            low, high = _ends(view)
            yield (
                f"The wheel hook takes from {low[1]} ({low[0]}) to {high[1]} ({high[0]}) for"
                f" {section.title.lower()}. {prose.groups(view)}"
            )


def _ends(view: ScenarioView) -> tuple[tuple[str, str], tuple[str, str]]:
    """The backends with the shortest and the longest median, and those medians."""
    found = sorted((row.summary.median, row.variant) for row in view.rows if row.summary is not None)
    (low, first), (high, last) = found[0], found[-1]
    return (first, words.seconds(low)), (last, words.seconds(high))


def _growing(report: BackendReport) -> Iterator[str]:
    for hook in report.growth:
        known = sorted((line.per_file_s, line.backend) for line in hook.lines if line.per_file_s is not None)
        if known and hook.scenario in HOOKS[:2]:
            (low, first), (high, last) = known[0], known[-1]
            yield (
                f"{hook.title}: each 1,000 files more take from {signed(low * 1000)} ({first}) to {signed(high * 1000)}"
                f" ({last})."
            )


def _front_ends(report: BackendReport) -> Iterator[str]:
    for table in report.front_ends[:1]:
        for scenario, title in table.titles.items():
            if extras := [cell.added for cell in table.cells[scenario].values() if cell.added and not cell.past]:
                yield (
                    f"{title}: {_span(extras)} against the wheel hook alone, with"
                    f" {number(table.files, 'file')}."
                    f"{_isolation(table, scenario)}"
                )


def _isolation(table: FrontEndTable, scenario: str) -> str:
    extras = [cell.isolation for cell in table.cells[scenario].values() if cell.isolation and not cell.past]
    return f" Isolated, it makes an environment first, which takes {_span(extras)} on top." if extras else ""


def _span(extras: Iterable[Extra]) -> str:
    return _between([item.interval.median for item in extras])


def _between(seconds: Sequence[float]) -> str:
    """The least and the most of some differences."""
    low, high = signed(min(seconds)), signed(max(seconds))
    return low if low == high else f"{low} to {high}"


def _shortcuts(report: BackendReport) -> Iterator[str]:
    for item in report.shortcuts:
        if item.saved is not None:
            ratio = item.saved.comparison.ratio
            told = f", {words.ratio(ratio.median)} the time" if ratio else ""
            yield (
                f"{item.backend}, {number(item.files, 'file')}: {_median(item.inside)} against"
                f" {_median(item.standard)} through PEP 517 ({signed(item.saved.interval.median)}{told}):"
                f" {_verdict(item.saved)}."
            )


def _median(row: object) -> str:
    summary = getattr(row, "summary", None)
    return words.seconds(summary.median) if summary else words.NONE


def _verdict(extra: Extra) -> str:
    """A verdict in words; too few blocks are said to be that."""
    verdict = extra.comparison.verdict
    return (
        f"undecided, {extra.comparison.reason.rstrip('.').lower()}" if verdict is Verdict.UNDECIDED else verdict.value
    )


def _editables(report: BackendReport) -> Iterator[str]:
    modes = dict.fromkeys(item.mode.value for item in report.editables if item.mode is not None)
    for mode in modes:
        own = [item for item in report.editables if item.mode is not None and item.mode.value == mode]
        costs = [item.start.interval.median / item.starts for item in own if item.start is not None]
        told = f": {_between(costs)} at each start, against the wheel installed{_slower(own)}" if costs else ""
        yield f"{mode} ({_who(own)}){told}."


def _who(own: Sequence[Editable]) -> str:
    """Backends by the layout in which they have that mode."""
    layouts = dict.fromkeys(item.layout for item in own)
    parts = [f"{prose.join([item.backend for item in own if item.layout == layout])} {layout}" for layout in layouts]
    return "; ".join(parts)


def _slower(own: Sequence[Editable]) -> str:
    slower = [
        f"{item.backend} {item.layout}"
        for item in own
        if item.start is not None and item.start.comparison.verdict is Verdict.SLOWER
    ]
    return f"; shown to be slower: {prose.join(slower)}" if slower else "; for none of them shown to be slower"


def method(report: BackendReport) -> tuple[str, ...]:
    """How the figures came about, in a few paragraphs."""
    return (
        "A hook is called as front ends call it: a new Python imports the backend, calls one hook in the project's"
        " folder, and ends. The environment has the backend and what it requires, no front end. So every figure of a"
        " hook has starting Python and importing the backend in it, which are measured by themselves too.",
        "A front end is measured as the whole command. What it adds is its time less that of the wheel hook in the"
        " same block. Not isolated, it finds the backend installed; isolated, it makes an environment first, from warm"
        " caches and an index on loopback that has the pinned versions alone. uv build is not a front end like the"
        " others where it knows the backend: it does the work in its own process. That is measured and"
        " marked, and the standard way is measured beside it.",
        "The package has as many modules as said, a hundred to a folder, and nothing else. Before each sample"
        " everything but the sources is removed; afterwards the wheel and the sdist have to have every module.",
        *prose.method(report.base)[1:],
    )


def limits(report: BackendReport) -> tuple[str, ...]:
    """What the figures do not show, a sentence each."""
    return (
        *prose.limits(report.base)[:2],
        "Other projects: the package is pure Python, without plugins, data files, a dynamic version or a setup.py.",
        "A first build: modules of backends and front ends were compiled before, and caches are warm.",
    )
