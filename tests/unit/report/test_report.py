"""Tests of the report of unusual runs: hostile text, nothing measured yet, all failed, no reference."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.console import Console

from harness.errors import ResultsError
from harness.records.facts import Lane, Outcome
from harness.records.format import RunStatus
from harness.report import prose, words
from harness.report.model import Report
from harness.report.read.tails import LINES, read_tail
from harness.report.statistics.compare import Verdict
from harness.report.terminal import summary
from harness.report.writer import ReportPaths, read_report, write_report
from tests.runs import change_lines, lines_of, write_lines
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.pages import markdown_of, page_of


def test_the_small_run_is_told_whole(small: Report) -> None:
    assert [section.slug for section in small.sections] == ["local-canonical", "nix-canonical-host-handwritten"]
    assert [section.title for section in small.sections] == [
        "Local lane",
        "Nix lane (provider host, strategy handwritten)",
    ]
    assert {section.variants for section in small.sections} == {("hatch", "uv", "poetry", "venv")}
    assert [scenario.name for section in small.sections for scenario in section.scenarios] == [
        *("lock", "refresh", "build", "deploy", "add-dependency"),
        *("nix-build", "nix-add-dependency"),
    ]
    assert [row.name for section in small.sections for row in section.sizes] == [
        *("sdists_bytes", "wheels_bytes", "deploy_bytes"),
        *("build_closure_bytes", "runtime_closure_bytes"),
    ]
    assert (small.reference, small.blocks, small.samples, small.planned) == ("venv", 6, 160, 210)
    assert small.outcomes == {
        Outcome.OK: 135,
        Outcome.FAILED: 6,
        Outcome.TIMED_OUT: 1,
        Outcome.UNSUPPORTED: 12,
        Outcome.SETUP_FAILED: 6,
    }
    assert (small.notes, small.noise, small.trends, small.scale, small.machines, small.compared) == (
        *((), ()),
        *(None, None, None, None),
    )


def test_each_failure_is_told_once_with_its_blocks_and_the_end_of_its_log(small: Report) -> None:
    assert [(item.cell, item.outcome, item.count, item.blocks) for item in small.failures] == [
        ("hatch · local · refresh", Outcome.FAILED, 6, (1, 2, 3, 4, 5, 6)),
        ("poetry · local · deploy", Outcome.SETUP_FAILED, 6, (1, 2, 3, 4, 5, 6)),
        ("uv · local · build", Outcome.TIMED_OUT, 1, (2,)),
    ]
    assert {item.tail.splitlines()[-1] for item in small.failures} == {"error: it did not work"}
    assert small.hidden_failures == 0
    assert [(item.cell, item.reason) for item in small.unsupported] == [
        ("venv · local · lock", "pip has no lock command that covers editable members.")
    ]


def test_a_scenario_has_a_row_for_each_variant_with_its_verdict_and_its_group(small: Report) -> None:
    build, deploy = (small.sections[0].scenario(name) for name in ("build", "deploy"))
    assert build is not None
    assert deploy is not None
    assert {row.variant: row.comparison and row.comparison.verdict for row in build.rows} == {
        "hatch": Verdict.FASTER,
        "uv": Verdict.UNDECIDED,
        "poetry": Verdict.FASTER,
        "venv": None,
    }
    assert deploy.groups == (("uv",), ("hatch",), ("venv",))
    failed = deploy.row("poetry")
    assert failed is not None
    assert (failed.summary, failed.outcomes) == (None, {Outcome.SETUP_FAILED: 6})


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_run_that_has_just_begun_has_a_report(tmp_path: Path, blocks: int) -> None:
    scenarios = ("install-cold", "refresh", "nix-build")
    run = made_up_run(
        tmp_path / "runs", variants=("hatch", "venv"), scenarios=scenarios, blocks=blocks, status=RunStatus.RUNNING
    )
    paths = write_report([run], tmp_path / "out")
    page = paths.html.read_text(encoding="utf-8")
    assert "is still going on" in page
    assert ("Nothing has been measured yet." in page) is (blocks == 0)
    assert "nan" not in page.lower().replace("nano", "")


def test_a_run_in_which_everything_failed_has_a_report(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", variants=("uv", "venv"), scenarios=("run", "refresh"), blocks=6, mishaps=False)
    change_lines(run, lambda line: line | {"outcome": "failed", "wall_s": None, "reason": "No."})
    page = write_report([run], tmp_path / "out").html.read_text(encoding="utf-8")
    assert "No sample succeeded" in page
    assert "The log cannot be read" in page


def test_without_the_reference_there_are_figures_and_no_verdicts(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", variants=("uv", "pdm"), scenarios=("run",), blocks=6)
    (section,) = read_report([run]).sections
    for row in section.scenarios[0].rows:
        assert row.summary is not None
        assert row.comparison is not None
        assert row.comparison.verdict is Verdict.UNDECIDED
        assert row.comparison.reason == "The reference was not measured here."


def test_the_report_of_a_quiet_run_says_what_is_so(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", scenarios=("install-warm", "nix-build"), blocks=8, mishaps=False)
    report = read_report([run])
    local, nix = report.sections
    assert (local.lane, nix.lane) == (Lane.LOCAL, Lane.NIX)
    install = local.scenario("install-warm")
    assert install is not None
    row = install.row("uv")
    assert row is not None
    assert row.comparison is not None
    assert row.comparison.verdict is Verdict.FASTER
    assert report.outcomes == {Outcome.OK: report.samples}
    assert not any(name.endswith("~aa") for section in report.sections for name in section.variants)


def test_where_the_reference_differs_from_itself_no_verdict_is_given(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", scenarios=("install-warm", "run"), blocks=8, mishaps=False)
    noisy_cell = ("venv~aa", "install-warm")
    change_lines(
        run,
        lambda line: (
            line | {"wall_s": line["wall_s"] * (1.3 if (line["variant"], line["scenario"]) == noisy_cell else 1)}
        ),
    )
    report = read_report([run])
    noisy, quiet = (report.sections[0].scenario(name) for name in ("install-warm", "run"))
    assert noisy is not None
    assert quiet is not None
    assert {row.comparison.verdict for row in noisy.rows if row.comparison} == {Verdict.UNDECIDED}
    assert noisy.groups == ()
    assert {row.comparison.verdict for row in quiet.rows if row.comparison} == {Verdict.SLOWER}
    for text in (page_of(report), markdown_of(report)):
        assert "The machine was too noisy: venv differed from itself in 1 scenario" in text.split("In short")[0]


def test_the_method_names_only_scenarios_in_which_the_reference_was_repeated(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", scenarios=("install-warm", "run"), blocks=1)
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    cells = info["plan"]["cells"]
    info["plan"]["cells"] = [cell for cell in cells if (cell["variant"], cell["scenario"]) != ("venv~aa", "run")]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    assert "In install-warm the reference runs twice in each block" in prose.method(read_report([run]))[-1]
    info["plan"]["cells"] = [cell for cell in cells if cell["variant"] != "venv~aa"]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    assert "noise was not checked with it" in prose.method(read_report([run]))[-1]


def test_what_was_measured_in_one_round_has_a_figure_and_no_verdict(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", scenarios=("tool-install", "run"), blocks=6, mishaps=False)
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    cells = info["plan"]["cells"]
    repeated = {"variant": "venv~aa", "scenario": "tool-install"}
    info["plan"]["cells"] = [cell for cell in cells if not repeated.items() <= cell.items()]
    info["plan"]["only_first"] = ["tool-install"]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")
    lines = lines_of(run)
    kept = [line for line in lines if line["scenario"] == "run" or not (line["block"] or "~aa" in line["variant"])]
    write_lines(run, kept)

    report = read_report([run])
    found = report.sections[0].scenario("tool-install")
    assert found is not None
    for row in found.rows:
        assert row.summary is not None
        assert row.summary.count == 1
        assert row.comparison is None or row.comparison.verdict is Verdict.UNDECIDED
        assert words.ratio_interval(row.comparison) == words.NONE
    assert "tool-install is in the first block alone: one round, so a figure and no verdict." in prose.method(report)[0]
    write_report([run], tmp_path / "out")


def test_figures_of_two_providers_never_stand_together(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "runs", scenarios=("nix-build",), blocks=2)
    lines = lines_of(run)
    with (run / "samples.jsonl").open("a", encoding="utf-8") as file:
        file.writelines(json.dumps({**line, "provider": "nixpkgs"}) + "\n" for line in lines)
    report = read_report([run])
    assert len(report.sections) == 2
    rows = report.overview.named("nix-build", Lane.NIX)
    assert [(row.section, row.where) for row in rows] == [
        (report.sections[0].slug, "host"),
        (report.sections[1].slug, "nixpkgs"),
    ]
    assert "provider nixpkgs" in report.sections[1].title


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(ResultsError, match="cannot be written"):
        write_report([bare(tmp_path)], tmp_path / "out")


def test_writing_again_leaves_nothing_else_behind(tmp_path: Path) -> None:
    run = bare(tmp_path)
    for _ in range(2):
        write_report([run], tmp_path / "out")
    assert files(tmp_path / "out") == FILES
    assert files(tmp_path / "out" / "figures") == []


def test_every_file_of_a_report_is_there_and_named(small_paths: ReportPaths) -> None:
    assert files(small_paths.html.parent) == FILES
    assert files(small_paths.html.parent / "figures") == sorted(path.name for path in small_paths.figures)


FILES = [
    "figures",
    "findings.csv",
    "hyperfine.json",
    "index.html",
    "report.md",
    "samples.parquet",
    "summary.csv",
]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def bare(folder: Path) -> Path:
    """A run of which there is nothing to draw."""
    run = made_up_run(folder / "bare", variants=("uv", "venv"), scenarios=("run",), blocks=0)
    (run / "findings.jsonl").write_text("", encoding="utf-8")
    return run


def test_the_end_of_a_log_is_shown_without_what_is_not_text(tmp_path: Path) -> None:
    lines = "".join(f"{number}\n" for number in range(100))
    (tmp_path / "log").write_bytes(lines.encode() + b"\x1b[31mred\x1b[0m 10%\r 99%\xff\x00\n" + b"x" * 5000)
    tail = read_tail(tmp_path, "log").splitlines()
    assert len(tail) == LINES
    assert tail[-2] == " 99%\N{REPLACEMENT CHARACTER}"
    assert len(tail[-1]) < 500


def test_a_log_outside_the_run_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "run").mkdir()
    assert "secret" not in read_tail(tmp_path / "run", "../secret")
    assert "cannot be read" in read_tail(tmp_path / "run", "gone.log")


def test_the_terminal_shows_all_of_it_at_80_columns(small: Report, tmp_path: Path) -> None:
    console = Console(width=80, record=True, file=(tmp_path / "out").open("w", encoding="utf-8"))
    console.print(summary(small))
    text = console.export_text()
    console.file.close()
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "ties (no difference shown)" in text
    assert "…" not in text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0 ms"), (0.00042, "420 µs"), (0.0432, "43.2 ms"), (1.234, "1.23 s"), (1234.5, "1,234 s"), (None, "–")],
)
def test_seconds_in_words(value: float | None, text: str) -> None:
    assert words.seconds(value) == text
