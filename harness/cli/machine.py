"""The commands about this machine: parse, call, print."""

from __future__ import annotations

import json
import sys

import click
from rich.console import Console

from harness.cli import machine_shown
from harness.cli.options import (
    AS_JSON,
)
from harness.provision.clean import clean as clean_up
from harness.provision.nix.prepare import ask_for_nix
from harness.provision.state_folder import Layout


@click.command()
@AS_JSON
def doctor(*, as_json: bool) -> None:
    """Say what this machine has and lacks for a run."""
    layout = Layout.here()
    checks = machine_shown.examine(layout, ask_for_nix(layout))
    if as_json:
        click.echo(json.dumps([check.as_json() for check in checks], indent=2))
    else:
        Console(soft_wrap=True).print(machine_shown.as_checks(checks))
    if any(check.fatal for check in checks):
        sys.exit(1)


@click.command()
@click.option("--store", is_flag=True, help="The private Nix store too: Python and backends are imported again.")
@click.option("--toolchains", is_flag=True, help="The installed toolchains too.")
@click.option("--wheels", is_flag=True, help="The fetched wheels too: the next run needs the network.")
@click.option("--workers", is_flag=True, help="What workers of a cluster set up on this machine too.")
@click.option("--all", "everything", is_flag=True, help="All that the state folder holds.")
@click.option("--dry-run", is_flag=True, help="Say what would be freed, and free nothing.")
def clean(*, store: bool, toolchains: bool, wheels: bool, workers: bool, everything: bool, dry_run: bool) -> None:
    """Remove what runs left behind; results and reports are kept.

    Garbage in the Nix store goes too.
    """
    layout = Layout.here()
    named = {"Nix": store, "toolchains": toolchains, "wheelhouse": wheels, "workers": workers}
    parts = set(layout.parts) if everything else {name for name, asked in named.items() if asked}
    Console(soft_wrap=True).print(machine_shown.as_freed(clean_up(layout, parts, dry_run=dry_run), dry_run=dry_run))
