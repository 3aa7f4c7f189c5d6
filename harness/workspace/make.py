"""A bench for every contestant of a plan, warmed up before anything is measured."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.plan.cells import variant_of
from harness.provision.equipment import Equipment
from harness.provision.interpreters import python_of
from harness.records.format import LIMIT_S, Plan
from harness.workspace.prepared import Bench, NixBench, Unready
from harness.workspace.tree import Surroundings, Workspace

#: The longest that a phase or a step outside of what is measured may take, in seconds.
STEP_LIMIT_S = LIMIT_S


def nonce() -> str:
    """A text that was never there before."""
    return secrets.token_hex(4)


def make_benches(
    known: Sequence[Variant], shape: Shape, plan: Plan, equipment: Equipment, scratch: Path
) -> dict[str, Bench | Unready]:
    """A bench for every contestant of the plan; the reference's A/A cells have one of their own."""
    variants = {variant.name: variant for variant in known}
    benches: dict[str, Bench | Unready] = {}
    for cell in plan.cells:
        if cell.variant in benches:
            continue
        variant = variants[variant_of(cell)]
        tools = equipment.tools.get(variant.name)
        if tools is None:
            benches[cell.variant] = Unready(variant=variant, reason=equipment.problems[variant.name])
            continue
        python = python_of(variant)
        surroundings = Surroundings(
            python=python.path, python_version=python.version, tools=tools, index=equipment.index.url
        )
        folder = scratch / cell.variant

        def workspace(
            name: str, variant: Variant = variant, folder: Path = folder, surroundings: Surroundings = surroundings
        ) -> Workspace:
            return Workspace(variant=variant, shape=shape, folder=folder / name, surroundings=surroundings)

        benches[cell.variant] = Bench(
            variant=variant,
            shape=shape,
            warm=workspace("warm"),
            settled=workspace("settled"),
            cold=workspace("cold"),
            meter=equipment.index,
            host_environment=os.environ,
            nix=nix_bench(equipment, variant, workspace("nix")),
            nix_unavailable=equipment.without_nix(variant),
            provider=plan.provider,
            strategies=_strategies(plan, cell.variant),
        )
    return benches


def _strategies(plan: Plan, name: str) -> tuple[str, ...]:
    """The ways of describing a variant's members to Nix that a plan measures."""
    return tuple(dict.fromkeys(cell.strategy for cell in plan.cells if cell.variant == name and cell.strategy))


def nix_bench(equipment: Equipment, variant: Variant, workspace: Workspace) -> NixBench | None:
    """What the Nix lane's scenarios of one variant work with."""
    if equipment.nix is None or variant.name in equipment.nix.refused:
        return None
    return NixBench(
        nix=equipment.nix.nix,
        workspace=workspace,
        entry=equipment.nix.entry,
        names=equipment.nix.names_for(variant, workspace.shape),
        base=equipment.nix.base_for(variant, workspace.shape),
        provider=equipment.nix.provider,
    )
