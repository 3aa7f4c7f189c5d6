"""The same picture in a fraction of the room: what vega draws as thousands of marks, written down as few paths.

Vega makes an element of every mark, below a tree of groups, each with attributes of its own. Here the groups are
dissolved, marks that look alike become one path, and what labels share is said once. Coordinates are kept to a tenth of
a pixel. Marks are drawn in the order of their layers; panels, which never overlap, share a layer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree as ET

_NAMESPACES = re.compile(r' xmlns(?::\w+)?="[^"]*"')
_SHIFT = re.compile(r"\s*translate\(([^,)]+)(?:,([^)]+))?\)(.*)", re.DOTALL)
_STEP = re.compile(r"([a-df-zA-DF-Z])([^a-df-zA-DF-Z]*)")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
_LAYER = re.compile(r"(?:layer_\d+_)*marks$")

#: What a picture is drawn on, so that it can be read wherever its file is shown; a page has paper of its own.
PAPER = '<rect width="100%" height="100%" fill="#fff"/>'

#: Attributes that say how a mark looks; all others say where it is or what vega calls it.
_LOOKS = (
    "fill",
    "fill-opacity",
    "font-size",
    "font-style",
    "font-weight",
    "opacity",
    "stroke",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-opacity",
    "stroke-width",
    "text-anchor",
)
_GROUP = frozenset({"class", "transform", "fill", "stroke-miterlimit", "role", "pointer-events"})
_IDLE = {"opacity": "1", "stroke-width": "1", "text-anchor": "start", "font-weight": "normal", "font-style": "normal"}

#: How many figures a step has, for each command of a path that vega draws here.
_FIGURES = {"M": 2, "L": 2, "A": 7, "h": 1, "v": 1}

Look = tuple[tuple[str, str], ...]


@dataclass(kw_only=True)
class _Layer:
    """Marks of one kind and layer, by how they look: the data of one path each, and labels."""

    paths: dict[Look, list[str]] = field(default_factory=dict)
    labels: dict[Look, list[tuple[str, str]]] = field(default_factory=dict)


def lean(drawn: str, *, font: str) -> str:
    """A picture as vega draws it in less room; ``font`` is that of all its text.

    Raises:
        ValueError: the picture has something that vega is not known to draw.
    """
    root = ET.fromstring(_NAMESPACES.sub("", drawn))  # noqa: S314 - drawn in this process, not read
    layers: dict[tuple[str, str], _Layer] = {}
    for kind, layer, mark, x, y in _marks(root, "", "", 0.0, 0.0):
        _take(layers.setdefault((kind, layer), _Layer()), mark, x, y)
    body = "".join(_written(kind, layer) for (kind, _), layer in layers.items())
    size = "".join(f' {name}="{root.attrib[name]}"' for name in ("width", "height", "viewBox"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg"{size} font-family="{escape(font)}" fill="none"'
    return f'{head} stroke-miterlimit="10">{PAPER}{body}</svg>\n'


def _marks(
    element: ET.Element, kind: str, layer: str, x: float, y: float
) -> Iterator[tuple[str, str, ET.Element, float, float]]:
    """Every mark that is seen, with its kind and layer, and how far its groups shift it."""
    for child in element:
        if child.tag == "g":
            if odd := [name for name in child.attrib if name not in _GROUP and not name.startswith("aria-")]:
                raise ValueError(f"A group with {', '.join(odd)} is not known.")
            right, down, rest = _shift(child)
            if rest:
                raise ValueError(f"A group that is turned is not known: {rest}.")
            names = child.get("class", "").split()
            own = " ".join(names[:2]) if names and names[0] != "mark-group" else kind
            found = _LAYER.search(names[-1]) if names else None
            yield from _marks(child, own, found[0] if found else layer, x + right, y + down)
        elif child.tag not in ("path", "line", "text"):
            raise ValueError(f"An element {child.tag} is not known.")
        elif _seen(child):
            yield kind, layer, child, x, y


def _seen(mark: ET.Element) -> bool:
    if mark.tag == "text":
        if len(mark):
            raise ValueError("A label of several lines is not known.")
        return bool(mark.text)
    painted = any(mark.get(name, "none") not in ("none", "transparent") for name in ("fill", "stroke"))
    return painted and mark.get("opacity") != "0" and (mark.tag == "line" or bool(mark.get("d")))


def _shift(element: ET.Element) -> tuple[float, float, str]:
    """How far an element is shifted, and what else is done to it."""
    transform = element.get("transform", "")
    found = _SHIFT.fullmatch(transform)
    if found is None:
        return 0.0, 0.0, transform.strip()
    return float(found[1]), float(found[2] or 0), found[3].strip()


def _take(layer: _Layer, mark: ET.Element, x: float, y: float) -> None:
    right, down, rest = _shift(mark)
    x, y = x + right, y + down
    look = tuple(
        (name, mark.attrib[name].removesuffix("px"))
        for name in _LOOKS
        if name in mark.attrib and mark.attrib[name] != _IDLE.get(name)
    )
    if mark.tag == "text":
        at = number(x), number(y)
        where = f'transform="translate({at[0]},{at[1]}) {rest}"' if rest else f'x="{at[0]}" y="{at[1]}"'
        layer.labels.setdefault(look, []).append((where, mark.text or ""))
        return
    if rest:
        raise ValueError(f"A mark that is turned is not known: {rest}.")
    if mark.tag == "line":
        ends = [float(mark.get(name, "0")) for name in ("x1", "y1", "x2", "y2")]
        data = f"M{ends[0]},{ends[1]}L{ends[2]},{ends[3]}"
    else:
        data = mark.attrib["d"]
    layer.paths.setdefault(look, []).append(relative(data, x, y))


def _written(kind: str, layer: _Layer) -> str:
    """A layer; marks keep the name of their kind, by which they can be found."""
    parts = [f'<path{_attributes(dict(look))} d="{"".join(data)}"/>' for look, data in layer.paths.items()]
    for look, labels in layer.labels.items():
        texts = "".join(f"<text {where}>{escape(text)}</text>" for where, text in labels)
        parts.append(f"<g{_attributes(dict(look))}>{texts}</g>")
    body = "".join(parts)
    return f'<g class="{kind}">{body}</g>' if kind.endswith(" role-mark") else body


def _attributes(look: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in look.items())


def relative(data: str, x: float = 0.0, y: float = 0.0) -> str:
    """A path of straight lines and arcs, shifted by so much, with each step from where the last one ended.

    Rounding does not add up, since places are rounded, not steps.

    Raises:
        ValueError: there is another kind of step in it.
    """
    out: list[str] = []
    place, begin = (x, y), (x, y)
    at = (0, 0)
    for command, text in _STEP.findall(data):
        figures = [float(found) for found in _NUMBER.findall(text)]
        if command == "Z":
            out.append("z")
            place, at = begin, _tenths(begin)
            continue
        if command not in _FIGURES:
            raise ValueError(f"A path with {command} is not known.")
        for first in range(0, len(figures), _FIGURES[command]):
            step = figures[first : first + _FIGURES[command]]
            place = _end(command, step, place, x, y)
            to = _tenths(place)
            right, down = to[0] - at[0], to[1] - at[1]
            if command == "M" and not first:
                begin = place
                out.append(f"M{_pair(to[0] / 10, to[1] / 10)}")
            elif command == "A":
                radii = ",".join(map(number, step[:5]))
                out.append(f"a{radii},{_pair(right / 10, down / 10)}")
            else:
                out.append(_line(right / 10, down / 10))
            at = to
    return "".join(out)


def _end(command: str, step: list[float], place: tuple[float, float], x: float, y: float) -> tuple[float, float]:
    """Where a step ends."""
    if command == "h":
        return place[0] + step[0], place[1]
    return (place[0], place[1] + step[0]) if command == "v" else (step[-2] + x, step[-1] + y)


def _line(right: float, down: float) -> str:
    if not down:
        return f"h{number(right)}"
    return f"l{_pair(right, down)}" if right else f"v{number(down)}"


def _pair(first: float, second: float) -> str:
    text = number(second)
    return number(first) + ("" if text.startswith("-") else ",") + text


def _tenths(place: tuple[float, float]) -> tuple[int, int]:
    return round(place[0] * 10), round(place[1] * 10)


def number(value: float) -> str:
    """A length in pixels to a tenth, without what says nothing."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
