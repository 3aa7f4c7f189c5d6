"""The command line: parse, call, print; nothing else."""

from __future__ import annotations

import json
import secrets
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness import VERSION, listing
from harness.assignment import Request, finding_names, measured, new_assignment, new_run_id
from harness.backends.command import backends, update_backends
from harness.checking.model import Checked
from harness.checking.proving import CARRIED_OUT
from harness.checking.session import Asked
from harness.checking.session import check as check_variants
from harness.checking.terminal import as_data, print_step, summary
from harness.cleaning import clean as clean_up
from harness.cluster.asked import see_cluster
from harness.concluding import INTERRUPTED, render_report
from harness.contestants.base import Contestants
from harness.contestants.resuming import resumed
from harness.contestants.variants import VariantContestants
from harness.equipment import ask_for_nix
from harness.errors import HarnessError, InputError, VariantError
from harness.journal import find_runs
from harness.merging import merge_runs
from harness.options import Duration, NearestChoice, Shard, refuse_beside
from harness.plan import REFERENCE
from harness.provision.layout import Layout
from harness.records import Lane
from harness.repository.command import shape as read_shape
from harness.scenarios import all_scenarios
from harness.session import run_session, set_up
from harness.shape_asked import asked_shape, third_party_in_words
from harness.shapes import Shape
from harness.share import Share
from harness.stocktaking import places
from harness.strategies import HOST, PROVIDERS, STRATEGIES
from harness.suggest import did_you_mean
from harness.variants import load_variant, load_variants, variant_folders
from harness.variants.file import Profile
from harness.variants.pinning import pinned
from harness.variants.pins import outdated, wanted_pins
from harness.variants.pythons import under_pythons
from harness.variants.selection import Selected, select
from harness.variants.starting import start
from harness.variants.updating import files_of, put_back
from harness.variants.updating import update as raise_pins


class Errors(click.Group):
    """Prints an error of the harness as words, and nothing of how it came about."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; end with the error's own exit status if it raises one."""
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            console = Console(stderr=True, soft_wrap=True)
            console.print("error:", style="bold red", end=" ")
            console.print(error.message, markup=False, highlight=False)
            if error.hint:
                console.print(error.hint, markup=False, highlight=False)
            ctx.exit(error.exit_status)


_LANE = NearestChoice("lane", lambda: [lane.value for lane in Lane])
_PROVIDER = NearestChoice("provider", lambda: PROVIDERS)
_SCENARIO = NearestChoice("scenario", lambda: list(all_scenarios()))
_PROFILE = NearestChoice("profile", lambda: [profile.value for profile in Profile])
_STEP = NearestChoice("step", lambda: CARRIED_OUT)
_FINDING = NearestChoice("finding", finding_names)
_STRATEGY = NearestChoice("strategy", lambda: list(STRATEGIES))

DURATION = Duration()
SHARD = Shard()
SHARE = Share()

_variants = click.option("--variant", "variants", multiple=True, metavar="NAME", help="Only this variant; repeatable.")
_profile = click.option(
    "--profile", type=_PROFILE, help="Which of our variants: core or all [default: core; --variant takes any]."
)
_directories = click.option(
    "--variants-dir",
    "directories",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="DIR",
    help="A folder of variants of your own, beside ours; repeatable.",
)


@click.group(cls=Errors, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version=VERSION, prog_name="harness")
def main() -> None:
    """Which toolchain for our Python monorepo? Measures it, locally and through Nix."""


main.add_command(backends)
main.add_command(update_backends)
main.add_command(read_shape)


@main.command("list")
@_directories
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def list_(*, as_json: bool, directories: tuple[Path, ...]) -> None:
    """Name the variants, scenarios and shapes there are."""
    overview = listing.overview(load_variants(Layout.here().variants, more=directories))
    if as_json:
        click.echo(json.dumps(overview, indent=2))
    else:
        Console().print(listing.as_table(overview))


@main.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def doctor(*, as_json: bool) -> None:
    """Say what this machine has and lacks for a run."""
    layout = Layout.here()
    checks = listing.examine(layout, ask_for_nix(layout))
    if as_json:
        click.echo(json.dumps([check.as_json() for check in checks], indent=2))
    else:
        Console(soft_wrap=True).print(listing.as_checks(checks))
    if any(check.fatal for check in checks):
        sys.exit(1)


