"""The sentences that page and Markdown share: made from the view model, so that no new run can make them false."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Sequence

from harness.monorepo.shapes import CANONICAL
from harness.records.facts import Lane, Outcome, ShapeFacts
from harness.records.format import CONTROL_SUFFIX, RunStatus
from harness.records.spelling import number
from harness.report import shapes, words
from harness.report.model import Report, ScenarioView
from harness.report.statistics.compare import BAND, MINIMUM_BLOCKS
from harness.report.statistics.noise import PROBE_BAND, NoiseKind
from harness.report.statistics.settle import PRECISION

TITLE = "Python monorepo toolchains, measured"

QUIET = (
    "Nothing was found: the reference agreed with itself, no cell spread too wide, and neither place in a block nor"
    " block in the run made a difference."
)


def lead(report: Report) -> str:
    """What this is and what was measured."""
    lanes = " and ".join(
        "locally" if lane is Lane.LOCAL else "through Nix"
        for lane in dict.fromkeys(section.lane for section in report.sections)
    )
    ok = report.outcomes.get(Outcome.OK, 0)
    facts = report.shapes.facts.get(report.shapes.primary)
    what = (
        "The same small monorepo, a library and two applications that import it,"
        if facts is None or report.shapes.primary == CANONICAL.name
        else f"The same monorepo, {counted(facts)},"
    )
    return (
        f"{what} packaged with {number(len(report.variants), 'toolchain')} and put through the same"
        f" work{' ' + lanes if lanes else ''}: {amount(report, 'sample', report.samples)}, {ok:,} of them verified."
    )


def amount(report: Report, noun: str, count: int) -> str:
    """So many samples, and in how many blocks: each shape is measured in blocks of its own."""
    blocks = number(report.blocks, "block")
    if not report.shapes.further:
        return f"{number(count, noun)} in {blocks}"
    return f"{number(count, noun)} of {number(len(report.shapes.facts), 'shape')}, in {blocks} of the first"


def counted(facts: ShapeFacts) -> str:
    """How many members of each kind."""
    libraries, applications = shapes.libraries(facts), len(shapes.applications(facts))
    return f"{number(libraries, 'library', 'libraries')} and {number(applications, 'application')}"


def members(report: Report) -> tuple[str, ...]:
    """Whose members the figures are of, where they are not the three canonical ones, and which others there are."""
    name, all_of = report.shapes.primary, report.shapes.facts
    found: list[str] = []
    if name and name != CANONICAL.name:
        found += _own_members(name, all_of[name])
        if any(item.shape != name for group in report.questions for item in group.questions) or report.changes:
            found.append(
                "Experiments and changes were made with the three canonical members; what was only looked at is of"
                f" {name}."
            )
    if report.shapes.further:
        others = join([f"{item} ({number(len(all_of[item].members), 'member')})" for item in report.shapes.further])
        where = (
            "see Scale; all else is about the shape"
            if report.scale is not None and report.scale.shown
            else "their figures are in summary.csv, since a section on scale takes three sizes; all here is about"
            " the shape"
        )
        found.append(f"Measured besides: {others}: {where} {name}.")
    return tuple(found)


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


def _is(several: Collection[object]) -> str:
    return "is" if len(several) == 1 else "are"


def banners(report: Report) -> tuple[str, ...]:
    """What a reader has to know before anything else; often nothing."""
    found = []
    for run in report.runs:
        if run.status is RunStatus.RUNNING:
            done = f"{report.samples:,} of {report.planned:,} planned samples are in"
            if any(item.plan.budget_s is not None for item in report.runs):
                done = f"{number(report.samples, 'sample')} of a run with a budget of time are in"
            found.append(f"Run {run.run_id} is still going on: {done}, and every figure may change.")
        elif run.status is RunStatus.INTERRUPTED:
            found.append(f"Run {run.run_id} was interrupted before its end.")
    if report.samples and report.blocks < MINIMUM_BLOCKS:
        found.append(
            f"{number(report.blocks, 'block').capitalize()} {'is' if report.blocks == 1 else 'are'} too few for"
            f" verdicts: they take {MINIMUM_BLOCKS}."
        )
    if report.samples and not report.outcomes.get(Outcome.OK):
        found.append("No sample succeeded, so there is no figure to show. The failures below say why.")
    if not report.samples:
        found.append("Nothing has been measured yet.")
    if noisy := [item for item in report.noise if item.kind is NoiseKind.CONTROL]:
        found.append(
            f"The machine was too noisy: {report.reference} differed from itself in"
            f" {number(len(noisy), 'scenario')}, where verdicts are withheld. Be wary of the others too; see Noise."
        )
    if report.nix_unavailable:
        found.append(f"Nothing was measured through Nix. {report.nix_unavailable}")
    for name, facts in report.aside.items():
        why = "unavailable" if facts.unavailable else "broken"
        found.append(f"{name} is not in the figures: its variant.toml says that it is {why}. {facts.set_aside}")
    return (*found, *report.notes)


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
        " (1979) for the comparisons of that table. Where the interval reaches into the band it is a tie: no"
        " difference was shown. Variants that cannot be told from the fastest of their group stand in one group"
        " instead of having ranks.",
        _controls(report),
        *_probes(report),
        *_settling(report),
    )


def limits(report: Report) -> tuple[str, ...]:
    """What the figures do not show, a sentence each."""
    measured = dict.fromkeys(section.shape for section in (*report.sections, *report.further))
    several = report.machines is not None and len(report.machines.rows) > 1
    found = [
        "Other machines than those named under Machines. Ratios carry over better than seconds."
        if several
        else f"Another machine: all of this is from {report.host.cpu_model}, {report.host.system}, with"
        f" {report.host.python_implementation} {report.host.python_version}. Ratios carry over better than seconds.",
        "A network: measuring is offline, so downloads cost next to nothing here. Requests and bytes are counted"
        " instead.",
    ]
    if tuple(measured) == (CANONICAL.name,):
        found.append(
            "Many members, large trees of dependencies, compiled extensions: the canonical shape is a library and two"
            " applications in pure Python, with hardly anything from outside."
        )
    providers = {section.provider for section in report.sections if section.lane is Lane.NIX and not section.refused}
    if providers and "nixpkgs" not in providers:
        found.append(
            "nixpkgs: what was built through Nix was built with this machine's Python and pinned wheels. nixpkgs' own"
            " build phases and its closures come on top."
        )
    few = min(
        (
            row.summary.count
            for section in report.sections
            for item in section.scenarios
            for row in item.rows
            if row.summary is not None
        ),
        default=0,
    )
    if 0 < few < MINIMUM_BLOCKS:
        found.append(
            f"Verdicts everywhere: some cells have {_few(few)}, fewer than the {MINIMUM_BLOCKS} that a verdict takes;"
            " they are marked undecided."
        )
    found.append(
        "Another way of using the same tool: a variant is one idiom of its toolchain, in the versions that were"
        " measured, and what is said of it holds for that idiom."
    )
    found.append("Taste: how well a tool reads, what its plugins can do, and who will maintain it in five years.")
    return tuple(found)


def _only_first(report: Report) -> str:
    """What is measured once, if anything: one round is a figure, and no verdict."""
    once = tuple(dict.fromkeys(name for run in report.runs for name in run.plan.only_first))
    if not once:
        return ""
    are = "is" if len(once) == 1 else "are"
    return f" Of all this {join(once)} {are} in the first block alone: one round, so a figure and no verdict."


def _few(count: int) -> str:
    return "a single sample" if count == 1 else f"{count} samples"


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
        ("Harness", ", ".join(dict.fromkeys(run.harness_version for run in report.runs))),
        ("Its tools", ", ".join(f"{name} {version}" for name, version in tools.items()) or words.NONE),
        *([("Nix builds on", builders)] if builders else []),
    )


def groups(scenario: ScenarioView) -> str:
    """Who is fast and who cannot be told apart, in a sentence; empty if nothing was measured."""
    if not any(row.summary for row in scenario.rows):
        return "No successful sample, so nothing can be compared."
    if len([row for row in scenario.rows if row.summary]) < 2:
        return ""
    if not scenario.trusted:
        return "No order: the reference differed from itself here, so the machine was too noisy to tell."
    if not scenario.groups:
        return "Too few blocks in common to order the variants."
    if len(scenario.groups) == 1:
        return f"No order: {join(scenario.groups[0])} cannot be told apart."
    return (
        "From fast to slow: "
        + "; then ".join(f"{join(group)} (tied)" if len(group) > 1 else group[0] for group in scenario.groups)
        + "."
    )


def command(argv: Sequence[str]) -> str:
    """An argument list as one would type it; placeholders such as ``{app}`` stay readable."""
    return " ".join(
        part if part.startswith("{") and "'" not in part and " " not in part else shlex.quote(part) for part in argv
    )


def join(names: Sequence[str]) -> str:
    """Names as in a sentence."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
