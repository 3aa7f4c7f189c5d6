"""The section on scale of a fixed run, to the letter; ``UPDATE_GOLDEN=1`` writes it anew, for a person to look at."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.reporting.writer import write_report
from tests.unit.reporting.made_up_scale import made_up_scale_run
from tests.unit.reporting.test_golden import GOLDEN, normalised


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scale")
    write_report([made_up_scale_run(folder / "runs")], folder / "out")
    return folder / "out"


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("report.md", "\n## Scale", "\n## "),
        ("index.html", '<section aria-labelledby="scale">', "</section>"),
    ],
)
def test_the_section_is_as_it_was_agreed(written: Path, name: str, begin: str, end: str) -> None:
    text = normalised(name, (written / name).read_text(encoding="utf-8"))
    assert text.count(begin) == 1
    section = begin.lstrip("\n") + text.split(begin)[1].split(end)[0] + "\n"
    place = GOLDEN / "scale" / name
    if os.environ.get("UPDATE_GOLDEN"):
        place.parent.mkdir(exist_ok=True)
        place.write_text(section, encoding="utf-8")
    assert section == place.read_text(encoding="utf-8")
