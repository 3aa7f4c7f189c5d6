"""What the members of a shape require from outside: what counts of it, what it resolves to, what cannot be had."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.errors import ShapeError
from harness.monorepo.shapes import Shape
from harness.monorepo.variants.lock import Pin, read_lock
from harness.provision.nix.base import attributes_of
from harness.provision.resolving import NoSolutionError
from harness.records.format import as_file_name
from harness.records.spelling import number


class Resolving(Protocol):
    """Finds exact versions: see :class:`harness.provision.resolving.Resolver`."""

    def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """The closure for this machine."""
        ...

    def elsewhere(self, requirements: Sequence[str], here: Sequence[Pin]) -> tuple[Pin, ...]:
        """What the closure has besides on other platforms, with its markers."""
        ...


@dataclass(frozen=True, kw_only=True)
class ThirdParty:
    """What a shape has from outside: the requirements that its members state, and the lock of what meets them."""

    requirements: tuple[str, ...]
    lock: Path

    def attributes(self, build_lock: Path) -> dict[str, str]:
        """Each requirement with its attribute in the Nix package set of a variant that builds with ``build_lock``."""
        known = attributes_of(read_lock(self.lock), read_lock(build_lock))
        return {text: known[canonicalize_name(Requirement(text).name)] for text in self.requirements}

    @property
    def extras(self) -> Mapping[str, frozenset[str]]:
        """The extras that members ask for, by the name of what has them."""
        found: dict[str, frozenset[str]] = {}
        for requirement in map(Requirement, self.requirements):
            name = canonicalize_name(requirement.name)
            found[name] = found.get(name, frozenset()) | requirement.extras
        return found


def names_of(shape: Shape) -> tuple[str, ...]:
    """The names of what a shape's members require from outside, sorted."""
    texts = {text for member in shape.members for text in member.requirements}
    return tuple(sorted({canonicalize_name(Requirement(text).name) for text in texts}))


def counting(
    shape: Shape, leave_out: Collection[str], environments: Sequence[Mapping[str, str]]
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The requirements that count, each with the members that state it; and those whose marker holds nowhere here.

    What is called as one of ``leave_out`` is in neither; ``environments`` are those of the Pythons that are used.
    """
    wanted: dict[str, tuple[str, ...]] = {}
    useless: dict[str, None] = {}
    for member in shape.members:
        for text in member.requirements:
            requirement = Requirement(text)
            if canonicalize_name(requirement.name) in leave_out:
                continue
            marker = requirement.marker
            if marker is None or any(marker.evaluate({**one, "extra": ""}) for one in environments):
                wanted[text] = (*wanted.get(text, ()), member.name)
            else:
                useless[text] = None
    return wanted, tuple(useless)


def resolved(
    shape: Shape, wanted: Mapping[str, Sequence[str]], resolver: Resolving, builds: Mapping[str, str]
) -> tuple[Pin, ...]:
    """The exact versions that meet what is ``wanted``, and all that those need; one version of each project.

    What members are built with too, as ``builds`` has it, gets the same version if that does: one index serves both.

    Raises:
        ShapeError: some cannot be had; the message has each of them with the reason.
        ProvisionError: nothing could be looked for.
    """
    direct = [text for text in wanted if Requirement(text).url]
    faults = dict.fromkeys(direct, "it names an address or a path, which no index has")
    asked = [text for text in wanted if text not in faults]
    together = _fault(shape, asked, resolver)
    if together:
        faults |= {text: why for text in asked if (why := _fault(shape, [text], resolver))}
        left = [text for text in asked if text not in faults]
        together = together if left == asked else _fault(shape, left, resolver)
    if faults or together:
        raise _cannot_be_had(shape, wanted, faults, together)
    here = resolver.here(asked)
    others = [pin.name for pin in here if builds.get(pin.name, pin.version) != pin.version]
    if others:
        with suppress(NoSolutionError):
            here = resolver.here([*asked, *(f"{name}=={builds[name]}" for name in others)])
    try:
        return *here, *resolver.elsewhere(asked, here)
    except NoSolutionError as error:
        raise ShapeError(
            f"--third-party: tools that lock for all platforms could not with the versions that {shape.name} has on "
            f"this machine, which are all that they are served: {error.message}",
            hint="Leave one of the outside requirements out: --leave-out NAME; or leave --third-party out.",
        ) from error


def _fault(shape: Shape, texts: Sequence[str], resolver: Resolving) -> str:
    """Why requirements cannot be had together; empty if they can."""
    try:
        pins = resolver.here(texts)
    except NoSolutionError as error:
        return error.message
    same = sorted({pin.name for pin in pins} & set(shape.graph))
    return f"it needs {', '.join(same)} from outside, as a member is called" if same else ""


def _cannot_be_had(
    shape: Shape, wanted: Mapping[str, Sequence[str]], faults: Mapping[str, str], together: str
) -> ShapeError:
    lines = [f"\n  {_shown(text)} ({_of(wanted[text])}): {faults[text]}" for text in wanted if text in faults]
    many = len(wanted)
    told = f"{len(faults)} of {number(many, 'outside requirement')}" if faults else ""
    if together:
        others = "the others" if faults else f"the {many} outside requirements"
        lines.append(f"\n  each of {others} can be had alone, but not together: {together}")
        told = told or "the outside requirements"
    leave = " ".join(f"--leave-out {name}" for name in dict.fromkeys(_name(text) for text in wanted if text in faults))
    hint = f"Leave out what cannot be had: {leave}" if leave else "Leave one of them out: --leave-out NAME"
    return ShapeError(
        f"--third-party: {told} of {shape.name} cannot be had:{''.join(lines)}",
        hint=f"{hint}; or leave --third-party out.",
    )


def _name(text: str) -> str:
    return canonicalize_name(Requirement(text).name)


def _shown(text: str) -> str:
    """A requirement without an address, which may hold what is not to be passed on."""
    return _name(text) if Requirement(text).url else text


def _of(members: Sequence[str]) -> str:
    more = len(members) - 3
    return f"of {', '.join(members[:3])}{f' and {more} more' if more > 0 else ''}"


def lock_name(shape: str) -> str:
    """What the lock of a shape's third party is called in a run's folder; no two shapes share one."""
    fit = as_file_name(shape, 60)
    told_apart = "" if fit == shape else f"-{hashlib.sha256(shape.encode()).hexdigest()[:8]}"
    return f"third-party-{fit}{told_apart}.txt"
