"""A made-up Nix: how it answers when it has built everything, and when it refuses at one stage or another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.measure.command import Execution
from harness.nix import Nix, NixProgram
from harness.workspace.prepared import NixBench
from harness.workspace.tree import Workspace
from tests.fakes import execution


def nix_bench(tmp_path: Path, workspace: Workspace) -> NixBench:
    """The Nix side of a made-up variant; what its store is asked is for the played toolchain to :func:`query`."""
    nix = Nix(
        program=NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=None),
        folder=tmp_path / "nix",
        run=_nobody,
    )
    return NixBench(nix=nix, workspace=workspace, entry=Path("/default.nix"), names=Path("/n"), base=Path("/b"))


def store_path(name: str) -> str:
    """A path in the store; its hash is made of its name."""
    return f"/nix/store/{hashlib.sha256(name.encode()).hexdigest()[:32]}-{name}"


def _nobody(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
    """Set-up's own way to ask, which an experiment must not use: another may be asking at the same time."""
    raise AssertionError(argv)


def query(tmp_path: Path, argv: Sequence[str]) -> Execution:
    """A store that says what the file ``closures`` beside it says."""
    what, *paths = argv[argv.index("--query") + 1 :]
    if what == "--size":
        return execution(stdout="1\n" * len(paths))
    closures: Mapping[str, Sequence[str]] = json.loads((tmp_path / "closures").read_text(encoding="utf-8"))
    return execution(stdout="".join(f"{needed}\n" for path in paths for needed in closures[path]))


def built(attributes: Sequence[str]) -> Execution:
    """All is built and, where it was asked for, started."""
    names = [attribute.replace("checks.", "").replace(".", "-") for attribute in attributes]
    return execution(stdout="".join(f"{store_path(name)}\n" for name in names))


def answers(attributes: Sequence[str], stage: str, words: str, name: str = "hello") -> Execution:
    """Nix refuses ``name`` at ``stage`` (evaluation, build or start), in these words; with no stage it builds all."""
    starts = any(attribute.startswith("checks.") for attribute in attributes)
    if not stage or (stage == "start" and not starts):
        return built(attributes)
    if stage == "evaluation":
        return execution(exit_code=1, stderr=f"error: {words}\n")
    path = f"{store_path(f'{name}-output' if stage == 'start' else f'{name}-0.1.0')}.drv"
    told = f"this derivation will be built:\n  {path}\nbuilding '{path}'...\n{words}\n"
    return execution(exit_code=100, stderr=f"{told}error: builder for '{path}' failed with exit code 1\n")
