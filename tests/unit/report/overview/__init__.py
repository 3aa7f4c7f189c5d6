"""Tests of report.overview."""
