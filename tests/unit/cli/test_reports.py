"""``python -m harness compare`` as one types it, and docs/comparing.md: its commands do what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result

from harness.cli.reports import compare
from harness.provision.state_folder import Layout
from harness.report import writer
from tests.runs import invoke
from tests.unit.report.made_up_nights import FIRST, made_up_night

CHECKOUT = Layout.here().checkout
PAGE = (CHECKOUT / "docs" / "comparing.md").read_text(encoding="utf-8")

Factors = Mapping[str | tuple[str, str], float]


def two_runs(results: Path, factors: Factors | None = None) -> Path:
    """A base and, a day later, a new run, in which what ``factors`` name takes longer."""
    made_up_night(results, run_id="base", blocks=10, seed=1)
    made_up_night(results, run_id="new", started_at=FIRST + timedelta(days=1), blocks=10, seed=2, factors=factors)
    return results


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    return two_runs(tmp_path / "results", {("uv", "install-cold"): 1.25})


def test_runs_are_named_by_id_or_folder(worse: Path) -> None:
    by_id = invoke("compare", "base", "new", "--results", str(worse))
    by_folder = invoke("compare", str(worse / "base"), str(worse / "new"))

    assert by_id.exit_code == 0
    assert by_id.stdout.startswith("Of 15 cells that both runs measured, 0 are faster, 1 is slower,")
    assert by_folder.stdout == by_id.stdout
    assert max(map(len, by_id.stdout.splitlines())) <= 80


@pytest.mark.parametrize(("given", "status"), [("5%", 1), ("0.5%", 1), ("15%", 1), ("40%", 0)])
def test_it_fails_on_what_is_slower_by_more_and_names_it(worse: Path, given: str, status: int) -> None:
    result = invoke("compare", "base", "new", "--results", str(worse), "--fail-on", given)

    assert result.exit_code == status
    said = " ".join(result.stdout.split())
    assert ("failed: uv · local · install-cold is slower, 1.2" in said) is bool(status)
    assert (f"Nothing is shown to be slower by more than {given}" in said) is not bool(status)


def test_faster_is_no_failure(worse: Path) -> None:
    made_up_night(worse, run_id="newer", started_at=FIRST + timedelta(days=2), blocks=10, seed=3)

    assert invoke("compare", "new", "newer", "--results", str(worse), "--fail-on", "5%").exit_code == 0


@pytest.mark.parametrize("given", ["5", "abc", "-3%", "", "%", "5 %", "5%%", "1e2%", "nan%", "\u0665%", "5%\n", ".5%"])
def test_a_wrong_share_is_one_clear_error(worse: Path, given: str) -> None:
    result = invoke("compare", "base", "new", "--results", str(worse), f"--fail-on={given}")

    assert result.exit_code == 2
    assert f"--fail-on: {given!r} is not a share in percent." in result.stderr
    assert "Write it as 5% or 0.5%." in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("base", "base"), "BASE and NEW are both run 'base'"),
        (("base", "nwe"), "There is no run 'nwe'"),
        (("base",), "Missing argument 'NEW'"),
        (("base", "elsewhere"), "made on different machines"),
        (("base", "older"), "schema version 0"),
    ],
)
def test_what_cannot_be_compared_is_one_clear_error(worse: Path, words: tuple[str, ...], said: str) -> None:
    for name, key, value in (("elsewhere", "host", "host_id"), ("older", "schema_version", "")):
        run = made_up_night(worse, run_id=name, blocks=1)
        info = json.loads((run / "run.json").read_text(encoding="utf-8"))
        if value:
            info[key][value] = "another"
        else:
            info[key] = 0
        (run / "run.json").write_text(json.dumps(info), encoding="utf-8")

    result = invoke("compare", *words, "--results", str(worse))

    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_across_machines_has_to_be_asked_for(worse: Path) -> None:
    path = worse / "new" / "run.json"
    info = json.loads(path.read_text(encoding="utf-8"))
    info["host"]["host_id"] = "another"
    path.write_text(json.dumps(info), encoding="utf-8")

    assert "--across-machines" in invoke("compare", "base", "new", "--results", str(worse)).stderr
    result = invoke("compare", "base", "new", "--results", str(worse), "--across-machines")
    assert result.exit_code == 0
    assert "The runs are of two machines" in result.stdout


def test_json_has_all_of_it_and_nothing_else_is_printed(
    worse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    reported: list[Path] = []
    monkeypatch.setattr(writer, "write_report", lambda folders, into, compared: reported.append(into))
    words = ["base", "new", "--results", str(worse), "--json", "--fail-on", "5%", "--report", str(out)]
    result = invoke("compare", *words)

    assert result.exit_code == 1
    data = json.loads(result.stdout)
    assert (data["basis"], data["machine"], data["fail_on"]) == ("seconds", "same", 0.05)
    assert len(data["failures"]) == 1
    (changed,) = [cell for cell in data["cells"] if cell["held"]["verdict"] == "slower"]
    assert changed["held"]["ratio"]["median"] == changed["held"]["new"] / changed["held"]["base"]
    assert reported == [out]


def test_the_process_that_reads_the_command_line_needs_no_pandas() -> None:
    modules = "harness.cli.reports, harness.cli.run, harness.cli.check, harness.cli.variants, harness.cli.backends"
    code = f"import sys, {modules}; sys.exit(any(name in sys.modules for name in ('pandas', 'scipy', 'altair')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=False).returncode == 0


def recipes() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


#: The longest not-slower one is what the job of the page does, see below.
CASES = [
    pytest.param(recipe, slower, marks=[pytest.mark.verify] if "--report" in recipe and not slower else [])
    for recipe in recipes()
    for slower in (False, True)
    if recipe.count("\n") == 1
]
PROGRAMS = [recipe for recipe in recipes() if recipe.count("\n") > 1]


def check_recipe(recipe: str, folder: Path, done: Result | subprocess.CompletedProcess[str], *, slower: bool) -> None:
    status = done.exit_code if isinstance(done, Result) else done.returncode
    assert status == (1 if slower and "--fail-on" in recipe else 0), done.stderr
    assert bool(re.search(r"uv.* local · run ", done.stdout)) is slower
    if "--report comparison" in recipe:
        assert 'id="compared"' in (folder / "comparison" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("recipe", "slower"), CASES)
def test_a_recipe_does_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recipe: str, slower: bool
) -> None:
    two_runs(tmp_path / "results", {("uv", "run"): 1.3} if slower else None)
    monkeypatch.chdir(tmp_path)
    start, words = recipe.split()[:4], recipe.split()[4:]

    assert start == ["python", "-m", "harness", "compare"]
    check_recipe(recipe, tmp_path, invoke("compare", *words), slower=slower)


@pytest.mark.parametrize("recipe", PROGRAMS)
@pytest.mark.parametrize("slower", [pytest.param(False, marks=pytest.mark.verify), True])
def test_a_program_does_what_the_page_says_with_the_json(tmp_path: Path, recipe: str, *, slower: bool) -> None:
    two_runs(tmp_path / "results", {("uv", "run"): 1.3} if slower else None)
    script = recipe.replace("python -", f"{sys.executable} -")
    environment = {**os.environ, "PYTHONPATH": str(CHECKOUT)}

    done = subprocess.run(
        ["sh", "-ec", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    check_recipe(recipe, tmp_path, done, slower=slower)


def test_the_page_has_recipes_of_both_kinds() -> None:
    assert len(CASES) == 4
    assert len(PROGRAMS) == 1


def test_the_page_names_every_option_and_no_other() -> None:
    options = {name for param in compare.params for name in param.opts if name.startswith("--")}
    listed = {cell.split()[0] for cell in re.findall(r"^\| `(--[^`]+)` \|", PAGE, flags=re.MULTILINE)}

    assert listed == options


def test_the_job_of_the_page_is_made_of_commands_that_exist(tmp_path: Path) -> None:
    (job,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    commands = re.findall(r"- run: python -m harness (.*)$", job, flags=re.MULTILINE)

    assert len(commands) == 3
    for command in commands[:2]:
        words = command.removesuffix(" || test $? -eq 1").split()
        assert words[0] == "run"
        result = invoke(*words, "--plan", "--results", str(tmp_path))
        assert result.exit_code == 0, result.output
    two_runs(tmp_path / "runs")
    words = commands[2].replace("../runs", str(tmp_path / "runs")).replace("comparison", str(tmp_path / "out")).split()
    assert invoke(*words).exit_code == 0
