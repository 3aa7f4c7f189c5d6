"""The command that measures: parse, call, print."""

from __future__ import annotations

import secrets
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.cli import shown
from harness.cli.options import (
    DIRECTORIES,
    PROFILE,
    PROVIDER,
    REPORT,
    RESULTS,
    VARIANTS,
    Duration,
    NearestChoice,
    Shard,
    refuse_beside,
    selected,
)
from harness.errors import InputError
from harness.monorepo.shapes import Shape
from harness.monorepo.variants.file import Profile
from harness.monorepo.variants.selection import select
from harness.provision.pins.pinning import pinned
from harness.provision.pins.pythons import under_pythons
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.reading import find_runs
from harness.records.strategies import STRATEGIES
from harness.run.cluster.asked import see_cluster
from harness.run.contestants.base import Contestants
from harness.run.contestants.variants import VariantContestants
from harness.run.coordinator import run_session
from harness.run.request import Request, finding_names, measured, new_assignment, new_run_id
from harness.run.resume import resumed
from harness.run.shapes_asked import asked_shape, third_party_in_words
from harness.scenarios import all_scenarios

_LANE = NearestChoice("lane", lambda: [lane.value for lane in Lane])
_SCENARIO = NearestChoice("scenario", lambda: list(all_scenarios()))
_FINDING = NearestChoice("finding", finding_names)
_STRATEGY = NearestChoice("strategy", lambda: list(STRATEGIES))


