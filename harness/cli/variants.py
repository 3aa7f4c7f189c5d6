"""The commands about variants: parse, call, print."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console

from harness.cli import shown
from harness.cli.check import checked_by
from harness.cli.options import (
    AS_JSON,
    DIRECTORIES,
    PROFILE,
    VARIANTS,
    selected,
)
from harness.cli.pasted import pasted
from harness.errors import InputError, VariantError, did_you_mean
from harness.monorepo.variants import Variant, load_variant, load_variants, variant_folders
from harness.monorepo.variants.selection import select
from harness.monorepo.variants.starting import start
from harness.plan.cells import REFERENCE
from harness.provision.pins.pins import outdated, wanted_pins
from harness.provision.pins.updating import files_of, put_back, write_nix_files
from harness.provision.pins.updating import update as raise_pins
from harness.provision.state_folder import Layout
from harness.records.visible import visible
from harness.run.check.session import CheckRequest
from harness.run.coordinator import set_up
from harness.run.request import measured


@click.command("list")
@DIRECTORIES
@AS_JSON
def list_(*, as_json: bool, directories: tuple[Path, ...]) -> None:
    """Name the variants, scenarios and shapes there are."""
    found: list[Variant] = []
    for folder in variant_folders(Layout.here().variants, directories).values():
        try:
            found.append(load_variant(folder))
        except VariantError as error:
            click.echo(visible(f"left out: {error.message}"), err=True)
    overview = shown.overview(sorted(found, key=lambda variant: variant.name))
    if as_json:
        click.echo(json.dumps(overview, indent=2))
    else:
        Console().print(shown.as_table(overview))


@click.command()
@VARIANTS
@PROFILE
@DIRECTORIES
def setup(*, variants: tuple[str, ...], profile: str | None, directories: tuple[Path, ...]) -> None:
    """Fetch and install everything a run needs; measure nothing."""
    layout = Layout.here()
    chosen = measured(select(selected(variants, profile, directories), layout.variants))
    sys.exit(set_up(chosen, layout, Console(stderr=True)))


@click.command("outdated")
@click.argument("names", nargs=-1, metavar="[NAME]…")
@DIRECTORIES
@AS_JSON
def outdated_(*, names: tuple[str, ...], directories: tuple[Path, ...], as_json: bool) -> None:
    """List pins that have newer releases.

    They are looked for where your own pip looks; without a name, for all variants.
    """
    found = outdated(load_variants(Layout.here().variants, names, more=directories))
    if as_json:
        click.echo(json.dumps([asdict(item) for item in found], indent=2))
    else:
        Console().print(shown.as_outdated(found))


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@DIRECTORIES
@click.option("--to", "pins", multiple=True, metavar="PIN", help="Raise this pin alone, as in uv==0.14.0; repeatable.")
@click.option("--keep-pins", is_flag=True, help="Raise nothing: make the locks anew from what variant.toml pins.")
def update(*, names: tuple[str, ...], directories: tuple[Path, ...], pins: tuple[str, ...], keep_pins: bool) -> None:
    """Raise the pins of variants, make locks and Nix files anew, and check them.

    Without --to, pins are raised to their newest releases.
    """
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
            nix = write_nix_files(variant)
            told = ", ".join(f"{name} {variant.spec.toolchain.pins[name]} → {new}" for name, new in wanted.items())
            console.print(f"[green]✓[/green] {variant.name}: both locks are made anew{f'; {told}' if told else ''}")
            if nix:
                console.print(f"[green]✓[/green] {variant.name}: written from the templates: {', '.join(nix)}")
            asked = CheckRequest(folders={variant.name: variant.folder}, reference=layout.variants / REFERENCE)
            if wanted and not all(item.good for item in checked_by(asked, layout, console, directories)):
                raise VariantError(
                    f"{variant.name} does not pass with {told}: its variant.toml and its locks are as they were.",
                    hint="Raise one pin at a time with --to, or change the variant by hand and run check.",
                )


@click.command()
@click.argument("name")
@click.option("--from", "model", required=True, metavar="VARIANT", help="The variant that is nearest to yours.")
@DIRECTORIES
def new(*, name: str, model: str, directories: tuple[Path, ...]) -> None:
    """Begin a variant as a copy of one that there is.

    It is put in the first --variants-dir, or beside ours.
    """
    layout = Layout.here()
    present = [folder for folder in directories if folder.is_dir() and any(folder.iterdir())]
    folders = variant_folders(layout.variants, present)
    if model not in folders:
        raise InputError(f"--from: there is no variant named {model!r}.", hint=did_you_mean(model, folders))
    if name in folders:
        raise InputError(f"new: there is a variant named {name!r} already.", hint="Choose another name.")
    place = directories[0] if directories else layout.variants
    made = start(name, load_variant(folders[model]), place, schema=layout.checkout / "schemas" / "variant.schema.json")
    console = Console(soft_wrap=True, highlight=False)
    console.print(f"{made}: {len(list(made.rglob('*.*')))} files, as {model} has them", markup=False)
    console.print(f"next: edit {made.name}/variant.toml and the members' files, then prove it:", markup=False)
    for line in (f"update {name} --keep-pins   # when you changed pins or [nix]", f"check {name}"):
        console.print(f"  {pasted(f'python -m harness {line}', directories[:1])}", markup=False)