@main.command()
@_variants
@_profile
@_directories
def setup(*, variants: tuple[str, ...], profile: str | None, directories: tuple[Path, ...]) -> None:
    """Fetch and install everything a run needs; measure nothing."""
    layout = Layout.here()
    chosen = measured(select(selected(variants, profile, directories), layout.variants))
    sys.exit(set_up(chosen, layout, Console(stderr=True)))


def selected(variants: tuple[str, ...], profile: str | None, directories: tuple[Path, ...]) -> Selected:
    """What was said of variants, as one value."""
    return Selected(names=variants, profile=Profile(profile) if profile else None, directories=directories)


@main.command()
@click.option("--store", is_flag=True, help="The private Nix store too: Python and backends are imported again.")
@click.option("--toolchains", is_flag=True, help="The installed toolchains too.")
@click.option("--wheels", is_flag=True, help="The fetched wheels too: the next run needs the network.")
@click.option("--workers", is_flag=True, help="What workers of a cluster set up on this machine too.")
@click.option("--all", "everything", is_flag=True, help="All that the state folder holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be freed, and free nothing.")
def clean(*, store: bool, toolchains: bool, wheels: bool, workers: bool, everything: bool, dry_run: bool) -> None:
    """Remove leftovers of runs and garbage in the Nix store; results and reports are kept."""
    layout = Layout.here()
    named = {"Nix": store, "toolchains": toolchains, "wheelhouse": wheels, "workers": workers}
    parts = set(places(layout)) if everything else {name for name, asked in named.items() if asked}
    Console(soft_wrap=True).print(listing.as_freed(clean_up(layout, parts, dry_run=dry_run), dry_run=dry_run))


@main.command("outdated")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@_directories
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
def outdated_(*, names: tuple[str, ...], directories: tuple[Path, ...], as_json: bool) -> None:
    """List pins that have newer releases, as your own pip finds them [default: of all variants]."""
    found = outdated(load_variants(Layout.here().variants, names, more=directories))
    if as_json:
        click.echo(json.dumps([asdict(item) for item in found], indent=2))
    else:
        Console().print(listing.as_outdated(found))


@main.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@_directories
@click.option("--to", "pins", multiple=True, metavar="PIN", help="Raise this pin alone, as in uv==0.14.0; repeatable.")
@click.option("--keep-pins", is_flag=True, help="Raise nothing: make the locks anew from what variant.toml pins.")
def update(*, names: tuple[str, ...], directories: tuple[Path, ...], pins: tuple[str, ...], keep_pins: bool) -> None:
    """Raise the pins of variants to their newest releases, make the locks anew, and check them."""
    if pins and keep_pins:
        raise InputError("--to and --keep-pins exclude each other.", hint="Give one of them.")
    layout = Layout.here()
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for variant in load_variants(layout.variants, names, more=directories, locked=False):
        wanted = wanted_pins(pins, variant)
        if not pins and not keep_pins:
            wanted = {item.project: item.newest for item in outdated([variant])}
            if not wanted:
                console.print(f"{variant.name}: no pin has a newer release", markup=False)
        with put_back(files_of(variant)):
            raise_pins(variant, wanted)
            told = ", ".join(f"{name} {variant.spec.toolchain.pins[name]} → {new}" for name, new in wanted.items())
            console.print(f"[green]✓[/green] {variant.name}: both locks are made anew{f'; {told}' if told else ''}")
            if wanted and not all(item.good for item in checked_by(layout, {variant.name: variant.folder}, console)):
                raise VariantError(
                    f"{variant.name} does not pass with {told}: its variant.toml and its locks are as they were.",
                    hint="Raise one pin at a time with --to, or change the variant by hand and run check.",
                )


def checked_by(layout: Layout, folders: Mapping[str, Path], console: Console) -> list[Checked]:
    """Check the variants in these folders, with a line for each step."""
    asked = Asked(folders=folders, reference=layout.variants / REFERENCE)
    return check_variants(asked, layout, console, lambda result: print_step(console, result))


@main.command()
@click.argument("name")
@click.option("--from", "model", required=True, metavar="VARIANT", help="The variant that is nearest to yours.")
@_directories
def new(*, name: str, model: str, directories: tuple[Path, ...]) -> None:
    """Begin a variant as a copy of one that there is; in the first --variants-dir, or beside ours."""
    layout = Layout.here()
    present = [folder for folder in directories if folder.is_dir() and any(folder.iterdir())]
    folders = variant_folders(layout.variants, present)
    if model not in folders:
        raise InputError(f"--from: there is no variant named {model!r}.", hint=did_you_mean(model, folders))
    if name in folders:
        raise InputError(f"new: there is a variant named {name!r} already.", hint="Choose another name.")
    place = directories[0] if directories else layout.variants
    made = start(name, load_variant(folders[model]), place, schema=layout.checkout / "schemas" / "variant.schema.json")
    more = f" --variants-dir {place}" if directories else ""
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{made}: {len(list(made.rglob('*.*')))} files, as {model} has them", markup=False)
    console.print(f"next: edit {made.name}/variant.toml and the members' files, then prove it:", markup=False)
    console.print(f"  python -m harness update {name} --keep-pins{more}   # when you changed pins", markup=False)
    console.print(f"  python -m harness check {name}{more}", markup=False)


