"""What may go wrong around a run, with real processes: each becomes a reason, and the run goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import MeasureError
from harness.measure.executor import LauncherExecutor
from harness.plan.cells import Selection, make_plan
from harness.provision.nix.prepare import ask_for_nix
from harness.provision.state_folder import Layout
from harness.records.facts import Lane, Outcome
from harness.records.format import SAMPLE, Cell, Sample
from harness.records.journal import Journal
from harness.records.reading import read_done, read_samples
from harness.run.sample import take_sample
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from tests.integration.contestants import write_contestants
from tests.integration.processes import WITHOUT_REPORTS, children_of, descendants_of, ended, finished, started, until
from tests.made_up import VARIANT_TOML, made_up_bench, made_up_info, made_up_sample

pytestmark = pytest.mark.integration

CHECKOUT = Layout.here().checkout


@pytest.fixture
def executor() -> Iterator[LauncherExecutor]:
    with LauncherExecutor(cap_bytes=1 << 16, grace_s=0.1) as running:
        yield running


def sample(bench: Bench, executor: LauncherExecutor, tmp_path: Path, *, limit_s: float = 20.0) -> Sample:
    """One attempt at ``install-warm`` with a real executor."""
    cell = Cell(variant="made-up", lane=Lane.LOCAL, scenario="install-warm")
    attempt = Attempt(executor=executor, log_path=tmp_path / "install.log", limit_s=limit_s, nonce=lambda: "n")
    return take_sample(all_scenarios()["install-warm"], bench, attempt, made_up_sample(cell, Outcome.SETUP_FAILED))


def bench_whose_install_is(tmp_path: Path, *words: str) -> Bench:
    steps = ", ".join(f"'{word}'" for word in words)
    text = VARIANT_TOML.replace('steps = [["tool", "install"]]', f"steps = [[{steps}]]")
    assert text != VARIANT_TOML
    bench = made_up_bench(tmp_path, text.replace('lock_files = ["{root}/tool.lock"]', "lock_files = []"))
    return replace(
        bench, warm=replace(bench.warm, surroundings=replace(bench.warm.surroundings, python=Path(sys.executable)))
    )


def test_a_tool_that_is_missing(executor: LauncherExecutor, tmp_path: Path) -> None:
    taken = sample(bench_whose_install_is(tmp_path, "no-such-tool", "install"), executor, tmp_path)

    assert taken.outcome is Outcome.FAILED
    assert "`no-such-tool install` could not be started" in taken.reason
    assert taken.wall_s is None


def test_a_step_that_does_not_end(executor: LauncherExecutor, tmp_path: Path) -> None:
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    taken = sample(bench_whose_install_is(tmp_path, "{python}", "-c", program), executor, tmp_path, limit_s=0.5)

    assert taken.outcome is Outcome.TIMED_OUT
    assert taken.wall_s is None


def test_a_step_that_prints_without_end(executor: LauncherExecutor, tmp_path: Path) -> None:
    program = "import os; [os.write(1, bytes(1 << 20)) for _ in range(256)]"
    taken = sample(bench_whose_install_is(tmp_path, "{python}", "-c", program), executor, tmp_path)

    # It ended by itself; that nothing was installed is what verification finds.
    assert taken.outcome is Outcome.FAILED
    assert (tmp_path / "install.log").stat().st_size < 1 << 18


def in_a_small_disk(tmp_path: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Run Python where ``small`` is a disk of 1 MiB; skip where namespaces are not permitted."""
    small = tmp_path / "small"
    small.mkdir()
    inside = ["unshare", "--user", "--map-root-user", "--mount", "--", "sh", "-c"]
    if subprocess.run([*inside, "true"], capture_output=True, check=False).returncode:
        pytest.skip("user and mount namespaces are not permitted on this machine")
    script = f"mount -t tmpfs -o size=1m tmpfs {small} && exec {sys.executable} -c '{program}' {tmp_path}"
    return subprocess.run([*inside, script], cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_a_disk_that_fills_up_under_a_step(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.integration import test_faults as faults\n"
        "tmp = Path(sys.argv[1])\n"
        'write = "open(\\"big\\", \\"wb\\").write(bytes(1 << 21))"\n'
        'bench = faults.bench_whose_install_is(tmp / "small", "{python}", "-c", write)\n'
        "with faults.LauncherExecutor() as executor:\n"
        "    for _ in range(2):\n"
        "        taken = faults.sample(bench, executor, tmp)\n"
        "        print(taken.outcome, taken.wall_s, taken.reason)\n"
    )
    done = in_a_small_disk(tmp_path, program)

    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("failed None")
    assert "ended with exit status 1" in first
    assert second.startswith(("failed None", "setup-failed None"))
    assert "No space left" in (tmp_path / "install.log").read_text(encoding="utf-8")


def test_a_disk_that_fills_up_under_the_journal_loses_nothing(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.integration import test_faults as faults\n"
        'faults.fill_the_journal(Path(sys.argv[1]) / "small")\n'
    )
    done = in_a_small_disk(tmp_path, program)

    assert done.returncode == 0, done.stderr
    assert "No space left on device" in done.stdout
    assert "--resume run" in done.stdout


def fill_the_journal(results: Path) -> None:
    """Append samples until the disk is full; see that those before are whole and the file can be gone on with."""
    plan = make_plan(Selection(strategies={"venv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset(Lane)))
    journal = Journal.create(results, made_up_info(plan))
    taken = 0
    cell = Cell(variant="venv", lane=Lane.LOCAL, scenario="run")
    try:
        while True:
            journal.add_samples([made_up_sample(cell, Outcome.FAILED, block=taken, reason="x" * 2000)])
            taken += 1
    except MeasureError as error:
        sys.stdout.write(str(error))
    lines = (journal.folder / "samples.jsonl").read_bytes().splitlines()
    assert [SAMPLE.validate_json(line).block for line in lines] == list(range(taken))
    assert not read_done(journal.folder).torn


def test_an_index_that_is_killed_comes_back_and_no_cell_is_lost(tmp_path: Path) -> None:
    with write_contestants(tmp_path / "contestants", "instant", asks_index=True) as contestants:
        # It is done once when the checkout is set up, and once in the first block.
        contestants.hold("install", after=2)
        words = ["run", *contestants.words, "--scenario", "install-warm", "--blocks", "3"]
        words += ["--results", str(tmp_path), "--run-id", "cut"]
        process = started(*words, changed=WITHOUT_REPORTS)
        with ended(process):
            until(lambda: contestants.held("install"), process)
            index = [pid for pid, line in children_of(process.pid).items() if "harness.provision.index_app" in line]
            assert len(index) == 1
            os.kill(index[0], signal.SIGKILL)
            contestants.release("install")
            status, output = finished(process)

    assert status == 1
    assert [sample.outcome for sample in read_samples(tmp_path / "cut")] == [
        Outcome.OK,
        Outcome.FAILED,
        Outcome.OK,
    ], output


@pytest.mark.tools
@pytest.mark.verify
def test_a_nix_that_is_killed_fails_its_cell_and_the_next_one_is_built(tmp_path: Path) -> None:
    version, unavailable = ask_for_nix(Layout.here())
    if not version:
        pytest.skip(unavailable)
    words = ["run", "--variant", "uv", "--lane", "nix", "--scenario", "nix-build", "--blocks", "2"]
    process = started(*words, "--results", str(tmp_path), "--run-id", "cut")
    log = tmp_path / "cut" / "logs" / "block-0" / "uv_nix_nix-build_host_handwritten.log"

    def building() -> list[int]:
        if not log.is_file():
            return []
        return [pid for pid, line in descendants_of(process.pid).items() if "nix-build" in line.split(" ")[0]]

    with ended(process):
        os.kill(until(building, process)[0], signal.SIGKILL)
        _, output = finished(process)

    samples = [SAMPLE.validate_json(line) for line in (tmp_path / "cut" / "samples.jsonl").read_bytes().splitlines()]
    by_hand = [item for item in samples if item.strategy == "handwritten"]
    assert [item.outcome for item in by_hand] == [Outcome.FAILED, Outcome.OK], output
    assert "was ended by signal 9" in by_hand[0].reason
    assert by_hand[0].wall_s is None
    assert [item.outcome for item in samples if item.strategy == "derived"] == [Outcome.OK] * 2
    assert process.returncode == 1
