"""Figures as a person reads them: rounded here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from harness.records import spelling
from harness.records.facts import Tone
from harness.records.spelling import digits
from harness.report.model import Answer, Effort, Row
from harness.report.statistics.compare import Comparison
from harness.report.statistics.statistics import Interval, Summary

NONE = "–"

#: The most characters of one finding's evidence that a report shows.
_EVIDENCE = 2400

#: What scenarios are called, whatever the run that measured them called them.
SCENARIOS = {
    "tool-install": "Install the tool itself",
    "lock": "Lock",
    "install-cold": "Cold install",
    "install-warm": "Warm install",
    "noop": "Install again, nothing changed",
    "run": "Run an application, the tool's own way",
    "run-direct": "Run an application",
    "refresh": "Edit until both applications show it, the tool's own way",
    "refresh-direct": "Edit until both applications show it",
    "build": "Build sdists and wheels",
    "deploy": "Deploy one application",
    "image": "Build an image",
    "image-rebuild": "Rebuild an image after an edit",
    "nix-eval": "Evaluate, Nix",
    "nix-build": "Build, Nix",
    "nix-refresh": "Edit until both applications show it, Nix",
}

SIZES = {
    "toolchain_bytes": "Toolchain, installed",
    "environment_bytes": "Environment of all members",
    "deployed_bytes": "Deployed environment of one application",
    "cache_bytes": "Cache after a cold install",
    "wheels_bytes": "Wheels of all members",
    "sdists_bytes": "Sdists of all members",
    "runtime_closure_bytes": "Runtime closure",
    "build_closure_bytes": "Build closure",
    "largest_runtime_closure_bytes": "Largest runtime closure",
    "largest_build_closure_bytes": "Largest build closure",
}


def seconds(value: float | None) -> str:
    """Seconds to three digits, in a unit that suits them."""
    if value is None:
        return NONE
    factor, unit = _time_unit(value)
    return f"{digits(value * factor)} {unit}"


def seconds_interval(interval: Interval | None) -> str:
    """An interval of seconds, in the unit of its median."""
    if interval is None:
        return NONE
    factor, unit = _time_unit(interval.median)
    return f"{digits(interval.low * factor)}–{digits(interval.high * factor)} {unit}"


def size(value: float | None) -> str:
    """Bytes in a binary unit that suits them."""
    return NONE if value is None else spelling.size(value)


def count(value: float | None) -> str:
    """A count, or a median of counts."""
    return NONE if value is None else f"{value:,.0f}" if value == round(value) else f"{value:,.1f}"


def ratio(value: float | None) -> str:
    """A ratio to the reference."""
    return NONE if value is None else f"{digits(value)}×"


def factor(value: float | None) -> str:
    """How many times something is had, such as cores."""
    return NONE if value is None else digits(value)


def ratio_interval(comparison: Comparison | None) -> str:
    """The interval of a ratio; a single block has none."""
    if comparison is None or comparison.ratio is None or comparison.blocks < 2:
        return NONE
    return f"{digits(comparison.ratio.low)}–{digits(comparison.ratio.high)}"


def between(low: str, high: str) -> str:
    """A range, or one figure where both are rounded to the same; the unit is said once where both have it."""
    if low == high:
        return low
    number, _, unit = low.partition(" ")
    if low.endswith("×") or (unit and high.endswith(f" {unit}")):
        return f"{number.removesuffix('×')}–{high}"
    return f"{low}–{high}"


def spread(summary: Summary | None) -> str:
    """The spread in percent of the median; nothing for a single sample, which has none."""
    return NONE if summary is None or summary.count < 2 else f"{summary.spread:.1%}"


def verdict(row: Row) -> str:
    """The one word for a row."""
    if row.is_reference:
        return "reference" if row.summary else row.status
    if row.summary is None or row.comparison is None:
        return row.status
    return row.comparison.verdict.value


def mark(word: str) -> str:
    """A sign that says the same as the verdict's colour."""
    return {"faster": "▲", "slower": "▼", "same": "=", "undecided": "?", "reference": "●", "ok": "●"}.get(word, "✕")


def median_and_mark(row: Row | None) -> str:
    """A row's median with the sign of its verdict, or how it went without one."""
    if row is None or not row.outcomes:
        return NONE
    return f"{seconds(row.summary.median)} {mark(verdict(row))}" if row.summary else row.status


