"""harness.cli: what a person types, and what is said about a slip. Nothing is run here."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness import VERSION
from harness.cli import machine, machine_shown, variants
from harness.cli.machine_shown import Check
from harness.cli.main import COMMANDS
from harness.findings import all_findings
from harness.monorepo.changes import STANDARD
from harness.monorepo.variants import load_variants
from harness.provision.state_folder import Layout
from tests.made_up import VARIANT_TOML, write_variant
from tests.runs import invoke
from tests.unit.report.made_up_nights import made_up_night


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--variant", "poety"], "--variant: there is no variant named 'poety'.\nDid you mean 'poetry'?"),
        (["run", "--lane", "locla"], "--lane: there is no lane named 'locla'.\nDid you mean 'local'?"),
        (["run", "--scenario", "instal-cold"], "Did you mean 'install-cold'?"),
        (["run", "--shape", "canonicle"], "--shape: there is no shape named 'canonicle'.\nDid you mean 'canonical'?"),
        (["run", "--blocks", "0"], "--blocks"),
        (["run", "--lane", "nix", "--scenario", "lock"], "--scenario and --lane together leave nothing to measure."),
        (["setup", "--variant", "nope"], "--variant: there is no variant named 'nope'."),
        (["report", "nope"], "There is no run 'nope'"),
        (["run", "--strategy", "derivd"], "--strategy: there is no strategy named 'derivd'.\nDid you mean 'derived'?"),
        (["run", "--strategy", "derived", "--lane", "local"], "--strategy derived: that is of lane nix, which --lane"),
        (["run", "--strategy", "uv2nix", "--variant", "venv"], "--strategy uv2nix: none of the variants chosen is"),
        (["run", "--cluster", "here"], "--cluster: 'here' is no cluster."),
        (["run", "--cluster", "local:999"], "workers that share one disturb each other's figures"),
        (["run", "--shard", "5/4", "--seed", "1"], "--shard: '5/4' is no part of a plan."),
        (["run", "--shard", "1/2"], "--shard needs --seed"),
        (["run", "--shard", "1/2", "--seed", "1", "--budget", "5m"], "--shard and --budget exclude each other"),
        (
            ["run", "--shard", "1/2", "--seed", "1", "--cluster", "tcp://a:1"],
            "--shard and --cluster exclude each other",
        ),
        (["run", "--cluster", "tcp://a:1", "--budget", "5m"], "--cluster and --budget exclude each other"),
        (["run", "--builders", "ssh://a", "--lane", "local"], "--builders: that is of lane nix"),
        (["merge", "reference"], "merge: one run is one run already."),
        (["merge", "nope", "reference"], "There is no run 'nope'"),
        (["run", "--python", "3.10"], "--python: Python 3.10 is too old: members need 3.11 or newer."),
        (["run", "--python", "3.99"], "--python: there is no Python 3.99 on PATH as python3.99"),
        (["nope"], "there is no command 'nope'"),
    ],
)
def test_a_slip_is_one_clear_error_with_status_2(words: list[str], said: str) -> None:
    result = invoke(*words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_command_that_is_interrupted_says_so_at_once_and_ends_with_130(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    usual = signal.getsignal(signal.SIGINT)

    def outdated(*means: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(variants, "outdated", outdated)
    try:
        result = invoke("outdated")
    finally:
        signal.signal(signal.SIGINT, usual)

    assert capfd.readouterr().err == "stopping: what is under way is being ended\n"
    assert result.stderr == "interrupted\n"
    assert result.exit_code == 130


def test_a_run_id_that_exists_is_refused_before_anything_is_run(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "precious").write_text("x", encoding="utf-8")

    result = invoke("run", "--results", str(tmp_path), "--run-id", "mine")

    assert result.exit_code == 2
    assert "--run-id: there is a run 'mine'" in result.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["mine", "precious"]


@pytest.mark.parametrize("run_id", ["../escape", "a/b", "", ".", "~x", "-x"])
def test_a_run_id_is_one_folders_name(tmp_path: Path, run_id: str) -> None:
    result = invoke("run", "--results", str(tmp_path), f"--run-id={run_id}")

    assert result.exit_code == 2
    assert "--run-id" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_results_that_cannot_be_written_are_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    result = invoke("run", "--results", str(tmp_path / "file" / "results"))

    assert result.exit_code == 2
    assert "cannot be written" in result.stderr


def test_a_plan_is_printed_and_nothing_is_done(tmp_path: Path) -> None:
    words = ["run", "--plan", "--seed", "7", "--blocks", "2", "--variant", "uv", "--lane", "local"]
    words += ["--results", str(tmp_path / "results")]
    result = invoke(*words)

    assert result.exit_code == 0
    assert "17 cells (17 local), 2 blocks, seed 7" in result.stdout
    assert "uv · local · install-cold" in result.stdout
    assert "These take turns, one group in each block: add-dependency," in " ".join(result.stdout.split())
    assert "Experiments, when all is timed: building, changes" in " ".join(result.stdout.split())
    assert not (tmp_path / "results").exists()
    assert invoke(*words).stdout == result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--blocks", "2", "--budget", "10m"], "--blocks and --budget exclude each other."),
        (["--budget", "10"], "--budget: '10' is not a time span."),
        (["--budget", "0m"], "--budget: '0m' is not a time span."),
        (["--resume", "nope"], "There is no run 'nope'"),
        (["--findings-of", "nope"], "There is no run 'nope'"),
        (["--resume", "nope", "--findings-of", "nope"], "--findings-of cannot be given with --resume"),
        (["--resume", "nope", "--seed", "1"], "--seed cannot be given with --resume"),
        (["--resume", "nope", "--shape", "canonical"], "--shape cannot be given with --resume"),
    ],
)
def test_how_much_to_run_is_said_once(tmp_path: Path, words: list[str], said: str) -> None:
    result = invoke("run", "--results", str(tmp_path), *words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_who_names_findings_gets_nothing_that_is_timed(tmp_path: Path) -> None:
    result = invoke("run", "--plan", "--finding", "changes", "--variant", "uv", "--results", str(tmp_path))

    assert result.exit_code == 0
    assert "0 cells" in result.stdout
    assert "Experiments, when all is timed: changes." in result.stdout


def test_a_finding_that_does_not_exist_is_answered_with_the_nearest(tmp_path: Path) -> None:
    result = invoke("run", "--finding", "chnges", "--results", str(tmp_path))

    assert result.exit_code == 2
    assert "--finding: there is no finding named 'chnges'" in result.stderr
    assert "changes" in result.stderr


def test_who_names_scenarios_gets_no_experiments(tmp_path: Path) -> None:
    result = invoke("run", "--plan", "--scenario", "add-library", "--variant", "uv", "--results", str(tmp_path))

    assert result.exit_code == 0
    assert "1 cell (" in result.stdout
    assert "turns" not in result.stdout
    assert "Experiments, when all is timed: none." in result.stdout


def test_a_budget_is_part_of_the_plan() -> None:
    result = invoke("run", "--plan", "--budget", "90s", "--variant", "uv", "--lane", "local", "--seed", "1")

    assert result.exit_code == 0
    assert "as many blocks as fit" in result.stdout
    assert "at most 1 min 30 s" in result.stdout


def test_the_list_names_every_variant_and_scenario() -> None:
    found = json.loads(invoke("list", "--json").stdout)
    folders = sorted(path.parent.name for path in Layout.here().variants.glob("*/variant.toml"))

    assert [item["name"] for item in found["variants"]] == folders
    assert {item["python"] for item in found["variants"]} == {""}
    assert [item["name"] for item in found["scenarios"] if item["lane"] == "nix"] == [
        "nix-eval", "nix-build", "nix-noop", "nix-refresh", "nix-refresh-application", "nix-refresh-outside",
        "nix-build-jobs-1", "nix-build-jobs-2", *(f"nix-{name}" for name in STANDARD),
    ]  # fmt: skip
    assert [item["name"] for item in found["findings"]] == list(all_findings())
    assert found["shapes"] == ["canonical", "apps=A,libs=L,depth=D,seed=S", "FILE.json", "REPOSITORY"]
    table = invoke("list").stdout
    assert all(name in table for name in folders)


def test_a_variant_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    write_variant(tmp_path / "fine")
    write_variant(tmp_path / "slip", VARIANT_TOML.replace("packages =", "package ="))

    result = invoke("list", "--json", "--variants-dir", tmp_path)

    assert result.exit_code == 0
    names = {item["name"] for item in json.loads(result.stdout)["variants"]}
    assert {"fine", "uv"} <= names
    assert "slip" not in names
    assert result.stderr.startswith("left out: ")
    assert "toolchain.package: there is no such key; did you mean 'toolchain.packages'?" in result.stderr


def test_the_doctor_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    checks = [
        Check(name="git", ok=False, detail="not found", remedy="Install git."),
        Check(name="nix", ok=False, detail="none", remedy="Install it.", needed=False),
        Check(name="disk", ok=True, detail="plenty"),
    ]
    monkeypatch.setattr(machine, "ask_for_nix", lambda layout: ("", "no nix"))
    monkeypatch.setattr(machine_shown, "examine", lambda layout, nix: checks)

    result = invoke("doctor")
    assert result.exit_code == 1
    assert "missing" in result.stdout
    assert "Install git." in result.stdout
    assert "limited" in result.stdout
    as_json = json.loads(invoke("doctor", "--json").stdout)
    assert [item["fatal"] for item in as_json] == [True, False, False]


def test_this_machine_is_examined(tmp_path: Path) -> None:
    here = Layout.here()
    layout = Layout(checkout=here.checkout, state=tmp_path / "state")
    checks = {check.name: check for check in machine_shown.examine(layout, ("", "There is no nix."))}

    assert checks["python"].ok
    assert not checks["other pythons"].needed
    assert not checks["nix"].ok
    assert checks["nix"].remedy == "There is no nix."
    assert not checks["nix"].fatal
    assert not (tmp_path / "state").exists()


def test_the_version_is_the_packages_own() -> None:
    assert VERSION in invoke("--version").stdout


def test_every_command_explains_itself_as_the_list_of_commands_does() -> None:
    listed = {name: told for group in COMMANDS.values() for name, (_, told) in group.items()}
    assert listed
    for name, told in listed.items():
        result = invoke(name, "--help")
        assert result.exit_code == 0
        assert f"  {told}\n" in result.stdout, name
        assert f"  {name} " in invoke("--help").stdout


def test_a_command_that_there_is_not_is_answered_with_the_nearest() -> None:
    result = invoke("chek")

    assert result.exit_code == 2
    assert "there is no command 'chek'" in result.stderr
    assert "Did you mean 'check'?" in result.stderr


def test_what_the_commands_need_is_imported_when_they_are_called() -> None:
    code = "import sys, harness.cli.main; sys.exit(any(name in sys.modules for name in ('pydantic', 'rich')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=Layout.here().checkout, check=False).returncode == 0


def test_the_committed_variants_are_all_read() -> None:
    assert len(load_variants(Layout.here().variants)) >= 5


def test_the_report_of_several_runs_goes_where_it_is_told_and_into_none_of_their_folders(tmp_path: Path) -> None:
    for run_id, day in (("first", 1), ("last", 2)):
        started = datetime(2026, 1, day, tzinfo=UTC)
        made_up_night(
            tmp_path, run_id=run_id, started_at=started, variants=("venv", "uv"), scenarios=("run",), blocks=1
        )
    refused = invoke("report", "last", "first", "--results", str(tmp_path), "--quiet")
    assert refused.exit_code == 2
    assert "--report FOLDER" in refused.stderr
    out = tmp_path / "out"
    result = invoke("report", "last", "first", "--results", str(tmp_path), "--quiet", "--report", str(out))
    assert (result.exit_code, result.output) == (0, "")
    assert (out / "index.html").is_file()
    assert not list(tmp_path.glob("*/report"))


SHAPED = ["run", "--plan", "--seed", "7", "--blocks", "1", "--variant", "uv", "--lane", "local"]


def test_the_plan_of_shapes_has_each_in_its_turn(tmp_path: Path) -> None:
    result = invoke(*SHAPED, "--shape", "apps=1,libs=2", "--shape", "canonical", "--results", str(tmp_path))

    said = " ".join(result.stdout.split())
    assert result.exit_code == 0
    assert "27 cells (27 local)" in said
    assert "Order of the first block, of one shape after the other" in said
    assert "at most about" in said
    assert "apps=1,libs=2,depth=2,seed=0" in said
    # Without the canonical members there would be no changes and no experiments.
    assert "add-dependency" in said


def test_a_repository_is_measured_by_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "ours"
    (root / "src" / "ours").mkdir(parents=True)
    (root / "src" / "ours" / "__main__.py").write_text("", encoding="utf-8")
    (root / "pyproject.toml").write_text('[project]\nname = "ours"\n', encoding="utf-8")

    result = invoke(*SHAPED, "--shape", str(root), "--results", str(tmp_path / "results"))

    assert result.exit_code == 0
    assert "Experiments, when all is timed: none." in result.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shape", "cannonical"], "--shape: there is no shape named 'cannonical'."),
        (["--shape", "apps=2"], "--shape: libs is missing."),
        (["--shape", "apps=0,libs=2"], "--shape: apps: '0' is not a whole number from 1"),
        (["--shape", "missing.json"], "--shape: missing.json: cannot be read"),
        (["--shape", "canonical", "--shape", "canonical"], "--shape: two shapes are called 'canonical'."),
        (["--shape", "apps=1,libs=1", "--scenario", "add-library"], "--scenario add-library: changes and experiments"),
        (["--shape", "apps=1,libs=1", "--finding", "changes"], "--finding changes: changes and experiments are made"),
        (["--limit", "5"], "--limit: '5' is not a time span."),
        (["--shape", "apps=9999,libs=1"], "There is no room for this run: it takes about"),
    ],
)
def test_a_shape_that_cannot_be_measured_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    # Room for what is small, and for nothing else.
    monkeypatch.setattr("harness.cli.shown.free_bytes", lambda folder: 2**32)
    # Every variant, so that a shape of ten thousand members takes tens of gigabytes.
    result = invoke("run", "--profile", "all", "--results", str(tmp_path), *words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) > 1, "it says what to do"
    assert list(tmp_path.iterdir()) == []


def test_variants_outside_the_core_do_what_is_done_every_day() -> None:
    def scenarios(*words: str) -> str:
        result = invoke("run", "--plan", "--seed", "1", *words)
        assert result.exit_code == 0
        return result.stdout

    assert "una · local · add-library" not in scenarios("--profile", "all")
    assert "una · local · install-cold" in scenarios("--profile", "all")
    assert "una · local · add-library" in scenarios("--profile", "all", "--scenario", "add-library")
    # Who names a variant wants all of it.
    assert "these take turns" in scenarios("--variant", "una").lower()


def test_what_nobody_thought_of_is_named_and_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HARNESS_STATE", str(tmp_path / "file" / "state"))
    result = invoke("doctor")

    assert result.exit_code == 1
    assert "file/state/nix: Not a directory.\nSee that you may read and write there." in result.stderr


def test_names_that_are_no_text_are_shown_as_their_bytes(tmp_path: Path) -> None:
    result = invoke("report", "--results", tmp_path / "\udcff", "nope")

    assert result.exit_code == 2
    assert r"\udcff" in result.stderr


def test_a_run_whose_report_cannot_be_written_does_not_begin(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    words = ("run", "--variant", "venv", "--scenario", "run", "--blocks", "1", "--results", tmp_path / "results")
    result = invoke(*words, "--report", tmp_path / "file" / "report")

    assert result.exit_code == 2
    assert "file/report cannot be written: Not a directory." in result.stderr
    assert not (tmp_path / "results").exists()


def test_an_error_about_a_variant_is_text_and_nothing_of_it_acts(tmp_path: Path) -> None:
    folder = write_variant(tmp_path / "variants" / "odd", VARIANT_TOML.replace("title =", '"\\u001b[31m" ='))
    result = invoke("list", "--variants-dir", folder.parent)

    assert result.exit_code == 0, "what is wrong with one of them keeps nobody from seeing the others"
    assert "\x1b" not in result.stderr
    assert "[31m" in result.stderr
