"""Times of ``lock`` are held against each other within a kind of lock alone."""

from pathlib import Path

from pydantic_core import to_json

from harness.records.facts import Lane
from harness.records.format import Finding
from harness.report.model import ScenarioView
from harness.report.statistics.compare import Verdict
from harness.report.view.figures import row_figure
from tests.unit.report.made_up_run import made_up_run
from tests.unit.report.reading import report_of

_KINDS = {"venv": "one", "pdm": "all", "poetry": "one"}


def measured(run: Path, scenario: str) -> ScenarioView:
    view = report_of(run).sections[0].scenario(scenario)
    assert view is not None
    return view


def verdicts(view: ScenarioView) -> dict[str, Verdict]:
    return {row.variant: row.comparison.verdict for row in view.rows if row.comparison is not None}


def test_locks_that_cover_different_things_are_not_ranked(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("lock", "noop"), mishaps=False, noise=0.01)
    before = measured(run, "lock")
    assert set(verdicts(before).values()) <= {Verdict.FASTER, Verdict.SLOWER}
    assert before.groups
    with (run / "findings.jsonl").open("a", encoding="utf-8") as file:
        for variant, value in _KINDS.items():
            item = Finding(
                run_id=run.name, variant=variant, lane=Lane.LOCAL, finding="lock-covers", value=value, evidence="So."
            )
            file.write(to_json(item).decode() + "\n")

    view = measured(run, "lock")

    other, same = view.row("pdm"), view.row("poetry")
    assert other is not None
    assert same is not None
    assert other.comparison is not None
    assert other.comparison.verdict is Verdict.UNDECIDED
    assert other.comparison.reason == "Not the same work: its lock covers all, and the reference's covers one."
    assert verdicts(view)["poetry"] is verdicts(before)["poetry"]
    assert row_figure(same, 60.0).meaning.startswith("Lock covers: one. ")
    assert not view.groups
    assert measured(run, "noop").groups
