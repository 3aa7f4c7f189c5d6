"""python -m harness shape: what a person sees, what is written, and what is said about a slip."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ShapeError
from harness.monorepo.shapes.file import load_shape, written
from tests.runs import invoke
from tests.unit.monorepo.repository.made_up_repositories import poetry, project, uv_workspace, write

CYCLE = {"a/pyproject.toml": project("a", "b"), "b/pyproject.toml": project("b", "a")}


def test_what_was_found_is_printed_at_80_columns(tmp_path: Path) -> None:
    result = invoke("shape", write(tmp_path / "ours", uv_workspace()))

    assert result.exit_code == 0
    assert [line.rstrip() for line in result.stdout.splitlines()] == [
        "ours: members",
        "  goodbye: application (no member needs it), 1 module, in goodbye",
        "    depends on shared",
        "  hello: application (no member needs it), 1 module, in hello",
        "    depends on shared",
        "  shared: library (needed by 2), 1 module, in shared",
        "",
        "3 members: 2 applications, 1 library; 3 modules",
        "2 dependencies between members; depth 1 (the longest chain)",
        "most needed: shared, by 2; needs most: goodbye, 1",
        "0 third-party requirements",
        "",
        "Not read, or left out (1):",
        "  old-thing/pyproject.toml, old-thing: no member: the workspace does not name",
        "  it, and no member requires it by path. Name its folder as REPOSITORY, or in",
        "  the workspace, if it is one.",
    ]


def test_what_is_said_of_several_places_is_said_once(tmp_path: Path) -> None:
    dynamic = "[project]\nname = '{}'\ndynamic = ['dependencies']\n[dependency-groups]\nx = []\ny = []\n"
    files = {f"{name}/pyproject.toml": dynamic.format(name) for name in "abc"}

    out = invoke("shape", write(tmp_path, files)).stdout

    assert out.count("dependencies are made by the backend") == 1
    assert out.count("pyproject.toml, project.dynamic") == 3
    assert "  and 3 more" in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_shape_is_written_and_read_again(tmp_path: Path) -> None:
    output = tmp_path / "ours.json"
    result = invoke("shape", write(tmp_path / "ours", poetry()), "--output", output)

    assert result.exit_code == 0
    assert f"shape: {output}" in result.stdout
    shape = load_shape(output)
    assert [member.name for member in shape.members] == ["shared", "goodbye", "hello"]
    assert written(shape) == output.read_text(encoding="utf-8")
    assert invoke("shape", tmp_path / "ours", "--json").stdout == written(shape)


def test_json_is_alone_on_stdout(tmp_path: Path) -> None:
    result = invoke("shape", write(tmp_path / "ours", uv_workspace()), "--json")

    assert json.loads(result.stdout)["name"] == "ours"
    assert "old-thing/pyproject.toml, old-thing: no member" in result.stderr


def test_a_cycle_is_printed_and_written_to_be_mended(tmp_path: Path) -> None:
    root, output = write(tmp_path / "ours", CYCLE), tmp_path / "ours.json"
    shown, data = invoke("shape", root, "--output", output), invoke("shape", root, "--json")

    assert (shown.exit_code, data.exit_code) == (0, 0)
    assert "\n  a -> b -> a\n" in shown.stdout
    assert "no depth, for there is a cycle" in shown.stdout
    assert "It has 1 cycle: take a dependency out of each before you measure it." in shown.stdout
    assert data.stdout == output.read_text(encoding="utf-8")
    with pytest.raises(ShapeError, match="a cycle: a -> b -> a"):
        load_shape(output)


def test_a_slip_is_one_clear_error_with_status_2(tmp_path: Path) -> None:
    root = write(tmp_path / "ours", poetry())
    empty = write(tmp_path / "empty", {"pyproject.toml": "[tool.black]\n", "b/pyproject.toml": "= 3"})
    (tmp_path / "there.json").write_text("precious", encoding="utf-8")
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    for words, said in (
        ([tmp_path / "nothing"], "nothing: there is no such folder."),
        ([tmp_path / "there.json"], "there.json: there is no such folder."),
        ([tmp_path / ("x" * 300)], "there is no such folder."),
        ([empty], "empty: holds no member: no project with a name was found. b/pyproject.toml: not valid TOML"),
        ([root, "--output", tmp_path / "there.json"], "there.json is there already."),
        ([root, "--output", tmp_path / "link.json"], "link.json is there already."),
        ([root, "--output", tmp_path / "no" / "x.json"], "there is no folder"),
        ([root, "--output", tmp_path / "x.txt"], "does not end in .json."),
        ([root, "--output", tmp_path / ("x" * 300 + ".json")], "cannot be written"),
    ):
        result = invoke("shape", *words)

        assert result.exit_code == 2
        assert result.stderr.startswith("error: ")
        assert said in result.stderr
        assert len(result.stderr.splitlines()) >= 2, "what to do is missing"
        assert result.stdout == ""
    assert (tmp_path / "there.json").read_text(encoding="utf-8") == "precious"


@pytest.mark.parametrize("place", ["/proc/x.json", "/dev/null/x.json"])
def test_a_place_that_cannot_be_written_to_is_an_error(tmp_path: Path, place: str) -> None:
    result = invoke("shape", write(tmp_path, poetry()), "--output", place)

    assert result.exit_code == 2
    assert result.stderr.startswith("error: --output: ")


def test_half_a_shape_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", **options: Any) -> Any:
        # As a full disk has it: the file is there, and nothing can be written to it.
        opened(path, mode, **options).close()
        return opened(Path("/dev/full"), "w")

    root = write(tmp_path / "ours", poetry())
    monkeypatch.setattr(Path, "open", full)
    result = invoke("shape", root, "--output", tmp_path / "ours.json")

    assert result.exit_code == 2
    assert "ours.json cannot be written: No space left on device" in result.stderr
    assert not (tmp_path / "ours.json").exists()


def test_signs_that_act_on_a_terminal_are_written_out(tmp_path: Path) -> None:
    dependency = "\\u001b[2J [bold]x"
    files = {"a/pyproject.toml": f'[project]\nname = "a"\ndependencies = ["{dependency}", "[bold]x"]\n'}
    root = write(tmp_path / "ours\x1b[1m", {**files, "b\x1b[2J/pyproject.toml": "="})

    out = invoke("shape", root).stdout

    assert "\x1b" not in out
    assert "[bold]x" in out
    assert "b\\x1b[2J/pyproject.toml" in out
