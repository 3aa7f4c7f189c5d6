"""A host Python is imported whole and once; one that cannot be imported gives one clear reason."""

from __future__ import annotations

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError
from harness.measure.trees import remove_tree
from harness.nix.host.elf import MACHINES, Elf
from harness.nix.host.host_python import Facts, HostPython, forget_others, import_python, refusal
from tests.unit.nix.host.test_elf import elf

PROGRAMS = Path("/opt/nix/bin")
MACHINE = platform.machine()
NUMBER = MACHINES.get(MACHINE, 62)


class FakeHost:
    """A host with a tiny Python: answers what would be asked of programs, and counts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.python = root / "bin" / "python3.11"
        self.library = root / "lib" / "python3.11"
        self.loader = root / "ld-linux.so.2"
        self.facts: dict[str, object] = {
            "implementation": "cpython",
            "version": "3.11.2",
            "program": str(self.python),
            "library": str(self.library),
            "extensions": str(self.library / "lib-dynload"),
            "folder": "lib",
            "lacks": {},
        }
        self.before = ""
        self.listings: dict[str, str] = {}
        self.starts = 0
        self.asked: list[str] = []
        shared = elf(machine=NUMBER, loader=None)
        for path, content in {
            self.python: elf(machine=NUMBER, loader=str(self.loader)),
            self.loader: shared,
            root / "libc.so.6": shared,
            root / "libextra.so.1": shared,
            self.library / "os.py": b"",
            self.library / "json" / "__init__.py": b"",
            self.library / "json" / "__pycache__" / "old.pyc": b"",
            self.library / "lib-dynload" / "_json.so": shared,
            self.library / "lib-dynload" / "_tkinter.cpython-311.so": shared,
            self.library / "lib-dynload" / "_testcapi.so": shared,
            self.library / "config-3.11-x86_64-linux-gnu" / "Makefile": b"",
            self.library / "test" / "test_os.py": b"",
            self.library / "site-packages" / "somebody.py": b"",
        }.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (self.library / "sitecustomize.py").symlink_to(root / "removed.py")

    def __call__(self, command: Sequence[str], extra: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        """What a program prints."""
        status, printed, errors = 0, "", ""
        match [str(word) for word in command]:
            case [program, *_] if program == str(self.python):
                self.asked.append("python")
                printed = self.before + json.dumps(self.facts)
            case [program, "--list", file] if program == str(self.loader):
                printed = f"\tlibc.so.6 => {self.root / 'libc.so.6'} (0x0)\n" + self.listings.get(Path(file).name, "")
            case [program, "--library-path", *_]:
                self.asked.append("copy")
                status, errors = self.starts, "Fatal Python error: no module named encodings" if self.starts else ""
            case [program, *_] if program == str(PROGRAMS / "nix-hash"):
                self.asked.append("nix-hash")
                printed = "0abc\n"
            case _:
                raise FileNotFoundError(2, "No such file or directory", command[0])
        return subprocess.CompletedProcess(command, status, printed, errors)


@pytest.fixture
def host(tmp_path: Path) -> FakeHost:
    return FakeHost(tmp_path / "a host")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "import"


def files_of(imported: HostPython) -> set[str]:
    tree = Path(imported.path)
    return {path.relative_to(tree).as_posix() for path in tree.rglob("*") if path.is_file()}


# Importing


def test_python_is_copied_without_what_no_build_imports(host: FakeHost, folder: Path) -> None:
    host.listings["_json.so"] = f"\tlibextra.so.1 => {host.root / 'libextra.so.1'} (0x0)\n"

    imported = import_python(host.python, folder, PROGRAMS, host)

    assert files_of(imported) == {
        "bin/python3",
        "lib/libc.so.6",
        "lib/libextra.so.1",
        "lib/ld-linux.so.2",
        "lib/python3.11/os.py",
        "lib/python3.11/json/__init__.py",
        "lib/python3.11/lib-dynload/_json.so",
    }
    assert (Path(imported.path) / "bin" / "python3").stat().st_mode & 0o111
    assert (imported.sha256, imported.version, imported.loader) == ("0abc", "3.11.2", "ld-linux.so.2")
    assert imported.site == "lib/python3.11/site-packages"


def test_python_is_imported_once(host: FakeHost, folder: Path) -> None:
    first = import_python(host.python, folder, PROGRAMS, host)
    host.asked.clear()

    assert import_python(host.python, folder, PROGRAMS, host) == first
    assert host.asked == ["python"]


def test_another_version_is_imported_beside_it_until_it_is_forgotten(host: FakeHost, folder: Path) -> None:
    first = import_python(host.python, folder, PROGRAMS, host)
    host.facts["version"] = "3.11.3"
    second = import_python(host.python, folder, PROGRAMS, host)
    assert second.path != first.path
    assert Path(first.path).is_dir()

    forget_others(second)

    assert {path.name for path in folder.iterdir()} == {Path(second.path).name, f"{Path(second.path).name}.json"}


def test_an_import_that_was_cut_off_is_made_anew(host: FakeHost, folder: Path) -> None:
    tree = Path(import_python(host.python, folder, PROGRAMS, host).path)
    tree.with_name(f"{tree.name}.json").unlink()
    (tree / "leftover").touch()

    import_python(host.python, folder, PROGRAMS, host)

    assert not (tree / "leftover").exists()


def test_a_description_without_its_copy_is_not_believed(host: FakeHost, folder: Path) -> None:
    tree = Path(import_python(host.python, folder, PROGRAMS, host).path)
    remove_tree(tree)

    assert Path(import_python(host.python, folder, PROGRAMS, host).path).is_dir()


def test_what_a_start_script_prints_is_not_the_answer(host: FakeHost, folder: Path) -> None:
    host.before = "Loading module python/3.11\n"

    assert import_python(host.python, folder, PROGRAMS, host).version == "3.11.2"


def test_a_library_in_lib64_is_found_below_lib_too(host: FakeHost, folder: Path) -> None:
    elsewhere = host.library.rename(host.root / "python3.11")
    (host.root / "lib64").mkdir()
    library = elsewhere.rename(host.root / "lib64" / "python3.11")
    host.facts |= {"library": str(library), "extensions": str(library / "lib-dynload"), "folder": "lib64"}

    tree = Path(import_python(host.python, folder, PROGRAMS, host).path)

    assert (tree / "lib64").readlink() == Path("lib")
    assert (tree / "lib64" / "python3.11" / "os.py").is_file()


def test_extensions_that_are_kept_elsewhere_are_brought_to_the_library(host: FakeHost, folder: Path) -> None:
    extensions = (host.library / "lib-dynload").rename(host.root / "plat")
    host.facts["extensions"] = str(extensions)

    assert "lib/python3.11/lib-dynload/_json.so" in files_of(import_python(host.python, folder, PROGRAMS, host))


def test_an_extension_that_does_not_load_here_is_left_out(host: FakeHost, folder: Path) -> None:
    host.listings["_json.so"] = "\tlibnosuch.so.9 => not found\n"

    assert not any("_json.so" in file for file in files_of(import_python(host.python, folder, PROGRAMS, host)))


def test_a_free_threaded_build_keeps_the_name_of_its_library(host: FakeHost, folder: Path) -> None:
    library = host.library.rename(host.root / "lib" / "python3.13t")
    host.facts |= {"library": str(library), "extensions": str(library / "lib-dynload"), "version": "3.13.0"}

    assert import_python(host.python, folder, PROGRAMS, host).site == "lib/python3.13t/site-packages"


# Refusing


def refused(host: FakeHost, folder: Path) -> str:
    with pytest.raises(NixUnavailableError) as caught:
        import_python(host.python, folder, PROGRAMS, host)
    assert "another Python" in caught.value.hint
    assert not list(folder.glob("*")), "nothing is left of an import that was refused"
    return caught.value.message


def test_a_library_that_the_interpreter_lacks_is_named(host: FakeHost, folder: Path) -> None:
    host.listings["python3.11"] = "\tlibfoo.so.9 => not found\n"

    assert refused(host, folder) == f"{host.python} lacks a shared library: libfoo.so.9."


def test_a_copy_that_does_not_start_is_quoted(host: FakeHost, folder: Path) -> None:
    host.starts = 1

    assert refused(host, folder).endswith("ld-linux.so.2: Fatal Python error: no module named encodings")


def test_a_file_that_is_gone_is_named(host: FakeHost, folder: Path) -> None:
    (host.root / "libc.so.6").unlink()

    assert refused(host, folder) == f"{host.python} cannot be copied: {host.root}/libc.so.6: No such file or directory."


def test_a_program_that_was_replaced_while_it_ran_is_named(host: FakeHost, folder: Path) -> None:
    host.facts["program"] = f"{host.python} (deleted)"

    assert "(deleted), cannot be read: No such file or directory" in refused(host, folder)


@pytest.mark.parametrize("answer", ["", "3.11.2", '{"version": "3.11.2"}', "[]"])
def test_what_does_not_answer_as_a_python_is_refused(host: FakeHost, folder: Path, answer: str) -> None:
    host.before = f"{answer}\n\n"
    host.facts = {}

    assert "does not answer as a Python does" in refused(host, folder)


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("echo 'no module named encodings' >&2; exit 1", "no module named encodings", id="its own words"),
        pytest.param("exit 7", "exit status 7", id="no words"),
        pytest.param(
            "printf 'Traceback (most recent call last):\\n  File x\\nImportError: no zlib\\n' >&2; exit 1",
            "ImportError: no zlib",
            id="the end of a traceback",
        ),
    ],
)
def test_a_python_that_fails_is_quoted(tmp_path: Path, text: str, reason: str) -> None:
    python = script(tmp_path / "python3", text)

    with pytest.raises(NixUnavailableError) as caught:
        import_python(python, tmp_path / "import", tmp_path)

    assert caught.value.message == f"{python} cannot be run, so Python cannot be imported: {reason}"


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NixUnavailableError, match=r"python3 cannot be run.*: No such file or directory"):
        import_python(tmp_path / "python3", tmp_path / "import", tmp_path)


FACTS = Facts(
    implementation="cpython",
    version="3.12.1",
    program="/opt/bin/python3.12",
    library="/opt/lib/python3.12",
    extensions="/opt/lib/python3.12/lib-dynload",
    folder="lib",
    lacks={},
)
HEAD = Elf(bits=64, machine=62, loader="/lib64/ld-linux-x86-64.so.2")


@pytest.mark.parametrize(
    ("facts", "head", "reason"),
    [
        pytest.param(replace(FACTS, implementation="pypy"), HEAD, "it is pypy, and only a CPython", id="PyPy"),
        pytest.param(FACTS, None, "python3.12, is no ELF program", id="another system's program"),
        pytest.param(FACTS, replace(HEAD, bits=32, machine=3), "it is 32 bits wide", id="32-bit"),
        pytest.param(FACTS, replace(HEAD, machine=183), "made for another machine", id="another machine"),
        pytest.param(FACTS, replace(HEAD, loader=None), "it is linked statically", id="static"),
        pytest.param(
            replace(FACTS, program="/lib/ld-linux-x86-64.so.2"),
            replace(HEAD, loader=None),
            "by way of a loader, /lib/ld-linux",
            id="wrapper that names a loader",
        ),
        pytest.param(FACTS, HEAD, "no standard library in /opt/lib/python3.12", id="non-standard layout"),
    ],
)
def test_each_python_that_cannot_be_imported_has_its_reason(facts: Facts, head: Elf | None, reason: str) -> None:
    assert reason in refusal(facts, head, "x86_64")


def test_a_library_that_lacks_what_builds_need_is_refused_with_each_reason(tmp_path: Path) -> None:
    (tmp_path / "os.py").touch()
    facts = replace(FACTS, library=str(tmp_path), lacks={"zlib": "libz.so.1: cannot open", "gzip": "No module zlib"})

    assert refusal(facts, HEAD, "x86_64") == (
        "its library lacks what builds need: gzip (No module zlib); zlib (libz.so.1: cannot open)."
    )


@pytest.mark.parametrize(
    "loader", ["/lib/ld-musl-x86_64.so.1", "/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2", "/opt/my ld.so"]
)
def test_a_loader_may_be_anywhere(tmp_path: Path, loader: str) -> None:
    (tmp_path / "os.py").touch()

    assert refusal(replace(FACTS, library=str(tmp_path)), replace(HEAD, loader=loader), "x86_64") == ""
