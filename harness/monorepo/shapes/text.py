"""``--shape`` as text: a name, a rule that makes a layered shape from a seed, or a JSON file.

``apps=A,libs=L,depth=D,seed=S`` always makes the same shape, on every machine and under every Python, by this rule:

1. There are D layers of libraries. Each gets one library; each further library goes into a layer that is drawn. They
   are numbered from the lowest layer up.
2. From the lowest layer up, then for each application: a library needs one that is drawn from the layer just below it,
   an application one from the highest layer; and up to two more, drawn from all layers below its own.
3. A library that nothing needs by then is given to a member of the layer just above it, which is drawn; above the
   highest are the applications.

So the longest chain has D dependencies, no library is needed by nobody, and nothing needs what is above it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from random import Random

from harness.errors import ShapeError, did_you_mean
from harness.monorepo.shapes.checks import MOST_MEMBERS
from harness.monorepo.shapes.file import load_shape
from harness.monorepo.shapes.model import CANONICAL, Kind, Member, Shape

#: How many more a member may need beside the one that its layer asks for.
MOST_FURTHER = 2

_LEAST = {"apps": 1, "libs": 0, "depth": 0, "seed": 0}
_MOST = {"apps": MOST_MEMBERS, "libs": MOST_MEMBERS, "depth": MOST_MEMBERS, "seed": 2**32 - 1}
_RULE = "apps=A,libs=L,depth=D,seed=S"

#: What ``--shape`` takes beside the name of the canonical shape.
SHAPE_FORMS = (_RULE, "FILE.json", "REPOSITORY")


def parse_shape(text: str) -> Shape:
    """The shape that ``text`` stands for: ``canonical``, a rule, or the path of a JSON file.

    Raises:
        ShapeError: it is none of them; it names ``--shape`` and the key.
    """
    if text == CANONICAL.name:
        return CANONICAL
    if text.endswith(".json"):
        return load_shape(Path(text))
    if "=" in text:
        return layered(**_numbers(text))
    raise ShapeError(
        f"--shape: there is no shape named {text!r}.",
        hint=f"{did_you_mean(text, [CANONICAL.name])} Or give {_RULE}, a .json file, or a repository's folder.",
    )


def layered(*, apps: int, libs: int, depth: int | None = None, seed: int = 0) -> Shape:
    """Applications above layers of libraries, drawn by ``seed``; without ``depth`` there are up to three layers.

    Raises:
        ShapeError: the numbers do not go together.
    """
    layers = min(3, libs) if depth is None else depth
    if apps + libs > MOST_MEMBERS:
        raise ShapeError(
            f"--shape: apps and libs: {apps + libs:,} members are too many.", hint=f"Have at most {MOST_MEMBERS:,}."
        )
    if layers > libs or (libs and not layers):
        allowed = f"from 1 to {libs}, the number of libs" if libs else "0, for there are no libs"
        raise ShapeError(
            f"--shape: depth: {layers} layers cannot be made of {libs} libraries.", hint=f"Give {allowed}."
        )
    named = _named(apps, libs, layers, draw := _Draw(seed))
    needs = _needs(named, draw)
    _leave_none_alone(named, needs, draw)
    members = tuple(
        Member(name=name, kind=Kind.LIBRARY if level < layers else Kind.APPLICATION, needs=tuple(sorted(needs[name])))
        for level, names in enumerate(named)
        for name in names
    )
    return Shape(name=f"apps={apps},libs={libs},depth={layers},seed={seed}", members=members)


class _Draw:
    """Draws one of several by the one method whose sequence Python promises for good."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing secret is made of it

    def below(self, count: int) -> int:
        return int(self._random.random() * count)

    def one_of(self, names: list[str]) -> str:
        return names[self.below(len(names))]


def _named(apps: int, libs: int, layers: int, draw: _Draw) -> list[list[str]]:
    """The names in each layer, from the lowest up, the applications last."""
    sizes = [1] * layers
    for _ in range(libs - layers):
        sizes[draw.below(layers)] += 1
    # As many digits as the largest needs: so names sort as numbers do.
    numbers = iter(range(1, libs + 1))
    named = [[f"lib-{next(numbers):0{len(str(libs))}}" for _ in range(size)] for size in sizes]
    return [*named, [f"app-{number:0{len(str(apps))}}" for number in range(1, apps + 1)]]


def _needs(named: list[list[str]], draw: _Draw) -> dict[str, set[str]]:
    needs: dict[str, set[str]] = {name: set() for names in named for name in names}
    below: list[str] = []
    for layer, names in zip([[], *named], named, strict=False):
        below += layer
        for name in names:
            if below:
                needs[name].add(draw.one_of(layer))
                for _ in range(draw.below(MOST_FURTHER + 1)):
                    needs[name].add(draw.one_of(below))
    return needs


def _leave_none_alone(named: list[list[str]], needs: dict[str, set[str]], draw: _Draw) -> None:
    needed = {need for these in needs.values() for need in these}
    for layer, above in pairwise(named):
        for name in layer:
            if name not in needed:
                needs[draw.one_of(above)].add(name)


def _numbers(text: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in text.split(","):
        key, _, value = (piece.strip() for piece in part.partition("="))
        if key not in _LEAST:
            raise ShapeError(f"--shape: there is no key {key!r}.", hint=f"{did_you_mean(key, _LEAST)} As in {_RULE}.")
        if key in found:
            raise ShapeError(f"--shape: {key} is given twice.", hint="Leave one of them out.")
        number = int(value) if re.fullmatch(r"[0-9]{1,10}", value) else -1
        if not _LEAST[key] <= number <= _MOST[key]:
            raise ShapeError(
                f"--shape: {key}: {value!r} is not a whole number from {_LEAST[key]} to {_MOST[key]:,}.",
                hint=f"Write it as {_RULE}.",
            )
        found[key] = number
    for key in ("apps", "libs"):
        if key not in found:
            raise ShapeError(
                f"--shape: {key} is missing.", hint=f"Write it as {_RULE}; depth and seed may be left out."
            )
    return found
