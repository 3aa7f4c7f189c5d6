"""The command that proves variants: parse, call, print."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.cli.check_shown import as_data, print_step, summary, to_be_pasted
from harness.cli.options import (
    AS_JSON,
    DIRECTORIES,
    PROVIDER,
    NearestChoice,
)
from harness.errors import InputError, did_you_mean
from harness.monorepo.variants import variant_folders
from harness.plan.cells import REFERENCE
from harness.provision.state_folder import Layout
from harness.records.uninterrupted import INTERRUPTED
from harness.run.check.model import Checked, Result
from harness.run.check.proving import CARRIED_OUT
from harness.run.check.session import CheckRequest
from harness.run.check.session import check as check_variants

_STEP = NearestChoice("step", lambda: CARRIED_OUT)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]…")
@DIRECTORIES
@click.option("--quick", is_flag=True, help="Look at the files alone; install and run nothing.")
@click.option("--step", "steps", type=_STEP, multiple=True, help="Carry out this alone, and what it needs; repeatable.")
@click.option("--findings", is_flag=True, help="Conduct every experiment too.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Keep what passes in FILE, and leave out what passed before: a check that is cut off goes on.",
)
@AS_JSON
@PROVIDER
def check(*, names: tuple[str, ...], directories: tuple[Path, ...], as_json: bool, **how: Any) -> None:
    """Prove variants step by step, before anything is timed.

    Without a name, all of them.
    """
    layout = Layout.here()
    folders = variant_folders(layout.variants, directories)
    for name in names:
        if name not in folders:
            raise InputError(f"check: there is no variant named {name!r}.", hint=did_you_mean(name, folders))
    asked = CheckRequest(
        folders={name: folder for name, folder in folders.items() if not names or name in names},
        reference=folders[REFERENCE],
        **how,
    )
    progress = Console(stderr=as_json)
    try:
        checked = checked_by(asked, layout, progress, directories)
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted: what has no line above was not proven")
        sys.exit(INTERRUPTED)
    if as_json:
        click.echo(json.dumps(as_data(checked), indent=2))
    else:
        progress.print(summary(checked))
    sys.exit(0 if all(item.good for item in checked) else 1)


def checked_by(asked: CheckRequest, layout: Layout, console: Console, directories: Sequence[Path]) -> list[Checked]:
    """Check variants, with a line for each step; what is told to be typed looks into these ``directories`` too."""

    def tell(result: Result) -> None:
        print_step(console, to_be_pasted(result, directories))

    checked = check_variants(asked, layout, Console(stderr=True), tell)
    return [
        replace(item, results=tuple(to_be_pasted(result, directories) for result in item.results)) for item in checked
    ]
