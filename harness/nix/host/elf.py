"""What the head of a Linux program tells: how wide it is, for which machine, and which loader it asks for."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO

_PROGRAM_INTERPRETER = 3

#: No table of segments and no path is longer, in bytes, whatever a damaged file says.
_MOST = 1 << 16

#: The number by which ELF knows what ``uname`` calls a machine.
MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243, "ppc64le": 21, "s390x": 22, "loongarch64": 258}


@dataclass(frozen=True, kw_only=True)
class Elf:
    """An ELF file's width in bits, its machine's number, and its loader: nothing if it is linked statically."""

    bits: int
    machine: int
    loader: str | None

    def fits(self, machine: str) -> bool:
        """Whether it is made for what ``uname`` calls ``machine``; of a machine not known here it is believed."""
        known = MACHINES.get(machine)
        return known is None or (self.bits, self.machine) == (64, known)


def read_elf(path: Path) -> Elf | None:
    """The head of a file, or nothing if it is no whole ELF file: a script, say.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(64)
        if len(head) < 52 or head[:4] != b"\x7fELF" or head[4] not in (1, 2):
            return None
        bits = 32 * head[4]
        order = "<" if head[5] == 1 else ">"
        (machine,) = struct.unpack_from(f"{order}H", head, 18)
        try:
            loader = _loader(file, head, bits, order)
        except struct.error:
            loader = None  # Cut off or made up: it names what it does not have.
    return Elf(bits=bits, machine=machine, loader=loader)


def _loader(file: BinaryIO, head: bytes, bits: int, order: str) -> str | None:
    """The loader that one of a program's segments names. Both widths have the same fields, at other places."""
    place, layout = (28, "IIIHHH") if bits == 32 else (32, "QQIHHH")
    table, _, _, _, entry_size, count = struct.unpack_from(order + layout, head, place)
    offset_at, size_at, form = (4, 16, "I") if bits == 32 else (8, 32, "Q")
    entries = _read(file, table, entry_size * count)
    for start in range(0, len(entries), max(entry_size, 1)):
        (kind,) = struct.unpack_from(f"{order}I", entries, start)
        if kind == _PROGRAM_INTERPRETER:
            (offset,) = struct.unpack_from(order + form, entries, start + offset_at)
            (size,) = struct.unpack_from(order + form, entries, start + size_at)
            return _read(file, offset, size).rstrip(b"\0").decode(errors="surrogateescape") or None
    return None


def _read(file: BinaryIO, offset: int, size: int) -> bytes:
    """A part of a file; nothing where the file has ended before it."""
    if offset > file.seek(0, SEEK_END):
        return b""
    file.seek(offset)
    return file.read(min(size, _MOST))
