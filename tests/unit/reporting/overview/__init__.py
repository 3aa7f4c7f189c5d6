"""Tests of ``harness.reporting.overview``."""
