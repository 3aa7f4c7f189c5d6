"""What of an environment's size is which distribution's."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.workspace.distributions import parts


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """An environment with a large tool, a small plug-in of it and a member."""
    packages = tmp_path / "env" / "lib" / "python3.12" / "site-packages"
    for name, size in (("tool", 900), ("tool_plug_in", 10), ("shared", 300)):
        (packages / f"{name}-1.0.dist-info").mkdir(parents=True)
        (packages / f"{name}.py").write_bytes(b"x" * size)
        record = f"{name}.py,sha256=x,{size}\n{name}-1.0.dist-info/GONE,,\n"
        (packages / f"{name}-1.0.dist-info" / "RECORD").write_text(record, encoding="utf-8")
    return tmp_path / "env"


def test_what_is_a_tenth_of_the_whole_is_named(environment: Path) -> None:
    assert parts("size", 1210, [environment]) == {"size/shared": 300, "size/tool": 900}


def test_what_was_asked_for_is_named_however_small_and_what_it_is_about_is_not(environment: Path) -> None:
    assert parts("size", 1210, [environment], always=["Tool-Plug-In", "absent"], never=["shared"]) == {
        "size/tool": 900,
        "size/tool-plug-in": 10,
    }
