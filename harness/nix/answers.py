"""What Nix prints as JSON, read: one value for the shapes of all its versions from 2.8 on. Pure.

Up to 2.14 or so ``nix show-derivation`` answers with whole paths and lists of outputs; later ``nix derivation show``
has tables of outputs in their place, and since 2.32 names without the store's folder, below ``derivations``.
``nix path-info`` answered with a list, then with a table by path, then with one below ``info``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from harness.errors import StateError
from harness.nix.values import Derivation, StorePath

_STORE = "/nix/store/"


def derivations(text: str) -> dict[str, Derivation]:
    """The derivations of ``nix derivation show``, by path.

    Raises:
        StateError: the answer has none of the shapes that are known.
    """
    found = _read(text)
    with _known("derivation show", found):
        table = found.get("derivations", found)
        return {_whole(path): _derivation(_whole(path), item) for path, item in table.items()}


def _derivation(path: str, item: Mapping[str, Any]) -> Derivation:
    inputs = item.get("inputs", item)
    wanted = inputs.get("drvs", inputs.get("inputDrvs"))
    sources = inputs.get("srcs", inputs.get("inputSrcs"))
    return Derivation(
        path=path,
        # An output whose path depends on its content has none before it is built.
        outputs={name: _whole(output["path"]) for name, output in item["outputs"].items() if output.get("path")},
        inputs={_whole(needed): _outputs(which) for needed, which in wanted.items()},
        sources=frozenset(map(_whole, sources)),
        settings=_settings(item),
    )


def _settings(item: Mapping[str, Any]) -> dict[str, str]:
    """Variables, and where a derivation hands over structured attributes in one of them, each of these by its name."""
    variables = dict(item["env"])
    structured = item.get("structuredAttrs")
    if "__json" in variables:
        structured = json.loads(variables.pop("__json"))
    plain = {name: value if isinstance(value, str) else json.dumps(value) for name, value in (structured or {}).items()}
    return {**plain, **variables, **({"args": " ".join(item["args"])} if item.get("args") else {})}


def _outputs(which: Any) -> tuple[str, ...]:
    return tuple(which["outputs"] if isinstance(which, Mapping) else which)


def path_infos(text: str) -> dict[str, StorePath]:
    """The paths of ``nix path-info --json``, with their sizes and what they refer to, by path.

    Raises:
        StateError: the answer has none of the shapes that are known, or a path is not in the store.
    """
    found = _read(text)
    with _known("path-info", found):
        table = found.get("info", found) if isinstance(found, Mapping) else {item["path"]: item for item in found}
        return {_whole(path): _store_path(_whole(path), item) for path, item in table.items()}


def _store_path(path: str, item: Mapping[str, Any] | None) -> StorePath:
    if item is None or item.get("valid") is False:
        raise StateError(f"{path} is not in the store")
    return StorePath(path=path, nar_bytes=item["narSize"], references=_others(path, item["references"]))


def _others(path: str, references: Iterable[str]) -> frozenset[str]:
    return frozenset(map(_whole, references)) - {path}


def _whole(path: str) -> str:
    return path if path.startswith("/") else _STORE + path


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateError(f"Nix answered what is no JSON: {text[:200]!r}") from error


class _known:  # noqa: N801 - reads as a statement
    """What is read inside is of a shape that is known, or it is said which answer is not."""

    def __init__(self, what: str, found: Any) -> None:
        self._what = what
        self._found = found

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        """Say what was not understood."""
        if isinstance(error, AttributeError | KeyError | TypeError | ValueError):
            shown = json.dumps(self._found)[:200]
            raise StateError(f"nix {self._what} answered in a shape that is not known: {shown}") from error
