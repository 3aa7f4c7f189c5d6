"""What a program is started with, in the words of the loaders of glibc and musl."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.nix.host.shared_libraries import Ask, ask, expected_libraries, libraries_of, linked
from tests.unit.nix.host.test_elf import elf

GLIBC = """\
\tlinux-vdso.so.1 (0x00007f0ee2aec000)
\tlibpython3.11.so.1.0 => /opt/python/lib/libpython3.11.so.1.0 (0x00007f0ee2400000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f0ee221e000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007f0ee2aee000)
"""

MUSL = """\
\t/lib/ld-musl-x86_64.so.1 (0x7f4dd8b0d000)
\tlibpython3.12.so.1.0 => /usr/lib/libpython3.12.so.1.0 (0x7f4dd8600000)
\tlibc.musl-x86_64.so.1 => /lib/ld-musl-x86_64.so.1 (0x7f4dd8b0d000)
"""


def answering(listing: str, errors: str = "", status: int = 0) -> Ask:
    """A loader that always says the same."""

    def run(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, status, listing, errors)

    return run


def test_libraries_go_by_file_name_without_the_loader() -> None:
    assert linked(GLIBC).found == {
        "libpython3.11.so.1.0": "/opt/python/lib/libpython3.11.so.1.0",
        "libc.so.6": "/lib/x86_64-linux-gnu/libc.so.6",
    }


def test_musls_loader_is_its_c_library_too() -> None:
    assert linked(MUSL).found == {
        "libpython3.12.so.1.0": "/usr/lib/libpython3.12.so.1.0",
        "libc.musl-x86_64.so.1": "/lib/ld-musl-x86_64.so.1",
    }


def test_a_path_may_have_spaces_and_a_loader_may_be_at_another_place() -> None:
    listing = (
        "\tlibz.so.1 => /my own/lib dir/libz.so.1 (0x00007f0e)\n\t/lib64/ld.so.2 => /my own/ld.so.2 (0x00007f0f)\n"
    )

    assert linked(listing).found == {"libz.so.1": "/my own/lib dir/libz.so.1"}


@pytest.mark.parametrize(
    ("listing", "missing"),
    [
        pytest.param("\tlibfoo.so.9 => not found\n", "libfoo.so.9", id="glibc"),
        pytest.param(
            "Error loading shared library libfoo.so.9: No such file or directory (needed by /usr/bin/python3)\n",
            "libfoo.so.9",
            id="musl",
        ),
        pytest.param(
            "python3: /lib/libc.so.6: version `GLIBC_2.99' not found (required by python3)\n",
            "/lib/libc.so.6: version `GLIBC_2.99'",
            id="too old",
        ),
        pytest.param(
            "python3: error while loading shared libraries: libfoo.so.9: cannot open shared object file: No such file",
            "libfoo.so.9",
            id="not started",
        ),
    ],
)
def test_what_is_missing_is_named_once(listing: str, missing: str) -> None:
    found = linked(GLIBC + listing + listing)

    assert found.missing == (missing,)
    assert "libc.so.6" in found.found


@pytest.mark.parametrize("text", ["\tstatically linked\n", "\tnot a dynamic executable\n", ""])
def test_a_static_program_has_no_libraries(text: str) -> None:
    assert linked(text).found == {}
    assert linked(text).missing == ()


def test_a_library_that_wants_the_programs_own_symbols_is_listed_all_the_same() -> None:
    said = "Error relocating /lib-dynload/_json.so: PyLong_FromLong: symbol not found\n"

    found = libraries_of(Path("_json.so"), Path("/lib/ld-musl-x86_64.so.1"), answering(MUSL, said, 127))

    assert "libpython3.12.so.1.0" in found.found
    assert found.missing == ()


# What wheels may expect of any Linux


def system(tmp_path: Path, libc: Path) -> Ask:
    """A system whose cache has a C library, and libstdc++ in two widths."""
    wide, narrow = tmp_path / "wide.so", tmp_path / "narrow.so"
    wide.write_bytes(elf(loader=None))
    narrow.write_bytes(elf(bits=32, machine=3, loader=None))
    lines = {
        f"libstdc++.so.6 (libc6) => {narrow}",
        f"libstdc++.so.6 (libc6,x86-64) => {wide}",
        f"libnotwanted.so.1 (libc6,x86-64) => {wide}",
        f"libgcc_s.so.1 (libc6,x86-64) => {tmp_path / 'gone.so'}",
        f"libc.so.6 (libc6,x86-64) => {libc}",
    }
    return answering("2 libs found in cache `/etc/ld.so.cache'\n\t" + "\n\t".join(sorted(lines)) + "\nCache: 2.36\n")


@pytest.fixture
def libc(tmp_path: Path) -> Path:
    folder = tmp_path / "lib"
    folder.mkdir()
    (folder / "libc.so.6").write_bytes(elf(loader=None))
    (folder / "ld.so").write_bytes(elf(loader=None))
    return folder / "libc.so.6"


def test_the_systems_libraries_go_with_the_systems_c_library(tmp_path: Path, libc: Path) -> None:
    assert expected_libraries(libc.parent / "ld.so", libc, system(tmp_path, libc)) == {
        "libstdc++.so.6": str(tmp_path / "wide.so")
    }


def test_another_c_library_goes_with_what_lies_beside_it(tmp_path: Path, libc: Path) -> None:
    other = tmp_path / "other.so"
    other.write_bytes(elf(loader=None))
    (libc.parent / "libm.so.6").write_bytes(elf(loader=None))
    (libc.parent / "libgcc_s.so.1").write_bytes(elf(bits=32, machine=3, loader=None))

    assert expected_libraries(libc.parent / "ld.so", libc, system(tmp_path, other)) == {
        "libm.so.6": str(libc.parent / "libm.so.6")
    }


def test_a_system_without_a_cache_has_none(libc: Path) -> None:
    def none(command: Sequence[str], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        raise FileNotFoundError(2, "No such file or directory", command[0])

    assert expected_libraries(libc.parent / "ld.so", libc, none) == {}


# Asking


def test_what_is_meant_for_another_python_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/somewhere")

    said = ask(["/bin/sh", "-c", 'echo "${PYTHONHOME-unset} $LD_LIBRARY_PATH $LC_ALL $MORE"'], {"MORE": "more"})

    assert said.stdout == "unset /somewhere C more\n"
