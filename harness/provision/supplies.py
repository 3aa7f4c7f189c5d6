"""Everything a run needs, put in place: wheels fetched, the index started, each toolchain installed."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.errors import ProvisionError
from harness.measure.executor import LauncherExecutor
from harness.provision.index import Index
from harness.provision.layout import Layout
from harness.provision.toolchains import ensure_toolchain
from harness.provision.wheelhouse import Fetched, Wheelhouse
from harness.variants import Variant


class Progress(Protocol):
    """Is told what is being put in place."""

    def fetching(self, done: int, total: int, name: str) -> None:
        """So many of so many projects are fetched; ``name`` is next."""
        ...

    def doing(self, what: str) -> None:
        """What is done now."""
        ...


@dataclass(frozen=True, kw_only=True)
class Toolchains:
    """Where each variant's toolchain is installed, or why it could not be."""

    bins: Mapping[str, Path]
    problems: Mapping[str, str]


def base_python() -> Path:
    """The interpreter to build every environment with: the one this harness's own environment was made from."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def fetch_wheels(
    variants: Sequence[Variant], extra_locks: Sequence[Path], layout: Layout, progress: Progress
) -> Fetched:
    """Fetch every wheel that the variants' locks name and is not there yet.

    Raises:
        ProvisionError: one cannot be had.
    """
    locks = [lock for variant in variants for lock in (variant.toolchain_lock, variant.build_lock)]
    return Wheelhouse(layout.wheelhouse).fetch([*locks, *extra_locks], progress.fetching)


def install_toolchains(
    variants: Sequence[Variant], layout: Layout, index: Index, host: Mapping[str, str], progress: Progress
) -> Toolchains:
    """Install each variant's toolchain into an environment of its own, two at a time.

    One that fails does not stop the others.
    """
    layout.toolchains.mkdir(parents=True, exist_ok=True)

    def install(variant: Variant) -> Path | ProvisionError:
        progress.doing(f"installing the toolchain of {variant.name}")
        try:
            with LauncherExecutor() as executor:
                return ensure_toolchain(
                    variant.name,
                    lock=variant.toolchain_lock,
                    root=layout.toolchains,
                    python=base_python(),
                    index_url=index.url,
                    executor=executor,
                    host=host,
                )
        except ProvisionError as error:
            return error

    with ThreadPoolExecutor(max_workers=2) as pool:
        made = dict(zip((variant.name for variant in variants), pool.map(install, variants), strict=True))
    return Toolchains(
        bins={name: found for name, found in made.items() if isinstance(found, Path)},
        problems={name: found.message for name, found in made.items() if isinstance(found, ProvisionError)},
    )
