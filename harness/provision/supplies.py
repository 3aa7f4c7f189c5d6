"""Everything a run needs, put in place: wheels fetched, the index started, each toolchain installed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from harness.errors import ProvisionError, VariantError
from harness.measure.command import Executor
from harness.measure.crew import Crew
from harness.measure.trees import remove_tree
from harness.monorepo.variants.lock import read_lock
from harness.provision.index import Index
from harness.provision.interpreters import own_python
from harness.provision.state_folder import Layout
from harness.provision.stubs import write_stub
from harness.provision.toolchains import PinnedTools, ensure_toolchain
from harness.provision.wheelhouse import Fetched, Wheelhouse


class Progress(Protocol):
    """Is told what is being put in place."""

    def fetching(self, done: int, total: int, name: str) -> None:
        """So many of so many projects are fetched; ``name`` is next."""
        ...

    def doing(self, what: str) -> None:
        """What is done now."""
        ...


@dataclass(frozen=True, kw_only=True)
class Installed:
    """Where each toolchain's programs are, by its name, or why it could not be installed."""

    bins: Mapping[str, Path]
    problems: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Wheels(Fetched):
    """What was fetched for several toolchains; ``problems`` says of those that lack wheels for their Python why."""

    problems: Mapping[str, str] = field(default_factory=dict)


def fetch_wheels(
    toolchains: Sequence[PinnedTools], extra_locks: Sequence[Path], layout: Layout, progress: Progress
) -> Wheels:
    """Fetch every wheel that the toolchains' locks name and is not there yet, for the Python of each.

    One whose wheels cannot be had does not stop the others.

    Raises:
        HarnessError: nothing can be had, or not what all of them need.
    """
    fetched, present = 0, 0
    problems: dict[str, str] = {}
    for python in dict.fromkeys(toolchain.python for toolchain in toolchains) or [own_python()]:
        house = Wheelhouse(layout.wheelhouse, python=python)
        group = [toolchain for toolchain in toolchains if toolchain.python == python]
        try:
            locks = [lock for toolchain in group for lock in toolchain.locks]
            found = house.fetch([*locks, *extra_locks], progress.fetching)
        except (ProvisionError, VariantError) as first:
            found = house.fetch(extra_locks, progress.fetching)
            cure = "" if python == own_python() else f" {_NO_WHEELS}"
            for toolchain in group:
                try:
                    house.fetch(toolchain.locks, progress.fetching)
                except (ProvisionError, VariantError) as error:
                    # Of pip's own words, which name addresses, nothing gets into results.
                    problems[toolchain.name] = f"{error.message.partition(chr(10))[0].rstrip('.:')}.{cure}"
            if len(problems) == len(toolchains):
                raise first
        fetched, present = fetched + found.fetched, present + found.present
    return Wheels(fetched=fetched, present=present, problems=problems)


def fetch_outside(
    toolchains: Sequence[PinnedTools], locks: Sequence[Path], layout: Layout, progress: Progress
) -> Fetched:
    """Fetch what shapes have from outside and is not there yet, for the Python of each toolchain.

    Raises:
        ProvisionError: something cannot be had.
    """
    pythons = dict.fromkeys(toolchain.python for toolchain in toolchains)
    found = [Wheelhouse(layout.outside_wheels, python=one).fetch(locks, progress.fetching) for one in pythons]
    return Fetched(fetched=sum(one.fetched for one in found), present=sum(one.present for one in found))


def put_on_shelf(
    toolchains: Sequence[PinnedTools], changes: Sequence[Path], locks: Sequence[Path], layout: Layout, shelf: Path
) -> None:
    """Put links to wheels in a folder: of toolchains, of ``changes``, and of what shapes have from outside, ``locks``.

    What is built takes the newest version that the index has and suits it, and the wheelhouse has those of other runs
    too. Of what a shape has on other platforms alone there is a stub.

    Raises:
        ProvisionError: one is not there.
    """
    remove_tree(shelf)
    wheels: dict[Path, None] = {}
    pythons = list(dict.fromkeys(toolchain.python for toolchain in toolchains))
    for python in pythons:
        house = Wheelhouse(layout.wheelhouse, python=python)
        own = [lock for toolchain in toolchains if toolchain.python == python for lock in toolchain.locks]
        for lock in (*own, *changes):
            wheels |= dict.fromkeys(house.wheels(lock))
        for lock in locks:
            wheels |= dict.fromkeys(Wheelhouse(layout.outside_wheels, python=python).wheels(lock))
    for wheel in wheels:
        place = shelf / wheel.parent.name / wheel.name
        place.parent.mkdir(parents=True, exist_ok=True)
        # The same file may be there twice: for a toolchain, and from outside.
        if not place.exists():
            place.hardlink_to(wheel)
    for pin in {pin: None for lock in locks for pin in read_lock(lock)}:
        if not any(pin.applies(python.markers) for python in pythons):
            write_stub(pin, shelf / pin.name, pythons)


_NO_WHEELS = (
    "Its lock may have been made where wheels for other Pythons alone were on offer. Make that of the variant it is a "
    "copy of anew: python -m harness update NAME --keep-pins"
)


def install_toolchains(
    toolchains: Sequence[PinnedTools],
    layout: Layout,
    index: Index,
    host: Mapping[str, str],
    progress: Progress,
    *,
    beside: Callable[[Executor], None] | None = None,
) -> Installed:
    """Install each toolchain into an environment of its own, made from its Python, two at a time.

    One that fails does not stop the others. What else is to be put in place is done ``beside`` them, as one of the two.
    """
    layout.toolchains.mkdir(parents=True, exist_ok=True)
    crew = Crew()

    def install(toolchain: PinnedTools) -> Path | ProvisionError:
        try:
            with crew.executor() as executor:
                return ensure_toolchain(
                    toolchain.name,
                    lock=toolchain.lock,
                    root=layout.toolchains,
                    python=toolchain.python.path,
                    index_url=index.url,
                    executor=executor,
                    host=host,
                    doing=progress.doing,
                )
        except ProvisionError as error:
            return error

    def do_beside() -> None:
        if beside is not None:
            with crew.executor() as executor:
                beside(executor)

    # It comes first, as it takes longest.
    jobs: list[Callable[[], Path | ProvisionError | None]] = [
        do_beside,
        *(partial(install, toolchain) for toolchain in toolchains),
    ]
    _, *found = crew.do(lambda job: job(), jobs)
    made = dict(zip((toolchain.name for toolchain in toolchains), found, strict=True))
    return Installed(
        bins={name: found for name, found in made.items() if isinstance(found, Path)},
        problems={name: found.message for name, found in made.items() if isinstance(found, ProvisionError)},
    )
