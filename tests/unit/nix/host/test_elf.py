"""The head of a program: how wide it is, for which machine, which loader it asks for."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.nix.host.elf import Elf, read_elf


def elf(
    *, bits: int = 64, machine: int = 62, loader: str | None = "/lib64/ld-linux-x86-64.so.2", order: str = "<"
) -> bytes:
    """A made-up program that has nothing but its head, one segment that says nothing, and one that names a loader."""
    named = (loader or "").encode() + b"\0"
    size, entry_size = (64, 56) if bits == 64 else (52, 32)
    place = size + 2 * entry_size
    ident = b"\x7fELF" + bytes([bits // 32, 1 if order == "<" else 2, 1]) + bytes(9)
    head = struct.pack(
        order + ("HHIQQQIHHHHHH" if bits == 64 else "HHIIIIIHHHHHH"),
        *(3, machine, 1, 0, size, 0, 0, size, entry_size, 2 if loader else 1, 0, 0, 0),
    )
    kinds = (6, 3) if loader else (6,)
    if bits == 64:
        table = [struct.pack(order + "IIQQQQQQ", kind, 4, place, 0, 0, len(named), len(named), 1) for kind in kinds]
    else:
        table = [struct.pack(order + "IIIIIIII", kind, place, 0, 0, len(named), len(named), 4, 1) for kind in kinds]
    return (ident + head + b"".join(table)).ljust(place, b"\0") + named


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("loader", ["/lib64/ld-linux-x86-64.so.2", "/nix/store/a glibc/lib/ld.so", None])
def test_a_head_is_read_in_every_width_and_order(tmp_path: Path, bits: int, order: str, loader: str | None) -> None:
    program = tmp_path / "program"
    program.write_bytes(elf(bits=bits, machine=40, loader=loader, order=order))

    assert read_elf(program) == Elf(bits=bits, machine=40, loader=loader)


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF" + b"\x09" * 60])
def test_what_is_no_program_has_no_head(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    assert read_elf(tmp_path / "file") is None


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("cut", [64, 70, 100])
def test_a_program_that_was_cut_off_names_no_loader(tmp_path: Path, bits: int, cut: int) -> None:
    (tmp_path / "program").write_bytes(elf(bits=bits)[:cut])

    found = read_elf(tmp_path / "program")

    assert found is not None
    assert found.loader is None


@given(st.binary(min_size=60, max_size=200), st.sampled_from([1, 2]), st.sampled_from([1, 2]))
def test_a_damaged_head_is_read_without_a_mishap(
    tmp_path_factory: pytest.TempPathFactory, rest: bytes, width: int, order: int
) -> None:
    program = tmp_path_factory.mktemp("damaged") / "program"
    program.write_bytes(b"\x7fELF" + bytes([width, order]) + rest)

    found = read_elf(program)

    assert found is not None
    assert found.bits == 32 * width


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_elf(tmp_path / "nothing")


def test_this_systems_shell_asks_for_a_loader_that_is_there() -> None:
    shell = shutil.which("sh")
    assert shell
    found = read_elf(Path(shell))

    if found is None:
        pytest.skip("the shell here is no ELF program")
    assert found.loader is not None
    assert Path(found.loader).exists()


@pytest.mark.parametrize(
    ("bits", "machine", "here", "fits"),
    [
        pytest.param(64, 62, "x86_64", True, id="as this machine"),
        pytest.param(32, 3, "x86_64", False, id="32-bit Intel"),
        pytest.param(32, 62, "x86_64", False, id="x32"),
        pytest.param(64, 183, "x86_64", False, id="Arm on Intel"),
        pytest.param(64, 183, "aarch64", True, id="Arm on Arm"),
        pytest.param(64, 8, "mips64", True, id="a machine not known here"),
    ],
)
def test_a_program_of_another_kind_does_not_fit(bits: int, machine: int, here: str, *, fits: bool) -> None:
    assert Elf(bits=bits, machine=machine, loader=None).fits(here) is fits
