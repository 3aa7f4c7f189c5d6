"""Tests of ``harness.reporting.compare``."""
