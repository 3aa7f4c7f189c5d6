"""A made-up run at several sizes: power laws, a fixed cost, a crossing point, a size that not all can bear."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.records.facts import FindingFacts, Lane, MemberFacts, Outcome, ShapeFacts
from harness.records.format import CONTROL_SUFFIX, Cell, Finding, RunStatus, Sample
from harness.records.journal import Journal
from harness.records.strategies import HANDWRITTEN, STRATEGIES
from tests.made_up import made_up_sample
from tests.unit.report.made_up_findings import CHANGES, FACTS, made_up_findings
from tests.unit.report.made_up_run import REFERENCE, made_up_info

VARIANTS = ("pdm", "uv", "venv")
SIZES = (3, 10, 30, 100, 300)
#: For each variant and scenario: what it always takes, what one member takes, and the power that goes with members.
LAWS: dict[str, dict[str, tuple[float, float, float]]] = {
    "lock": {"pdm": (0.5, 0.08, 1.45), "uv": (0.05, 0.002, 1.0), "venv": (0.2, 0.05, 1.0)},
    "install-cold": {"pdm": (1.0, 0.2, 1.0), "uv": (0.3, 0.02, 0.5), "venv": (0.1, 0.4, 1.0)},
    "refresh": {"pdm": (0.6, 0.0, 1.0), "uv": (0.12, 0.0, 1.0), "venv": (0.04, 0.0, 1.0)},
    "nix-build": {"pdm": (0.5, 0.9, 1.0), "uv": (0.5, 0.8, 1.0), "venv": (0.5, 1.1, 1.0)},
    "nix-refresh": {"pdm": (0.5, 0.4, 1.0), "uv": (0.5, 0.35, 1.0), "venv": (0.5, 0.5, 1.0)},
}
#: What is measured takes at most so long.
LIMIT_S = 300.0
COUNTS = ("member-files", "member-lines", "member-own-lines")
SCALE_FACTS = {
    name: FindingFacts(
        title=name.replace("-", " ").capitalize(),
        question=f"What of {name}?",
        experiment="One more is added.",
        group="scale",
        lanes=tuple(Lane),
        per_strategy=True,
    )
    for name in COUNTS
}


def shape_name(members: int) -> str:
    """What a made-up shape of so many members is called."""
    return "canonical" if members == 3 else f"apps={members // 3},libs={members - members // 3}"


def shape_facts(members: int, *, source: str = "") -> ShapeFacts:
    """A chain of libraries, with applications above all of them."""
    if members == 3:
        names = [MemberFacts(name="shared", kind="library")]
        names += [MemberFacts(name=name, kind="application", dependencies=("shared",)) for name in ("hello", "goodbye")]
        return ShapeFacts(members=tuple(names), core="shared", source=source)
    libraries = members - members // 3
    chain = [
        MemberFacts(
            name=f"lib-{number:03d}", kind="library", dependencies=(f"lib-{number - 1:03d}",) if number % 4 else ()
        )
        for number in range(libraries)
    ]
    above = [
        MemberFacts(name=f"app-{number:03d}", kind="application", dependencies=(f"lib-{number % libraries:03d}",))
        for number in range(members // 3)
    ]
    return ShapeFacts(members=(*chain, *above), core="lib-000", source=source)


def made_up_scale_run(
    folder: Path,
    *,
    sizes: Sequence[int] = SIZES,
    variants: Sequence[str] = VARIANTS,
    blocks: int = 6,
    noise: float = 0.01,
    run_id: str = "made-up-scale",
    source: str = "",
) -> Path:
    """Write a run's folder below ``folder`` and return it; the first of ``sizes`` is the primary shape's."""
    rng = np.random.default_rng(23)
    cells = [cell for members in sizes for cell in _cells(variants, shape_name(members))]
    info = made_up_info(cells, variants, blocks=blocks, seed=23, run_id=run_id)
    info = replace(
        info,
        plan=replace(info.plan, limit_s=LIMIT_S),
        shapes={shape_name(members): shape_facts(members, source=source) for members in sizes},
        findings={**FACTS, **SCALE_FACTS},
        changes=CHANGES,
        strategies={HANDWRITTEN: STRATEGIES[HANDWRITTEN]},
    )
    journal = Journal.create(folder, info)
    for members in sizes:
        own = [cell for cell in cells if cell.shape == shape_name(members)]
        for block in range(blocks):
            for position, index in enumerate(rng.permutation(len(own))):
                luck = float(rng.lognormal(0, noise))
                journal.add_samples([_sample(own[index], members, block, position, luck, run_id)])
    for finding in (*made_up_findings(variants, run_id), *_growth(variants, sizes, run_id)):
        journal.add_finding(finding)
    journal.write_info(replace(info, status=RunStatus.COMPLETE, finished_at="2026-11-02T10:18:41Z"))
    return journal.folder


def _cells(variants: Sequence[str], shape: str) -> Iterator[Cell]:
    for scenario in LAWS:
        nix = scenario.startswith("nix-")
        for variant in variants:
            for name in (variant, variant + CONTROL_SUFFIX) if variant == REFERENCE else (variant,):
                yield Cell(
                    variant=name,
                    lane=Lane.NIX if nix else Lane.LOCAL,
                    scenario=scenario,
                    shape=shape,
                    provider="host" if nix else None,
                    strategy=HANDWRITTEN if nix else None,
                )


def _sample(cell: Cell, members: int, block: int, position: int, luck: float, run_id: str) -> Sample:
    variant = cell.variant.removesuffix(CONTROL_SUFFIX)
    fixed, each, power = LAWS[cell.scenario][variant]
    seconds = (fixed + each * members**power) * luck
    late = seconds > LIMIT_S / 2 if cell.scenario == "lock" else seconds > LIMIT_S
    sample = made_up_sample(
        cell,
        Outcome.TIMED_OUT if late else Outcome.OK,
        run_id=run_id,
        host_id="made-up-host",
        variant_digest=f"digest-of-{variant}",
        block=block,
        position=position,
        reason=f"No end within {LIMIT_S:.0f} s." if late else "",
        started_at=f"2026-11-02T10:{block:02d}:{position % 60:02d}Z",
        log_path=f"logs/block-{block}/{cell.variant}_{cell.scenario}_{members}.log",
    )
    if late:
        return sample
    return replace(
        sample,
        exit_code=0,
        wall_s=seconds,
        user_s=seconds * 0.7,
        system_s=seconds * 0.2,
        max_rss_bytes=int((30_000_000 + 200_000 * members) * luck),
        sizes=_sizes(cell, members),
    )


def _sizes(cell: Cell, members: int) -> dict[str, int]:
    if cell.scenario == "install-cold":
        return {"environment_bytes": 12_000_000 + 9_000 * members, "cache_bytes": 3_000_000}
    if cell.scenario == "refresh":
        return {"members_reinstalled": 0 if cell.variant == "uv" else members if cell.variant == "pdm" else 1}
    if cell.scenario == "nix-refresh":
        return {"derivations_built": members + members // 3}
    if cell.scenario == "nix-build":
        names = ("hello", "goodbye") if members == 3 else [f"app-{number:03d}" for number in range(members // 3)]
        return {f"{name}_runtime_closure_bytes": 66_000_000 + 5_000 * members for name in names}
    return {}


def _growth(variants: Sequence[str], sizes: Sequence[int], run_id: str) -> Iterator[Finding]:
    for members in sizes:
        for place, variant in enumerate(variants):
            for lane, strategy in ((Lane.LOCAL, None), (Lane.NIX, HANDWRITTEN)):
                for name in COUNTS:
                    count = {"member-files": place, "member-lines": 2 * place, "member-own-lines": 9}[name]
                    yield Finding(
                        run_id=run_id,
                        variant=variant,
                        lane=lane,
                        strategy=strategy,
                        finding=name,
                        shape=shape_name(members),
                        value=str(count),
                        evidence="uv.toml: a line",
                    )


if __name__ == "__main__":
    made_up_scale_run(Path(sys.argv[1]), run_id=sys.argv[2])
