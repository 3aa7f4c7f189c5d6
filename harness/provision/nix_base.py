"""What provider ``host`` builds on: this machine's Python as an importable tree, and the wheels of a variant.

Written to files that Nix reads; each is imported into the store by its hash, so that nothing is imported twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.provision.host_python import HostPython


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
