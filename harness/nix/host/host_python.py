"""This machine's Python as a tree that can be imported into a Nix store, or the one reason why it cannot.

A Python that is imported has to be found out about first: a command of that name may be a script, an environment's
link, or a program with a loader of its own. So the interpreter is asked who it is, and its own loader what it needs.
"""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.errors import NixUnavailableError
from harness.measure.trees import remove_tree
from harness.nix.host.elf import Elf, read_elf
from harness.nix.host.shared_libraries import Ask, Linked, ask, expected_libraries, libraries_of

#: Parts of the standard library that no build and no application of the monorepo imports.
_LEFT_OUT = frozenset(
    {
        "test",
        "tests",
        "idlelib",
        "idle_test",
        "tkinter",
        "turtledemo",
        "ensurepip",
        "site-packages",
        "dist-packages",
        "__pycache__",
    }
)

_LEFT_OUT_PREFIXES = ("config-", "_tkinter.", "_test", "_ctypes_test.", "xxlimited")

#: What builders and backends import; of the rest of the library a distribution may leave out what it likes.
NEEDED = (
    *("binascii", "compileall", "csv", "email", "gzip", "hashlib", "importlib.metadata", "json", "logging"),
    *("runpy", "shutil", "subprocess", "tarfile", "tempfile", "tomllib", "zipfile", "zlib"),
)

_FACTS = """
import importlib, json, os, sys, sysconfig
paths = sysconfig.get_paths()
lacks = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        lacks[name] = str(error)
try:
    program = os.readlink("/proc/self/exe")
except OSError:
    program = sys.executable
print(json.dumps({
    "implementation": sys.implementation.name,
    "version": sys.version.split()[0].rstrip("+"),
    "program": program,
    "library": paths["stdlib"],
    "extensions": os.path.join(paths["platstdlib"], "lib-dynload"),
    "folder": getattr(sys, "platlibdir", "lib"),
    "lacks": lacks,
}))
"""

#: Raised when what is kept of a Python changes, so that copies made before are made anew.
_FORMAT = 4

_ANOTHER = "Run the harness with another Python; the local lane needs no such thing."


