"""What options of several commands have in common: which variants, names, time spans, and what excludes what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from harness.errors import InputError, did_you_mean
from harness.monorepo.variants.file import Profile
from harness.monorepo.variants.selection import Selected
from harness.records.strategies import HOST, PROVIDERS


class NearestChoice(click.ParamType[str]):
    """One of a few names; a wrong one is answered with the nearest."""

    def __init__(self, what: str, names: Callable[[], Sequence[str]]) -> None:
        self.name = what
        self._names = names

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Take ``value`` if it is one of the names."""
        if value in self._names():
            return str(value)
        option = param.opts[0] if param else self.name
        raise InputError(f"{option}: there is no {self.name} named {value!r}.", hint=did_you_mean(value, self._names()))


class Shard(click.ParamType[tuple[int, int]]):
    """A part of a plan: ``1/4`` is the first of four."""

    name = "shard"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002
    ) -> tuple[int, int]:
        """Read ``value``."""
        match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", str(value))
        if match is None or int(match[1]) > int(match[2]):
            option = param.opts[0] if param else self.name
            raise InputError(f"{option}: {value!r} is no part of a plan.", hint="Write it as 1/4: the first of four.")
        return int(match[1]), int(match[2])


class Duration(click.ParamType[float]):
    """A time span: a number with s, m or h behind it; its value is in seconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002
        """Read ``value``."""
        match = re.fullmatch(r"(\d+(?:\.\d+)?)(s|m|h)", str(value))
        if match is None or float(match[1]) == 0:
            option = param.opts[0] if param else self.name
            raise InputError(f"{option}: {value!r} is not a time span.", hint="Write it as 90s, 10m or 2h.")
        return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


class Share(click.ParamType[float]):
    """A share in percent: a number with % behind it; its value is 0.05 for 5%."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ARG002
        """Read ``value``."""
        match = re.fullmatch(r"([0-9]{1,6}(?:\.[0-9]+)?)%", str(value))
        if match is None:
            option = param.opts[0] if param else self.name
            raise InputError(f"{option}: {value!r} is not a share in percent.", hint="Write it as 5% or 0.5%.")
        return float(match[1]) / 100


#: The options that choose variants.
VARIANTS = click.option("--variant", "variants", multiple=True, metavar="NAME", help="Only this variant; repeatable.")
PROFILE = click.option(
    "--profile",
    type=NearestChoice("profile", lambda: [profile.value for profile in Profile]),
    help="Which of our variants: core or all [default: core; --variant takes any].",
)


def _kept(ctx: click.Context, param: click.Parameter, value: tuple[Path, ...]) -> tuple[Path, ...]:  # noqa: ARG001
    """Keep the folders for whatever is told of this command: see :mod:`harness.cli.pasted`."""
    ctx.meta["directories"] = value
    return value


DIRECTORIES = click.option(
    "--variants-dir",
    "directories",
    type=click.Path(path_type=Path),
    multiple=True,
    callback=_kept,
    metavar="DIR",
    help="A folder of variants of your own, beside ours; repeatable.",
)

#: Where Nix takes Python and backends from.
PROVIDER = click.option(
    "--provider",
    type=NearestChoice("provider", lambda: PROVIDERS),
    default=HOST,
    help="Where Nix takes Python from: host or nixpkgs.",
)

#: Where runs are, and where a report of one goes.
RESULTS = click.option("--results", type=click.Path(path_type=Path), default=Path("results"), show_default=True)
REPORT = click.option(
    "--report", type=click.Path(path_type=Path), help="Where the report goes [default: the run's folder]."
)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="As JSON, for other programs.")


def selected(variants: tuple[str, ...], profile: str | None, directories: tuple[Path, ...]) -> Selected:
    """What was said of variants, as one value."""
    return Selected(names=variants, profile=Profile(profile) if profile else None, directories=directories)


def refuse_beside(context: click.Context, option: str, allowed: set[str]) -> None:
    """See that no option was given that ``option`` leaves no choice in.

    Raises:
        InputError: one was.
    """
    for name in context.params:
        if name not in allowed and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            given = next(item.opts[0] for item in context.command.params if item.name == name)
            raise InputError(
                f"{given} cannot be given with {option}: the run goes on as it was planned.", hint=f"Leave {given} out."
            )
