"""What a proof on record depends on beside the variant's own files: the code that carried it out, versions, machine."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.checking.record import Circumstances
from harness.facts import tools_here
from harness.host import host_facts
from harness.variants import folder_digest

#: The code that carries steps out and judges them; what it reaches by import belongs to it. What is put in place before
#: (wheels, toolchains) and how things are shown does not: set-up has a step of its own, which is never on record.
ROOTS = ("harness.checking.proving", "harness.lab", "harness.scenarios", "harness.findings")


def circumstances(checkout: Path, folder: Path, nix_version: str) -> Circumstances:
    """Those of a proof that is made now, in ``folder``, with this Nix (empty where there is none)."""
    host = host_facts(folder)
    return Circumstances(
        harness=code_digest(checkout),
        tools=tools_here(nix_version),
        machine=f"{host.system} {host.machine}, {host.libc}",
    )


def code_digest(checkout: Path) -> str:
    """What names exactly the code that carries steps out: a SHA-256 over it, and over what Nix builds with."""
    files = reached(checkout, ROOTS)
    digest = hashlib.sha256()
    for path in sorted({*files.values(), *(checkout / "harness" / "changes").glob("*.txt")}):
        digest.update(f"{path.relative_to(checkout).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    digest.update(folder_digest(checkout / "nix").encode())
    return digest.hexdigest()


def reached(checkout: Path, roots: Iterable[str]) -> dict[str, Path]:
    """The modules of the harness that ``roots`` reach by import, each with its file; of a package all its modules."""
    found: dict[str, Path] = {}
    waiting = [name for root in roots for name in (root, *_modules_of(checkout, root))]
    while waiting:
        name = waiting.pop()
        path = _file_of(checkout, name) if name.partition(".")[0] == "harness" else None
        if path is None or name in found:
            continue
        found[name] = path
        waiting += _imported(path)
        waiting.append(name.rpartition(".")[0])
    return found


def _modules_of(checkout: Path, name: str) -> list[str]:
    folder = checkout.joinpath(*name.split("."))
    return [f"{name}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


def _file_of(checkout: Path, name: str) -> Path | None:
    place = checkout.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    """The names that a module imports, wherever in it; of ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
