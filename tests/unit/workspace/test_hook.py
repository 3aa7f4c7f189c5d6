"""harness.workspace.hook: what is started in a backend's environment."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from harness.workspace import hook


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    made = SimpleNamespace(build_wheel=lambda folder: f"{folder}/a.whl", build_sdist=lambda folder: "a.tar.gz")
    monkeypatch.setitem(sys.modules, "made_up_for_hooks", SimpleNamespace(inner=made))
    return made


def answer(tmp_path: Path, name: str) -> object:
    hook.main("made_up_for_hooks:inner", name, "out", str(tmp_path / "answer.json"))
    return json.loads((tmp_path / "answer.json").read_text(encoding="utf-8"))


def test_a_hook_s_answer_is_written_down(tmp_path: Path, backend: SimpleNamespace) -> None:
    assert answer(tmp_path, "build_wheel") == "out/a.whl"


def test_what_it_prints_does_not_matter(tmp_path: Path, backend: SimpleNamespace) -> None:
    backend.build_wheel = lambda folder: print("copying", end="") or "b.whl"  # noqa: T201
    assert answer(tmp_path, "build_wheel") == "b.whl"


def test_the_hooks_there_are_can_be_asked_for(tmp_path: Path, backend: SimpleNamespace) -> None:
    assert answer(tmp_path, "hooks") == ["build_wheel", "build_sdist"]


def test_a_hook_that_fails_leaves_no_answer(tmp_path: Path, backend: SimpleNamespace) -> None:
    with pytest.raises(AttributeError):
        answer(tmp_path, "build_editable")
    assert not (tmp_path / "answer.json").exists()
