"""Tests of report.machines."""
