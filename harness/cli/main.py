"""``python -m harness``: the commands there are; each is imported when it is called."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from harness import VERSION
from harness.cli.pasted import pasted
from harness.errors import HarnessError, InputError, did_you_mean
from harness.records.uninterrupted import INTERRUPTED, heed, interruptible
from harness.records.visible import visible

#: The commands by what a person is about, each with the module and the function it is in, and its line of help.
COMMANDS = {
    "Measure": {
        "run": ("run:run", "Measure, and write the report."),
        "setup": ("variants:setup", "Fetch and install everything a run needs; measure nothing."),
        "backends": ("backends:backends", "Measure build backends alone: hooks, front ends, editable installs."),
    },
    "Read": {
        "report": ("reports:report", "Write the report of one run or several."),
        "compare": ("reports:compare", "Hold run NEW against run BASE: what got faster or slower, and what broke."),
        "merge": ("reports:merge", "Make one run of several that measured the same."),
        "shape": ("shape:shape", "Read which members REPOSITORY has and which depends on which."),
    },
    "Variants": {
        "list": ("variants:list_", "Name the variants, scenarios and shapes there are."),
        "new": ("variants:new", "Begin a variant as a copy of one that there is."),
        "check": ("check:check", "Prove variants step by step, before anything is timed."),
        "outdated": ("variants:outdated_", "List pins that have newer releases."),
        "update": (
            "variants:update",
            "Raise the pins of variants, make locks and Nix files anew, and check them.",
        ),
        "update-backends": ("backends:update_backends", "Raise the pins of build backends, and make their locks anew."),
    },
    "This machine": {
        "doctor": ("machine:doctor", "Say what this machine has and lacks for a run."),
        "clean": ("machine:clean", "Remove what runs left behind; results and reports are kept."),
    },
}

_PLACES = {name: place for group in COMMANDS.values() for name, (place, _) in group.items()}


class Commands(click.Group):
    """Imports a command when it is called, and prints an error of the harness as words, not how it came about."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Their names."""
        return list(_PLACES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, if there is one."""
        module, _, name = _PLACES.get(cmd_name, "").partition(":")
        command: click.Command | None = getattr(import_module(f"harness.cli.{module}"), name) if module else None
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that was typed; a wrong one is answered with the nearest."""
        if args[0] not in _PLACES and not args[0].startswith("-"):
            raise InputError(f"there is no command {args[0]!r}.", hint=did_you_mean(args[0], _PLACES))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """By what a person is about, each with its line, and none imported."""
        for title, group in COMMANDS.items():
            with formatter.section(title):
                formatter.write_dl([(name, told) for name, (_, told) in group.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; end with the error's own exit status if it raises one, and with 130 if it is interrupted."""
        heed()
        for stream in (sys.stdout, sys.stderr):
            # Names of files need not be text; what is not is shown as the bytes it is.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        try:
            with interruptible(_say_that_it_stops):
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            ctx.exit(INTERRUPTED)
        except HarnessError as error:
            _tell(error, ctx.meta.get("directories", ()))
            ctx.exit(error.exit_status)
        except OSError as error:
            if error.filename is None:
                raise
            # Whatever may lie on a disk, and whoever may not touch it: it is named, and no riddle.
            _tell(HarnessError(f"{error.filename}: {error.strerror}.", hint="See that you may read and write there."))
            ctx.exit(HarnessError.exit_status)


def _tell(error: HarnessError, directories: Sequence[Path] = ()) -> None:
    # Imported here because only an error needs it.
    from rich.console import Console

    console = Console(stderr=True, soft_wrap=True)
    console.print("error:", style="bold red", end=" ")
    console.print(visible(error.message), markup=False, highlight=False)
    if error.hint:
        console.print(visible(pasted(error.hint, directories)), markup=False, highlight=False)


def _say_that_it_stops() -> None:
    """Say it past all that is printed just now, and over a line that moves."""
    os.write(2, b"\r\x1b[2K" * os.isatty(2) + b"stopping: what is under way is being ended\n")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name=None, version=VERSION, prog_name="harness")
def main() -> None:
    """Which toolchain for our Python monorepo? Measures it, locally and through Nix."""
