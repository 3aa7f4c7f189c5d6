"""Tests of report.backends."""
