"""Tests of report.exports."""
