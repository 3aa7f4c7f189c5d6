"""docs/data.md: its example does what it says, on the report that the repository keeps."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.places import CHECKOUT

ROOT = CHECKOUT


def test_the_example_loads_pivots_and_plots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    shutil.copytree(ROOT / "report", tmp_path / "report")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - our own documentation
    said = capsys.readouterr().out
    assert len(blocks) == 5
    assert all(variant in said for variant in ("hatch", "pdm", "poetry", "uv", "venv"))
    assert "install-cold" in said
    assert (tmp_path / "samples.svg").read_text(encoding="utf-8").count("<svg") == 1
