"""harness.run.cluster.station: what is said while a worker works reaches the person."""

from __future__ import annotations

import io

from rich.console import Console

from harness.provision.equipment import Equipment
from harness.run.cluster.station import Station
from tests.unit.run.cluster.made_up import host


def station() -> Station:
    """One that has been set up, with nothing to work with."""
    made = object.__new__(Station)
    made.number, made.host, made.cores, made.circumstances = 3, host(), (1,), {"uv": "1.0"}
    made._equipment = Equipment(index=object(), tools={}, problems={}, nix_unavailable="none")  # type: ignore[arg-type]
    made._said = io.StringIO()
    made._console = Console(file=made._said, width=200, no_color=True)
    return made


def test_what_was_said_meanwhile_is_in_the_answer_and_only_once() -> None:
    made = station()
    made._console.print("hatch: locking failed")

    told = made._answer(samples=(), logs={"logs/a.log": "said"})

    assert told.said == ("hatch: locking failed",)
    assert told.logs == {"logs/a.log": "said"}
    assert (told.worker, told.cores, told.nix_unavailable) == ("3", (1,), "none")
    assert made.introduction().said == ()
