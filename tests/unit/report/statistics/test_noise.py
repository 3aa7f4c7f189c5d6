"""Tests of what is said of a noisy machine."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest

from harness.records.format import Probe
from harness.report.statistics.noise import NoiseKind, check_controls, check_drift, check_probes, check_spread
from harness.report.statistics.statistics import summarise


def blocks(values: list[float]) -> dict[tuple[str, int], float]:
    return {("run", number): value for number, value in enumerate(values)}


def frame(seconds: np.ndarray, block: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"variant": "a", "wall_s": seconds, "block": block, "position": np.arange(len(block)) % 10})


def test_a_control_that_differs_makes_the_machine_too_noisy() -> None:
    (found,) = check_controls({"venv · local · run": (blocks([1.2] * 6), blocks([1.0] * 6))})
    assert found.kind is NoiseKind.CONTROL
    assert "the reference was slower than itself, by 20%" in found.sentence
    assert "measure again" in found.sentence


def test_a_control_that_agrees_is_silent() -> None:
    assert check_controls({"cell": (blocks([1.0] * 6), blocks([1.0] * 6))}) == []


def test_noise_that_was_not_checked_is_said() -> None:
    assert [item.kind for item in check_controls({})] == [NoiseKind.UNCHECKED]
    assert [item.kind for item in check_controls({"cell": (blocks([1.0]), blocks([1.0]))})] == [NoiseKind.UNCHECKED]


def test_a_wide_spread_is_named() -> None:
    wide, narrow = summarise(np.array([1.0, 2.0, 3.0])), summarise(np.array([1.0, 1.01, 1.02]))
    assert wide is not None
    assert narrow is not None
    assert [item.cell for item in check_spread({"wide": wide, "narrow": narrow})] == ["wide"]


def test_drift_is_found_and_steady_figures_are_not() -> None:
    rng = np.random.default_rng(5)
    block = np.repeat(np.arange(10), 10)
    steady = rng.lognormal(0, 0.03, 100)
    assert check_drift(frame(steady, block), ["variant"]) == []
    (found,) = check_drift(frame(steady * (1 + block / 20), block), ["variant"])
    assert found.kind is NoiseKind.DRIFT
    assert "Samples late in the run" in found.sentence


def test_constant_and_empty_figures_do_not_drift() -> None:
    assert check_drift(frame(np.ones(30), np.repeat(np.arange(3), 10)), ["variant"]) == []
    assert check_drift(frame(np.array([]), np.array([])), ["variant"]) == []


def probes(wall: Iterable[float], user: float | None = None) -> list[Probe]:
    return [
        Probe(block=block, wall_s=seconds, user_s=seconds if user is None else user)
        for block, seconds in enumerate(wall, -1)
    ]


def test_steady_probes_say_nothing() -> None:
    steady = np.random.default_rng(6).lognormal(0, 0.015, 31) * 0.2
    assert check_probes({"r": probes(steady)}) == []
    assert check_probes({"r": probes([0.2] * 10)}) == []


def test_probes_that_waited_for_a_processor_say_that_something_else_ran() -> None:
    (found,) = check_probes({"r": probes([0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2], user=0.2)})
    assert (found.kind, found.cell) == (NoiseKind.PROBE, "")
    assert found.sentence.startswith("The machine was too noisy: the same computation, timed between blocks, took 200")
    assert "50% of its median apart, more than 10%" in found.sentence
    assert "something else was running" in found.sentence
    assert found.sentence.endswith("then measure again.")


def test_probes_whose_own_time_varies_blame_the_processor() -> None:
    (found,) = check_probes({"r": probes([0.2, 0.3, 0.2, 0.3, 0.2, 0.3, 0.2])})
    assert "The processor itself was faster at one time" in found.sentence


def test_one_slow_probe_among_many_is_no_noisy_machine() -> None:
    assert check_probes({"r": probes([0.2] * 40 + [0.6])}) == []


@pytest.mark.parametrize(("step", "word"), [(0.01, "longer"), (-0.01, "shorter")])
def test_probes_that_take_ever_longer_are_a_trend(step: float, word: str) -> None:
    (found,) = check_probes({"r": probes(0.2 * (1 + step * np.arange(9)))})
    assert found.kind is NoiseKind.PROBE
    assert f"{word} late in the run than early" in found.sentence


def test_each_run_has_probes_of_its_own() -> None:
    assert check_probes({"a": probes([0.2] * 7), "b": probes([0.3] * 7)}) == []
    (found,) = check_probes({"a": probes([0.2] * 7), "b": probes([0.2, 0.3, 0.2, 0.3])})
    assert found.sentence.startswith("Run b: The machine was too noisy")


@pytest.mark.parametrize("seconds", [[], [0.2], [0.2, 0.9], [0.0, 0.0, 0.0]])
def test_too_few_probes_or_none_say_nothing(seconds: list[float]) -> None:
    assert check_probes({"r": probes(seconds)}) == []
