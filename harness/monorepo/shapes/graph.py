"""What can be said of names that depend on names: their order, their levels, their cycles; pure.

A graph maps each name to those it needs. Names that are needed and not mapped have no part in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def ordered(graph: Graph) -> tuple[str, ...]:
    """Every name after those it needs; as they are given, where that leaves a choice.

    Raises:
        ValueError: names need each other; it names one cycle.
    """
    done: dict[str, None] = {}
    for path, name in _walked(graph):
        if name is not None:
            raise ValueError(f"a cycle: {as_path(_round(path, name))}")
        done.setdefault(path[-1])
    return tuple(done)


def levels(graph: Graph) -> dict[str, int]:
    """How many dependencies the longest chain below each name has: 0 for what needs nothing.

    Raises:
        ValueError: names need each other.
    """
    found: dict[str, int] = {}
    for name in ordered(graph):
        found[name] = max((found[need] + 1 for need in graph[name] if need in graph), default=0)
    return found


def depth(graph: Graph) -> int:
    """How many dependencies the longest chain has.

    Raises:
        ValueError: names need each other.
    """
    return max(levels(graph).values(), default=0)


def fan_out(graph: Graph) -> dict[str, int]:
    """How many names each one needs."""
    return {name: len({need for need in needs if need in graph}) for name, needs in graph.items()}


def fan_in(graph: Graph) -> dict[str, int]:
    """How many names need each one."""
    found = dict.fromkeys(graph, 0)
    for needs in graph.values():
        for need in {need for need in needs if need in graph}:
            found[need] += 1
    return found


def cycles(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Cycles as paths whose last name is the first: one for each dependency that closes one.

    Each begins with the name that comes first in the alphabet. There are none exactly if the graph is acyclic; of those
    that share dependencies, not every one is named, for there can be more than anyone could read.
    """
    found = {_round(path, name) for path, name in _walked(graph) if name is not None}
    return tuple(sorted(found, key=lambda cycle: (len(cycle), cycle)))


def as_path(cycle: Sequence[str]) -> str:
    """A cycle as people write it: ``a -> b -> a``."""
    return " -> ".join(cycle)


def _round(path: Sequence[str], name: str) -> tuple[str, ...]:
    return _turned(path[path.index(name) :])


def _turned(cycle: Sequence[str]) -> tuple[str, ...]:
    first = cycle.index(min(cycle))
    return (*cycle[first:], *cycle[:first], cycle[first])


def _walked(graph: Graph) -> Iterator[tuple[list[str], str | None]]:
    """Go through the graph, into each name once, without recursion: chains may be long.

    Yields the path down to a name, with a name in that path if the last of the path needs it, and with none
    when all that the last of the path needs is behind.
    """
    seen: set[str] = set()
    for start in graph:
        if start in seen:
            continue
        seen.add(start)
        path, ahead = [start], [iter(graph[start])]
        on_path = {start}
        while path:
            need = next(ahead[-1], None)
            if need is None:
                yield path, None
                on_path.remove(path.pop())
                ahead.pop()
            elif need in on_path:
                yield path, need
            elif need in graph and need not in seen:
                seen.add(need)
                on_path.add(need)
                path.append(need)
                ahead.append(iter(graph[need]))