@dataclass(frozen=True, kw_only=True)
class HostPython:
    """A copy of the host's Python, ready to be imported: ``sha256`` is of its NAR, ``loader`` a name in its lib."""

    path: str
    sha256: str
    version: str
    loader: str
    site: str


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an interpreter says of itself.

    ``program`` is the file that runs, whatever it was called by; ``library`` its standard library, ``extensions``
    the folder of its compiled part; ``folder`` what the interpreter calls the folder both are below, lib or lib64;
    ``lacks`` says of each needed module that cannot be imported why.
    """

    implementation: str
    version: str
    program: str
    library: str
    extensions: str
    folder: str
    lacks: dict[str, str]


def import_python(python: Path, folder: Path, programs: Path, run: Ask = ask) -> HostPython:
    """Copy ``python`` with its standard library and its shared libraries below ``folder``, once.

    ``programs`` is the folder of Nix' programs. A copy that was cut off is made anew.

    Raises:
        NixUnavailableError: it cannot be imported; the message is the reason.
    """
    facts, loader = examined(python, run)
    program = Path(facts.program)
    identity = f"{_FORMAT}\0{facts}\0{loader}\0{program.stat().st_mtime_ns}"
    tree = folder / f"python-{facts.version}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    described = folder / f"{tree.name}.json"
    if described.is_file() and tree.is_dir():
        return HostPython(**json.loads(described.read_text(encoding="utf-8")))
    remove_tree(tree)
    try:
        _copy(facts, program, loader, tree, run)
        _try(tree, loader.name, run)
        digest = _output(run, [str(programs / "nix-hash"), "--type", "sha256", "--base32", str(tree)]).strip()
    except OSError as error:
        remove_tree(tree)
        raise NixUnavailableError(f"{python} cannot be copied: {_told(error)}.", hint=_ANOTHER) from error
    except NixUnavailableError:
        remove_tree(tree)
        raise
    host = HostPython(
        path=str(tree),
        sha256=digest,
        version=facts.version,
        loader=loader.name,
        site=f"lib/{Path(facts.library).name}/site-packages",
    )
    # Written at once or not at all: it says that the copy is whole.
    temporary = described.with_suffix(".new")
    temporary.write_text(json.dumps(asdict(host)), encoding="utf-8")
    temporary.replace(described)
    return host


def forget_others(*hosts: HostPython) -> None:
    """Remove the copies of other Pythons beside these: what Nix built of them it has in its store."""
    kept = {name for host in hosts for name in (Path(host.path).name, f"{Path(host.path).name}.json")}
    for folder in {Path(host.path).parent for host in hosts}:
        for path in folder.glob("python-*"):
            if path.name not in kept:
                remove_tree(path)


def examined(python: Path, run: Ask = ask) -> tuple[Facts, Path]:
    """What ``python`` says of itself, and its loader; nothing is copied.

    Raises:
        NixUnavailableError: it is plain that it cannot be imported; the message is the reason.
    """
    facts = facts_of(python, run)
    try:
        elf = read_elf(Path(facts.program))
    except OSError as error:
        raise NixUnavailableError(
            f"The program of {python}, {facts.program}, cannot be read: {error.strerror}.", hint=_ANOTHER
        ) from error
    reason = refusal(facts, elf, platform.machine())
    if reason or elf is None or elf.loader is None:
        raise NixUnavailableError(f"{python} cannot be imported into a Nix store: {reason}", hint=_ANOTHER)
    return facts, Path(elf.loader)


def facts_of(python: Path, run: Ask = ask) -> Facts:
    """What ``python`` says of itself.

    Raises:
        NixUnavailableError: it does not start, or does not answer as a Python does.
    """
    printed = _output(run, [str(python), "-I", "-c", _FACTS, *NEEDED])
    try:
        # Whatever starts it may print something of its own before.
        answer: dict[str, Any] = json.loads(printed.strip().rpartition("\n")[2])
        return Facts(**answer)
    except (ValueError, TypeError) as error:
        raise NixUnavailableError(
            f"{python} does not answer as a Python does: {printed.strip()[:200]!r}.", hint=_ANOTHER
        ) from error


def refusal(facts: Facts, elf: Elf | None, machine: str) -> str:
    """Why this Python cannot be imported on a machine of that name, in a sentence; empty if it can be.

    ``elf`` is the head of its program, nothing if that is no ELF file.
    """
    name = Path(facts.program).name
    if facts.implementation != "cpython":
        return f"it is {facts.implementation}, and only a CPython keeps its library as the provider expects it."
    if elf is None:
        return f"what runs, {facts.program}, is no ELF program; only a Linux Python can be imported."
    if not elf.fits(machine):
        return f"it is {elf.bits} bits wide or made for another machine, and Nix builds for {machine} here."
    if elf.loader is None and name.startswith(("ld-", "ld.")):
        return f"it is started by way of a loader, {facts.program}, so its own program is not known."
    if elf.loader is None:
        return "it is linked statically, so it has no loader to be relocated with."
    if not Path(facts.library, "os.py").is_file():
        return f"there is no standard library in {facts.library}."
    if facts.lacks:
        said = "; ".join(f"{module} ({why})" for module, why in sorted(facts.lacks.items()))
        return f"its library lacks what builds need: {said}."
    return ""


def _copy(facts: Facts, program: Path, loader: Path, tree: Path, run: Ask) -> None:
    """Put together what is imported: the program, its library, and the shared libraries of both."""
    own = libraries_of(program, loader, run)
    if own.missing:
        raise NixUnavailableError(
            f"{program} lacks a shared library: {', '.join(own.missing)}.", hint="Install it, or use another Python."
        )
    library = tree / "lib" / Path(facts.library).name
    (tree / "bin").mkdir(parents=True)
    _copy_file(program, tree / "bin" / "python3", executable=True)
    shutil.copytree(facts.library, library, ignore=_ignored, ignore_dangling_symlinks=True)
    if facts.folder != "lib":
        # The interpreter looks for its library there, and the provider below lib.
        (tree / facts.folder).symlink_to("lib")
    wanted = {loader.name: str(loader), **own.found}
    for extension in _extensions(Path(facts.extensions), library / "lib-dynload"):
        needs: Linked = libraries_of(extension, loader, run)
        if needs.missing:
            # Importing it fails on this machine too, and no build needs it: those that do were tried.
            extension.unlink()
            continue
        wanted = {**needs.found, **wanted}
    libc = next((path for name, path in sorted(wanted.items()) if name.startswith(("libc.so", "libc.musl"))), loader)
    wanted = {**expected_libraries(loader, Path(libc), run), **wanted}
    for name, path in wanted.items():
        _copy_file(Path(path), tree / "lib" / name, executable=True)


def _extensions(source: Path, target: Path) -> Sequence[Path]:
    """The compiled part of the library in the copy, brought there if the interpreter keeps it elsewhere."""
    if source.is_dir() and not target.is_dir():
        shutil.copytree(source, target, ignore=_ignored, ignore_dangling_symlinks=True)
    return sorted(target.glob("*.so"))


def _copy_file(source: Path, target: Path, *, executable: bool) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o755 if executable else 0o644)


def _ignored(folder: str, names: Iterable[str]) -> set[str]:  # noqa: ARG001 - the signature shutil asks for
    return {name for name in names if name in _LEFT_OUT or name.startswith(_LEFT_OUT_PREFIXES) or name.endswith(".a")}


def _try(tree: Path, loader: str, run: Ask) -> None:
    """Start the copy as the first builder starts it, and have it import what builds need."""
    own = [str(tree / "lib" / loader), "--library-path", str(tree / "lib"), str(tree / "bin" / "python3")]
    code = f"import {', '.join(NEEDED)}"
    done = run([*own, "-S", "-B", "-c", code], {"PYTHONHOME": str(tree)})
    if done.returncode:
        said = _said(done)
        raise NixUnavailableError(
            f"A copy of Python does not start with the loader that it was copied with, {loader}: {said}", hint=_ANOTHER
        )


def _output(run: Ask, command: Sequence[str]) -> str:
    what = f"{command[0]} cannot be run, so Python cannot be imported"
    try:
        done = run(command, {})
    except OSError as error:
        raise NixUnavailableError(f"{what}: {error.strerror}.", hint=_ANOTHER) from error
    if done.returncode:
        said = _said(done)
        raise NixUnavailableError(f"{what}: {said}", hint=_ANOTHER)
    return done.stdout


def _said(done: subprocess.CompletedProcess[str]) -> str:
    """What a program that failed says of it: of a traceback its last line, which has the reason."""
    text = (done.stderr or done.stdout).strip()
    if "Traceback (most recent call last)" in text:
        return text.splitlines()[-1]
    return text[-500:] or f"exit status {done.returncode}"


def _told(error: OSError) -> str:
    """What is wrong, in the system's words; copying a tree collects several."""
    if isinstance(error, shutil.Error):
        return str(error.args[0][0][2]) if error.args and error.args[0] else str(error)
    return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror)
