"""What the commands ``list``, ``doctor`` and ``run --plan`` answer: values first, then how they look."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.errors import InputError, ResultsError
from harness.findings import all_kinds, experiments
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.shapes.packages import is_of_backends
from harness.monorepo.shapes.text import SHAPE_FORMS
from harness.monorepo.variants import Variant
from harness.plan.cells import of_shape, order_of, planned
from harness.plan.estimate import EarlierCell, Estimate, estimate, read_earlier
from harness.provision.pins.pins import Outdated
from harness.provision.state_folder import Layout
from harness.records.facts import Outcome
from harness.records.format import Plan, Sample
from harness.records.host import free_bytes
from harness.records.reading import newest_run, read_info, read_samples
from harness.records.spelling import describe, duration, number, size
from harness.records.visible import visible
from harness.run.finish import see_report
from harness.run.request import Assignment
from harness.scenarios import all_scenarios

#: Wheels, toolchains, the Nix base and the scratch trees of one run together take less than half of it, in bytes.
DISK_WANTED = 3 * 2**30


def overview(variants: Sequence[Variant]) -> dict[str, Any]:
    """Variants, scenarios and shapes, as JSON has them."""
    return {
        "variants": [
            {
                "name": variant.name,
                "title": variant.spec.title,
                "summary": variant.spec.summary,
                "manager": variant.spec.toolchain.manager,
                "backend": variant.spec.toolchain.backend,
                "pins": variant.spec.toolchain.pins,
                "python": variant.spec.toolchain.python,
                "unsupported": variant.spec.unsupported,
                "profile": variant.spec.profile.value,
                "documented": variant.spec.documented
                and {"page": variant.spec.documented.page, "read": variant.spec.documented.read.isoformat()},
                "broken": variant.spec.broken,
                "unavailable": variant.spec.unavailable,
            }
            for variant in variants
        ],
        "scenarios": [
            {"name": name, "lane": scenario.lane.value, "title": scenario.facts.title}
            for name, scenario in all_scenarios().items()
        ],
        "findings": [
            {
                "name": name,
                "experiment": kind if kind in experiments() else None,
                "lanes": [lane.value for lane in facts.lanes],
                "title": facts.title,
                "question": facts.question,
            }
            for kind, found in all_kinds().items()
            for name, facts in found.facts.items()
        ],
        "shapes": [CANONICAL.name, *SHAPE_FORMS],
    }


def as_text(said: str, style: str = "") -> Text:
    """What somebody else wrote, as text: nothing of it acts on the terminal, and none is markup."""
    return Text(visible(said), style)


def as_table(found: dict[str, Any]) -> RenderableType:
    """An overview for people."""
    variants = Table(title="Variants", title_justify="left", box=None, pad_edge=False)
    for heading in ("name", "manager", "backend", "pinned"):
        variants.add_column(heading, overflow="fold")
    for item in found["variants"]:
        named = {**item["pins"], **({"Python": item["python"]} if item["python"] else {})}
        pins = ", ".join(f"{name} {version}" for name, version in named.items())
        variants.add_row(*map(as_text, (item["name"], item["manager"], item["backend"], pins)))
    pages = Table(title="Documented idioms", title_justify="left", box=None, pad_edge=False)
    for heading in ("name", "page", "read"):
        pages.add_column(heading, overflow="fold")
    for item in found["variants"]:
        if page := item["documented"]:
            pages.add_row(*map(as_text, (item["name"], page["page"], page["read"])))
    scenarios = Table(title="Scenarios", title_justify="left", box=None, pad_edge=False)
    for heading in ("name", "lane", "what it is"):
        scenarios.add_column(heading)
    for item in found["scenarios"]:
        scenarios.add_row(item["name"], item["lane"], item["title"])
    findings = Table(title="Findings", title_justify="left", box=None, pad_edge=False)
    for heading in ("name", "lanes", "what it is"):
        findings.add_column(heading, overflow="fold")
    kinds = {item["experiment"] or item["name"]: item for item in reversed(found["findings"])}
    for kind, item in reversed(kinds.items()):
        titles = [other["title"] for other in found["findings"] if other["experiment"] == kind] or [item["title"]]
        more = f" and {len(titles) - 1} more" if len(titles) > 1 else ""
        findings.add_row(kind, ", ".join(item["lanes"]), titles[0] + more)
    return Group(variants, "", pages, "", scenarios, "", findings, "", Text(f"Shapes: {', '.join(found['shapes'])}"))


def as_outdated(found: Sequence[Outdated]) -> RenderableType:
    """Pins that have newer releases, for people."""
    if not found:
        return Text("No pin has a newer release.")
    table = Table(box=None, pad_edge=False)
    for heading in ("project", "pinned", "newest"):
        table.add_column(heading)
    table.add_column("variants", overflow="fold")
    for item in found:
        table.add_row(item.project, item.pinned, item.newest, ", ".join(item.variants))
    return table


#: The runs below ``results`` that are kept and tell how long things take: those of variants, and that of backends.
KEPT_RUNS, KEPT_OF_BACKENDS = ("reference", "reference-scale"), ("reference-backends",)


def foresee(plan: Plan, results: Path, shapes: Sequence[Shape]) -> Estimate:
    """How long a plan will take and how much room, by the newest run below ``results`` and those kept there.

    Without ``shapes`` there are no members to say by how much room it takes.
    """
    kept = KEPT_OF_BACKENDS if is_of_backends(plan) else KEPT_RUNS
    places = (*(results / name for name in kept), *newest_run(results))
    folders = {folder for folder in places if folder.is_dir()}
    members = {shape.name: len(shape.members) for shape in shapes} if shapes else None
    earlier: list[EarlierCell] = []
    for folder in sorted(folders):
        # An old run that is damaged makes the estimate poorer, as one that is missing does; it is no reason to stop.
        with contextlib.suppress(ResultsError):
            earlier += read_earlier(folder / "samples.jsonl")
            if members is not None:
                members = {name: len(facts.members) for name, facts in read_info(folder).shapes.items()} | members
    return estimate(plan, earlier, members)


def see_room(expected: Estimate, layout: Layout) -> None:
    """See that a plan fits on the disk.

    Raises:
        InputError: it does not.
    """
    free = free_bytes(layout.state)
    if expected.disk_bytes > free:
        raise InputError(
            f"There is no room for this run: it takes about {size(expected.disk_bytes)} at most, and"
            f" {layout.state} has {size(free)} free.",
            hint="Measure fewer variants or smaller shapes at a time, or point HARNESS_STATE to another disk.",
        )


def foretell(assignment: Assignment, layout: Layout, console: Console, *, plan_only: bool) -> bool:
    """Say how long what was assigned will take, or show its plan; whether it is to be done.

    Raises:
        InputError: there is no room for it.
        ResultsError: a sample of the run that is gone on with is damaged, or its report cannot be written.
    """
    plan = assignment.plan
    expected = foresee(plan, assignment.results, assignment.shapes)
    see_room(expected, layout)
    if plan_only:
        console.print(as_plan(plan, expected))
        return False
    see_report(assignment.report)
    if assignment.resumes:
        console.print(rest_in_words(plan, expected, read_samples(assignment.folder)), highlight=False)
    else:
        console.print(in_words(plan, expected), highlight=False)
    return True


def in_words(plan: Plan, expected: Estimate) -> str:
    """How long a plan will take, and how sure that is."""
    block = duration(expected.seconds_per_block)
    whole = (
        f"blocks until all is settled, at most {duration(plan.budget_s)}"
        if plan.budget_s is not None
        else f"{duration(expected.seconds_per_block * plan.blocks)} for {plan.blocks}"
    )
    known = f"{expected.known_cells} of {expected.known_cells + expected.unknown_cells} cells were measured before"
    experiments = number(len(plan.experiments), "experiment")
    if not plan.cells:
        return f"{experiments} with each variant, and nothing that is timed"
    more = f" and {experiments} with each variant" if plan.experiments else ""
    room = f"; at most about {size(expected.disk_bytes)} of disk" if expected.disk_bytes else ""
    return f"about {block} a block, {whole}, set-up{more} not counted ({known}){room}"


def rest_in_words(plan: Plan, expected: Estimate, taken: Sequence[Sample]) -> str:
    """How long the rest of a run will take, of which these samples are there."""
    if plan.budget_s is not None:
        return in_words(plan, expected)
    late = {sample.cell for sample in taken if sample.outcome is Outcome.TIMED_OUT}
    done = {(sample.block, sample.cell) for sample in taken}
    left = duration(expected.left(plan, done, late))
    there = f"{len(done):,} of {number(planned(plan), 'sample')} are there"
    return f"about {left} for what is left, set-up not counted ({there})"


def as_plan(plan: Plan, expected: Estimate) -> RenderableType:
    """A plan for people: how much, how long, and the first block's order."""
    table = Table(
        title="Order of the first block" + (", of one shape after the other" if len(plan.shapes) > 1 else ""),
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("#", justify="right")
    table.add_column("cell")
    for shape in plan.shapes:
        for position, cell in enumerate(order_of(of_shape(plan, shape), 0)):
            table.add_row(str(position), describe(cell))
    lanes = Counter(cell.lane.value for cell in plan.cells)
    cells = " and ".join(f"{count} {lane}" for lane, count in lanes.items())
    blocks = "as many blocks as fit" if plan.budget_s is not None else f"{plan.blocks} blocks"
    what = f"{number(len(plan.cells), 'cell')} ({cells or 'nothing is timed'})"
    head = f"{what}, {blocks}, seed {plan.seed}, digest {plan.digest[:12]}"
    taking = [group[0] for group in plan.turns if group]
    turns = f" These take turns, one group in each block: {', '.join(taking)}." if taking else ""
    if plan.only_first:
        turns += f" In the first block alone: {', '.join(plan.only_first)}."
    words = Text(f"Every {'other ' if turns else ''}cell runs once in each block; nothing was run now.{turns}")
    found = Text(f"Experiments, when all is timed: {', '.join(plan.experiments) or 'none'}.")
    return Group(Text(head), Text(in_words(plan, expected)), words, found, *(("", table) if plan.cells else ()))
