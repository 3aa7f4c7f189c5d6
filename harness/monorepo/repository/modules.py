"""How many modules a project has: the Python files of its packages, tests apart; pure."""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

_TEST = re.compile(r"test_.*\.py|.*_test\.py|tests?\.py|conftest\.py")
_TEST_FOLDERS = frozenset({"test", "tests"})

#: Folders beside the packages of a flat layout that hold no package, even with an __init__.py.
_BESIDE = _TEST_FOLDERS | {"docs", "doc", "examples", "example", "scripts", "benchmarks", "tools", "build", "dist"}


def count(name: str, folder: str, packages: Sequence[str], python: Sequence[str], others: Iterable[str]) -> int:
    """How many modules the project ``name`` in ``folder`` has.

    ``packages`` are the places where it says its code is, from its folder; ``python`` all Python files of the
    repository, sorted; ``others`` the folders of other projects, whose files are not its own.
    """
    stated = [_joined(folder, package) for package in packages]
    found = {file for place in stated for file in _below(python, place)}
    if not found:
        found = set(_guessed(name, folder, python))
    prefix = f"{folder}/" if folder else ""
    nested = tuple(f"{other}/" for other in others if other != folder and other.startswith(prefix))
    own = [file for file in found if not file.startswith(nested)]
    # A package that helps others to test may itself be called so: then nothing of it is left out.
    return sum(not _is_test(file, folder) for file in own) or len(own)


def below(roots: Mapping[str, str], package: str) -> str:
    """The folder of a package, where ``roots`` says for some in which folder they lie."""
    parts = package.split(".")
    for length in range(len(parts), -1, -1):
        if root := roots.get(".".join(parts[:length])):
            return "/".join((root, *parts[length:]))
    return "/".join(parts)


def by_pattern(roots: Sequence[str], include: Sequence[str]) -> list[str]:
    """Where packages lie that a backend finds: below ``roots``, by dotted patterns if there are any."""
    places = [pattern.replace(".", "/") for pattern in include if pattern.strip("*")]
    return [f"{root}/{place}" for root in roots for place in places] if roots and places else [*(roots or places)]


def _guessed(name: str, folder: str, python: Sequence[str]) -> Iterable[str]:
    """Where nothing is stated: ``src``; else what is named as the project; else the packages beside its file."""
    if found := _below(python, _joined(folder, "src")):
        return found
    module = name.replace("-", "_")
    nested = name.replace("-", "/")
    while f"{_joined(folder, posixpath.dirname(nested))}/__init__.py" in python and "/" in nested:
        # What lies in a package with an __init__.py is a part of that: it is no namespace.
        nested = posixpath.dirname(nested)
    for place in (module, f"{module}.py", nested):
        if found := _below(python, _joined(folder, place)):
            return found
    packages = {
        file.rpartition("/")[0]
        for file in _below(python, folder)
        if file.endswith("/__init__.py") and file.rpartition("/")[0].rpartition("/")[0] == folder
    }
    own = [package for package in packages if package.rpartition("/")[2] not in _BESIDE]
    return [file for package in own for file in _below(python, package)]


def _below(python: Sequence[str], place: str) -> list[str]:
    """The files below a folder, or the file itself."""
    if not place:
        return list(python)
    if "*" in place:
        prefix = place.partition("*")[0]
        return list(python[bisect_left(python, prefix) : bisect_left(python, f"{prefix}\U0010ffff")])
    start = bisect_left(python, place)
    if python[start : start + 1] == [place]:
        return [place]
    start = bisect_left(python, f"{place}/")
    end = bisect_left(python, f"{place}0")  # 0 is the sign after /
    return list(python[start:end])


def _joined(folder: str, place: str) -> str:
    path = posixpath.normpath(posixpath.join(folder, place))
    return "" if path == "." else path


def _is_test(file: str, folder: str) -> bool:
    *folders, last = file[len(folder) :].strip("/").split("/")
    return bool(_TEST_FOLDERS.intersection(folders)) or _TEST.fullmatch(last) is not None
