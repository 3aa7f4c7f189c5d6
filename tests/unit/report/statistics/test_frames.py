"""Tests of samples as frames."""

from __future__ import annotations

from harness.records.facts import Lane, Outcome
from harness.records.format import Cell, Sample
from harness.report.statistics.frames import base_variant, frames
from tests.made_up import made_up_sample


def sample(outcome: Outcome = Outcome.OK, wall_s: float | None = 1.5, **more: object) -> Sample:
    return made_up_sample(Cell(variant="uv", lane=Lane.LOCAL, scenario="run"), outcome, wall_s=wall_s, **more)


def test_only_samples_that_are_ok_have_a_time() -> None:
    found = frames([sample(), sample(Outcome.FAILED, None, reason="it broke")])
    assert list(found.ok["wall_s"]) == [1.5]
    assert list(found.samples["reason"]) == ["", "it broke"]
    assert list(found.samples["log_path"]) == ["", "logs/a.log"]


def test_sizes_stand_in_a_frame_of_their_own() -> None:
    found = frames([sample(), sample(sizes={"cache_bytes": 5, "wheels_bytes": 6})])
    assert found.sizes.to_dict("list") == {"row": [1, 1], "name": ["cache_bytes", "wheels_bytes"], "value": [5, 6]}


def test_no_samples_are_an_empty_frame() -> None:
    found = frames([])
    assert found.samples.empty
    assert found.ok.empty


def test_the_control_stands_for_the_reference() -> None:
    assert base_variant("venv~aa") == base_variant("venv") == "venv"
