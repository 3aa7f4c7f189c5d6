"""The commands about backends: parse, call, print; nothing else."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.cli import shown
from harness.cli.options import NearestChoice, refuse_beside
from harness.errors import InputError
from harness.monorepo.backends.catalogue import load_backends, load_front_ends
from harness.provision.pins.backends import Raised, update_backend, update_front_ends
from harness.provision.pins.pins import newest_release
from harness.provision.state_folder import Layout
from harness.records.reading import find_runs
from harness.run.contestants.backends import FILES, new_backends
from harness.run.contestants.base import Contestants
from harness.run.coordinator import run_session
from harness.run.request import new_run_id
from harness.run.resume import resumed
from harness.scenarios.backends.catalogue import BY_NAME

#: More files than any package has; writing them for every backend would fill a disk.
MOST_FILES = 100_000


class Files(click.ParamType[tuple[int, ...]]):
    """Numbers of files, with commas between them."""

    name = "files"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:  # noqa: ARG002
        """Read ``value``."""
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in str(value).split(",")]
        for part in parts:
            if not (part.isascii() and part.isdigit() and 1 <= int(part[:9]) <= MOST_FILES and len(part) < 9):
                raise InputError(
                    f"--files: {part!r} is not a number of files.",
                    hint=f"Name numbers from 1 to {MOST_FILES:,}, with commas between them: --files 1,100,10000",
                )
        return tuple(int(part) for part in parts)


_SCENARIO = NearestChoice("scenario", lambda: list(BY_NAME))


@click.command()
@click.option("--backend", "names", multiple=True, metavar="NAME", help="Only this backend; repeatable.")
@click.option("--scenario", "scenarios", type=_SCENARIO, multiple=True, help="Only this scenario; repeatable.")
@click.option(
    "--files",
    type=Files(),
    default=FILES,
    metavar="1,100,…",
    help=f"How many files the package has [default: {','.join(map(str, FILES))}].",
)
@click.option("--blocks", type=click.IntRange(min=1), default=6, show_default=True, help="How often each cell runs.")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes [default: the run's folder].")
@click.option("--run-id", help="The run's name [default: the time].")
@click.option("--seed", type=int, help="The seed of the order [default: random, and recorded].")
@click.option("--resume", metavar="RUN", help="Go on with a run that was interrupted, as it was planned.")
@click.option("--plan", "plan_only", is_flag=True, help="Print what would be done, and do nothing.")
@click.pass_context
def backends(
    context: click.Context, /, *, resume: str | None, results: Path, report: Path | None, **options: Any
) -> None:
    """Measure build backends alone: hooks, front ends, editable installs."""
    layout = Layout.here()
    plan_only, seed, run_id = options.pop("plan_only"), options.pop("seed"), options.pop("run_id")
    contestants: Contestants[Any]
    if resume is not None:
        refuse_beside(context, "--resume", {"resume", "results", "report", "plan_only"})
        contestants = resumed(find_runs(results, [resume])[0], report, layout)
    else:
        contestants = new_backends(
            layout.backends,
            results=results,
            report=report,
            seed=secrets.randbelow(2**32) if seed is None else seed,
            run_id=new_run_id(datetime.now(UTC)) if run_id is None else run_id,
            command_line=tuple(sys.argv[1:]),
            **options,
        )
    if shown.foretell(contestants.assignment, layout, Console(), plan_only=plan_only):
        sys.exit(run_session(contestants, layout, Console()))


@click.command("update-backends")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@click.option("--keep-pins", is_flag=True, help="Raise nothing: make the locks anew from what is pinned.")
def update_backends(*, names: tuple[str, ...], keep_pins: bool) -> None:
    """Raise the pins of build backends, and make their locks anew.

    Without a name, those of all backends and of the front ends.
    """
    directory = Layout.here().backends
    newest = None if keep_pins else newest_release
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    chosen = load_backends(directory, names, locked=False)
    if not names:
        _tell(console, update_front_ends(directory, newest))
    for backend in chosen:
        _tell(console, update_backend(backend, load_front_ends(directory), newest))


def _tell(console: Console, made: Raised) -> None:
    told = ", ".join(f"{name} {old} → {new}" for name, (old, new) in made.changes.items())
    console.print(f"[green]✓[/green] {made.name}: locks are made anew{f'; {told}' if told else ''}")
