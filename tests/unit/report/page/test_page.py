"""The page, Markdown, terminal and README: all from one view, escaped, complete and short."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.report.page.html import render_proofs
from harness.report.page.markdown import render_markdown
from harness.report.page.readme import reference_view, renewed
from harness.report.page.terminal import summary
from harness.report.view.figures import spelled
from harness.report.view.model import Proof, View
from harness.report.view.parts import Parts
from harness.report.writer import read_reports, write_report
from tests.places import CHECKOUT
from tests.unit.report.made_up_run import FIXTURE, made_up_run
from tests.unit.report.reading import page_of, view_of

HOSTILE = '<script>alert(1)</script>\u2028"|`# [a](b)'
GOLDEN = Path(__file__).with_name("small.md")


def terminal(*runs: Path) -> str:
    reports = read_reports(runs)
    console = Console(width=80)
    with console.capture() as captured:
        console.print(summary(view_of(*runs), Parts(reports)))
    return captured.get()


def test_the_markdown_of_the_small_run_is_what_it_was(small_view: View) -> None:
    assert render_markdown(small_view) == GOLDEN.read_text(encoding="utf-8")


def test_page_and_markdown_say_the_same_picks(small_view: View) -> None:
    page, markdown = page_of(small_view), render_markdown(small_view)
    for pick in small_view.picks:
        assert pick.title in page
        assert pick.title in markdown
        if pick.key is not None:
            assert spelled(pick.key) in page
            assert spelled(pick.key) in markdown


def test_every_link_within_the_page_leads_to_a_place_on_it(small_view: View) -> None:
    page = page_of(small_view)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert {link for link in re.findall(r'href="#([^"]+)"', page) if not link.startswith("proof=")} <= set(ids)
    assert "http://" not in re.sub(r"<svg[^>]*>", "", page)


def test_text_of_a_run_stays_text_everywhere(small_view: View) -> None:
    row = replace(small_view.table.rows[0], variant=HOSTILE, note=HOSTILE)
    pick = replace(small_view.picks[0], price=HOSTILE, winners=(HOSTILE,))
    proof = Proof(anchor=f"x/{HOSTILE}", bundle="x", title=HOSTILE, text=HOSTILE)
    view = replace(
        small_view,
        picks=(pick,),
        alerts=(HOSTILE,),
        proofs=(proof,),
        table=replace(small_view.table, rows=(row,)),
    )
    page, markdown, proofs = page_of(view), render_markdown(view), render_proofs(view)["x.js"]
    assert "<script>alert" not in page
    assert "<script>" not in markdown
    assert "](b)" not in markdown.replace("\\](b", "")
    assert proofs.isascii()
    assert "<" not in proofs


def test_the_terminal_has_the_picks_in_few_lines_of_80_columns(tmp_path: Path) -> None:
    said = terminal(made_up_run(tmp_path, mishaps=False)).splitlines()
    assert max(map(len, said)) <= 80
    start = said.index("The pick for each situation:")
    picks = [line for line in said[start:] if line.startswith(("Wheels", "Through Nix", "The inner loop"))]
    assert len(picks) == 3
    assert "uv" in picks[0]
    assert any("venv" in line and "uv" in line for line in said[:start]), "medians stand above"


def test_the_terminal_says_what_was_found_where_nothing_was_timed(tmp_path: Path) -> None:
    said = terminal(made_up_run(tmp_path, blocks=0))
    assert "Stale value: stale: pdm" in said


def test_all_files_are_written_and_what_an_earlier_report_left_is_gone(tmp_path: Path) -> None:
    for left in ("proofs/gone.js", "figures/gone.svg"):
        path = tmp_path / "out" / left
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old", encoding="utf-8")
    (tmp_path / "out" / "mine.txt").write_text("kept", encoding="utf-8")
    written = write_report([FIXTURE], tmp_path / "out")
    files = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written.page == tmp_path / "out" / "index.html"
    assert files >= {"index.html", "report.md", "summary.csv", "findings.csv", "samples.parquet", "hyperfine.json"}
    assert {"proofs/measures.js", "proofs/of-uv.js", "mine.txt"} <= files
    assert not {"proofs/gone.js", "figures/gone.svg"} & files


def test_readme_is_of_the_runs_that_the_repository_keeps() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    assert renewed(readme, reference_view(CHECKOUT)) == readme, "renew it: python -m harness.report.page.readme"
    assert "made by rule" in readme
    assert len(readme.splitlines()) <= 200


@pytest.mark.parametrize("name", ["index.html", "report.md", "summary.csv", "findings.csv", "figures/bars.svg"])
def test_the_report_that_the_repository_keeps_is_there(name: str) -> None:
    assert (CHECKOUT / "report" / name).stat().st_size > 0
