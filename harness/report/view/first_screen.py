"""What stands around the picks: what was done, with what limits, what to know first, and how to read it all. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from harness.monorepo.shapes import CANONICAL
from harness.records import spelling
from harness.records.facts import Lane, Outcome, ShapeFacts
from harness.records.format import RunStatus
from harness.records.spelling import number
from harness.report import shapes
from harness.report.prose import join
from harness.report.statistics.compare import MINIMUM_BLOCKS
from harness.report.statistics.noise import NoiseKind
from harness.report.view.model import RunKind
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
    if not parts.all:
        return "Nothing has been measured yet."
    told = [_done(part, first=place == 0) for place, part in enumerate(parts.all)]
    date = max(part.source.date for part in parts.all)
    machines = dict.fromkeys(f"{part.facts.host.cpu_model}, {part.facts.host.cpu_count} cores" for part in parts.all)
    return f"{'; '.join(told)}. {date}, {join([*machines])}."


def _done(part: Part, *, first: bool) -> str:
    source = part.source
    rounds = number(source.rounds, "round")
    what = number(source.contestants, "build backend" if source.kind is RunKind.BACKENDS else "toolchain")
    if source.kind is RunKind.BACKENDS:
        return f"{what} alone, in {rounds}"
    if source.kind is RunKind.SCALE:
        sizes = sorted(len(facts.members) for facts in part.facts.shapes.facts.values())
        return f"{what} from {sizes[0]} to {sizes[-1]} members, in {rounds}"
    members = next(iter(part.facts.shapes.facts.values()), None)
    of = f" of {number(len(members.members), 'member')}" if members is not None else ""
    return f"{what} {'did' if first else 'doing'} the same work on the same monorepo{of}, in {rounds}"


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


def members(parts: Parts) -> tuple[str, ...]:
    """Whose members the figures are of, where they are not the three canonical ones."""
    part = parts.main
    name = part.facts.shapes.primary if part is not None else ""
    if part is None or not name or name == CANONICAL.name:
        return ()
    return tuple(_own_members(name, part.facts.shapes.facts[name]))


def _own_members(name: str, facts: ShapeFacts) -> Iterator[str]:
    """What a shape is made of, and which of its members plays which of the canonical ones."""
    chain = shapes.chain(facts)
    source = f" (read from {facts.source})" if facts.source else ""
    yield (
        f"The members are those of {name}{source}: {counted(facts)}, {number(len(facts.members), 'member')} in all; the"
        f" longest chain has {chain:,} dependenc{'y' if chain == 1 else 'ies'}."
    )
    if requirements := {text for member in facts.members for text in member.requirements}:
        left_out = f", but for {', '.join(facts.left_out)}" if facts.left_out else ""
        yield (
            f"What they require from outside is included{left_out}."
            if facts.third_party
            else f"The {number(len(requirements), 'requirement')} they have from outside {_is(requirements)} left out."
        )
    applications = shapes.applications(facts)
    if applications:
        last = f", goodbye {applications[-1]}, the last one" if len(applications) > 1 else ""
        yield (
            f"Where a text says shared, it means {facts.core}: the core, which is edited to see what an edit costs."
            f" hello means {applications[0]}, the first application{last}."
        )


def counted(facts: ShapeFacts) -> str:
    """How many members of each kind."""
    libraries, applications = shapes.libraries(facts), len(shapes.applications(facts))
    return f"{number(libraries, 'library', 'libraries')} and {number(applications, 'application')}"


def _is(several: Collection[object]) -> str:
    return "is" if len(several) == 1 else "are"
