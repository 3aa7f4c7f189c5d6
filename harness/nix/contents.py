"""What lies at a path of the store, held against what lies at another. It only reads."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path

_HASHED = re.compile(rb"/nix/store/[0-9a-z]{32}-")
_HASHLESS = b"/nix/store/" + b"0" * 32 + b"-"

# In a compiled module: a word of flags, and the hash or the time of the source that it was made of.
_PYC_SOURCE = slice(8, 16)

# A file's kind, and a digest of its bytes or of where it links to, by its name below the path.
_Files = Mapping[str, tuple[str, str]]
_Reading = Callable[[Path, bytes], bytes]


class Change(StrEnum):
    """How far what was built differs from what was built before."""

    CONTENT = "content"
    REFERENCES = "references"
    NOTHING = "nothing"


def nameless(told: bytes) -> bytes:
    """A text with the hash of every store path in it set aside; what the path is called stays."""
    return _HASHED.sub(_HASHLESS, told)


def content(path: Path) -> str:
    """A digest of all that lies at a path: names, kinds, what may be executed, bytes; hashes in store paths aside.

    What only repeats the bytes of other files is set aside too, as it would make a reference pass for content: the
    digests in a wheel's RECORD, and in a compiled module that of its source.
    """
    digest = hashlib.sha256()
    for name, (kind, told) in _files(path, _essence).items():
        digest.update(f"{name}\0{kind}\0{told}\0".encode(errors="surrogateescape"))
    return digest.hexdigest()


def compare(old: Path, new: Path) -> Change:
    """Whether two outputs differ in their content, only in paths that they refer to, or in nothing but their own."""
    if content(old) != content(new):
        return Change.CONTENT
    same = _files(old, _without(old)) == _files(new, _without(new))
    return Change.NOTHING if same else Change.REFERENCES


def differences(one: Path, other: Path) -> tuple[str, ...]:
    """The names of files that are not just the same at both paths, below them; a path that is a file is ``.``."""
    here, there = (_files(path, lambda _, told: told) for path in (one, other))
    return tuple(sorted(name for name in here.keys() | there.keys() if here.get(name) != there.get(name)))


def _files(path: Path, reading: _Reading) -> _Files:
    return {entry.relative_to(path).as_posix(): _described(entry, reading) for entry in _entries(path)}


def _entries(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir() and not path.is_symlink():
        yield from sorted(path.rglob("*"))


def _described(entry: Path, reading: _Reading) -> tuple[str, str]:
    if entry.is_symlink():
        kind, told = "link", reading(entry, os.fsencode(entry.readlink()))
    elif entry.is_dir():
        kind, told = "folder", b""
    else:
        kind = "program" if entry.stat().st_mode & 0o100 else "file"
        told = reading(entry, entry.read_bytes())
    return kind, hashlib.sha256(told).hexdigest()


def _essence(entry: Path, told: bytes) -> bytes:
    if entry.suffix == ".pyc":
        told = told[: _PYC_SOURCE.start] + told[_PYC_SOURCE.stop :]
    elif entry.name == "RECORD" and entry.parent.suffix == ".dist-info":
        told = b"\n".join(line.partition(b",")[0] for line in told.splitlines())
    return nameless(told)


def _without(path: Path) -> _Reading:
    """Reads files as they are, but for the path's own hash."""
    own = path.name.partition("-")[0].encode()
    return lambda _, told: told.replace(own, b"0" * len(own))