@click.command()
@VARIANTS
@PROFILE
@DIRECTORIES
@click.option("--lane", "lanes", type=_LANE, multiple=True, help="Only this lane: local or nix.")
@click.option("--scenario", "scenarios", type=_SCENARIO, multiple=True, help="Only this scenario; repeatable.")
@click.option("--finding", "findings", type=_FINDING, multiple=True, help="Only this finding; repeatable.")
@click.option(
    "--strategy",
    "strategies",
    type=_STRATEGY,
    multiple=True,
    help="Of the Nix lane time only this way of describing members; repeatable.",
)
@click.option(
    "--pin", "pins", multiple=True, metavar="PIN", help="Each variant that has it at this version too: uv==0.12.0."
)
@click.option(
    "--python",
    "pythons",
    multiple=True,
    metavar="PYTHON",
    help="Each variant under this Python too: 3.12, or a path.",
)
@click.option("--blocks", type=click.IntRange(min=1), help="How often each cell runs [default: 6].")
@click.option("--budget", type=Duration(), help="Instead: blocks until all is settled or so long is up (90s, 10m, 2h).")
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="SHAPE",
    help="Which members there are: canonical, apps=A,libs=L, FILE.json or a repository's folder; repeatable.",
)
@click.option("--unread-ok", is_flag=True, help="Measure a repository of which many dependencies could not be read.")
@click.option("--third-party", is_flag=True, help="Members state what they require from outside too; it is fetched.")
@click.option(
    "--leave-out",
    "leave_out",
    multiple=True,
    metavar="NAME",
    help="With --third-party: all but what is called so; repeatable.",
)
@click.option(
    "--limit", type=Duration(), default="5m", show_default=True, help="How long a cell's measured part may take."
)
@click.option("--keep", is_flag=True, help="Keep the folders that commands worked in.")
@PROVIDER
@click.option("--builders", metavar="SPEC", help="Machines that Nix builds on, as its own --builders takes them.")
@click.option(
    "--cluster", metavar="ADDRESS", help="Deal the work out on Dask: a scheduler's address, or local:N workers here."
)
@click.option(
    "--shard", type=Shard(), metavar="I/N", help="Only this part of the plan, to be merged: 1/4. Needs --seed."
)
@RESULTS
@REPORT
@click.option("--run-id", help="The run's name [default: the time].")
@click.option("--seed", type=int, help="The seed of the order [default: random, and recorded].")
@click.option("--resume", metavar="RUN", help="Go on with a run that was interrupted, as it was planned.")
@click.option(
    "--findings-of", "known", metavar="RUN", help="Take over what this run found out by experiment and still holds."
)
@click.option("--plan", "plan_only", is_flag=True, help="Print what would be done, and do nothing.")
@click.pass_context
def run(context: click.Context, /, *, resume: str | None, results: Path, report: Path | None, **options: Any) -> None:
    """Measure, and write the report."""
    layout = Layout.here()
    plan_only = options.pop("plan_only")
    contestants: Contestants[Any]
    if options["cluster"] is not None:
        see_cluster(options["cluster"])
    if resume is not None:
        allowed = {"resume", "results", "report", "plan_only", "directories", "keep", "cluster"}
        refuse_beside(context, "--resume", allowed)
        folder = find_runs(results, [resume])[0]
        contestants = resumed(
            folder, report, layout, options["directories"], keep=options["keep"], cluster=options["cluster"]
        )
    else:
        if options["blocks"] is not None and options["budget"] is not None:
            raise InputError("--blocks and --budget exclude each other.", hint="Give one of them.")
        if options["shard"] is not None and options["seed"] is None:
            raise InputError(
                "--shard needs --seed: without the same one, the parts would be of different plans.",
                hint="Give all of them the same, such as --seed 1.",
            )
        unread_ok = options.pop("unread_ok")
        asked = [asked_shape(text, unread_ok=unread_ok) for text in options.pop("shapes") or ("canonical",)]
        for note in (note for item in asked for note in item.notes):
            click.echo(note, err=True)
        shapes = tuple(item.shape for item in asked)
        assignment = new_assignment(
            request_of(layout, Options(results=results, report=report, shapes=shapes, **options))
        )
        included = assignment.third_party
        for line in third_party_in_words(shapes, assignment.leave_out, third_party=included):
            click.echo(line, err=True)
        contestants = VariantContestants(assignment=assignment)
    console = Console()
    if not shown.foretell(contestants.assignment, layout, console, plan_only=plan_only):
        return
    sys.exit(run_session(contestants, layout, console))


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was given to ``run`` for a new run: each option by its name, of the kind that it is read as."""

    variants: tuple[str, ...]
    profile: str | None
    directories: tuple[Path, ...]
    lanes: tuple[str, ...]
    scenarios: tuple[str, ...]
    findings: tuple[str, ...]
    strategies: tuple[str, ...]
    blocks: int | None
    budget: float | None
    shapes: tuple[Shape, ...]
    limit: float
    keep: bool
    third_party: bool
    leave_out: tuple[str, ...]
    provider: str
    pins: tuple[str, ...]
    pythons: tuple[str, ...]
    results: Path
    report: Path | None
    run_id: str | None
    seed: int | None
    known: str | None
    builders: str | None
    cluster: str | None
    shard: tuple[int, int] | None


def request_of(layout: Layout, options: Options) -> Request:
    """The options of ``run`` as a request.

    Raises:
        InputError: one of them names what is not there.
    """
    chosen = select(selected(options.variants, options.profile, options.directories), layout.variants)
    # Pythons are looked for first: that resolves no lock.
    under = under_pythons(measured(chosen), options.pythons, layout.pinned)
    return Request(
        variants=(*chosen, *pinned(measured(chosen), options.pins, layout.pinned), *under),
        lanes=frozenset(map(Lane, options.lanes)) or frozenset(Lane),
        scenarios=options.scenarios,
        findings=options.findings,
        strategies=options.strategies,
        shapes=options.shapes,
        limit_s=options.limit,
        whole_profile=options.profile == Profile.ALL,
        ours=layout.variants.resolve(),
        keep=options.keep,
        third_party=options.third_party,
        leave_out=options.leave_out,
        provider=options.provider,
        blocks=6 if options.blocks is None else options.blocks,
        budget_s=options.budget,
        seed=secrets.randbelow(2**32) if options.seed is None else options.seed,
        results=options.results,
        report=options.report,
        run_id=new_run_id(datetime.now(UTC)) if options.run_id is None else options.run_id,
        command_line=tuple(sys.argv[1:]),
        findings_of=None if options.known is None else find_runs(options.results, [options.known])[0],
        builders=options.builders or "",
        cluster=options.cluster,
        directories=options.directories,
        shard=options.shard,
    )
