"""Tests of what is said of a noisy machine."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.analysis.noise import NoiseKind, check_controls, check_drift, check_spread
from harness.analysis.statistics import summarise


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
