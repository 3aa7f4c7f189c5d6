"""Makes a lab for a variant: a workspace of its own, warmed up, with the index and Nix of a run's equipment."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.measure.command import Executor
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant
from harness.provision.equipment import Equipment
from harness.provision.index import Index
from harness.provision.interpreters import base_python, python_of
from harness.provision.state_folder import Layout
from harness.records.strategies import HOST
from harness.workspace.experiment import Lab
from harness.workspace.make import STEP_LIMIT_S, nix_bench, nonce
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_fresh
from harness.workspace.steps import Attempt, complete
from harness.workspace.tree import Surroundings, Workspace


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
        python = python_of(variant)
        surroundings = Surroundings(
            python=python.path, python_version=python.version, tools=tools, index=self.equipment.index.url
        )
        workspace = Workspace(
            variant=variant, shape=self.shape, folder=self.scratch / variant.name, surroundings=surroundings
        )
        return Bench(
            variant=variant,
            shape=self.shape,
            warm=workspace,
            settled=workspace,
            cold=workspace,
            meter=self.equipment.index,
            host_environment=os.environ,
            nix=nix_bench(self.equipment, variant, workspace),
            nix_unavailable=self.equipment.without_nix(variant),
            provider=self.provider,
        )

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
