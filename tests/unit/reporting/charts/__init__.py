"""Tests of ``harness.reporting.charts``."""
