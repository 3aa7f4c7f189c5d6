"""Which variants fit: the rules held against overviews made by hand, and the rules themselves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.findings import all_findings
from harness.records.facts import Lane
from harness.report import words
from harness.report.overview.model import Measure, Overview
from harness.report.situations import words as situation_words
from harness.report.situations.model import Fit, SituationView
from harness.report.situations.rules import SITUATIONS, Situation, rules_table
from harness.report.situations.view import build_situations
from harness.scenarios import all_scenarios
from tests.places import CHECKOUT
from tests.unit.report.made_up_overview import answered, counted, overview, section, timed

RULE = Situation(
    slug="made-up",
    title="Made up",
    what="",
    lane=Lane.LOCAL,
    works=("build",),
    must=("leaks",),
    mind=("clean",),
    weighs=("build", "size"),
)
ORDER = (Fit.FITS, Fit.CARE, Fit.UNKNOWN, Fit.UNFIT)


def situation(*measures: Measure, rule: Situation = RULE, groups: tuple[tuple[str, ...], ...] = ()) -> SituationView:
    (found,) = build_situations(overview(*measures), [section({"build": groups})], [rule])
    return found


def fits(found: SituationView) -> dict[str, Fit]:
    return {place.variant: place.fit for place in found.places}


def test_a_hazard_excludes_or_asks_for_care_as_the_rule_says() -> None:
    found = situation(
        timed("build", {"a": 1.0, "b": 1.0, "c": 1.0, "d": 1.0}),
        answered("leaks", {"a": "good", "b": "bad", "c": "good", "d": "care"}),
        answered("clean", {"a": "good", "b": "good", "c": "bad", "d": "good"}),
    )
    assert fits(found) == {"a": Fit.FITS, "b": Fit.UNFIT, "c": Fit.CARE, "d": Fit.FITS}
    assert [(reason.title, reason.meaning, reason.anchor) for reason in found.of(Fit.UNFIT)[0].reasons] == [
        ("leaks", "It is bad.", "finding-leaks-b")
    ]


def test_one_failed_sample_excludes_and_so_does_what_is_unsupported() -> None:
    good = dict.fromkeys("abcd", "good")
    found = situation(
        timed("build", {"a": 1.0, "b": 1.0, "c": "failed", "d": "unsupported"}, failures={"b": 1}),
        answered("leaks", good),
        answered("clean", good),
    )
    assert fits(found) == {"a": Fit.FITS, "b": Fit.UNFIT, "c": Fit.UNFIT, "d": Fit.UNFIT}
    assert [place.reasons[0].word for place in found.of(Fit.UNFIT)] == ["failed 1×", "failed", "unsupported"]


def test_what_was_not_established_is_not_known_and_never_a_fit() -> None:
    found = situation(timed("build", {"a": 1.0, "b": 1.0}), answered("leaks", {"a": "failed", "b": "bad"}))
    assert fits(found) == {"a": Fit.UNKNOWN, "b": Fit.UNFIT}
    assert found.open == ("Not established in this run: clean.",)


def test_a_situation_that_nothing_is_known_of_is_named_and_no_more() -> None:
    known = situation(timed("build", {"a": 1.0, "b": 1.0}), answered("leaks", {"a": "failed", "b": "bad"}))
    unknown = situation(timed("build", {"a": 1.0, "b": 1.0}))

    assert (known.known, unknown.known) == (True, False)
    assert situation_words.untold([known]) == ""
    assert situation_words.untold([known, unknown]).startswith("Of these this run says nothing, as what")
    assert situation_words.untold([unknown]) == (
        "Of any of these situations this run says nothing, as what their rules rest on was not measured: Made up."
    )


def test_a_hazard_of_one_strategy_alone_is_said_and_not_held_against_the_variant() -> None:
    rule = Situation(
        slug="nix", title="", what="", lane=Lane.NIX, works=(), must=("drift",), mind=("leaks",), weighs=()
    )
    measures = [
        answered("drift", {"a": "bad"}, lane=Lane.NIX, where="written by hand"),
        answered("drift", {"a": "good"}, lane=Lane.NIX, where="derived"),
        answered("leaks", {"a": "bad"}, lane=Lane.NIX, where="written by hand"),
        answered("leaks", {"a": "bad"}, lane=Lane.NIX, where="derived"),
    ]
    (found,) = build_situations(overview(*measures), [], [rule])
    assert fits(found) == {"a": Fit.CARE}
    assert found.open == ("drift: bad, but only written by hand.",)


def test_those_that_fit_are_told_apart_by_groups_of_ties() -> None:
    good = dict.fromkeys("abc", "good")
    measures = (
        timed("build", {"a": 1.0, "b": 2.0, "c": 2.1}),
        answered("leaks", {**good, "a": "bad"}),
        answered("clean", good),
        counted("size", {"a": 1, "b": 100, "c": 102}),
    )
    build, size = situation(*measures, groups=(("a",), ("b", "c"))).weights
    assert (build.ahead, build.decided, build.why) == (("b", "c"), False, "no difference was shown")
    assert (size.ahead, size.decided) == (("b", "c"), False)
    build, _ = situation(*measures, groups=(("a",), ("b",), ("c",))).weights
    assert (build.ahead, build.decided) == (("b",), True)
    build, _ = situation(*measures).weights
    assert (build.ahead, build.decided, build.why) == ((), False, "too few blocks")


def test_nobody_is_ahead_where_the_machine_was_too_noisy() -> None:
    measures = (timed("build", {"a": 1.0, "b": 2.0}), answered("leaks", dict.fromkeys("ab", "good")))
    (found,) = build_situations(overview(*measures), [section({"build": ()}, trusted=False)], [RULE])
    assert found.weights[0].why == "the reference differed from itself here"


def test_a_single_variant_that_fits_is_ahead_of_nobody() -> None:
    measures = (timed("build", {"a": 1.0, "b": 2.0}), answered("leaks", {"a": "good", "b": "bad"}))
    assert situation(*measures, groups=(("a",), ("b",))).weights == ()


def test_rows_with_several_strategies_are_told_once_where_they_agree() -> None:
    rule = Situation(slug="nix", title="", what="", lane=Lane.NIX, works=(), must=(), mind=(), weighs=("lines",))
    one, other = (counted("lines", {"a": 5, "b": high}, lane=Lane.NIX) for high in (86, 80))
    named = [
        Measure(**{**vars(item), "where": where}) for item, where in ((one, "written by hand"), (other, "derived"))
    ]
    (found,) = build_situations(overview(*named), [], [rule])
    assert situation_words.ahead(found.weights) == (("lines", "lines", "a", "5 written by hand, 5 derived"),)


@given(
    st.lists(st.sampled_from(["good", "care", "bad", "unsupported", "failed"]), min_size=2, max_size=2),
    st.integers(0, 2),
    st.sampled_from([0, 1]),
)
def test_a_worse_answer_never_makes_a_better_fit(answers: list[str], failures: int, which: int) -> None:
    def place(words: list[str], failed: int) -> int:
        found = situation(
            timed("build", {"a": 1.0}, failures={"a": failed}),
            answered("leaks", {"a": words[0]}),
            answered("clean", {"a": words[1]}),
        )
        return ORDER.index(fits(found)["a"])

    worse = [*answers]
    worse[which] = "bad"
    better = [*answers]
    better[which] = "good"
    assert place(better, failures) <= place(worse, failures)
    assert place(answers, 0) <= place(answers, failures)


def _known_names() -> set[str]:
    lines_by_hand = {f"{name.partition('.')[0]}.by-hand" for name in all_findings() if name.endswith(".lines-added")}
    return {*all_scenarios(), *all_findings(), *words.SIZES, *lines_by_hand}


@pytest.mark.parametrize("rule", SITUATIONS, ids=lambda rule: rule.slug)
def test_a_rule_names_only_what_there_is(rule: Situation) -> None:
    named = {*rule.works, *rule.must, *rule.mind, *rule.weighs}
    assert named <= _known_names()
    assert not set(rule.must) & set(rule.mind)


def test_the_documentation_shows_the_rules() -> None:
    text = (CHECKOUT / "docs" / "situations.md").read_text(encoding="utf-8")
    assert rules_table() in text


def test_a_run_without_the_lane_of_a_situation_does_not_speak_of_it() -> None:
    assert build_situations(Overview(reference="", variants=(), questions=()), []) == ()
