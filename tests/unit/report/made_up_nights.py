"""Made-up runs of many nights, with versions that change and times that shift: ``python -m`` this to write some."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from harness.records.format import CONTROL_SUFFIX, FINDING, RUN_INFO, SAMPLE, RunStatus
from tests.unit.report.made_up_findings import made_up_findings
from tests.unit.report.made_up_run import REFERENCE, VARIANTS, _cell, _sample, made_up_info

FIRST = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)


def made_up_night(
    folder: Path,
    *,
    run_id: str,
    started_at: datetime = FIRST,
    versions: Mapping[str, Mapping[str, str]] | None = None,
    factors: Mapping[str | tuple[str, str], float] | None = None,
    variants: Sequence[str] = VARIANTS,
    scenarios: Sequence[str] = ("install-cold", "run", "nix-build"),
    blocks: int = 6,
    noise: float = 0.01,
    night: float = 0.0,
    seed: int = 1,
) -> Path:
    """Write a run's folder below ``folder`` and return it.

    ``versions`` are tools by variant in place of the made-up ones, and give the variant another digest. ``factors``
    multiply the seconds of a variant, or of a variant in a scenario. ``noise`` is that of a sample, ``night`` that of
    the whole run for each cell, both as standard deviations of the logarithm.
    """
    rng = np.random.default_rng(seed)
    names = [item for name in variants for item in ((name, name + CONTROL_SUFFIX) if name == REFERENCE else (name,))]
    cells = [_cell(name, scenario) for name in names for scenario in scenarios]
    info = made_up_info(cells, variants, blocks=blocks, seed=seed, run_id=run_id)
    known = dict(info.variants)
    for name, tools in (versions or {}).items():
        digest = "-".join([f"digest-of-{name}", *(f"{tool}-{version}" for tool, version in tools.items())])
        known[name] = replace(known[name], tools={**known[name].tools, **tools}, digest=digest)
    info = replace(
        info,
        status=RunStatus.COMPLETE,
        started_at=started_at.isoformat(),
        finished_at=(started_at + timedelta(minutes=30)).isoformat(),
        variants=known,
    )
    luck = {(cell.variant.removesuffix(CONTROL_SUFFIX), cell.scenario): rng.lognormal(0, night) for cell in cells}
    lines = []
    for block in range(blocks):
        for position, index in enumerate(rng.permutation(len(cells))):
            cell = cells[index]
            sample = _sample(cell, block, position, rng, noise, run_id)
            name = cell.variant.removesuffix(CONTROL_SUFFIX)
            factor = (factors or {}).get(name, 1.0) * (factors or {}).get((name, cell.scenario), 1.0)
            assert sample.wall_s is not None
            seconds = sample.wall_s * factor * luck[name, cell.scenario]
            lines.append(SAMPLE.dump_json(replace(sample, wall_s=seconds, variant_digest=known[name].digest)))
    run = folder / run_id
    (run / "logs").mkdir(parents=True)
    (run / "run.json").write_bytes(RUN_INFO.dump_json(info, indent=1) + b"\n")
    (run / "samples.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    found = [FINDING.dump_json(item) for item in made_up_findings(variants, run_id)]
    (run / "findings.jsonl").write_bytes(b"\n".join(found) + b"\n")
    return run


def made_up_nights(
    folder: Path,
    count: int,
    *,
    slower_from: int | None = None,
    scenarios: Sequence[str] = ("install-cold", "run", "nix-build"),
    noise: float = 0.01,
) -> list[Path]:
    """So many nights; from the one with the number ``slower_from`` on, a newer uv takes a quarter longer to install."""
    return [
        made_up_night(
            folder,
            run_id=f"n-{number:02d}",
            started_at=FIRST + timedelta(days=number),
            versions={"uv": {"uv": "0.14.0"}} if slower_from is not None and number >= slower_from else None,
            factors={("uv", "install-cold"): 1.25} if slower_from is not None and number >= slower_from else None,
            scenarios=scenarios,
            noise=noise,
            night=0.01,
            seed=number,
        )
        for number in range(count)
    ]


if __name__ == "__main__":
    made_up_nights(Path(sys.argv[1]), int(sys.argv[2]), slower_from=int(sys.argv[2]) * 2 // 3)
