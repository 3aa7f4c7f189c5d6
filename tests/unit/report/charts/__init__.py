"""Tests of report.charts."""
