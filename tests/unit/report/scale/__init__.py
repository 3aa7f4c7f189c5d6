"""Tests of report.scale."""
