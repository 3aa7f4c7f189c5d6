"""What provider ``host`` builds on: this machine's Python as an importable tree, and the wheels of a variant.

Written to files that Nix reads; each is imported into the store by its hash, so that nothing is imported twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.errors import NixUnavailableError

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

#: Libraries that a wheel's programs may expect of any Linux (PEP 600), beside those that Python itself needs.
_EXPECTED = frozenset(
    {"libgcc_s.so.1", "libstdc++.so.6", "librt.so.1", "libdl.so.2", "libpthread.so.0", "libutil.so.1", "libm.so.6"}
)

_LIBRARY_LINE = re.compile(r"^\s*(?P<name>\S+)(?: => (?P<path>/\S+))? \(0x[0-9a-f]+\)$")

_FACTS = """
import json, os, sys, sysconfig
paths = sysconfig.get_paths()
print(json.dumps({
    "version": sys.version.split()[0],
    "library": paths["stdlib"],
    "name": os.path.basename(paths["stdlib"]),
}))
"""


@dataclass(frozen=True, kw_only=True)
class HostPython:
    """A copy of the host's Python, ready to be imported: ``sha256`` is of its NAR, ``loader`` a name in its lib."""

    path: str
    sha256: str
    version: str
    loader: str
    site: str


def libraries(ldd_output: str) -> dict[str, str]:
    """The shared libraries that ``ldd`` names, by file name; the loader is the one without an arrow.

    Raises:
        NixUnavailableError: one is not found.
    """
    found = {}
    for line in ldd_output.splitlines():
        if "not found" in line:
            raise NixUnavailableError(
                f"The host's Python lacks a shared library: {line.strip()}", hint="Install it, or use another Python."
            )
        match = _LIBRARY_LINE.match(line)
        if match:
            path = match["path"] or (match["name"] if match["name"].startswith("/") else None)
            if path:
                found[Path(match["name"]).name] = path
    return found


def import_python(python: Path, folder: Path, programs: Path) -> HostPython:
    """Copy ``python`` with its standard library and its shared libraries below ``folder``, once.

    ``programs`` is the folder of Nix' programs.

    Raises:
        NixUnavailableError: it is no CPython, it is linked statically, one of its libraries cannot be found, or this
            system lacks the programs that find them.
    """
    facts = json.loads(_output([str(python), "-I", "-c", _FACTS]))
    if not facts["name"].startswith("python3."):
        raise NixUnavailableError(
            f"{python} keeps its library in {facts['library']}, which is not how CPython does it.",
            hint="Run the harness with a CPython.",
        )
    identity = f"3\0{python}\0{facts}\0{python.stat().st_mtime_ns}"
    tree = folder / f"python-{facts['version']}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    described = folder / f"{tree.name}.json"
    if described.is_file():
        return HostPython(**json.loads(described.read_text(encoding="utf-8")))
    if tree.exists():
        shutil.rmtree(tree)
    library = Path(facts["library"])
    (tree / "bin").mkdir(parents=True)
    shutil.copyfile(python, tree / "bin" / "python3")
    (tree / "bin" / "python3").chmod(0o755)
    shutil.copytree(library, tree / "lib" / facts["name"], ignore=_ignored)
    extensions = sorted((tree / "lib" / facts["name"] / "lib-dynload").glob("*.so"))
    wanted = _shared_libraries([python, *extensions]) | _expected_libraries(python)
    for name, path in wanted.items():
        shutil.copyfile(path, tree / "lib" / name)
        (tree / "lib" / name).chmod(0o755)
    loaders = sorted(name for name in wanted if name.startswith(("ld-", "ld.")))
    if not loaders:
        raise NixUnavailableError(f"{python} names no loader that could be imported.", hint="Use another Python.")
    host = HostPython(
        path=str(tree),
        sha256=_output([str(programs / "nix-hash"), "--type", "sha256", "--base32", str(tree)]).strip(),
        version=facts["version"],
        loader=loaders[0],
        site=f"lib/{facts['name']}/site-packages",
    )
    described.write_text(json.dumps(asdict(host)), encoding="utf-8")
    return host


def _ignored(folder: str, names: Iterable[str]) -> set[str]:  # noqa: ARG001 - the signature shutil asks for
    return {name for name in names if name in _LEFT_OUT or name.startswith(_LEFT_OUT_PREFIXES) or name.endswith(".a")}


