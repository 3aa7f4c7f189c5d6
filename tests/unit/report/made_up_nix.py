"""A made-up run of the Nix lane: two strategies that are built, two that this provider refuses, and their findings."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from harness.records.facts import FindingFacts, Lane, Outcome, Tone, ValueFacts
from harness.records.format import CONTROL_SUFFIX, Cell, Finding, RunStatus, Sample
from harness.records.journal import Journal
from harness.records.strategies import DERIVED, HANDWRITTEN, STRATEGIES
from tests.made_up import made_up_sample
from tests.unit.report.made_up_findings import CHANGES, FACTS, made_up_findings
from tests.unit.report.made_up_run import REFERENCE, VARIANTS, made_up_info

#: Seconds by scenario when written by hand, how many times as long it takes derived, and what is built.
SCENARIOS: Mapping[str, tuple[float, float, int]] = {
    "nix-eval": (0.2, 1.2, 0),
    "nix-build": (3.2, 1.0, 5),
    "nix-noop": (0.21, 1.15, 0),
    "nix-refresh": (2.4, 1.0, 5),
    "nix-refresh-application": (1.1, 1.0, 2),
    "nix-refresh-outside": (0.2, 1.1, 0),
    "nix-build-jobs-1": (4.4, 1.0, 5),
    "nix-build-jobs-2": (3.3, 1.0, 5),
}
BUILT = (HANDWRITTEN, DERIVED)
REFUSED = "It builds with nixpkgs, and provider host has none."

_NOTICED = {
    "noticed-at-build": ValueFacts(meaning="Nix refuses.", tone=Tone.GOOD),
    "unnoticed": ValueFacts(meaning="Nobody notices.", tone=Tone.BAD),
    "follows": ValueFacts(meaning="It is built.", tone=Tone.GOOD),
    "cannot-happen": ValueFacts(meaning="It is stated once.", tone=Tone.GOOD),
}
_YES = {
    "no": ValueFacts(meaning="It does not.", tone=Tone.GOOD),
    "yes": ValueFacts(meaning="It does.", tone=Tone.BAD),
}
#: Each answer: by hand, derived.
_ANSWERS: Mapping[str, tuple[str, str]] = {
    "configuration-lines": ("31", "4"),
    "must-agree-by-hand": ("9", "0"),
    "dependency-statements": ("2", "0"),
    "drift-missing": ("noticed-at-build", "follows"),
    "drift-extra": ("unnoticed", "cannot-happen"),
    "drift-name": ("noticed-at-build", "cannot-happen"),
    "rebuilt-library": ("5", "5"),
    "needless-library": ("2", "0"),
    "rebuilt-outside": ("0", "0"),
    "needless-outside": ("0", "0"),
    "rebuilds-sibling": ("no", "no"),
    "carries-build": ("no", "yes"),
}
_MB = 1_000_000
_SHARED = {"python3-3.11.7": 38 * _MB, "glibc-2.36": 14 * _MB, "openssl-3.0": 7 * _MB, "zlib-1.2": 120_000}
_TOOLS = {"hatch": 21, "uv": 54, "pdm": 12, "poetry": 24, "venv": 4}


def _facts(name: str) -> FindingFacts:
    values = _NOTICED if name.startswith("drift-") else _YES if name in ("rebuilds-sibling", "carries-build") else {}
    return FindingFacts(
        title=name.replace("-", " ").capitalize(),
        question=f"What of {name}?",
        experiment="It is tried.",
        group="friction" if name in FACTS else "nix",
        lanes=(Lane.NIX,),
        values=values,
        unit="bytes" if name.startswith("closure-") else "",
        per_strategy=name != "closure-devshell",
    )


NIX_FACTS = {
    **{
        name: replace(facts, per_strategy=True) if facts.group == "changes" and Lane.NIX in facts.lanes else facts
        for name, facts in FACTS.items()
    },
    **{name: _facts(name) for name in (*_ANSWERS, "closure-runtime", "closure-devshell")},
}


def made_up_nix_run(
    folder: Path,
    *,
    variants: Sequence[str] = VARIANTS,
    blocks: int = 7,
    noise: float = 0.01,
    run_id: str = "made-up-nix",
) -> Path:
    """Write a run's folder below ``folder``, of the Nix lane alone, and return it."""
    rng = np.random.default_rng(11)
    cells = list(_cells(variants))
    info = made_up_info(cells, variants, blocks=blocks, seed=11, run_id=run_id)
    info = replace(info, findings=NIX_FACTS, changes=CHANGES, strategies=dict(STRATEGIES))
    journal = Journal.create(folder, info)
    for block in range(blocks):
        for position, index in enumerate(rng.permutation(len(cells))):
            journal.add_sample(_sample(cells[index], block, position, float(rng.lognormal(0, noise)), run_id))
    for finding in nix_findings(variants, run_id):
        journal.add_finding(finding)
    journal.write_info(replace(info, status=RunStatus.COMPLETE, finished_at="2026-11-02T10:18:41Z"))
    return journal.folder


