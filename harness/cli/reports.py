"""The commands about runs that were made: parse, call, print."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.cli.options import (
    AS_JSON,
    REPORT,
    RESULTS,
    Share,
)
from harness.records.reading import find_runs
from harness.run.finish import render_report
from harness.run.merge import merge_runs
from harness.run.request import new_run_id


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]…")
@RESULTS
@click.option(
    "--report", type=click.Path(path_type=Path), help="Where it goes [default: the folder of the run, if it is one]."
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def report(*, runs: tuple[str, ...], results: Path, report: Path | None, quiet: bool) -> None:
    """Write the report of one run or several.

    RUN is a run's folder, or its id below the results folder [default: the newest run].
    """
    folders = find_runs(results, runs)
    # Imported here because it brings pandas, which the process that measures never imports.
    from harness.report.writer import write_report

    written = write_report(folders, report)
    if not quiet:
        console = Console()
        console.print(written.summary)
        console.print(f"report: {written.page}", highlight=False, soft_wrap=True)


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN…")
@RESULTS
@REPORT
@click.option("--run-id", help="The name of what they become [default: merged- and the time].")
def merge(*, runs: tuple[str, ...], results: Path, report: Path | None, run_id: str | None) -> None:
    """Make one run of several that measured the same.

    These are parts of one plan, or the same plan on several machines.
    """
    name = f"merged-{new_run_id(datetime.now(UTC))}" if run_id is None else run_id
    made = merge_runs(find_runs(results, runs), results, name)
    console = Console(soft_wrap=True, highlight=False)
    for line in made.told:
        console.print(line, markup=False)
    sys.exit(0 if render_report(made.folder, report, summary=True) else 1)


@click.command()
@click.argument("base")
@click.argument("new")
@click.option(
    "--fail-on", type=Share(), metavar="5%", help="Exit with 1 if a cell is slower by more, lost, or a hazard."
)
@click.option("--across-machines", is_flag=True, help="Compare runs of two machines, by ratios to the reference alone.")
@AS_JSON
@RESULTS
@click.option("--report", type=click.Path(path_type=Path), help="Write NEW's report there, with the comparison in it.")
def compare(*, base: str, new: str, results: Path, report: Path | None, **options: Any) -> None:
    """Hold run NEW against run BASE: what got faster or slower, and what broke.

    Versions that differ are named too.
    """
    folders = find_runs(results, [base, new])
    # Imported here because it brings pandas, which the process that measures never imports.
    from harness.report.compare import terminal, view
    from harness.report.compare.words import failures
    from harness.report.read.runs import load_runs
    from harness.report.writer import write_report

    fail_on: float | None = options["fail_on"]
    compared = view.compare_runs(
        *(load_runs([folder]) for folder in folders), across_machines=options["across_machines"]
    )
    written = write_report(folders[1:], report, compared) if report is not None else None
    failed = () if fail_on is None else failures(compared, fail_on)
    if options["as_json"]:
        click.echo(json.dumps(view.as_data(compared, fail_on=fail_on, failures=failed), indent=2, allow_nan=False))
    else:
        console = Console()
        console.print(terminal.comparison(compared))
        if written is not None:
            console.print(f"report: {written.page}", highlight=False, soft_wrap=True)
        if fail_on is not None:
            console.print(terminal.ending(compared, fail_on, failed))
    sys.exit(1 if failed else 0)
