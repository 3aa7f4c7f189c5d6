"""Tests of ``harness.reporting.trends``."""
