"""Simulations of how often a verdict is wrong: few made-up runs each time, many where everything is proved."""

from __future__ import annotations

import pytest


def simulated(few: int, many: int) -> pytest.MarkDecorator:
    """A test that takes ``runs``, the number of made-up runs; both numbers give the same figures each time."""
    return pytest.mark.parametrize("runs", [few, pytest.param(many, marks=pytest.mark.verify)])
