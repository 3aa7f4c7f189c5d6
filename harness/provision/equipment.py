"""What a run is equipped with before anything is measured: wheels, an index that runs, toolchains, Nix's base."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from harness.errors import NixUnavailableError
from harness.measure.command import Executor
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.nix.limit import store_limit
from harness.provision.index import Index
from harness.provision.nix.prepare import NixSide, prepare_nix, tend
from harness.provision.outside import ThirdParty
from harness.provision.progress import SetupProgress
from harness.provision.state_folder import Layout
from harness.provision.state_lock import occupied
from harness.provision.supplies import fetch_outside, fetch_wheels, install_toolchains, put_on_shelf
from harness.provision.toolchains import PinnedTools
from harness.records.strategies import HOST
from harness.records.uninterrupted import uninterrupted


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """What measuring works with.

    ``tools`` maps a toolchain's name to the folder of its programs, ``problems`` to the reason why there is none.
    ``nix`` is nothing where the Nix lane cannot run, for the reason ``nix_unavailable``. ``outside`` has the third
    party of the shapes that include it, by their names.
    """

    index: Index
    tools: Mapping[str, Path]
    problems: Mapping[str, str]
    nix: NixSide | None = None
    nix_unavailable: str = ""
    outside: Mapping[str, ThirdParty] = field(default_factory=dict)

    def requirements(self, variant: Variant, shape: Shape) -> Mapping[str, str]:
        """What members of a shape state from outside, each with its attribute in the variant's Nix package set."""
        found = self.outside.get(shape.name)
        return found.attributes(variant.build_lock) if found else {}

    @property
    def nix_version(self) -> str:
        """The version of Nix, empty where there is none."""
        return self.nix.nix.program.version if self.nix else ""

    def without_nix(self, variant: Variant) -> str:
        """Why the Nix lane cannot run for a variant; empty if it can."""
        return self.nix_unavailable if self.nix is None else self.nix.refused.get(variant.name, "")


@contextmanager
def equipped(
    toolchains: Sequence[PinnedTools],
    layout: Layout,
    console: Console,
    *,
    nix: Sequence[Variant] | None = None,
    provider: str = HOST,
    outside: Mapping[str, ThirdParty] = MappingProxyType({}),
    builders: str = "",
    changes: bool = True,
    pinned_alone: bool = False,
) -> Iterator[Equipment]:
    """Put everything in place, keep the index running meanwhile, and keep other runs out of the state folder.

    For the variants of ``nix`` the Nix lane is prepared too, or the equipment says why it cannot be. ``outside``
    has the third party of shapes by their names. Without ``changes`` what they bring in is not fetched, unless Nix has
    to have it. With ``pinned_alone``, and with third party, the index has what the locks of this run name alone.

    Raises:
        ProvisionError: wheels cannot be had, or the index does not start.
        InputError: the limit of the Nix store is no number, or the state folder lies in a project.
    """
    limit = store_limit(os.environ)
    with ExitStack() as stack:
        stack.enter_context(occupied(layout, console))
        progress = stack.enter_context(SetupProgress(console))
        brought_in = layout.third_party if changes or nix is not None else ()
        base = [layout.infrastructure] if nix is not None else []
        fetched = fetch_wheels(toolchains, [*base, *brought_in], layout, progress)
        progress.done(f"wheels: {fetched.fetched} fetched, {fetched.present} there already")
        supplied = [toolchain for toolchain in toolchains if toolchain.name not in fetched.problems]
        shelf = _shelf(supplied, brought_in, outside, layout, progress) if outside or pinned_alone else None
        wheels = stack.enter_context(shelf) if shelf else layout.wheelhouse
        index = stack.enter_context(Index([wheels], layout.state / "index"))
        side: NixSide | None = None
        said = ""

        def bring_nix(executor: Executor) -> None:
            nonlocal side, said
            built = [variant for variant in nix or () if variant.name not in fetched.problems]
            try:
                found = prepare_nix(built, layout, executor, progress, provider, outside)
                side, said = _tended(found, builders, limit)
            except NixUnavailableError as error:
                said = str(error).replace("\n", " ")

        beside = None if nix is None else bring_nix
        installed = install_toolchains(supplied, layout, index, os.environ, progress, beside=beside)
        progress.done(f"toolchains: {len(installed.bins)} of {len(toolchains)} ready")
        if nix is not None:
            _tell_of_nix(side, said, progress, console)
        progress.stop()
        yield Equipment(
            index=index,
            tools=installed.bins,
            problems={**fetched.problems, **installed.problems},
            nix=side,
            nix_unavailable="" if side else said,
            outside=outside,
        )


def _tended(side: NixSide, builders: str, limit_bytes: int) -> tuple[NixSide, str]:
    """The Nix side, building on ``builders`` and with its store below its limit, and what is to be said of that."""
    side = replace(side, nix=replace(side.nix, builders=builders))
    return side, tend(side.nix, limit_bytes)


@contextmanager
def _shelf(
    toolchains: Sequence[PinnedTools],
    brought_in: Sequence[Path],
    outside: Mapping[str, ThirdParty],
    layout: Layout,
    progress: SetupProgress,
) -> Iterator[Path]:
    """A folder with the wheels that a run's locks name and no others, those of third party fetched before."""
    locks = [found.lock for found in outside.values()]
    if outside:
        more = fetch_outside(toolchains, locks, layout, progress)
        progress.done(f"wheels from outside: {more.fetched} fetched, {more.present} there already")
    wheels = layout.state / "index" / "wheels"
    try:
        put_on_shelf(toolchains, brought_in, locks, layout, wheels)
        yield wheels
    finally:
        with uninterrupted():
            remove_tree(wheels)


def _tell_of_nix(side: NixSide | None, said: str, progress: SetupProgress, console: Console) -> None:
    """Say what the Nix lane works with, for whom there is none, or why there is none at all."""
    if side is None:
        console.print(f"[yellow]no Nix lane:[/yellow] {said}", soft_wrap=True, highlight=False)
        return
    progress.done(f"Nix {side.nix.program.version}: Python and backends are in its store")
    for name, reason in side.refused.items():
        console.print(f"{name}: no Nix lane: {reason}", markup=False, soft_wrap=True, highlight=False)
    if said:
        progress.done(said)
