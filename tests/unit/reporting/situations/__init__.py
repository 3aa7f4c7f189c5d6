"""Tests of ``harness.reporting.situations``."""
