"""harness.records.reuse: which findings of an earlier run still hold, and why others do not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.plan.cells import Selection, make_plan
from harness.records.facts import FindingFacts, Lane, VariantFacts
from harness.records.format import Finding, RunInfo
from harness.records.reuse import take_over
from tests.made_up import made_up_info

FACTS = FindingFacts(title="t", question="q", experiment="e", group="freshness", lanes=(Lane.LOCAL,))


def made_up(run_id: str, **changes: Any) -> RunInfo:
    """A run of two variants that asks for two findings."""
    plan = make_plan(Selection(strategies={"one": (), "two": ()}, scenarios={}, lanes=frozenset(Lane)))
    variant = VariantFacts(
        title="t", summary="s", manager="m", backend="b", digest="d", tools={}, commands={}, python="3.11.2"
    )
    info = replace(
        made_up_info(plan, run_id),
        variants={"one": variant, "two": variant},
        findings={"stale-value": FACTS, "ships": FACTS},
        tools={"python": "3.11.2", "nix": "2.8.0"},
        experiments_digest="abc",
    )
    return replace(info, **changes)


def finding(variant: str, name: str = "stale-value", value: str = "fresh") -> Finding:
    return Finding(
        run_id="earlier", variant=variant, lane=Lane.LOCAL, finding=name, value=value, evidence="$ x", log_path="logs/x"
    )


NOW = made_up("now")


def test_what_nothing_changed_for_holds_under_the_name_of_the_run_that_found_it() -> None:
    taken = take_over(made_up("earlier"), [finding("one"), finding("two", "ships")], NOW, {"stale-value", "ships"})

    assert [(item.variant, item.finding, item.run_id, item.log_path) for item in taken.findings] == [
        ("one", "stale-value", "earlier", ""),
        ("two", "ships", "earlier", ""),
    ]
    assert taken.left == {}


def test_what_is_not_asked_for_failed_or_is_of_another_variant_is_not_taken() -> None:
    offered = [finding("one", "ships"), finding("one", value="failed"), finding("three")]

    assert take_over(made_up("earlier"), offered, NOW, {"stale-value"}).findings == ()


def test_a_question_that_was_put_in_other_words_is_asked_again() -> None:
    earlier = made_up("earlier", findings={"stale-value": replace(FACTS, experiment="another way")})

    assert take_over(earlier, [finding("one")], NOW, {"stale-value"}).findings == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"experiments_digest": "other"}, "the code of the experiments was other and is abc"),
        ({"experiments_digest": ""}, "the code of the experiments was none and is abc"),
        ({"tools": {"python": "3.11.1", "nix": "2.8.0"}}, "the version of python was 3.11.1 and is 3.11.2"),
        ({"tools": {"python": "3.11.2"}, "nix_unavailable": "no Nix"}, "Nix was no Nix and is 2.8.0"),
        ({"harness_version": "9"}, "the harness was 9 and is 0"),
    ],
)
def test_where_circumstances_differ_nothing_holds_and_the_first_difference_is_named(
    changes: dict[str, Any], why: str
) -> None:
    taken = take_over(made_up("earlier", **changes), [finding("one"), finding("two")], NOW, {"stale-value"})

    assert taken.findings == ()
    assert taken.left == {"one": why, "two": why}


def test_a_variant_that_changed_is_left_and_the_others_are_taken() -> None:
    earlier = made_up("earlier")
    one, two = earlier.variants["one"], earlier.variants["two"]
    offered = [finding("one"), finding("two")]

    edited = take_over(
        replace(earlier, variants={"one": replace(one, digest="x"), "two": two}), offered, NOW, {"stale-value"}
    )
    newer = take_over(
        replace(earlier, variants={"one": replace(one, python="3.12.1"), "two": two}), offered, NOW, {"stale-value"}
    )
    absent = take_over(replace(earlier, variants={"two": two}), offered, NOW, {"stale-value"})

    assert edited.left == {"one": "its files are not what they were"}
    assert newer.left == {"one": "its Python was 3.12.1 and is 3.11.2"}
    assert absent.left == {"one": "it was not in that run"}
    assert [item.variant for taken in (edited, newer, absent) for item in taken.findings] == ["two"] * 3
