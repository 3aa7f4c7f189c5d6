"""Tests of report.compare."""
