"""Tests of the fast way of reading lines: it reads what the journal writes, and leaves alone what it does not know."""

from __future__ import annotations

import json

import numpy as np
import pytest

from harness.analysis.frames import FIGURES
from harness.records import SAMPLE
from harness.reporting.lines import read_chunk
from tests.unit.reporting.made_up_run import FIXTURE

LINES = (FIXTURE / "samples.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
OK = [line for line in LINES if json.loads(line)["outcome"] == "ok"]


def test_lines_of_samples_that_are_ok_are_all_read_this_way() -> None:
    written = "".join(SAMPLE.dump_json(SAMPLE.validate_json(line)).decode() + "\n" for line in OK)
    chunk = read_chunk(written)
    assert chunk.others == []
    assert list(chunk.places) == list(range(len(OK)))


def test_they_hold_what_a_parser_of_json_finds() -> None:
    chunk = read_chunk("".join(LINES))
    sizes = dict(chunk.sizes)
    for index, place in enumerate(chunk.places):
        row = json.loads(LINES[place])
        assert {name: row[name] for name in chunk.kinds[0]} == chunk.kinds[chunk.which[index]]
        for name in FIGURES:
            value = chunk.columns[name][index]
            assert value == row[name] or (row[name] is None and np.isnan(value))
        assert sizes.get(place, {}) == row["sizes"]
    assert len(chunk.places) == len(OK)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"outcome":"ok"', '"outcome":"failed"'),
        ('"block":', '"block": '),
        ('"variant":"', '"variant":"\\u0061'),
        ('"wall_s":', '"wall_s":"'),
        ('"reason":""', '"reason":"\t"'),
    ],
)
def test_every_other_line_is_left_over(old: str, new: str) -> None:
    changed = OK[1].replace(old, new, 1)
    chunk = read_chunk(OK[0] + changed + OK[2])
    assert (chunk.count, list(chunk.places)) == (3, [0, 2])
    assert (chunk.others, chunk.other_places) == ([changed], [1])


def test_nothing_is_an_empty_chunk() -> None:
    assert read_chunk("").count == 0
