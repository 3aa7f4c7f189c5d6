"""Tests of ``harness.reporting``."""
