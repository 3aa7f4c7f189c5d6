"""Tests of ``harness.reporting.read``."""
