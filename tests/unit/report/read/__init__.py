"""Tests of report.read."""
