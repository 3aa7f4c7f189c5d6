"""Figures as a person reads them: rounded here and nowhere else."""

from __future__ import annotations

from harness.records import spelling
from harness.records.facts import Tone
from harness.records.spelling import digits
from harness.report.model import Answer

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


def between(low: str, high: str) -> str:
    """A range, or one figure where both are rounded to the same; the unit is said once where both have it."""
    if low == high:
        return low
    number, _, unit = low.partition(" ")
    if low.endswith("×") or (unit and high.endswith(f" {unit}")):
        return f"{number.removesuffix('×')}–{high}"
    return f"{low}–{high}"


def mark(word: str) -> str:
    """A sign that says the same as the verdict's colour."""
    return {"faster": "▲", "slower": "▼", "same": "=", "undecided": "?", "reference": "●", "ok": "●"}.get(word, "✕")


def size_name(name: str) -> str:
    """A size's name in words, with the part that it is of, if any; one that is not known here in its own."""
    name, _, part = name.partition("/")
    if part:
        return f"{size_name(name)}: {part}"
    return SIZES.get(name, name.removesuffix("_bytes").replace("_", " ").capitalize())


def size_value(value: float | None, unit: str) -> str:
    """A size, or a count."""
    return size(value) if unit == "bytes" else count(value)


def _time_unit(value: float) -> tuple[float, str]:
    if value >= 1:
        return 1, "s"
    return (1e3, "ms") if value >= 1e-3 or value == 0 else (1e6, "µs")


#: Signs of tones, which need no colour.
SIGNS = {Tone.GOOD: "✓", Tone.FAIR: "~", Tone.BAD: "✗", Tone.NEUTRAL: "·"}


def tone(answer: Answer) -> str:
    """An answer's tone as a sign that needs no colour; a count has none."""
    if answer.value.isdigit() and not answer.wavers:
        return ""
    return "≠" if answer.wavers else {"unsupported": NONE, "failed": "!"}.get(answer.value, SIGNS[answer.tone])


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