@main.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@_directories
@click.option("--quick", is_flag=True, help="Look at the files alone; install and run nothing.")
@click.option("--step", "steps", type=_STEP, multiple=True, help="Carry out this alone, and what it needs; repeatable.")
@click.option("--findings", is_flag=True, help="Conduct every experiment too.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep what passes in FILE, and leave out what passed before: a check that is cut off goes on.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.option("--provider", type=_PROVIDER, default=HOST, help="Where Nix takes Python from: host or nixpkgs.")
def check(*, names: tuple[str, ...], directories: tuple[Path, ...], as_json: bool, **how: Any) -> None:
    """Prove variants step by step, before anything is timed [default: all]."""
    layout = Layout.here()
    folders = variant_folders(layout.variants, directories)
    for name in names:
        if name not in folders:
            raise InputError(f"check: there is no variant named {name!r}.", hint=did_you_mean(name, folders))
    asked = Asked(
        folders={name: folder for name, folder in folders.items() if not names or name in names},
        reference=folders[REFERENCE],
        **how,
    )
    progress = Console(stderr=as_json)
    try:
        checked = check_variants(asked, layout, Console(stderr=True), lambda result: print_step(progress, result))
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted: what has no line above was not proven")
        sys.exit(INTERRUPTED)
    if as_json:
        click.echo(json.dumps(as_data(checked), indent=2))
    else:
        progress.print(summary(checked))
    sys.exit(0 if all(item.good for item in checked) else 1)


@main.command()
@_variants
@_profile
@_directories
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
@click.option("--budget", type=DURATION, help="Instead: blocks until all is settled or so long is up (90s, 10m, 2h).")
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="SHAPE",
    help="Which members there are: canonical, apps=A,libs=L, FILE.json or a repository's folder; repeatable.",
)
@click.option("--third-party", is_flag=True, help="Members state what they require from outside too; it is fetched.")
@click.option(
    "--leave-out",
    "leave_out",
    multiple=True,
    metavar="NAME",
    help="With --third-party: all but what is called so; repeatable.",
)
@click.option(
    "--limit", type=DURATION, default="5m", show_default=True, help="How long a cell's measured part may take."
)
@click.option("--keep", is_flag=True, help="Keep the folders that commands worked in.")
@click.option("--provider", type=_PROVIDER, default=HOST, help="Where Nix takes Python from: host or nixpkgs.")
@click.option("--builders", metavar="SPEC", help="Machines that Nix builds on, as its own --builders takes them.")
@click.option(
    "--cluster", metavar="ADDRESS", help="Deal the work out on Dask: a scheduler's address, or local:N workers here."
)
@click.option("--shard", type=SHARD, metavar="I/N", help="Only this part of the plan, to be merged: 1/4. Needs --seed.")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes [default: the run's folder].")
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
        asked = [asked_shape(text) for text in options.pop("shapes") or ("canonical",)]
        for note in (note for item in asked for note in item.notes):
            click.echo(note, err=True)
        shapes = tuple(item.shape for item in asked)
        assignment = new_assignment(request_of(layout, results=results, report=report, shapes=shapes, **options))
        included = assignment.third_party
        for line in third_party_in_words(shapes, assignment.leave_out, third_party=included):
            click.echo(line, err=True)
        contestants = VariantContestants(assignment=assignment)
    console = Console()
    if not listing.foretell(contestants.assignment, layout, console, plan_only=plan_only):
        return
    if isinstance(contestants, VariantContestants) and contestants.assignment.cluster is not None:
        # Imported here because it brings Dask, which a run on one machine does without.
        from harness.cluster.session import run_on_cluster

        sys.exit(run_on_cluster(contestants.assignment, layout, console))
    sys.exit(run_session(contestants, layout, console))


def request_of(
    layout: Layout,
    *,
    variants: tuple[str, ...],
    profile: str | None,
    directories: tuple[Path, ...],
    lanes: tuple[str, ...],
    scenarios: tuple[str, ...],
    findings: tuple[str, ...],
    strategies: tuple[str, ...],
    blocks: int | None,
    budget: float | None,
    shapes: tuple[Shape, ...],
    limit: float,
    keep: bool,
    third_party: bool,
    leave_out: tuple[str, ...],
    provider: str,
    pins: tuple[str, ...],
    pythons: tuple[str, ...],
    results: Path,
    report: Path | None,
    run_id: str | None,
    seed: int | None,
    known: str | None,
    builders: str | None,
    cluster: str | None,
    shard: tuple[int, int] | None,
) -> Request:
    """The options of ``run`` as a request.

    Raises:
        InputError: one of them names what is not there.
    """
    chosen = select(selected(variants, profile, directories), layout.variants)
    # Pythons are looked for first: that resolves no lock.
    under = under_pythons(measured(chosen), pythons, layout.pinned)
    return Request(
        variants=(*chosen, *pinned(measured(chosen), pins, layout.pinned), *under),
        lanes=frozenset(map(Lane, lanes)) or frozenset(Lane),
        scenarios=scenarios,
        findings=findings,
        strategies=strategies,
        shapes=shapes,
        limit_s=limit,
        whole_profile=profile == Profile.ALL,
        ours=layout.variants.resolve(),
        keep=keep,
        third_party=third_party,
        leave_out=leave_out,
        provider=provider,
        blocks=6 if blocks is None else blocks,
        budget_s=budget,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        results=results,
        report=report,
        run_id=new_run_id(datetime.now(UTC)) if run_id is None else run_id,
        command_line=tuple(sys.argv[1:]),
        findings_of=None if known is None else find_runs(results, [known])[0],
        builders=builders or "",
        cluster=cluster,
        shard=shard,
    )


@main.command()
@click.argument("runs", nargs=-1, metavar="[RUN]…")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="Where it goes [default: the newest run's folder].")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def report(*, runs: tuple[str, ...], results: Path, report: Path | None, quiet: bool) -> None:
    """Write the report of runs: folders, or ids below the results folder [default: the newest]."""
    folders = find_runs(results, runs)
    # Imported here because it brings pandas, which the process that measures never imports.
    from harness.reporting.either import write_either

    written = write_either(folders, report)
    if not quiet:
        console = Console()
        console.print(written.summary)
        console.print(f"report: {written.page}", highlight=False, soft_wrap=True)


