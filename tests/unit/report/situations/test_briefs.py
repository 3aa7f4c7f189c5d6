"""The questions in short: each sentence follows from the figures beside it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.records.facts import Lane
from harness.report.model import Report
from harness.report.overview.model import Measure
from harness.report.situations.briefs import briefs, tally
from harness.report.statistics.noise import Noise, NoiseKind
from tests.unit.report.made_up_overview import answered, counted, overview, timed


@pytest.fixture(name="report")
def _report(small: Report) -> Report:
    return small


def said(report: Report, slug: str, *measures: Measure) -> list[str]:
    shown = replace(report, overview=overview(*measures)) if measures else report
    return [
        "".join(phrase.text for phrase in sentence)
        for brief in briefs(shown)
        if brief.slug == f"brief-{slug}"
        for sentence in brief.sentences
    ]


def test_who_shows_an_edit_is_said_together_where_the_answers_agree(report: Report) -> None:
    fresh = {"a": "good", "b": "bad", "c": "good"}
    value, module = answered("stale-value", fresh), answered("stale-module", fresh)
    value, module = replace(value, title="After: value"), replace(module, title="After: module")
    refresh = timed("refresh", {"a": 0.5, "b": 2.0, "c": 1.0})
    assert said(report, "edit", value, module, refresh) == [
        "After (value and module): good with a and c; bad with b.",
        "refresh: from 500 ms with a to 2.00 s with b.",
    ]
    other = replace(answered("stale-module", {**fresh, "c": "bad"}), title="After: module")
    assert said(report, "edit", value, other) == [
        "After: value: good with a and c; bad with b.",
        "After: module: good with a; bad with b and c.",
    ]


def test_who_costs_the_most_shares_the_place_with_all_that_cost_as_much(report: Report) -> None:
    lines = counted("add-library.by-hand", {"a": 2, "b": 17, "c": 17})
    assert said(report, "member", lines) == ["add-library.by-hand: most with b and c (17), least with a (2)."]
    assert said(report, "member", counted("add-library.by-hand", {"a": 3, "b": 3})) == [
        "add-library.by-hand: 3 with each."
    ]


def test_what_nix_costs_stands_beside_what_is_needed_without_it(report: Report) -> None:
    measures = (
        counted("configuration-lines", {"a": 29, "b": 34}),
        replace(counted("configuration-lines", {"a": 86, "b": 86}, lane=Lane.NIX), where="written by hand"),
        replace(counted("configuration-lines", {"a": 5, "b": 5}, lane=Lane.NIX), where="derived"),
    )
    assert said(report, "nix", *measures) == [
        "configuration-lines: 86 written by hand, 5 derived, besides 29–34 without Nix."
    ]


def test_a_question_without_an_answer_is_left_out(report: Report) -> None:
    assert said(report, "nix", counted("configuration-lines", {"a": 29})) == []
    assert [brief.slug for brief in briefs(replace(report, samples=0, overview=overview(counted("x", {"a": 1}))))] == []


def test_how_sure_it_is_counts_verdicts_and_what_speaks_against_the_machine(report: Report) -> None:
    text = " ".join(said(report, "sure"))
    assert tally(report) in text
    noise = (
        Noise(kind=NoiseKind.CONTROL, cell="x", sentence=""),
        Noise(kind=NoiseKind.SPREAD, cell="y", sentence=""),
    )
    noisy = " ".join(said(replace(report, noise=noise), "sure"))
    assert "differed from itself in 1 of" in noisy
    assert "1 remark on noise" in noisy


def test_each_sentence_leads_to_its_proof(report: Report) -> None:
    found = [sentence for brief in briefs(report) for sentence in brief.sentences if brief.slug != "brief-sure"]
    assert found
    assert all(any(phrase.anchor for phrase in sentence) for sentence in found)
