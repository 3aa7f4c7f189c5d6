"""What a run is equipped with before anything is measured: wheels, an index that runs, toolchains, Nix's base."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness.findings import Subject
from harness.measure.executor import LauncherExecutor
from harness.progress import SetupProgress
from harness.provision.cachelock import CacheLock
from harness.provision.index import Index
from harness.provision.layout import Layout
from harness.provision.supplies import fetch_wheels, install_toolchains
from harness.shapes import Shape
from harness.variants import Variant


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """What measuring works with.

    ``tools`` maps a variant to the folder of its toolchain's executables, ``problems`` to the reason why there is
    none.
    """

    index: Index
    tools: Mapping[str, Path]
    problems: Mapping[str, str]
    nix_version: str
    nix_unavailable: str

    def subject(self, variant: Variant, shape: Shape) -> Subject:
        """What findings about a variant are established from."""
        return Subject(variant=variant, shape=shape, nix_packages={}, nix_unavailable=self.nix_unavailable)


@contextmanager
def equipped(variants: Sequence[Variant], layout: Layout, console: Console, *, nix: bool) -> Iterator[Equipment]:
    """Put everything in place, keep the index running meanwhile, and keep other runs out of the state folder.

    With ``nix`` the Nix lane is prepared too; where that is not possible, the equipment says why.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
    """
    with ExitStack() as stack:
        stack.enter_context(
            CacheLock(
                layout.state,
                on_wait=lambda holder: console.print(
                    f"waiting for another run (process {holder}) to be done with {layout.state}", soft_wrap=True
                ),
            )
        )
        progress = stack.enter_context(SetupProgress(console))
        fetched = fetch_wheels(variants, (), layout, progress)
        progress.done(f"wheels: {fetched.fetched} fetched, {fetched.present} there already")
        index = stack.enter_context(Index([layout.wheelhouse], layout.state / "index"))
        with LauncherExecutor() as executor:
            toolchains = install_toolchains(variants, layout, index, executor, os.environ, progress)
        progress.done(f"toolchains: {len(toolchains.bins)} of {len(variants)} ready")
        progress.stop()
        yield Equipment(
            index=index,
            tools=toolchains.bins,
            problems=toolchains.problems,
            nix_version="",
            nix_unavailable="" if nix else "The Nix lane was not asked for.",
        )
