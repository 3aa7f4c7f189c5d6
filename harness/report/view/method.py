"""How it was measured, on which machine, what was noticed of it, what failed, and what it does not show. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.monorepo.shapes import CANONICAL
from harness.records.facts import HostFacts, Lane
from harness.records.format import CONTROL_SUFFIX, Probe
from harness.records.spelling import number
from harness.report import words
from harness.report.model import Report
from harness.report.prose import join
from harness.report.statistics.compare import BAND, LARGE, MINIMUM_BLOCKS, SAME_BAND
from harness.report.statistics.noise import PROBE_BAND, NoiseKind
from harness.report.statistics.settle import PRECISION
from harness.report.view.model import Reason
from harness.report.view.parts import Part, Parts

#: How many failures are named; of more, how many there are.
_MOST_FAILURES = 40


def how(parts: Parts) -> tuple[str, ...]:
    """How the figures came about."""
    found = method(parts.main.facts) if parts.main is not None else ()
    footnotes = (told for part in parts.all for told in part.facts.footnotes)
    return tuple(dict.fromkeys((*found, *footnotes)))


def machines(parts: Parts) -> tuple[tuple[str, str], ...]:
    """The machines and what the harness used, by name."""
    found: dict[tuple[str, str], None] = {}
    for part in parts.all:
        found |= dict.fromkeys(machine(part.facts))
        newest = part.facts.runs[-1]
        counts = part.facts.frames.samples["host_id"].value_counts()
        if len(newest.machines) > 1:
            for name, host in newest.machines.items():
                cores, samples = number(host.cpu_count, "core"), number(int(counts.get(name, 0)), "sample")
                found[name, f"{host.cpu_model}, {cores}: {samples}"] = None
        if newest.cluster:
            found["Dealt out by", newest.cluster] = None
    return tuple(found)


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


def method(report: Report) -> tuple[str, ...]:
    """How the figures came about, in a few paragraphs."""
    return (
        "Each cell (variant, lane, scenario) runs once in each block, in an order shuffled by the recorded seed, so"
        " that slow minutes hit all alike. Cold means that every cache is empty, and was seen to be; warm means that"
        " everything needed is in the toolchain's own cache. All packages are fetched beforehand, and measuring is"
        f" offline against an index on loopback, which counts requests and bytes.{_only_first(report)}",
        "A sample counts only if its result was verified afterwards. Samples that failed, timed out or could not be"
        " set up have no time and are in no median; they are counted and shown by themselves. Outliers are reported"
        " and never dropped (modified z-score above 3.5, Iglewicz and Hoaglin 1993).",
        "Quoted are the median and its 95% percentile bootstrap interval. Spread is the median absolute deviation,"
        f" scaled to a standard deviation, as a share of the median. The ratio is a variant's time divided by that of"
        f" {report.reference} in the same block: the median over blocks, with an interval that resamples blocks."
        " Below 1 is faster. Peak memory is that of the largest process; commands are started from a small process"
        " whose own 11 MB it never falls below.",
        f"Faster or slower is said only if the whole interval of the ratio lies outside a noise band of ±{BAND:.0%},"
        f" at least {MINIMUM_BLOCKS} blocks have both, and a t-test of the logarithms agrees after Holm's correction"
        " (1979) for the comparisons of that table; with three blocks already if each of them differs by more than"
        f" {LARGE} times on the same side. The same is said only where the whole 90% interval lies within"
        f" {SAME_BAND:.0%} of 1 (two one-sided tests, Schuirmann 1987). All else is undecided, and its tooltip says how"
        " many blocks would settle it.",
        _controls(report),
        *_probes(report),
        *_settling(report),
    )


def all_limits(parts: Parts) -> tuple[str, ...]:
    """What the figures do not show, a sentence each: of all runs in view."""
    return tuple(_limits(parts)) if parts.all else ()


def _limits(parts: Parts) -> Iterator[str]:
    hosts = [part.facts.host for part in parts.all]
    told = [f"{host.cpu_model}, {host.system}, {host.python_implementation} {host.python_version}" for host in hosts]
    yield f"Other machines: all of this is from {join([*dict.fromkeys(told)])}. Ratios carry over better than seconds."
    yield (
        "A network: measuring is offline, so downloads cost next to nothing here. Requests and bytes are counted"
        " instead."
    )
    shapes = {section.shape for part in parts.ordered for section in (*part.facts.sections, *part.facts.further)}
    if shapes and shapes <= {CANONICAL.name}:
        yield (
            "Many members, large trees of dependencies, compiled extensions: the canonical shape is a library and two"
            " applications in pure Python, with hardly anything from outside."
        )
    elif parts.scale is not None:
        yield (
            "Large trees of dependencies, compiled extensions: members are pure Python, with hardly anything from"
            " outside, at whatever size."
        )
    providers = {section.provider for part in parts.all for section in part.sections(Lane.NIX)}
    if providers and "nixpkgs" not in providers:
        yield (
            "nixpkgs: what was built through Nix was built with this machine's Python and pinned wheels. nixpkgs' own"
            " build phases and its closures come on top."
        )
    few = min(
        (
            row.summary.count
            for part in parts.all
            for section in part.facts.sections
            for item in section.scenarios
            for row in item.rows
            if row.summary is not None
        ),
        default=0,
    )
    if 0 < few < MINIMUM_BLOCKS:
        counted = "a single sample" if few == 1 else f"{few} samples"
        yield (
            f"Verdicts everywhere: some cells have {counted}, and small differences take {MINIMUM_BLOCKS}; they are"
            " marked undecided."
        )
    yield (
        "Another way of using the same tool: a variant is one idiom of its toolchain, in the versions that were"
        " measured, and what is said of it holds for that idiom."
    )
    yield "Taste: how well a tool reads, what its plugins can do, and who will maintain it in five years."


def _only_first(report: Report) -> str:
    """What is measured once, if anything: one round is a figure, and no verdict."""
    once = tuple(dict.fromkeys(name for run in report.runs for name in run.plan.only_first))
    if not once:
        return ""
    are = "is" if len(once) == 1 else "are"
    return f" Of all this {join(once)} {are} in the first block alone: one round, so a figure and no verdict."


def _controls(report: Report) -> str:
    """In which scenarios the reference was held against itself, and what follows."""
    repeated = dict.fromkeys(
        cell.scenario for run in report.runs for cell in run.plan.cells if cell.variant.endswith(CONTROL_SUFFIX)
    )
    if not repeated:
        return "The reference was not measured twice in each block, so noise was not checked with it."
    return (
        f"In {join(tuple(repeated))} the reference runs twice in each block, under two names. Where the two differ,"
        " the machine was too noisy: the verdicts of that scenario are withheld, and this page says so at its top."
    )


def _probes(report: Report) -> tuple[str, ...]:
    """What is timed between blocks, where it was."""
    if not any(run.probes for run in report.runs):
        return ()
    return (
        "Before the first block and after each, the same computation is timed in a process of its own. Where nine in"
        f" ten of these probes lie more than {PROBE_BAND:.0%} apart, or they get slower or faster as the run goes on,"
        " it was the machine, and this page says so under Noise.",
    )


def _settling(report: Report) -> tuple[str, ...]:
    """When a run with a budget of time stops, and why then."""
    if all(run.plan.budget_s is None for run in report.runs):
        return ()
    return (
        "Blocks went on until every comparison was settled or the time was up. A variant is settled, and left out of"
        f" the blocks that follow, once it shares at least {MINIMUM_BLOCKS} of them with the reference and half the"
        f" width of its ratio's interval is at most {PRECISION:.0%}, or if it never succeeded in as many. The width"
        " decides and never the verdict: whoever stops at the first difference that looks significant finds some that"
        " are not there, while how wide an interval is says nothing of where it lies (Chow and Robbins 1965).",
    )


def machine(report: Report) -> tuple[tuple[str, str], ...]:
    """The machine and what the harness used, as names with values."""
    host = report.host
    tools = {name: version for run in report.runs for name, version in run.tools.items()}
    builders = ", ".join(dict.fromkeys(run.builders for run in report.runs if run.builders))
    return (
        ("Processor", f"{host.cpu_model}, {number(host.cpu_count, 'core')}, {host.machine}"),
        ("Memory", words.size(host.memory_bytes)),
        ("System", f"{host.system} {host.release}, {host.libc}"),
        ("File system", host.filesystem),
        ("Python", f"{host.python_implementation} {host.python_version}"),
        ("Power mode", power_mode(host)),
        ("Cores that it may use", affinity(host)),
        ("Load", load(probe for run in report.runs for probe in run.probes)),
        ("Harness", ", ".join(dict.fromkeys(run.harness_version for run in report.runs))),
        ("Its tools", ", ".join(f"{name} {version}" for name, version in tools.items()) or words.NONE),
        *([("Nix builds on", builders)] if builders else []),
    )


#: What is said of runs from before something was recorded.
_NOT_RECORDED = "not recorded"


def power_mode(host: HostFacts) -> str:
    """How the clock speed is chosen, in words."""
    if not host.governor:
        return _NOT_RECORDED
    if host.governor == "unknown" and host.turbo is None:
        return "not told by this system (a virtual machine mostly does not)"
    turbo = {True: "on", False: "off", None: "unknown"}[host.turbo]
    return f"governor {host.governor}, turbo {turbo}"


def affinity(host: HostFacts) -> str:
    """Which cores commands may use, of how many."""
    if not host.core_count:
        return _NOT_RECORDED
    if not host.affinity:
        return f"not told by this system, which has {number(host.core_count, 'core')}"
    named = f" ({', '.join(map(str, host.affinity))})" if len(host.affinity) < host.core_count else ""
    return f"{len(host.affinity)} of {host.core_count}{named}"


def load(probes: Iterable[Probe]) -> str:
    """What else was at work before the first block and between blocks, in words."""
    told = [probe for probe in probes if probe.others is not None or probe.load is not None]
    if not told:
        return _NOT_RECORDED
    others = _span("cores kept busy by others", told, lambda probe: probe.others)
    averages = _span("load average, in which the run itself counts", told, lambda probe: probe.load)
    return "; ".join(filter(None, (others, averages)))


def _span(title: str, probes: Sequence[Probe], figure: Callable[[Probe], float | None]) -> str:
    """A figure before the first block, and from the least to the most between blocks; empty where none is told."""
    before = [value for probe in probes if probe.block < 0 and (value := figure(probe)) is not None]
    during = [value for probe in probes if probe.block >= 0 and (value := figure(probe)) is not None]
    spans = ((before, "before the first block"), (during, "between blocks"))
    told = ", ".join(f"{_from_to(values)} {when}" for values, when in spans if values)
    return f"{title}: {told}" if told else ""


def _from_to(values: Sequence[float]) -> str:
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low}–{high}"


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
