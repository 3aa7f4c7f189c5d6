"""The overview: every measure in one question, every cell with one grade."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from harness.findings import all_findings
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX
from harness.report.model import Question, Report
from harness.report.overview import tiles
from harness.report.overview.model import AGAINST, IN_FAVOUR, NEITHER, Grade, Kind, Measure, Tile
from harness.report.overview.view import BY_GROUP, BY_NAME, ELSEWHERE, TOPICS, topic_of
from harness.report.writer import read_report
from tests.runs import change_lines
from tests.unit.report.made_up_nix import made_up_nix_run
from tests.unit.report.made_up_overview import answered, counted, overview, timed


@pytest.fixture(name="report")
def _report(small: Report) -> Report:
    return small


def measure(report: Report, name: str, lane: Lane = Lane.LOCAL) -> Measure:
    return report.overview.named(name, lane)[0]


def test_every_finding_of_the_harness_has_a_question_or_is_left_out_by_name() -> None:
    for name, facts in all_findings().items():
        if facts.group == "changes":
            continue
        for lane in facts.lanes:
            topic = topic_of(Question(name=name, lane=lane, facts=facts, answers={}))
            assert topic in TOPICS if facts.group not in ELSEWHERE else topic == ""
        if Lane.LOCAL in facts.lanes and facts.group not in ELSEWHERE:
            assert facts.group in BY_GROUP or name in BY_NAME, f"{name} falls to safety by accident"
    assert set(BY_NAME) <= set(all_findings())
    assert {*BY_GROUP.values(), *BY_NAME.values()} <= set(TOPICS)


def test_a_time_has_the_grade_of_its_verdict_and_leads_to_its_scenario(report: Report) -> None:
    section = report.sections[0]
    for scenario in section.scenarios:
        for found in report.overview.named(scenario.name, Lane.LOCAL):
            for row in scenario.rows:
                cell = found.cells[row.variant]
                assert cell.value == (row.summary.median if row.summary else None)
                assert cell.anchor == f"{section.slug}-{scenario.name}"
                if row.is_reference and row.summary:
                    assert cell.grade is Grade.REFERENCE
                elif row.summary and row.comparison:
                    verdicts = {"faster": "better", "slower": "worse", "tie": "same", "undecided": "undecided"}
                    assert cell.grade.value == verdicts[row.comparison.verdict.value]
                    assert cell.ratio == (row.comparison.ratio and row.comparison.ratio.median)


def test_the_repeated_reference_is_no_variant_and_each_slug_is_its_own(report: Report) -> None:
    assert not any(name.endswith(CONTROL_SUFFIX) for name in report.overview.variants)
    slugs = Counter(item.slug for item in report.overview.measures)
    assert max(slugs.values()) == 1


def test_a_failed_cell_stands_against_its_variant_and_an_unsupported_one_for_nothing(report: Report) -> None:
    cells = [cell for item in report.overview.measures for cell in item.cells.values()]
    assert {cell.word for cell in cells if cell.grade is Grade.FAILED and item_failed(cell)}
    assert all(cell.word in ("unsupported", "not yet measured") for cell in cells if cell.grade is Grade.ABSENT)
    assert all(cell.value is None for cell in cells if cell.grade in (Grade.FAILED, Grade.ABSENT))


def item_failed(cell: Tile) -> bool:
    return cell.failures > 0


def test_counts_are_held_against_the_reference_beyond_the_band_alone(tmp_path: Path) -> None:
    run = made_up_nix_run(tmp_path, variants=("venv", "uv"))
    weighed = {"venv": "1000", "uv": "1020"}
    change_lines(
        run,
        lambda line: line | ({"value": weighed[line["variant"]]} if line["finding"] == "closure-devshell" else {}),
        "findings.jsonl",
    )
    found = measure(read_report([run]), "closure-devshell", Lane.NIX)
    assert (found.kind, found.cells["uv"].grade, found.varies) == (Kind.SIZE, Grade.SAME, False)
    assert found.cells["uv"].ratio == pytest.approx(1.02)


def test_nix_measures_name_their_strategy(tmp_path: Path) -> None:
    found = read_report([made_up_nix_run(tmp_path, variants=("venv", "uv"))]).overview.named("nix-build", Lane.NIX)
    assert [item.where for item in found] == ["written by hand", "derived"]


def test_grades_are_counted_once_each_and_none_is_forgotten() -> None:
    assert not IN_FAVOUR & AGAINST
    assert not (IN_FAVOUR | AGAINST) & NEITHER
    assert {*Grade} - IN_FAVOUR - AGAINST - NEITHER == {Grade.ABSENT}
    found = overview(
        answered("one", {"a": "good", "b": "bad"}),
        answered("two", {"a": "care", "b": "unsupported"}),
        timed("three", {"a": 1.0, "b": "failed"}),
    )
    assert tiles.score(found.questions[0].score("a")) == "▲ 1  = 2  ▼ 0"
    assert tiles.score(found.questions[0].score("b")) == "▲ 0  = 0  ▼ 2"


def test_every_grade_has_a_sign_and_a_meaning_of_its_own() -> None:
    assert len({tiles.sign(grade) for grade in Grade}) == len({tiles.meaning(grade) for grade in Grade}) == len(Grade)
    assert sorted(tiles.rank(grade) for grade in Grade) == list(range(len(Grade)))


def test_what_all_have_alike_is_said_once_but_never_of_times() -> None:
    assert tiles.alike(counted("lines", {"a": 5, "b": 5})) == "5"
    assert tiles.alike(counted("lines", {"a": 5, "b": 6})) == ""
    assert tiles.alike(timed("build", {"a": 1.0, "b": 1.0})) == ""
    assert tiles.alike(answered("leaks", {"a": "good", "b": "good"})) == "good"


def test_a_cell_is_sorted_by_its_figure_and_what_is_missing_comes_last() -> None:
    cells = {**timed("build", {"a": 2.0, "b": 1.0, "c": "failed"}).cells, **timed("x", {"d": "unsupported"}).cells}
    assert sorted(cells, key=lambda name: tiles.sort_value(cells[name]))[:2] == ["b", "a"]
    answers = answered("leaks", {"a": "bad", "b": "good", "c": "care", "d": "unsupported"}).cells
    assert sorted(answers, key=lambda name: tiles.sort_value(answers[name])) == ["b", "c", "a", "d"]


@pytest.mark.parametrize(("ratio", "depth"), [(None, 2), (0.9, 1), (1.2, 1), (0.5, 2), (3.0, 2), (0.1, 3), (40.0, 3)])
def test_a_cell_is_shaded_by_how_far_it_is_from_the_reference(ratio: float | None, depth: int) -> None:
    assert tiles.depth(Tile(grade=Grade.BETTER, value=1.0, ratio=ratio)) == depth
