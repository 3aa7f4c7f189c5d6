"""What was done, how, on which machine, and what it does not show. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from harness.records import spelling
from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX, RunStatus
from harness.records.spelling import number
from harness.report import prose
from harness.report.model import Report
from harness.report.prose import join
from harness.report.statistics.compare import MINIMUM_BLOCKS
from harness.report.statistics.noise import NoiseKind
from harness.report.view.model import Reason, RunKind
from harness.report.view.parts import Part, Parts

QUESTION = "Which toolchain for our Python monorepo?"

#: How many failures are named; of more, how many there are.
_MOST_FAILURES = 40

HOWTO = (
    "A row is a toolchain, used as its documentation shows for several packages in one repository.",
    "A pick is the fastest of those that get through every step the situation needs; its price is a known hazard.",
    "“No clear winner” names those whose times do not differ enough to tell.",
    "▲ is faster than the reference, ▼ slower, = the same, ? undecided, ● the reference itself.",
    "✓ is what one would hope for, ~ works with a known hazard or a further step, ✗ fails or surprises.",
    "Times are medians over rounds; every round runs everything once, in shuffled order.",
    "A figure that is underlined opens its evidence: commands, samples, what an experiment saw.",
    "Every figure says which run it is from; runs are never mixed into one figure.",
)

CAVEAT = (
    "One documented idiom a variant; several tools have more. If yours is shown wrongly, open an issue with the page"
    " that documents the better way."
)


def done(parts: Parts) -> str:
    """What was done, in one sentence."""
    told = []
    for part in parts.all:
        source = part.source
        what = number(source.contestants, "build backend" if source.kind is RunKind.BACKENDS else "toolchain")
        where = {
            RunKind.SCALE: f" at {number(len(part.facts.shapes.facts), 'size')}",
            RunKind.BACKENDS: " alone",
            RunKind.SERVICE: " with a service's dependencies",
        }.get(source.kind, "")
        told.append(f"{what}{where} over {number(source.rounds, 'round')}")
    if not told:
        return "Nothing has been measured yet."
    date = max(part.source.date for part in parts.all)
    machines = dict.fromkeys(part.source.machine for part in parts.all)
    return (
        f"The same monorepo, a library and applications that import it, put through the same work: {'; '.join(told)}."
        f" {date}, {join([*machines])}."
    )


def limits_line(parts: Parts) -> str:
    """One line of limits for the first screen."""
    if not parts.all:
        return ""
    caps = join([spelling.duration(cap) for cap in sorted({part.source.limit_s for part in parts.all})])
    nix = any(part.sections(Lane.NIX) for part in parts.all)
    own = "; Nix with this machine's Python, not nixpkgs" if nix else ""
    return f"One machine at a time, packages from a local index, commands stopped after {caps}{own}."


def alerts(parts: Parts) -> Iterator[str]:
    """What a reader has to know before anything else; often nothing."""
    for part in parts.all:
        yield from _of_runs(part)
        yield from _of_samples(part)
        yield from part.facts.notes


def _of_runs(part: Part) -> Iterator[str]:
    for run in part.facts.runs:
        if run.status is RunStatus.RUNNING:
            done_ = f"{part.facts.samples:,} samples are in"
            yield f"Run {run.run_id} is still going on: {done_}, and every figure may change."
        elif run.status is RunStatus.INTERRUPTED:
            yield f"Run {run.run_id} was interrupted before its end."
    for name, facts in part.facts.aside.items():
        why = "unavailable" if facts.unavailable else "broken"
        yield f"{name} is not in the figures: its variant.toml says that it is {why}. {facts.set_aside}"


def _of_samples(part: Part) -> Iterator[str]:
    facts = part.facts
    if not facts.samples:
        if not facts.questions:
            yield "Nothing has been measured yet."
        return
    if not facts.outcomes.get(Outcome.OK):
        yield "No sample succeeded, so there is no figure to show. The failures below say why."
    elif facts.blocks < MINIMUM_BLOCKS and part.source.kind is not RunKind.SCALE:
        rounds = "One round" if facts.blocks == 1 else f"{facts.blocks} rounds"
        yield f"{rounds}: no verdict on small differences; those take {MINIMUM_BLOCKS}."
    noisy = [item for item in facts.noise if item.kind is NoiseKind.CONTROL]
    if noisy:
        yield (
            f"The machine was too noisy in {number(len(noisy), 'scenario')}: {facts.reference}, measured twice,"
            " differed from itself. No verdict there."
        )
    if facts.nix_unavailable:
        yield f"Nothing was measured through Nix. {facts.nix_unavailable}"


def noise(parts: Parts) -> tuple[str, ...]:
    """What was noticed of the machine while it measured, part by part."""
    found = []
    for part in parts.all:
        spread = [item for item in part.facts.noise if item.kind is NoiseKind.SPREAD]
        told = [item.sentence for item in part.facts.noise if item.kind is not NoiseKind.SPREAD]
        if spread:
            told.append(f"In {number(len(spread), 'cell')} samples spread widely around their median.")
        cells = [cell for run in part.facts.runs for cell in run.plan.cells]
        controls = any(cell.variant.endswith(CONTROL_SUFFIX) for cell in cells)
        differed = any(item.kind is NoiseKind.CONTROL for item in part.facts.noise)
        if controls and part.facts.blocks >= MINIMUM_BLOCKS and not differed:
            told.append("The control never differed from the reference.")
        found += [f"{_capital(part)}: {sentence}" for sentence in told]
    return tuple(found)


def _capital(part: Part) -> str:
    return part.source.title[0].upper() + part.source.title[1:]


def method(parts: Parts) -> tuple[str, ...]:
    """How the figures came about."""
    found = prose.method(parts.main.facts) if parts.main is not None else ()
    footnotes = (told for part in parts.all for told in part.facts.footnotes)
    return tuple(dict.fromkeys((*found, *footnotes)))


def all_limits(parts: Parts) -> tuple[str, ...]:
    """What the figures do not show, a sentence each."""
    return prose.limits(parts.main.facts) if parts.main is not None else ()


def machine(parts: Parts) -> tuple[tuple[str, str], ...]:
    """The machine and what the harness used, by name."""
    return prose.machine(parts.all[0].facts) if parts.all else ()


def failures(parts: Parts) -> tuple[Reason, ...]:
    """Samples that failed, and what could not be done, each with its reason."""
    found = [_failure(part.facts, i) for part in parts.all for i in range(len(part.facts.failures))]
    more = sum(part.facts.hidden_failures for part in parts.all) + max(0, len(found) - _MOST_FAILURES)
    if more:
        rest = Reason(title=f"{more} more", word="failed", meaning="They are in samples.jsonl.", proof="")
        return (*found[:_MOST_FAILURES], rest)
    return tuple(found)


def _failure(report: Report, place: int) -> Reason:
    item = report.failures[place]
    rounds = ", ".join(map(str, item.blocks))
    word = f"{item.outcome.value} {item.count}× (round {rounds})" if rounds else item.outcome.value
    return Reason(title=item.cell, word=word, meaning=f"{item.reason}\n{item.tail}".strip(), proof="")
