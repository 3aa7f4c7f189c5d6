"""The command about a repository's shape: parse, call, print; nothing else."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from harness.errors import InputError
from harness.monorepo.repository.reading import read_repository
from harness.monorepo.repository.words import in_words, told
from harness.monorepo.shapes.file import written
from harness.records.spelling import number


@click.command()
@click.argument("repository", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), metavar="FILE.json", help="Write the shape there.")
@click.option("--json", "as_json", is_flag=True, help="Print the shape as JSON, for other programs.")
def shape(*, repository: Path, output: Path | None, as_json: bool) -> None:
    """Read which members REPOSITORY has and which depends on which.

    Nothing of it is run.
    """
    if output is not None:
        _see_free(output)
    reading = read_repository(repository)
    # Widths are Console's, so at 80 columns lines wrap at 80; what other programs read is left as it is.
    console = Console(highlight=False, stderr=as_json)
    if as_json:
        if reading.warning:
            console.print(f"Not to be trusted: {reading.warning}.", markup=False, soft_wrap=True)
        click.echo(written(reading.shape(cyclic=True), cyclic=True), nl=False)
        for note in reading.notes:
            console.print(in_words(note), markup=False, soft_wrap=True)
    else:
        console.print(told(reading))
    if reading.cycles and (as_json or output is not None):
        said = f"It has {number(len(reading.cycles), 'cycle')}: take a dependency out of each before you measure it."
        console.print(said, markup=False, soft_wrap=True)
    if output is not None:
        _write(output, written(reading.shape(cyclic=True), cyclic=True))
        console.print(f"shape: {output}", markup=False, soft_wrap=True)


def _see_free(output: Path) -> None:
    if output.suffix != ".json":
        raise InputError(
            f"--output: {output} does not end in .json.", hint="A shape's file does: --shape tells it by that."
        )
    try:
        there, above = output.exists() or output.is_symlink(), output.parent.is_dir()
    except (OSError, ValueError) as error:
        raise InputError(f"--output: {output} cannot be written: {error}", hint="Name another file.") from error
    if there:
        raise InputError(f"--output: {output} is there already.", hint="Name another file, or remove it first.")
    if not above:
        raise InputError(f"--output: there is no folder {output.parent}.", hint="Make it first, or name another.")


def _write(output: Path, text: str) -> None:
    made = False
    try:
        # Made anew and never through a link: what came to be there in between stays.
        with output.open("x", encoding="utf-8") as file:
            made = True
            file.write(text)
    except OSError as error:
        if made:
            # Half a shape is none: the disk may be full.
            output.unlink(missing_ok=True)
        raise InputError(
            f"--output: {output} cannot be written: {error.strerror}", hint="Name a file in a folder you may write to."
        ) from error
