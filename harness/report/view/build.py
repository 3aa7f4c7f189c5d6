"""All parts of the page put together: from what several groups of runs measured to the one view. Pure."""

from __future__ import annotations

from harness.report.view import (
    backend_grids,
    breaks,
    first_screen,
    grids,
    growth,
    method,
    proofs,
    situations,
    table,
    toolchains,
)
from harness.report.view.model import View
from harness.report.view.parts import Parts


def build_view(parts: Parts) -> View:
    """Everything that is said of one group of runs or several, each group about something else."""
    picks, in_full = situations.build_situations(parts)
    bars_title, bars = table.bars(parts)
    panels = growth.growth(parts)
    return View(
        question=first_screen.QUESTION,
        done=first_screen.done(parts),
        limits=first_screen.limits_line(parts),
        members=first_screen.members(parts),
        alerts=tuple(dict.fromkeys(first_screen.alerts(parts))),
        sources=tuple(part.source for part in parts.all),
        picks=picks,
        bars=bars,
        bars_title=bars_title,
        growth=panels,
        growth_missing="" if panels else "How times grow with the number of members was not measured in these runs.",
        staying=toolchains.staying(parts, in_full),
        howto=first_screen.HOWTO,
        caveat=first_screen.CAVEAT,
        table=table.build_table(parts),
        situations=in_full,
        container=grids.container(parts),
        nix=grids.nix(parts),
        backends=backend_grids.backends(parts),
        changes=grids.changes(parts),
        breaks=breaks.breaks(parts),
        toolchains=toolchains.toolchains(parts),
        measures=grids.measures(parts),
        failures=method.failures(parts),
        method=method.how(parts),
        noise=method.noise(parts),
        machine=method.machines(parts),
        all_limits=method.all_limits(parts),
        proofs=tuple(proofs.proofs(parts)),
        compared=next((part.facts.compared for part in parts.all if part.facts.compared is not None), None),
    )