def _shared_libraries(files: Sequence[Path]) -> dict[str, str]:
    done = _run(["ldd", str(files[0])])
    if done.returncode:
        raise NixUnavailableError(
            f"{files[0]} cannot be imported into the Nix store: {(done.stderr or done.stdout).strip()}",
            hint="A Python that is linked statically has no loader to be relocated with; use another Python.",
        )
    found = libraries(done.stdout)
    for file in files[1:]:
        found |= libraries(_output(["ldd", str(file)]))
    return found


def _expected_libraries(python: Path) -> dict[str, str]:
    """Where the loader finds each expected library; one that is not on this machine is left out."""
    found: dict[str, str] = {}
    for line in _output(["/sbin/ldconfig", "-p"]).splitlines():
        name, _, path = line.strip().partition(" => ")
        name = name.split(" ")[0]
        if name in _EXPECTED and _kind(Path(path)) == _kind(python):
            found.setdefault(name, path)
    return found


def _kind(file: Path) -> bytes:
    """An ELF file's class and machine: a 64-bit system may have 32-bit libraries too."""
    with file.open("rb") as opened:
        header = opened.read(20)
    return header[4:6] + header[18:20]


def _output(command: list[str]) -> str:
    done = _run(command)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise NixUnavailableError(f"`{' '.join(command)[:200]}` failed, so Python cannot be imported: {said}")
    return done.stdout


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NixUnavailableError(
            f"{command[0]} cannot be run, so Python cannot be imported: {error.strerror}",
            hint="Provider host needs ldd and ldconfig, as Linux distributions with glibc have them.",
        ) from error


def base_of(
    python: HostPython,
    wheels: Sequence[Path],
    packages: Sequence[Path],
    toolchain: Sequence[Path],
    infrastructure: Sequence[Path],
) -> dict[str, Any]:
    """What ``nix/host`` reads: the interpreter, a variant's wheels, packages from outside, and what builds work with.

    ``wheels`` are the build requirements, ``packages`` what members may depend on, ``toolchain`` what a person works
    with.
    """
    return {
        "python": asdict(python),
        "wheels": [_wheel(path) for path in wheels],
        "toolchain": [_wheel(path) for path in toolchain],
        "packages": list(_packages(packages, python.version)),
        "infrastructure": {
            {"pyproject-hooks": "hooks"}.get(item["name"], item["name"]): item for item in map(_wheel, infrastructure)
        },
    }


def _packages(wheels: Sequence[Path], python_version: str) -> Iterator[dict[str, Any]]:
    """Wheels by their attribute in the package set, each with the attributes of what it requires.

    The oldest version of a project has the project's name; a newer one has its major version behind it, as nixpkgs
    names those it keeps beside its own.
    """
    versions: defaultdict[str, list[tuple[Version, Path]]] = defaultdict(list)
    for path in wheels:
        project, version, _, _ = parse_wheel_filename(path.name)
        versions[project].append((version, path))
    for name, found in sorted(versions.items()):
        for position, (version, path) in enumerate(sorted(found)):
            attribute = name if position == 0 else f"{name}_{version.major}"
            yield {**_wheel(path), "attribute": attribute, "requires": sorted(requires(path, python_version))}


def requires(wheel: Path, python_version: str) -> set[str]:
    """The normalised names of what a wheel requires on a Python of that version on this system, extras left out."""
    with zipfile.ZipFile(wheel) as archive:
        inside = next(path for path in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", path))
        metadata, _ = parse_email(archive.read(inside))
    environment = {
        "extra": "",
        "python_full_version": python_version,
        "python_version": ".".join(python_version.split(".")[:2]),
    }
    wanted = map(Requirement, metadata.get("requires_dist", ()))
    return {canonicalize_name(item.name) for item in wanted if item.marker is None or item.marker.evaluate(environment)}


def _wheel(path: Path) -> dict[str, str]:
    name, version, _, _ = parse_wheel_filename(path.name)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": str(name), "version": str(version), "file": path.name, "path": str(path), "sha256": digest}


def write_json(value: dict[str, Any], folder: Path, name: str) -> Path:
    """Put a value into a file that keeps its name as long as it keeps its content."""
    text = json.dumps(value, indent=1, sort_keys=True)
    path = folder / f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:12]}.json"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    return path
