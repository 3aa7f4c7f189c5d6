"""What every contestant of a plan is measured in, and what experiments are conducted in: benches and labs."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.measure.command import Executor
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant
from harness.plan.cells import variant_of
from harness.provision.equipment import Equipment
from harness.provision.index import Index
from harness.provision.interpreters import base_python, python_of
from harness.provision.state_folder import Layout
from harness.records.format import LIMIT_S, Plan
from harness.records.strategies import HOST
from harness.workspace.experiment import Lab
from harness.workspace.prepared import Bench, NixBench, Unready
from harness.workspace.states import reach_fresh
from harness.workspace.steps import Attempt, complete
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
        name = cell.variant
        if name in benches:
            continue
        variant = variants[variant_of(cell)]
        tools = equipment.tools.get(variant.name)
        if tools is None:
            benches[name] = Unready(variant=variant, reason=equipment.problems[variant.name])
            continue
        surroundings = _surroundings(variant, tools, equipment)
        workspaces = {
            part: Workspace(variant=variant, shape=shape, folder=scratch / name / part, surroundings=surroundings)
            for part in ("warm", "settled", "cold", "nix")
        }
        strategies = tuple(
            dict.fromkeys(cell.strategy for cell in plan.cells if cell.variant == name and cell.strategy)
        )
        benches[name] = _bench(variant, workspaces, equipment, plan.provider, tuple(strategies))
    return benches


def _surroundings(variant: Variant, tools: Path, equipment: Equipment) -> Surroundings:
    python = python_of(variant)
    return Surroundings(python=python.path, python_version=python.version, tools=tools, index=equipment.index.url)


def _bench(
    variant: Variant,
    workspaces: Mapping[str, Workspace],
    equipment: Equipment,
    provider: str,
    strategies: tuple[str, ...] | None = None,
) -> Bench:
    return Bench(
        variant=variant,
        shape=workspaces["warm"].shape,
        warm=workspaces["warm"],
        settled=workspaces["settled"],
        cold=workspaces["cold"],
        meter=equipment.index,
        host_environment=os.environ,
        nix=nix_bench(equipment, variant, workspaces["nix"]),
        nix_unavailable=equipment.without_nix(variant),
        provider=provider,
        strategies=strategies,
    )


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


@dataclass(frozen=True, kw_only=True)
class Labs:
    """Makes labs below ``scratch``; what their commands print goes into ``logs``."""

    equipment: Equipment
    layout: Layout
    shape: Shape
    scratch: Path
    logs: Path
    provider: str = HOST

    @classmethod
    def of_run(cls, equipment: Equipment, layout: Layout, scratch: Path, run: Path, provider: str) -> Labs:
        """Those that a run's experiments are conducted in; what is printed there is logged below the folder ``run``."""
        return cls(
            equipment=equipment,
            layout=layout,
            shape=CANONICAL,
            scratch=scratch / "experiments",
            logs=run / "logs" / "experiments",
            provider=provider,
        )

    def log(self, variant: Variant) -> Path:
        """Where all that is printed in a variant's lab goes."""
        return self.logs / f"{variant.name}.log"

    def lab(self, variant: Variant, executor: Executor) -> Lab:
        """A lab for one variant, with its lock files written and its caches warm.

        Raises:
            StateError: the toolchain is not there, or cannot lock or install.
        """
        tools = self.equipment.tools.get(variant.name)
        if tools is None:
            raise StateError(self.equipment.problems[variant.name])
        self.logs.mkdir(parents=True, exist_ok=True)
        attempt = Attempt(executor=executor, log_path=self.log(variant), limit_s=STEP_LIMIT_S, nonce=nonce)
        lab = Lab(
            bench=self._bench(variant, tools),
            attempt=attempt,
            wheelhouse=self.layout.wheelhouse,
            open_index=lambda roots, **options: self._index(variant, roots, **options),
            hidden=self._hidden(variant, tools),
        )
        _warm(lab)
        return lab

    def _bench(self, variant: Variant, tools: Path) -> Bench:
        """A bench with one workspace for everything: an experiment is one thing after another."""
        workspace = Workspace(
            variant=variant,
            shape=self.shape,
            folder=self.scratch / variant.name,
            surroundings=_surroundings(variant, tools, self.equipment),
        )
        names = ("warm", "settled", "cold", "nix")
        return _bench(variant, dict.fromkeys(names, workspace), self.equipment, self.provider)

    def _index(
        self, variant: Variant, roots: Sequence[Path], *, pages_for_s: int | None = None, port: int = 0
    ) -> Index:
        folder = self.scratch / variant.name / "index"
        return Index([*roots, self.layout.wheelhouse], folder, pages_for_s=pages_for_s, port=port)

    def _hidden(self, variant: Variant, tools: Path) -> dict[str, str]:
        prefixes = {python.parent.parent for python in (python_of(variant).path, base_python())}
        return {
            str(tools.parent): "{toolchain}",
            str(self.layout.nix): "{nix}",
            str(self.layout.state): "{state folder}",
            str(self.layout.checkout): "{harness}",
            # Its Python may lie elsewhere than its code.
            sys.prefix: "{harness}/.venv",
            # A Python of the system's own lies where everybody's does.
            **{str(prefix): "{python prefix}" for prefix in prefixes if prefix != Path("/usr")},
            str(Path.home()): "{user}",
        }


def _warm(lab: Lab) -> None:
    spec = lab.bench.variant.spec
    reach_fresh(lab.workspace, lock=False)
    if spec.phases.lock:
        complete(lab.bench, lab.attempt, lab.workspace, spec.phases.lock, error=StateError, purpose="Locking failed")
    lab.workspace.keep_locks()
    lab.installed()
