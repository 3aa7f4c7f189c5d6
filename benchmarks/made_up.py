"""A made-up run of any size, written fast: what reading, analysing and reporting are measured with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from harness.records.facts import Lane, Outcome, ScenarioFacts, VariantFacts
from harness.records.format import CONTROL_SUFFIX, RUN_INFO, SAMPLE, Cell, Plan, RunInfo, RunStatus, Sample
from harness.records.host import host_facts

#: Seconds each scenario takes with the first variant; every other takes a little longer than the one before.
SCENARIOS = {
    "tool-install": 0.9,
    "lock": 0.15,
    "install-cold": 0.62,
    "install-warm": 0.21,
    "noop": 0.05,
    "run": 0.09,
    "refresh": 0.12,
    "build": 1.1,
    "deploy": 0.5,
    "nix-eval": 0.2,
    "nix-build": 3.1,
    "nix-noop": 0.21,
    "nix-refresh": 2.1,
}
VARIANTS = ("uv", "hatch", "pdm", "poetry", "venv")
REFERENCE = "venv"
SIZES = {
    "tool-install": ("toolchain_bytes",),
    "install-cold": ("environment_bytes", "cache_bytes"),
    "build": ("wheels_bytes", "sdists_bytes"),
    "deploy": ("deployed_bytes",),
}

#: One sample in so many of one of the cells failed, so that failures are there to be counted and shown.
FAILED_IN = 50
_FIRST = datetime(2026, 11, 2, 10, tzinfo=UTC)

# Numbers that no field has by itself: they mark the places that differ from sample to sample.
_MARKS = {
    "block": 919_191_001,
    "position": 919_191_002,
    "wall_s": 919_191_003.5,
    "user_s": 919_191_004.5,
    "system_s": 919_191_005.5,
    "max_rss_bytes": 919_191_006,
}


def write_run(folder: Path, *, samples: int, seed: int = 7) -> int:
    """Write ``run.json`` and ``samples.jsonl`` into ``folder``; how many samples, the last block being whole."""
    cells = [
        Cell(variant=variant, lane=Lane.NIX, scenario=name, provider="host", strategy="handwritten")
        if name.startswith("nix-")
        else Cell(variant=variant, lane=Lane.LOCAL, scenario=name)
        for variant in (*VARIANTS, REFERENCE + CONTROL_SUFFIX)
        for name in SCENARIOS
    ]
    blocks = -(-samples // len(cells))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_bytes(RUN_INFO.dump_json(_info(cells, blocks=blocks, seed=seed, folder=folder)))
    with (folder / "samples.jsonl").open("w", encoding="utf-8") as file:
        for block in lines(cells, blocks=blocks, seed=seed):
            file.writelines(block)
    return blocks * len(cells)


def lines(cells: Sequence[Cell], *, blocks: int, seed: int) -> Iterator[list[str]]:
    """The lines of each block in turn, in a shuffled order."""
    rng = np.random.default_rng(seed)
    templates = [template(_sample(cell, Outcome.OK)) for cell in cells]
    failed = template(_sample(cells[-1], Outcome.FAILED))
    seconds = np.array([_seconds(cell) for cell in cells])
    for block in range(blocks):
        order = rng.permutation(len(cells)).tolist()
        wall = (seconds * rng.lognormal(0, 0.03, len(cells))).tolist()
        started = (_FIRST + timedelta(minutes=block)).isoformat(timespec="milliseconds")
        yield [
            (failed if block % FAILED_IN == 0 and index == len(cells) - 1 else templates[index])
            % {
                "started_at": started,
                "block": block,
                "position": position,
                "wall_s": wall[index],
                "user_s": wall[index] * 0.7,
                "system_s": wall[index] * 0.2,
                "max_rss_bytes": 36_196_352 + 4096 * (block % 97),
            }
            for position, index in enumerate(order)
        ]


def template(sample: Sample) -> str:
    """A sample's line with places for what differs, as ``%`` fills them by name."""
    text = SAMPLE.dump_json(sample).decode().replace("%", "%%")
    for name, mark in _MARKS.items():
        text = text.replace(str(mark), f"%({name})r")
    return text.replace("@started@", "%(started_at)s").replace("@block@", "%(block)d") + "\n"


def _sample(cell: Cell, outcome: Outcome) -> Sample:
    ok = outcome is Outcome.OK
    variant = cell.variant.removesuffix(CONTROL_SUFFIX)
    return Sample(
        run_id="made-up",
        host_id="0123456789ab",
        variant=cell.variant,
        variant_digest=_digest(variant),
        lane=cell.lane,
        provider=cell.provider,
        strategy=cell.strategy,
        scenario=cell.scenario,
        block=int(_MARKS["block"]),
        position=int(_MARKS["position"]),
        outcome=outcome,
        reason="" if ok else "hello printed 'Hello, PolyWolf', not 'Hello, Fresh'.",
        exit_code=0,
        wall_s=_MARKS["wall_s"] if ok else None,
        user_s=_MARKS["user_s"] if ok else None,
        system_s=_MARKS["system_s"] if ok else None,
        max_rss_bytes=int(_MARKS["max_rss_bytes"]) if ok else None,
        requests=34 if cell.scenario == "install-cold" else 0,
        bytes_downloaded=2_345_678 if cell.scenario == "install-cold" else 0,
        files_written=120,
        started_at="@started@",
        log_path=f"logs/block-@block@/{cell.variant}_{cell.lane.value}_{cell.scenario}.log",
        sizes=dict.fromkeys(SIZES.get(cell.scenario, ()), 12_300_000) if ok else {},
    )


def _info(cells: Sequence[Cell], *, blocks: int, seed: int, folder: Path) -> RunInfo:
    return RunInfo(
        run_id="made-up",
        status=RunStatus.COMPLETE,
        started_at=_FIRST.isoformat(),
        finished_at=(_FIRST + timedelta(minutes=blocks)).isoformat(),
        command_line=("python", "-m", "benchmarks"),
        harness_version="0",
        plan=Plan(cells=tuple(cells), blocks=blocks, seed=seed, reference=REFERENCE, digest="0" * 64),
        host=host_facts(folder),
        tools={},
        variants={
            name: VariantFacts(
                title=name, summary="Made up.", manager=name, backend=name, digest=_digest(name), tools={}, commands={}
            )
            for name in VARIANTS
        },
        scenarios={
            name: ScenarioFacts(title=name, before="Made up.", measured="Nothing.", verified="Nothing.")
            for name in SCENARIOS
        },
    )


def _digest(variant: str) -> str:
    return (variant.encode().hex() * 64)[:64]


def _seconds(cell: Cell) -> float:
    place = VARIANTS.index(cell.variant.removesuffix(CONTROL_SUFFIX))
    return SCENARIOS[cell.scenario] * (1 + place / 10)
