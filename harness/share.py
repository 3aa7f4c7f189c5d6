"""A share in percent on the command line."""

from __future__ import annotations

import re
from typing import Any

import click

from harness.errors import InputError


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
