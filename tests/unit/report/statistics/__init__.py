"""Tests of report.statistics."""
