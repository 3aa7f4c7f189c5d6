"""What provider ``host`` builds on: this machine's Python as an importable tree, and the wheels of a variant.

Written to files that Nix reads; each is imported into the store by its hash, so that nothing is imported twice.
"""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from packaging.metadata import parse_email
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from harness.monorepo.variants.lock import Pin
from harness.nix.host.host_python import HostPython


def base_of(
    python: HostPython,
    wheels: Sequence[Path],
    packages: Sequence[Path],
    toolchain: Sequence[Path],
    infrastructure: Sequence[Path],
    *,
    outside: Iterable[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What ``nix/host`` reads: the interpreter, a variant's wheels, packages from outside, and what builds work with.

    ``wheels`` are the build requirements, ``packages`` what members may depend on, ``toolchain`` what a person works
    with, ``outside`` what a shape's members require from outside (:func:`outside_packages`).
    """
    return {
        "python": asdict(python),
        "wheels": [_wheel(path) for path in wheels],
        "toolchain": [_wheel(path) for path in toolchain],
        "packages": [*_packages(packages, python.version), *outside],
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


def attributes_of(pins: Iterable[Pin], build: Iterable[Pin]) -> dict[str, str]:
    """What each project of a lock is called in a package set, where there is one version of each.

    It is the project's name, unless what members are built with has another version under that: then the major version
    stands behind it. No name begins with a digit.
    """
    builds = {pin.name: pin.version for pin in build}
    found = {}
    for pin in pins:
        own = builds.get(pin.name, pin.version) == pin.version
        attribute = pin.name if own else f"{pin.name}_{Version(pin.version).major}"
        found[str(pin.name)] = f"_{attribute}" if attribute[0].isdigit() else attribute
    return found


def outside_packages(
    wheels: Sequence[Path],
    attributes: Mapping[str, str],
    extras: Mapping[str, frozenset[str]],
    python_version: str,
) -> list[dict[str, Any]]:
    """The wheels of a shape's third party by their attributes, each with the attributes of what it requires.

    There is one package of a project: what is asked of its ``extras``, by members or by other packages, counts for all
    who need it. Which extras these are is told too, as a package set says which extras a package of it has.
    """
    paths = {str(parse_wheel_filename(path.name)[0]): path for path in wheels}
    asked = {name: set(extras.get(name, ())) for name in paths}
    before = None
    while before != asked:
        before = {name: set(found) for name, found in asked.items()}
        needs = {name: requirements_of(path, python_version, asked[name]) for name, path in paths.items()}
        for wanted in (requirement for found in needs.values() for requirement in found):
            asked.setdefault(canonicalize_name(wanted.name), set()).update(wanted.extras)
    return [
        {
            **_wheel(paths[name]),
            "attribute": attributes[name],
            "requires": sorted({attributes.get(need, need) for item in found if (need := _name(item)) != name}),
            "extras": sorted(map(canonicalize_name, asked[name])),
        }
        for name, found in sorted(needs.items())
    ]


def _name(requirement: Requirement) -> str:
    return canonicalize_name(requirement.name)


def requires(wheel: Path, python_version: str) -> set[str]:
    """The normalised names of what a wheel requires on a Python of that version on this system, extras left out."""
    return {_name(item) for item in requirements_of(wheel, python_version)}


def requirements_of(wheel: Path, python_version: str, extras: Collection[str] = ()) -> list[Requirement]:
    """What a wheel requires with these extras on a Python of that version on this system."""
    with zipfile.ZipFile(wheel) as archive:
        inside = next(path for path in archive.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", path))
        metadata, _ = parse_email(archive.read(inside))
    environment = {
        "python_full_version": python_version,
        "python_version": ".".join(python_version.split(".")[:2]),
    }
    return [
        item
        for item in map(Requirement, metadata.get("requires_dist", ()))
        if item.marker is None or any(item.marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    ]


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