@main.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN…")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes [default: the run's folder].")
@click.option("--run-id", help="The name of what they become [default: merged- and the time].")
def merge(*, runs: tuple[str, ...], results: Path, report: Path | None, run_id: str | None) -> None:
    """Make one run of several that measured the same: parts of a plan, or the same plan on several machines."""
    name = f"merged-{new_run_id(datetime.now(UTC))}" if run_id is None else run_id
    made = merge_runs(find_runs(results, runs), results, name)
    console = Console(soft_wrap=True, highlight=False)
    for line in made.told:
        console.print(line, markup=False)
    render_report(made.folder, report, summary=True)


@main.command()
@click.argument("base")
@click.argument("new")
@click.option("--fail-on", type=SHARE, metavar="5%", help="Exit with 1 if a cell is slower by more, lost, or a hazard.")
@click.option("--across-machines", is_flag=True, help="Compare runs of two machines, by ratios to the reference alone.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="Write NEW's report there, with the comparison in it.")
def compare(*, base: str, new: str, results: Path, report: Path | None, **options: Any) -> None:
    """Hold run NEW against run BASE: what got faster or slower, what broke, which versions differ."""
    folders = find_runs(results, [base, new])
    # Imported here because it brings pandas, which the process that measures never imports.
    from harness.reporting.compare import terminal, view
    from harness.reporting.compare.words import failures
    from harness.reporting.compare.writer import read_compared, write_compared

    fail_on: float | None = options["fail_on"]
    compared = read_compared(*folders, across_machines=options["across_machines"])
    paths = write_compared(compared, folders[1], report) if report is not None else None
    failed = () if fail_on is None else failures(compared, fail_on)
    if options["as_json"]:
        click.echo(json.dumps(view.as_data(compared, fail_on=fail_on, failures=failed), indent=2, allow_nan=False))
    else:
        console = Console()
        console.print(terminal.comparison(compared))
        if paths is not None:
            console.print(f"report: {paths.html}", highlight=False, soft_wrap=True)
        if fail_on is not None:
            console.print(terminal.ending(compared, fail_on, failed))
    sys.exit(1 if failed else 0)
