"""What is left of a run that is interrupted or killed, and what becomes of it; with variants that are made up."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.findings import experiments
from harness.plan.cells import takes_part
from harness.provision.state_folder import Layout
from harness.records.facts import Outcome
from harness.records.format import RunStatus
from harness.records.reading import read_findings, read_info, read_samples
from harness.report.writer import write_report
from tests.integration.contestants import Contestants, write_contestants
from tests.integration.processes import WITHOUT_REPORTS, command_lines, done, ended, finished, started, until

pytestmark = pytest.mark.integration


@pytest.fixture
def contestants(tmp_path: Path) -> Iterator[Contestants]:
    """One alone."""
    with write_contestants(tmp_path / "contestants", "instant") as written:
        yield written


def words(contestants: Contestants, results: Path, run_id: str, *scenarios: str) -> list[str]:
    """A run that holds nothing but these scenarios."""
    named = [word for name in scenarios for word in ("--scenario", name)]
    return ["run", *contestants.words, *named, "--results", str(results), "--run-id", run_id]


def taken(run: Path) -> int:
    """How many samples a run has so far."""
    samples = run / "samples.jsonl"
    return samples.read_bytes().count(b"\n") if samples.is_file() else 0


#: What begins installed starts an application once or twice: two such are done whole before so many starts are used up.
INSTALLED = ("noop", "run", "refresh")
#: Starts of applications in a checkout: two when it is set up, and then a sample is taken before there are two more.
ONE_SAMPLE = 4


#: As a shell starts what a script puts into the background.
IGNORED = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"


@pytest.mark.parametrize("before", ["", IGNORED])
def test_ctrl_c_leaves_a_readable_run(before: str, contestants: Contestants, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    contestants.hold("run", after=ONE_SAMPLE)
    process = started(*words(contestants, tmp_path, "cut", *INSTALLED), changed=before)
    with ended(process):
        until(lambda: contestants.held("run") and taken(cut), process)
        os.kill(process.pid, signal.SIGINT)
        status, said = finished(process)

    assert status == 130, said
    assert f"interrupted; to go on: python -m harness run --resume cut --results {tmp_path}" in said
    info = read_info(cut)
    assert info.status is RunStatus.INTERRUPTED
    assert 1 <= len(read_samples(cut)) < len(INSTALLED)
    assert (cut / "report" / "index.html").is_file()
    assert json.loads((cut / "run.json").read_text(encoding="utf-8"))["finished_at"]
    assert not Layout.here().scratch("cut").exists()


def test_any_number_of_presses_in_warm_up_is_one_that_is_heard_and_leaves_nothing(
    contestants: Contestants, tmp_path: Path
) -> None:
    contestants.hold("build", after=0)
    process = started(*words(contestants, tmp_path, "cut", "build", "run"), "--blocks", "1")
    with ended(process):
        until(lambda: contestants.held("build"), process)
        while process.poll() is None:
            os.kill(process.pid, signal.SIGINT)
            time.sleep(0.02)
        status, said = finished(process)
    contestants.release("build")

    assert status == 130, said
    assert said.count("stopping: what is under way is being ended") >= 1
    assert "Traceback" not in said
    assert "failed" not in said
    assert not Layout.here().scratch("cut").exists()
    # What waits for its gate would wait for ever.
    assert not [line for line in command_lines() if str(tmp_path) in line]
    # It goes on with what is told, as it stands.
    (told,) = [line for line in said.splitlines() if line.startswith("interrupted; to go on: python -m harness ")]
    status, said = done(*shlex.split(told)[7:])
    assert status == 0, said


def test_killed_twice_and_resumed_it_is_the_whole_run(contestants: Contestants, tmp_path: Path) -> None:
    cut = tmp_path / "cut"
    scenarios = ("lock", "install-cold", "install-warm", "build", "deploy", *INSTALLED)
    first = [*words(contestants, tmp_path, "cut", *scenarios), "--blocks", "2"]
    resumed = ["run", "--resume", "cut", "--results", str(tmp_path)]
    resumed += ["--variants-dir", str(contestants.folder)]
    for line in (first, resumed):
        before = taken(cut)
        contestants.hold("run", after=ONE_SAMPLE)
        process = started(*line, changed=WITHOUT_REPORTS)
        with ended(process):
            until(lambda: contestants.held("run") and taken(cut) > before, process)  # noqa: B023
        contestants.release("run")
    status, said = done(*resumed)

    assert status == 0, said
    info, samples = read_info(cut), read_samples(cut)
    assert info.status is RunStatus.COMPLETE
    assert Counter((item.block, item.cell) for item in samples) == Counter(
        (block, cell) for block in range(2) for cell in info.plan.cells if takes_part(info.plan, cell, block)
    )
    assert {item.outcome for item in samples} == {Outcome.OK}, samples


def test_what_an_earlier_run_found_out_is_taken_over_and_not_established_again(
    contestants: Contestants, tmp_path: Path
) -> None:
    finding = ["--finding", "missing-init"]
    first = done(*words(contestants, tmp_path, "first"), *finding)
    second = done(*words(contestants, tmp_path, "second"), *finding, "--findings-of", "first")

    assert (first[0], second[0]) == (0, 0), second[1]
    established, taken_over = read_findings(tmp_path / "first"), read_findings(tmp_path / "second")
    assert {item.run_id for item in established} == {"first"}
    by_experiment = {name for kind in experiments().values() for name in kind.facts}
    assert {item.run_id for item in taken_over if item.finding in by_experiment} == {"first"}
    assert {(item.finding, item.value) for item in taken_over} == {(item.finding, item.value) for item in established}
    page = write_report([tmp_path / "second"], tmp_path / "report").page.read_text(encoding="utf-8")
    assert "reused from run first" in page


#: The clock that a budget goes by stands an hour later as soon as there is a file.
AN_HOUR_LATER = """
import time
from pathlib import Path
from types import SimpleNamespace

from harness.run import coordinator as measuring

later = Path({later!r})
measuring.time = SimpleNamespace(monotonic=lambda: time.monotonic() + 3600 * later.exists())
"""


def test_a_budget_ends_a_run_when_the_time_is_up(contestants: Contestants, tmp_path: Path) -> None:
    later = tmp_path / "later"
    changed = WITHOUT_REPORTS + AN_HOUR_LATER.format(later=str(later))
    contestants.hold("lock", after=1)  # It is done once when the checkout is set up.
    line = words(contestants, tmp_path, "budget", "lock", "install-cold")
    process = started(*line, "--budget", "30m", "--seed", "1", changed=changed)
    with ended(process):
        until(lambda: contestants.held("lock"), process)
        later.touch()
        contestants.release("lock")
        status, said = finished(process)

    assert status == 0, said
    info, samples = read_info(tmp_path / "budget"), read_samples(tmp_path / "budget")
    assert info.plan.budget_s == 1800.0
    assert info.status is RunStatus.COMPLETE
    # The block that was under way is done to its end, and is the last.
    assert {(item.block, item.cell) for item in samples} == {(0, cell) for cell in info.plan.cells}
    assert {item.outcome for item in samples} == {Outcome.OK}, samples
    assert len(info.probes) == 2 < info.plan.blocks