def _cells(variants: Sequence[str]) -> Iterator[Cell]:
    for variant in variants:
        names = (variant, variant + CONTROL_SUFFIX) if variant == REFERENCE else (variant,)
        for strategy in STRATEGIES:
            if strategy == "uv2nix" and variant != "uv":
                continue
            for scenario in SCENARIOS if strategy in BUILT else ("nix-build",):
                for name in names if strategy in BUILT else (variant,):
                    yield Cell(variant=name, lane=Lane.NIX, scenario=scenario, provider="host", strategy=strategy)


def _sample(cell: Cell, block: int, position: int, luck: float, run_id: str) -> Sample:
    variant = cell.variant.removesuffix(CONTROL_SUFFIX)
    sample = made_up_sample(
        cell,
        Outcome.UNSUPPORTED,
        run_id=run_id,
        host_id="made-up-host",
        variant_digest=f"digest-of-{variant}",
        block=block,
        position=position,
        reason=REFUSED,
        started_at=f"2026-11-02T10:{block:02d}:{position % 60:02d}Z",
        log_path=f"logs/block-{block}/{cell.variant}_{cell.scenario}_{cell.strategy}.log",
    )
    if cell.strategy not in BUILT:
        return sample
    by_hand, derived, built = SCENARIOS[cell.scenario]
    seconds = by_hand * (derived if cell.strategy == DERIVED else 1) * luck * (1 + VARIANTS.index(variant) / 20)
    sizes = {"derivations_built": built}
    if cell.scenario == "nix-build":
        sizes |= {"hello_runtime_closure_bytes": 59_120_000, "hello_build_closure_bytes": 95_000_000}
    return replace(
        sample,
        outcome=Outcome.OK,
        reason="",
        exit_code=0,
        wall_s=seconds,
        user_s=seconds * 1.2,
        system_s=seconds * 0.3,
        max_rss_bytes=60_000_000,
        files_written=0,
        sizes=sizes,
    )


def nix_findings(variants: Sequence[str], run_id: str) -> Iterator[Finding]:
    """Every answer with each strategy; those of changes are the same with both but for the lines, 0 when derived."""
    for item in made_up_findings(variants, run_id):
        facts = NIX_FACTS[item.finding]
        if item.finding in _ANSWERS or item.lane not in facts.lanes:
            continue
        if item.lane is Lane.LOCAL or not facts.per_strategy:
            yield item
            continue
        for strategy in BUILT:
            none = strategy == DERIVED and item.value.isdigit()
            yield replace(item, strategy=strategy, value="0" if none else item.value)
    for place, variant in enumerate(variants):
        for name, answers in _ANSWERS.items():
            for strategy, answer in zip(BUILT, answers, strict=True):
                value = str(int(answer) + place) if name == "configuration-lines" else answer
                yield _finding(run_id, variant, name, value, strategy)
        own = {f"{variant}-{part}": _TOOLS[variant] * _MB // (part + 1) for part in range(9)}
        own[f"{variant}-with-a-name-as-long-as-that-of-a-wheel.manylinux_2_17_x86_64.manylinux2014_x86_64.whl"] = 900
        for strategy in BUILT:
            yield _weighed(run_id, variant, "closure-runtime", {**_SHARED, f"hello-of-{variant}": 5200}, strategy)
        yield _weighed(run_id, variant, "closure-devshell", {**_SHARED, **own}, None)


def _weighed(run_id: str, variant: str, name: str, sizes: dict[str, int], strategy: str | None) -> Finding:
    finding = _finding(run_id, variant, name, str(sum(sizes.values())), strategy)
    return replace(finding, sizes=sizes)


def _finding(run_id: str, variant: str, name: str, value: str, strategy: str | None) -> Finding:
    return Finding(
        run_id=run_id,
        variant=variant,
        lane=Lane.NIX,
        strategy=strategy,
        finding=name,
        value=value,
        evidence=f"$ nix {name} <{variant}>\nit is so & so",
    )


if __name__ == "__main__":
    made_up_nix_run(Path(sys.argv[1]))