def outcomes(row: Row) -> str:
    """How often each outcome came: ``6 ok, 1 failed``."""
    return ", ".join(f"{number} {outcome.value}" for outcome, number in row.outcomes.items()) or "not yet measured"


def size_name(name: str) -> str:
    """A size's name in words; one that is not known here in its own."""
    return SIZES.get(name, name.removesuffix("_bytes").replace("_", " ").capitalize())


def size_value(value: float | None, unit: str) -> str:
    """A size, or a count."""
    return size(value) if unit == "bytes" else count(value)


def _time_unit(value: float) -> tuple[float, str]:
    if value >= 1:
        return 1, "s"
    return (1e3, "ms") if value >= 1e-3 or value == 0 else (1e6, "µs")


_TONES = {Tone.GOOD: "✓", Tone.FAIR: "~", Tone.BAD: "✗", Tone.NEUTRAL: "·"}


def tone(answer: Answer) -> str:
    """An answer's tone as a sign that needs no colour; a count has none."""
    if answer.value.isdigit() and not answer.wavers:
        return ""
    return "≠" if answer.wavers else {"unsupported": NONE, "failed": "!"}.get(answer.value, _TONES[answer.tone])


def shade(found: Answer) -> str:
    """What the page's style sheet gives an answer its colour and its sign by: that of :func:`tone`."""
    if found.wavers:
        return "wavers"
    if found.value.isdigit():
        return "count"
    return found.value if found.value in ("failed", "unsupported") else found.tone.value


def answer(found: Answer) -> str:
    """An answer in a word; where runs disagree, all of theirs."""
    if found.wavers:
        return f"wavers: {', '.join(found.wavers)}"
    return size(int(found.value)) if is_size(found) else found.value


def is_size(found: Answer) -> bool:
    """Whether an answer is a number of bytes."""
    return found.unit == "bytes" and found.value.isdigit()


def exact(found: Answer) -> str:
    """The bytes of an answer that is shown rounded; empty for all else."""
    return f"{int(found.value):,} bytes" if is_size(found) and not found.wavers else ""


def excerpt(evidence: str) -> str:
    """Evidence as long as a page has room for; all of it is in the run's findings.jsonl."""
    if len(evidence) <= _EVIDENCE:
        return evidence
    return f"{evidence[:_EVIDENCE].rpartition(chr(10))[0] or evidence[:_EVIDENCE]}\n… (the rest is in findings.jsonl)"


def measure(effort: Effort, name: str) -> str:
    """What was counted or seen of a change."""
    found = effort.measures.get(name)
    return NONE if found is None else answer(found)


def by_hand(effort: Effort) -> str:
    """What is edited by hand: lines added and removed, and in how many files."""
    taken = [effort.measures.get(name) for name in ("lines-added", "lines-removed", "files")]
    if any(found is None or not found.value.isdigit() for found in taken):
        return NONE
    added, removed, files = (found.value for found in taken if found is not None)
    if files == "0":
        return "nothing"
    code = effort.measures.get("code-lines")
    only_code = (added, removed) == ("0", "0") and code is not None and code.value not in ("0", "unsupported", "failed")
    lines = "code alone" if only_code else f"+{added} \N{MINUS SIGN}{removed}"
    return f"{lines} in {spelling.number(int(files), 'file')}"


def tally(answers: Iterable[Answer]) -> str:
    """How many of some answers are welcome, acceptable with care and a hazard, or waver: ``✓ 7, ~ 2, ✗ 1``."""
    signs = [sign for found in answers if (sign := tone(found))]
    return ", ".join(f"{sign} {signs.count(sign)}" for sign in ("✓", "~", "✗", "≠") if sign in signs) or NONE


def took(effort: Effort) -> str:
    """How long a change took until it worked, and in how many samples."""
    time = effort.time
    if time is None or not time.outcomes:
        return NONE
    if time.summary is None:
        return time.status
    return f"{seconds(time.summary.median)} ({samples(time.summary.count)})"


def samples(number: int) -> str:
    """A number of samples."""
    return spelling.number(number, "sample")


def percent(before: float, after: float) -> str:
    """By how much something changed, in percent of what it was, to three digits: ``+12.3%``."""
    if before == after:
        return "0%"
    if not before:
        return "from nothing"
    sign = "+" if after > before else "\N{MINUS SIGN}"
    return f"{sign}{digits(abs(after - before) / before * 100)}%"


def share(value: float) -> str:
    """A share in percent as it was given, such as that of ``--fail-on``."""
    return f"{value * 100:.12g}%"
