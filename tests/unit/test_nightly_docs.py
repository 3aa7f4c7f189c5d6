"""docs/nightly.md: its commands do what it says, on made-up nights; the one that measures is tried with ``--plan``."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.provision.state_folder import Layout
from harness.records.reading import find_runs
from tests.unit.report.made_up_nights import FIRST, made_up_night

CHECKOUT = Layout.here().checkout
RECIPE = (CHECKOUT / "docs" / "nightly.md").read_text(encoding="utf-8")

SCENARIOS = ("install-cold",)
INTO = ("--report", "../nights/report", "--quiet")

#: What stands for the checkout's Python: all but measuring is done for real, and what ``PLAYED`` names.
PYTHON = f"""\
#!{sys.executable}
import os, subprocess, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, {str(CHECKOUT)!r})
command = [{sys.executable!r}, *sys.argv[1:]]
with open("asked", "a") as asked:
    asked.write(" ".join(sys.argv[3:]) + "\\n")
if sys.argv[3] in os.environ["PLAYED"].split():
    sys.exit()
if sys.argv[3] != "run":
    sys.exit(subprocess.call(command))
planned = subprocess.call([*command, "--plan"], stdout=subprocess.DEVNULL)
if planned:
    sys.exit(planned)
from tests.unit.report.made_up_nights import made_up_night
value = dict(zip(sys.argv[4::2], sys.argv[5::2]))
made_up_night(
    Path(value["--results"]), run_id=value["--run-id"], started_at=datetime.now(UTC), seed=99,
    factors={{("uv", "install-cold"): float(os.environ["FACTOR"])}}, scenarios={SCENARIOS!r},
)
sys.exit(1)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", RECIPE, flags=re.MULTILINE | re.DOTALL)


def shell(script: str, checkout: Path, *, factor: float = 1.0, played: str = "") -> subprocess.CompletedProcess[str]:
    names = {f"GIT_{who}_{what}": "nobody@nowhere" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "FACTOR": str(factor), "PLAYED": played, "PYTHONPATH": str(CHECKOUT)}
    environment.pop("NIGHTS", None)
    return subprocess.run(
        ["sh", "-c", script], cwd=checkout, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like a checkout, and beside it the history of six nights, as the recipe sets it up."""
    folder = tmp_path / "toolchains"
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON, encoding="utf-8")
    python.chmod(0o755)
    once, _ = blocks("sh")
    done = shell(once, folder)
    assert done.returncode == 0, done.stderr
    for day in range(6):
        began = FIRST.replace(year=2001) + timedelta(days=day)
        made_up_night(
            tmp_path / "nights",
            run_id=f"{began:%Y-%m-%d}",
            started_at=began,
            night=0.005,
            seed=day,
            scenarios=SCENARIOS,
        )
    return folder


def asked_of(checkout: Path) -> list[list[str]]:
    """What the harness was asked to do, word by word."""
    return [line.split() for line in (checkout / "asked").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("played", ["report compare", pytest.param("", marks=pytest.mark.verify)])
def test_a_night_like_those_before_passes_and_is_kept(checkout: Path, played: str) -> None:
    nights = checkout.parent / "nights"
    logs = [nights / name / "logs" / "block-0" / "a.log" for name in ("2001-01-01", "2001-01-02")]
    for log in logs:
        log.parent.mkdir(parents=True)
        log.write_text("output", encoding="utf-8")
    os.utime(logs[0], (0, 0))
    done = shell(blocks("sh")[1], checkout, played=played)
    assert done.returncode == 0, done.stdout + done.stderr
    (run, report, compare) = asked_of(checkout)
    night = f"../nights/{run[2]}"
    assert report == ["report", *(f"../nights/2001-01-0{day + 1}" for day in range(6)), night, *INTO]
    assert compare == ["compare", "../nights/2001-01-06/", night, "--fail-on", "5%"]
    assert [log.exists() for log in logs] == [False, True]
    kept = shell("git -C ../nights ls-files", checkout).stdout.split()
    assert sum(path.endswith("samples.jsonl") for path in kept) == 7
    assert not any("logs/" in path or path.startswith("report/") for path in kept)


def test_a_slower_night_fails_and_is_kept_all_the_same(checkout: Path) -> None:
    done = shell(blocks("sh")[1], checkout, factor=1.4)
    assert done.returncode == 1, done.stdout + done.stderr
    assert shell("git -C ../nights log --format=%s", checkout).stdout.startswith("20")
    assert not any(path.startswith("report/") for path in shell("git -C ../nights ls-files", checkout).stdout.split())
    report = checkout.parent / "nights" / "report"
    assert "The pick for each situation" in (report / "index.html").read_text(encoding="utf-8")


def test_the_first_night_of_all_has_nothing_to_be_held_against(checkout: Path) -> None:
    done = shell(f"rm -r ../nights/2001*\n{blocks('sh')[1]}", checkout, played="report")
    assert done.returncode == 0, done.stdout + done.stderr
    (run, report) = asked_of(checkout)
    assert run[:2] == ["run", "--run-id"]
    assert report == ["report", f"../nights/{run[2]}", *INTO]


def test_cron_and_the_code_host_run_the_script() -> None:
    (cron,), (job,) = blocks("crontab"), blocks("yaml")
    assert "sh nightly.sh" in cron
    assert "run: sh nightly.sh" in job
    assert "Save this as `nightly.sh`" in RECIPE


def test_a_folder_that_is_no_run_is_named(tmp_path: Path) -> None:
    run = made_up_night(tmp_path, run_id="2001-01-01")
    (tmp_path / "notes").mkdir()
    assert find_runs(tmp_path, [str(run)]) == [run]
    with pytest.raises(ResultsError, match=r"notes holds no run: there is no run\.json in it") as error:
        find_runs(tmp_path, [str(path) for path in sorted(tmp_path.glob("*"))])
    assert error.value.exit_status == 2
    assert "pattern" in error.value.hint
