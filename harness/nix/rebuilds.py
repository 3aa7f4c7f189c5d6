"""Why Nix builds something again, and whether it had to: pure, from derivations, and from contents on disk.

What is built again was *needed* if its content became another, the hashes in store paths aside; or, for an environment,
if a member that it links to was. All else is built again only because the path of something it takes is another: what
is propagated is an input, and a path that is an input is part of the hash.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.nix.values import Derivation, name_of

_HASHED = re.compile(rb"/nix/store/[0-9a-z]{32}-")
_HASHLESS = b"/nix/store/" + b"0" * 32 + b"-"


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """Something that has to be built although it was built before; ``reasons`` are what differs in how it is built."""

    attribute: str
    reasons: tuple[str, ...]


def rebuilt(
    before: Mapping[str, Derivation], after: Mapping[str, Derivation], missing: Collection[str]
) -> tuple[Rebuilt, ...]:
    """Which attributes have an output that is ``missing``, and why: what differs between their derivations.

    ``before`` and ``after`` have the same attributes.
    """
    known = {derivation.path: name for graph in (before, after) for name, derivation in graph.items()}
    return tuple(
        Rebuilt(attribute=name, reasons=tuple(_reasons(before[name], derivation, known)))
        for name, derivation in after.items()
        if set(derivation.outputs.values()) & set(missing)
    )


def _reasons(old: Derivation, new: Derivation, known: Mapping[str, str]) -> Iterator[str]:
    """What differs, first its own source, then what it takes from others, then its settings."""
    if old.sources != new.sources:
        yield f"its source is another: {_names(old.sources ^ new.sources)}"
    others = old.inputs.keys() ^ new.inputs.keys()
    for name in sorted({known.get(path, name_of(path).removesuffix(".drv")) for path in others}):
        yield f"its input {name} is another"
    # Paths in settings differ with the inputs they belong to, which were named already.
    plain = [key for key in sorted(old.settings.keys() | new.settings.keys()) if _told(old, key) != _told(new, key)]
    if plain:
        yield f"its settings are others: {', '.join(plain)}"


def _names(paths: Iterable[str]) -> str:
    return ", ".join(sorted({name_of(path) for path in paths}))


def _told(derivation: Derivation, key: str) -> bytes | None:
    value = derivation.settings.get(key)
    return None if value is None else _HASHED.sub(_HASHLESS, value.encode())


def content(path: Path) -> str:
    """A digest of all that lies at a path: names, kinds, what may be executed, bytes; hashes in store paths aside."""
    digest = hashlib.sha256()
    for entry in sorted([path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]):
        relative = os.fspath(entry.relative_to(path))
        if entry.is_symlink():
            kind, told = b"link", os.fsencode(entry.readlink())
        elif entry.is_dir():
            kind, told = b"folder", b""
        else:
            kind, told = (b"program" if os.access(entry, os.X_OK) else b"file"), entry.read_bytes()
        told = _HASHED.sub(_HASHLESS, told)
        digest.update(b"\0".join([relative.encode(), kind, str(len(told)).encode(), told]))
    return digest.hexdigest()


def needed(changed: Mapping[str, bool], links: Mapping[str, Collection[str]]) -> dict[str, bool]:
    """Whether each thing had to be built again; ``changed`` says whose content became another.

    ``links`` maps an environment to the members it links to: it had to be if one of these became another.
    """
    return {
        name: any(changed.get(member, False) for member in links[name]) if name in links else own
        for name, own in changed.items()
    }
