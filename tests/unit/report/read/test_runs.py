"""Tests of reading a run's folder: damage is named, a cut-off end is not fatal."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.report.read.runs import load_runs
from tests.unit.report.made_up_run import FIXTURE, made_up_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "moved"))


def edit(run: Path, number: int, text: str, file: str = "samples.jsonl") -> None:
    path = run / file
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[number - 1] = text + "\n"
    path.write_text("".join(lines), encoding="utf-8")


def test_every_sample_is_read(run: Path) -> None:
    loaded = load_runs([run])
    lines = (run / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(loaded.frames.samples) == len(lines)
    first = json.loads(lines[0])
    row = loaded.frames.samples.iloc[0]
    assert (row["variant"], row["scenario"], row["block"]) == (first["variant"], first["scenario"], first["block"])
    assert loaded.notes == ()


def test_an_earlier_run_is_read_by_the_names_that_variants_have_now(run: Path) -> None:
    info = json.loads((run / "run.json").read_text(encoding="utf-8"))
    for facts in info["variants"].values():
        del facts["documented"]
    (run / "run.json").write_text(json.dumps(info), encoding="utf-8")

    loaded = load_runs([run])

    names = set(loaded.runs[0].variants)
    assert "hatch-direct" in names
    assert "hatch" not in names
    assert {name.partition("~")[0] for name in loaded.frames.samples["variant"]} <= names
    assert {item.variant for item in loaded.findings} <= names
    assert any("hatch-direct was called hatch" in told for told in loaded.footnotes)


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "{",
        "[]",
        "null",
        '{"run_id": "r"}',
        "{}{}",
        "NaN",
    ],
)
def test_a_damaged_line_is_named(run: Path, damage: str) -> None:
    edit(run, 7, damage)
    with pytest.raises(ResultsError, match=r"samples\.jsonl, line 7 is damaged") as error:
        load_runs([run])
    assert error.value.hint


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("outcome", "fine"),
        ("lane", "moon"),
        ("schema_version", 2),
        ("wall_s", -1.0),
        ("wall_s", None),
        ("wall_s", "1"),
        ("block", "one"),
        ("sizes", {"cache_bytes": "big"}),
    ],
)
def test_a_field_that_cannot_be_is_named_with_its_line(run: Path, key: str, value: object) -> None:
    lines = (run / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    number = next(place for place, line in enumerate(lines, 1) if json.loads(line)["outcome"] == "ok")
    edit(run, number, json.dumps({**json.loads(lines[number - 1]), key: value}))
    with pytest.raises(ResultsError, match=rf"line {number} is damaged"):
        load_runs([run])


def test_a_time_of_a_failed_sample_is_damage(run: Path) -> None:
    lines = (run / "samples.jsonl").read_text(encoding="utf-8").splitlines()
    number = next(place for place, line in enumerate(lines, 1) if json.loads(line)["outcome"] == "failed")
    edit(run, number, json.dumps({**json.loads(lines[number - 1]), "wall_s": 0.0}))
    with pytest.raises(ResultsError, match=r"wall_s is 0\.0 although the outcome is failed"):
        load_runs([run])


@pytest.mark.parametrize("file", ["samples.jsonl", "findings.jsonl"])
def test_a_last_line_that_was_cut_off_is_left_out_and_noted(run: Path, file: str) -> None:
    with (run / file).open("ab") as out:
        out.write(b'{"run_id": "run-sm')
    (note,) = load_runs([run]).notes
    assert note.startswith(f"The last line of {file}")


def test_findings_that_an_earlier_run_established_are_said_to_be_taken_over(run: Path) -> None:
    assert load_runs([run]).notes == ()
    edit(
        run,
        1,
        (run / "findings.jsonl").read_text(encoding="utf-8").splitlines()[0].replace("run-small", "before"),
        "findings.jsonl",
    )
    (footnote,) = load_runs([run]).footnotes
    assert footnote.startswith("1 finding of run run-small reused from run before, ")


def test_a_damaged_finding_is_named(run: Path) -> None:
    edit(run, 2, "{}", "findings.jsonl")
    with pytest.raises(ResultsError, match=r"findings\.jsonl, line 2"):
        load_runs([run])


@pytest.mark.parametrize(
    ("text", "message"), [("{", "not a JSON object"), ("[]", "not a JSON object"), ("{}", "run_id")]
)
def test_a_damaged_run_file_is_named(run: Path, text: str, message: str) -> None:
    (run / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(ResultsError, match=message):
        load_runs([run])


def test_a_folder_without_a_run_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="holds no run"):
        load_runs([tmp_path])
    with pytest.raises(ResultsError, match="No run was named"):
        load_runs([])


def test_another_schema_version_is_an_error(run: Path) -> None:
    data = json.loads((run / "run.json").read_text(encoding="utf-8"))
    (run / "run.json").write_text(json.dumps({**data, "schema_version": 9}), encoding="utf-8")
    with pytest.raises(ResultsError, match="schema version 9"):
        load_runs([run])


def test_runs_of_one_machine_are_read_together(run: Path, tmp_path: Path) -> None:
    other = made_up_run(tmp_path, run_id="other", blocks=1, scenarios=("lock",))
    loaded = load_runs([run, other])
    assert set(loaded.frames.samples["run_id"]) == {"run-small", "other"}
    with pytest.raises(ResultsError, match="named twice"):
        load_runs([run, run])


def changed(folder: Path, old: str, new: str) -> Path:
    """A second run, begun after the first, with something else in its run.json."""
    other = made_up_run(folder, run_id="other", blocks=1, scenarios=("lock",))
    info = json.loads((other / "run.json").read_text(encoding="utf-8"))
    text = json.dumps({**info, "started_at": "2026-11-03T10:00:00Z"}, separators=(",", ":"))
    assert old in text
    (other / "run.json").write_text(text.replace(old, new), encoding="utf-8")
    return other


def test_runs_of_two_machines_are_refused(run: Path, tmp_path: Path) -> None:
    other = changed(tmp_path, "made-up-host", "elsewhere")
    with pytest.raises(ResultsError, match="different machines") as error:
        load_runs([run, other])
    assert "compare --across-machines run-small other" in error.value.hint


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("digest-of-uv", "digest-of-another", "uv changed since (its files, at the same versions)"),
        ('"reference":"venv"', '"reference":"uv"', "its reference is venv, not uv"),
        ('"nix":"2.8.0"', '"nix":"2.9.0"', "(the harness's nix 2.8.0 → 2.9.0)"),
        ("The install steps.", "Something else.", "what lock means changed since"),
    ],
)
def test_an_earlier_run_that_measured_something_else_is_history(
    run: Path, tmp_path: Path, old: str, new: str, why: str
) -> None:
    other = changed(tmp_path, old, new)
    for folders in ([run, other], [other, run]):
        loaded = load_runs(folders)
        assert [info.run_id for info in loaded.runs] == ["other"]
        assert [info.run_id for info in loaded.history] == ["run-small"]
        assert set(loaded.frames.samples["run_id"]) == {"other"}
        assert loaded.past is not None
        assert set(loaded.past.samples["run_id"]) == {"run-small"}
        assert {finding.run_id for finding in loaded.findings} == {"other"}
        (note,) = loaded.notes
        assert why in note


def test_a_run_that_does_not_say_when_it_began_is_an_error(run: Path, tmp_path: Path) -> None:
    other = changed(tmp_path, "2026-11-03T10:00:00Z", "yesterday")
    with pytest.raises(ResultsError, match="started_at is 'yesterday'"):
        load_runs([run, other])
