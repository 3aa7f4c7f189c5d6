"""Why Nix builds something again, and whether it had to: pure, from how things are built before and after an edit.

What is built again was *needed* if its content became another, the hashes in store paths aside; or, for an environment,
if a member that it links to was. All else is built again only because the path of something it takes is another: what
is propagated is an input, and a path that is an input is part of the hash.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from harness.nix.contents import nameless
from harness.nix.values import Derivation, name_of

_STORE_PATH = re.compile(r"/nix/store/[0-9a-z]{32}-[0-9A-Za-z+._?=-]+")


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """Something that has to be built although it was built before; ``reasons`` are what differs in how it is built."""

    attribute: str
    reasons: tuple[str, ...]


def labelled(graph: Mapping[str, Derivation], attributes: Mapping[str, str]) -> dict[str, Derivation]:
    """Everything in a graph by what it is called from one edit to the next, attributes first.

    That is its attribute, if ``attributes`` maps one to it; else its name, or where several have one name, its path.
    """
    others = {path: derivation for path, derivation in graph.items() if path not in attributes.values()}
    names = Counter(derivation.name for derivation in others.values())
    called = {(item.name if names[item.name] == 1 else path): item for path, item in others.items()}
    return {**{attribute: graph[path] for attribute, path in attributes.items()}, **dict(sorted(called.items()))}


def rebuilt(
    before: Mapping[str, Derivation], after: Mapping[str, Derivation], missing: Collection[str]
) -> tuple[Rebuilt, ...]:
    """What has an output that is ``missing``, and why: what differs between its derivations.

    ``before`` and ``after`` have the same thing under the same label.
    """
    known = {derivation.path: label for graph in (before, after) for label, derivation in graph.items()}
    places = {
        path: f"{label} {output}"
        for graph in (before, after)
        for label, derivation in graph.items()
        for output, path in derivation.outputs.items()
    }
    return tuple(
        Rebuilt(
            attribute=label,
            reasons=tuple(_reasons(before[label], derivation, known, places)) if label in before else ("it is new",),
        )
        for label, derivation in after.items()
        if set(derivation.outputs.values()) & set(missing)
    )


def _reasons(old: Derivation, new: Derivation, known: Mapping[str, str], places: Mapping[str, str]) -> Iterator[str]:
    """What differs, first its own source, then what it takes from others, then its settings."""
    if old.sources != new.sources:
        yield f"its source is another: {_names(old.sources ^ new.sources)}"
    others = old.inputs.keys() ^ new.inputs.keys()
    for name in sorted({known.get(path, name_of(path).removesuffix(".drv")) for path in others}):
        yield f"its input {name} is another"
    # Paths in settings differ with the inputs they belong to, which were named already.
    keys = sorted(old.settings.keys() | new.settings.keys())
    plain = [key for key in keys if _told(old, key, places) != _told(new, key, places)]
    if plain:
        yield f"its settings are others: {', '.join(plain)}"


def _names(paths: Iterable[str]) -> str:
    return ", ".join(sorted({name_of(path) for path in paths}))


def _told(derivation: Derivation, key: str, places: Mapping[str, str]) -> bytes | None:
    """A setting, with what was built called by its label and all else without its hash."""
    value = derivation.settings.get(key)
    if value is None:
        return None
    return nameless(_STORE_PATH.sub(lambda found: places.get(found[0], found[0]), value).encode())


def needed(changed: Mapping[str, bool], links: Mapping[str, Collection[str]]) -> dict[str, bool]:
    """Whether each thing had to be built again; ``changed`` says whose content became another.

    ``links`` maps an environment to the members it links to: it had to be if one of these became another.
    """
    return {
        name: any(changed.get(member, False) for member in links[name]) if name in links else own
        for name, own in changed.items()
    }
