"""Nix strategies side by side: figures, verdicts, sentences and closures of a made-up run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.plan.cells import ON_REQUEST
from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX, FINDING, RUN_INFO, SAMPLE
from harness.records.journal import Journal
from harness.records.strategies import DERIVED, HANDWRITTEN, STRATEGIES
from harness.report import words
from harness.report.charts.closures import MOST, draw_closures, folded
from harness.report.charts.drawing import Chart
from harness.report.exports.summary import summary_csv
from harness.report.friction import by_hand
from harness.report.html import inline
from harness.report.model import Report
from harness.report.nix import words as nix_words
from harness.report.nix.closures import shared_part
from harness.report.nix.model import Measure, NixRow, NixStory, PathSize
from harness.report.statistics.compare import Verdict
from harness.report.terminal import summary
from harness.report.writer import read_report
from tests.runs import info_of
from tests.unit.report.made_up_nix import REFUSED, made_up_nix_run
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.pages import faults, page_of

VARIANTS = ("venv", "uv", "hatch")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_nix_run(tmp_path_factory.mktemp("runs"), variants=VARIANTS)


@pytest.fixture(scope="module")
def report(run: Path) -> Report:
    return read_report([run])


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return page_of(report)


def row(story: NixStory, name: str) -> NixRow:
    return next(item for table in story.tables for item in table.rows if item.name == name)


def shown(story: NixStory, name: str) -> dict[str, str]:
    return {strategy.name: nix_words.across(row(story, name), strategy) for strategy in story.strategies}


def test_each_strategy_of_any_variant_is_a_column_and_a_refused_one_says_why(report: Report) -> None:
    (story,) = report.nix
    assert [strategy.name for strategy in story.strategies] == list(STRATEGIES)
    assert [strategy.refused for strategy in story.strategies] == ["", "", REFUSED, REFUSED]
    assert [strategy.variants for strategy in story.strategies][2:] == [VARIANTS, ("uv",)]
    assert shown(story, "nix-build")["uv2nix"] == "unsupported"


def test_a_cell_is_a_figure_or_a_range_and_never_blank(report: Report) -> None:
    (story,) = report.nix
    lines = shown(story, "configuration-lines")
    assert (lines[HANDWRITTEN], lines[DERIVED]) == ("31–33", "4–6")
    assert shown(story, "must-agree-by-hand")[HANDWRITTEN] == "9"
    assert shown(story, "drift")[HANDWRITTEN] == "2 noticed, 1 unnoticed"
    assert shown(story, "drift")[DERIVED] == "2 cannot happen, 1 followed"
    assert shown(story, "carries-build")[DERIVED] == "yes (3)"
    assert shown(story, "cores")[HANDWRITTEN] == "1.50"
    for table in story.tables:
        for each in table.rows:
            assert all(nix_words.across(each, strategy) for strategy in story.strategies)


def test_times_are_held_against_the_same_variant_in_the_same_block(report: Report) -> None:
    (story,) = report.nix
    evaluation = row(story, "nix-eval")
    assert {item.comparison for item in evaluation.figures[HANDWRITTEN]} == {None}
    made = [item.comparison for item in evaluation.figures[DERIVED]]
    assert [item.verdict for item in made if item] == [Verdict.SLOWER] * 3
    assert [item.blocks for item in made if item] == [7] * 3
    assert nix_words.compared(evaluation, DERIVED).endswith(": slower (3)")
    assert nix_words.compared(row(story, "nix-build"), DERIVED).endswith(": tie (3)")


def test_what_is_measured_on_request_is_shown_where_it_was_asked_for_and_always_exported(
    run: Path, tmp_path: Path
) -> None:
    info = info_of(run)
    of_everything = replace(info, plan=replace(info.plan, turns=(("add-library",),)))
    (tmp_path / "run.json").write_bytes(RUN_INFO.dump_json(of_everything))
    (tmp_path / "samples.jsonl").write_bytes((run / "samples.jsonl").read_bytes())
    asked, everything = read_report([run]), read_report([tmp_path])
    for report, shown in ((asked, True), (everything, False)):
        found = {item.name for section in report.sections for item in section.scenarios}
        assert (found & ON_REQUEST) == (ON_REQUEST if shown else set())
        assert all(f",{name}," in summary_csv(report) for name in ON_REQUEST)
    assert 'data-scenario="nix-noop"' not in page_of(everything)


def test_too_few_blocks_decide_nothing(tmp_path: Path) -> None:
    (story,) = read_report([made_up_nix_run(tmp_path, variants=VARIANTS, blocks=2)]).nix
    made = [item.comparison for item in row(story, "nix-eval").figures[DERIVED] if item.comparison]
    assert [item.verdict for item in made] == [Verdict.UNDECIDED] * 3
    assert "Nix eval, derived against written by hand, of 3 variants: undecided for 3." in story.sentences


def test_where_the_reference_differs_from_itself_strategies_are_not_judged(run: Path, tmp_path: Path) -> None:
    noisy = tmp_path / "noisy"
    noisy.mkdir()
    for name in ("run.json", "findings.jsonl"):
        (noisy / name).write_bytes((run / name).read_bytes())
    lines = []
    for line in (run / "samples.jsonl").read_text(encoding="utf-8").splitlines():
        sample = json.loads(line)
        repeated = sample["variant"].endswith(CONTROL_SUFFIX)
        if repeated and (sample["scenario"], sample["strategy"]) == ("nix-eval", HANDWRITTEN):
            sample["wall_s"] *= 2
        lines.append(json.dumps(sample))
    (noisy / "samples.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    (story,) = read_report([noisy]).nix
    verdicts = {item.comparison.verdict for item in row(story, "nix-eval").figures[DERIVED] if item.comparison}
    others = {item.comparison.verdict for item in row(story, "nix-refresh-outside").figures[DERIVED] if item.comparison}
    assert verdicts == {Verdict.UNDECIDED}
    assert others == {Verdict.SLOWER}


def test_sentences_follow_from_the_rows(report: Report) -> None:
    (story,) = report.nix
    assert story.sentences == (
        "Written by hand, a variant's Nix files have 31–33 lines; derived, 4–6.",
        "Written by hand, the Nix files state 9 facts again; derived, 0.",
        "Written by hand, the changes take 0–8 lines of Nix; derived, 0.",
        "Written by hand, 1 of 3 disagreements go unnoticed; derived, 0.",
        "Built again after an edit of the library: written by hand, 3 had to be, 2 needlessly; derived, 5 had to be,"
        " 0 needlessly.",
        "Nix eval, derived against written by hand, of 3 variants: slower for 3.",
        "Nix build, derived against written by hand, of 3 variants: tie for 3.",
        "Nix refresh, derived against written by hand, of 3 variants: tie for 3.",
    )


def test_what_is_built_again_is_split_by_whether_it_had_to_be(report: Report) -> None:
    (story,) = report.nix
    assert shown(story, "rebuilt-library") == {
        HANDWRITTEN: "3 had to be, 2 needlessly", DERIVED: "5 had to be, 0 needlessly",
        "pyproject-nix": "unsupported", "uv2nix": "unsupported",
    }  # fmt: skip
    assert shown(story, "rebuilds-sibling")[DERIVED] == "no (3)"
    assert shown(story, "rebuilt-outside")[DERIVED] == "nothing"
    built = row(story, "nix-refresh-application-derivations_built")
    assert [(item.variant, item.value) for item in built.figures[DERIVED]] == [(name, 2.0) for name in VARIANTS]


def test_a_question_has_a_row_for_each_strategy_with_its_title(report: Report) -> None:
    questions = [item for group in report.questions for item in group.questions if item.name == "drift-extra"]
    assert [(item.strategy, item.where, item.slug) for item in questions] == [
        (HANDWRITTEN, "written by hand", "finding-drift-extra-nix-handwritten"),
        (DERIVED, "derived", "finding-drift-extra-nix-derived"),
    ]
    surprises = {title for item in report.surprises for title, _ in item.places}
    assert "Drift extra (written by hand)" in surprises
    assert "Drift extra (derived)" not in surprises


def test_a_change_has_its_efforts_by_strategy(report: Report) -> None:
    change = report.changes[0]
    made = change.row("hatch")
    assert change.strategies == {HANDWRITTEN: "Written by hand", DERIVED: "Derived"}
    assert made is not None
    assert (by_hand(made.nix[HANDWRITTEN]), by_hand(made.nix[DERIVED])) == (4, 0)


def test_answers_of_a_run_without_strategies_are_those_written_by_hand(run: Path, tmp_path: Path) -> None:
    old = made_up_run(tmp_path, variants=VARIANTS, scenarios=("nix-build",), blocks=1, mishaps=False)
    report = read_report([old, run])
    lines = [item for group in report.questions for item in group.questions if item.name == "configuration-lines"]
    assert [(item.lane, item.strategy) for item in lines] == [(Lane.NIX, HANDWRITTEN), (Lane.NIX, DERIVED)]
    local = [item for group in report.questions for item in group.questions if item.name == "stale-value"]
    assert [(item.lane, item.strategy) for item in local] == [(Lane.LOCAL, None)]
    assert list(report.changes[0].strategies) == [HANDWRITTEN, DERIVED]


def test_an_old_run_has_one_column_and_no_comparison(small: Report) -> None:
    (story,) = small.nix
    assert [strategy.name for strategy in story.strategies] == [HANDWRITTEN]
    assert story.sentences == ()
    assert not [
        figure for table in story.tables for item in table.rows for figure in item.figures[HANDWRITTEN]
        if figure.comparison
    ]  # fmt: skip
    assert row(story, "configuration-lines").known(HANDWRITTEN)


def test_closures_are_split_and_told_once_where_strategies_agree(report: Report) -> None:
    (story,) = report.nix
    runtime, devshell = story.closures
    assert runtime.strategies == ("Written by hand", "Derived")
    assert devshell.strategies == ()
    assert [path.name for path in runtime.shared] == ["python3-3.11.7", "glibc-2.36", "openssl-3.0", "zlib-1.2"]
    assert runtime.added["uv"] == (PathSize(name="hello-of-uv", size=5200),)
    sizes = [path.size for path in devshell.added["hatch"]]
    assert sizes == sorted(sizes, reverse=True)
    assert devshell.added_bytes("hatch") == sum(sizes)


def test_strategies_that_differ_have_lists_of_their_own_and_a_gap_is_named(run: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed"
    changed.mkdir()
    for name in ("run.json", "samples.jsonl"):
        (changed / name).write_bytes((run / name).read_bytes())
    lines = []
    for line in (run / "findings.jsonl").read_bytes().splitlines():
        item = FINDING.validate_json(line)
        if (item.finding, item.strategy, item.variant) == ("closure-runtime", DERIVED, "uv"):
            item = replace(item, value="failed", evidence="It was not built.", sizes={})
        lines.append(FINDING.dump_json(item) + b"\n")
    (changed / "findings.jsonl").write_bytes(b"".join(lines))

    report = read_report([changed])
    titles = [(item.title, item.strategies, dict(item.missing)) for item in report.nix[0].closures]
    assert titles[:2] == [
        ("Closure runtime", ("Written by hand",), {}),
        ("Closure runtime", ("Derived",), {"uv": "failed: It was not built."}),
    ]
    drawn = [chart.name for chart in draw_closures(report)]
    assert len([name for name in drawn if name.startswith("finding-closure-runtime-")]) == 1


def test_nothing_is_shared_where_there_is_one_variant() -> None:
    assert shared_part({"uv": {"python": 3}}) == {}
    assert shared_part({"uv": {"python": 3, "x": 1}, "pdm": {"python": 3, "x": 2}}) == {"python": 3}
    assert shared_part({}) == {}


def test_only_the_smallest_paths_are_drawn_as_one() -> None:
    few = tuple(PathSize(name=str(size), size=size) for size in range(MOST + 1, 0, -1))
    assert folded(few) == few
    many = (PathSize(name="big", size=99), *few)
    assert folded(many)[-1] == PathSize(name="2 smaller paths", size=3)
    assert sum(path.size for path in folded(many)) == sum(path.size for path in many)


def test_sizes_are_rounded_with_the_exact_number_at_hand(report: Report, page: str) -> None:
    question = next(item for group in report.questions for item in group.questions if item.name == "closure-runtime")
    answer = question.answers["uv"]
    assert words.answer(answer) == "56.4 MiB"
    assert words.exact(answer) == f"{int(answer.value):,} bytes"
    assert f'title="{words.exact(answer)}"' in page


def test_the_page_tells_the_whole_story(report: Report, page: str) -> None:
    (story,) = report.nix
    for sentence in story.sentences:
        assert sentence.replace("'", "&#39;") in page
    for table in story.tables:
        for each in table.rows:
            for strategy in story.strategies:
                assert nix_words.across(each, strategy) in page
    assert REFUSED in page
    assert "strategy uv2nix" not in page
    assert list(faults(page)) == []


def test_the_terminal_sets_strategies_side_by_side_at_80_columns(report: Report, tmp_path: Path) -> None:
    with (tmp_path / "out").open("w", encoding="utf-8") as file:
        console = Console(width=80, record=True, file=file)
        console.print(summary(report))
        text = console.export_text()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert re.search(r"all variants +Written by hand +Derived\n", text)
    assert "uv2nix" not in text


def test_figures_of_another_provider_stand_in_a_story_of_their_own(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    info = info_of(run)
    cells = tuple(replace(cell, provider="nixpkgs") for cell in info.plan.cells)
    plan = replace(info.plan, cells=cells, provider="nixpkgs")
    (other / "run.json").write_bytes(RUN_INFO.dump_json(replace(info, run_id="other", plan=plan)))
    text = (run / "samples.jsonl").read_text(encoding="utf-8")
    text = text.replace('"provider":"host"', '"provider":"nixpkgs"').replace(
        '"run_id":"made-up-nix"', '"run_id":"other"'
    )
    (other / "samples.jsonl").write_text(text, encoding="utf-8")

    report = read_report([run, other])
    stories = report.nix
    assert [story.provider for story in stories] == ["host", "nixpkgs"]
    assert [bool(story.closures) for story in stories] == [False, True]
    assert all(section.lane is Lane.NIX for section in report.sections)


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [("1", "1", "1"), ("1", "3", "1–3"), ("2.00 s", "3.00 s", "2.00–3.00 s"), ("900 ms", "1.20 s", "900 ms–1.20 s"),
     ("0.98×", "1.02×", "0.98–1.02×")],
)  # fmt: skip
def test_a_range_says_its_unit_once(low: str, high: str, told: str) -> None:
    assert words.between(low, high) == told


def test_a_size_has_its_bytes_and_a_count_has_none(report: Report) -> None:
    (story,) = report.nix
    weighed, counted = row(story, "closure-runtime"), row(story, "configuration-lines")
    assert nix_words.exact(weighed.measure, weighed.figures[DERIVED][0]).endswith(" bytes")
    assert nix_words.exact(counted.measure, counted.figures[DERIVED][0]) == ""
    assert nix_words.value(Measure.SECONDS, None) == words.NONE


def test_a_picture_on_the_page_is_lean_and_says_the_same() -> None:
    text = '<text opacity="1" x="1.23456" font-family="x">opacity="1" 1.23456</text>'
    drawn = f'<svg role="graphics"><path class="foreground" d="" display="none"/>{text}</svg>'
    chart = Chart(name="a", slug="s", title="t", label='say "so"', caption="c", svg=drawn)
    assert str(inline(chart)) == (
        '<svg role="img" aria-label="say &#34;so&#34;"><text x="1.23">opacity="1" 1.23456</text></svg>'
    )


def test_a_variant_that_is_not_described_to_nix_is_no_strategy(tmp_path: Path) -> None:
    folder = made_up_nix_run(tmp_path, variants=("venv", "uv"), blocks=2)
    info = info_of(folder)
    first = SAMPLE.validate_json((folder / "samples.jsonl").read_bytes().splitlines()[0])
    bare = replace(
        first,
        variant="bare",
        scenario="nix-build",
        strategy=None,
        outcome=Outcome.UNSUPPORTED,
        reason="Nothing describes it to Nix.",
        wall_s=None,
    )
    journal = Journal(folder, info)
    journal.write_info(replace(info, plan=replace(info.plan, cells=(*info.plan.cells, bare.cell))))
    journal.add_sample(bare)

    report = read_report([folder])

    (story,) = report.nix
    assert [strategy.name for strategy in story.strategies] == list(STRATEGIES)
    assert [item.reason for item in report.unsupported if item.cell.startswith("bare")] == [bare.reason]
