"""The command that proves variants: parse, call, print."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from harness.cli.check_shown import as_data, print_step, summary
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
from harness.run.check.model import Checked
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
        checked = check_variants(asked, layout, Console(stderr=True), lambda result: print_step(progress, result))
    except KeyboardInterrupt:
        Console(stderr=True).print("interrupted: what has no line above was not proven")
        sys.exit(INTERRUPTED)
    if as_json:
        click.echo(json.dumps(as_data(checked), indent=2))
    else:
        progress.print(summary(checked))
    sys.exit(0 if all(item.good for item in checked) else 1)


def checked_by(layout: Layout, folders: Mapping[str, Path], console: Console) -> list[Checked]:
    """Check the variants in these folders, with a line for each step."""
    asked = CheckRequest(folders=folders, reference=layout.variants / REFERENCE)
    return check_variants(asked, layout, console, lambda result: print_step(console, result))
