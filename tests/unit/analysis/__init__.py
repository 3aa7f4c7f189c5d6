"""Tests of ``harness.analysis``."""
