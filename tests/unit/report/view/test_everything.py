"""A report of runs that have it all: containers, a network, four ways through Nix, scale, backends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.records.facts import Tone
from harness.records.strategies import STRATEGIES
from harness.report.page.markdown import render_markdown
from harness.report.view.figures import NOT_MEASURED
from harness.report.view.model import View
from tests.runs import change_info
from tests.unit.report.made_up_backends import made_up_backends
from tests.unit.report.made_up_run import MORE_SECONDS, made_up_run
from tests.unit.report.made_up_scale import made_up_scale_run
from tests.unit.report.reading import page_of, view_of
from tests.unit.report.view.test_view import answered

NIX = ("nix-build", "nix-refresh", "nix-add-dependency")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> View:
    folder = tmp_path_factory.mktemp("everything")
    canonical = made_up_run(
        folder / "canonical",
        variants=("uv", "pdm", "venv"),
        scenarios=("lock", "install-warm", "run", "refresh", "build", "deploy", *NIX, *MORE_SECONDS),
        strategies=tuple(STRATEGIES),
        blocks=3,
        mishaps=False,
    )
    change_info(canonical, lambda info: replace(info, strategies=dict(STRATEGIES)))
    answered(canonical, "stale-shipment", {"uv": "new", "pdm": "old"}, {"new": Tone.GOOD, "old": Tone.BAD})
    answered(canonical, "offline-install", {"uv": "works"}, {"works": Tone.GOOD, "works-prepared": Tone.FAIR})
    answered(canonical, "lock-covers", {"uv": "all"}, {"all": Tone.GOOD})
    scale = made_up_scale_run(folder / "scale", blocks=1)
    # The law of locking under the name of the scenario that many members rest on.
    for name in ("run.json", "samples.jsonl"):
        path = scale / name
        path.write_text(path.read_text(encoding="utf-8").replace('"lock"', '"install-warm"'), encoding="utf-8")
    return view_of(canonical, scale, made_up_backends(folder / "backends", files=(1,)))


def test_nothing_is_missing_anywhere(everything: View) -> None:
    assert [column.title for column in everything.table.columns if column.missing] == []
    assert [pick.title for pick in everything.picks if not pick.winners] == []
    assert everything.container.missing == ""
    assert [grid.missing for grid in (*everything.nix, *everything.backends, *everything.changes)].count("") > 3
    assert NOT_MEASURED not in render_markdown(everything)


def test_the_primary_measures_are_those_that_only_such_runs_have(everything: View) -> None:
    measures = {pick.slug: pick.measure for pick in everything.picks}
    assert [column.slug for column in everything.container.columns] == ["image", "image-rebuild"]
    assert measures["container"] == "Rebuild an image after an edit"
    assert measures["inner-loop"] == "Edit until both applications show it"
    assert measures["many-members"] == "Warm install, 100 members"


def test_four_strategies_stand_side_by_side(everything: View) -> None:
    by_strategy = next(grid for grid in everything.nix if grid.slug == "nix-strategies")
    assert [row.variant for row in by_strategy.rows] == [facts.title for facts in STRATEGIES.values()]
    assert all(row.cells["nix-refresh"].word for row in by_strategy.rows)
    page = page_of(everything)
    assert all(facts.title in page for facts in STRATEGIES.values())
