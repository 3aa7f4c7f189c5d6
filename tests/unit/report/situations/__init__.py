"""Tests of report.situations."""
