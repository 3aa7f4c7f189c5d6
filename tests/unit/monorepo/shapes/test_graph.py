"""harness.monorepo.shapes.graph: order, levels and cycles of any graph."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.monorepo.shapes import graph

_NAMES = st.sampled_from("abcdef")
_GRAPHS = st.dictionaries(_NAMES, st.lists(_NAMES, max_size=4))


def test_order_levels_and_fans_of_a_diamond() -> None:
    diamond = {"app": ["left", "right"], "left": ["base"], "right": ["base"], "base": [], "alone": ["elsewhere"]}

    assert graph.ordered(diamond) == ("base", "left", "right", "app", "alone")
    assert graph.levels(diamond) == {"base": 0, "left": 1, "right": 1, "app": 2, "alone": 0}
    assert graph.depth(diamond) == 2
    assert graph.fan_in(diamond) == {"app": 0, "left": 1, "right": 1, "base": 2, "alone": 0}
    assert graph.fan_out(diamond) == {"app": 2, "left": 1, "right": 1, "base": 0, "alone": 0}
    assert graph.cycles(diamond) == ()
    assert graph.depth({}) == 0


def test_what_is_in_order_stays_as_it_is() -> None:
    assert graph.ordered({"b": [], "a": [], "c": ["a", "b"]}) == ("b", "a", "c")


@pytest.mark.parametrize(
    ("needs", "path"),
    [
        ({"a": ["a"]}, "a -> a"),
        ({"b": ["a"], "a": ["b"]}, "a -> b -> a"),
        ({"x": ["c"], "c": ["b"], "b": ["a"], "a": ["c"]}, "a -> c -> b -> a"),
    ],
)
def test_a_cycle_is_a_path_that_begins_with_its_first_name(needs: dict[str, list[str]], path: str) -> None:
    assert [graph.as_path(cycle) for cycle in graph.cycles(needs)] == [path]
    with pytest.raises(ValueError, match=path):
        graph.ordered(needs)


def test_a_chain_may_be_longer_than_python_recurses() -> None:
    chain = {str(number): [str(number + 1)] for number in range(20_000)}

    assert graph.depth(chain) == 19_999
    assert graph.cycles({**chain, "20000": ["0"]})[0][:2] == ("0", "1")


@given(_GRAPHS)
def test_a_graph_has_an_order_or_a_cycle_that_is_one(needs: dict[str, list[str]]) -> None:
    cycles = graph.cycles(needs)
    for cycle in cycles:
        assert cycle[0] == cycle[-1] == min(cycle)
        assert all(after in needs[before] for before, after in pairwise(cycle))
    if cycles:
        with pytest.raises(ValueError, match="a cycle"):
            graph.ordered(needs)
        return
    order = graph.ordered(needs)
    assert sorted(order) == sorted(needs)
    for name, wanted in needs.items():
        assert all(order.index(need) < order.index(name) for need in wanted if need in needs)
    assert sum(graph.fan_in(needs).values()) == sum(graph.fan_out(needs).values())
