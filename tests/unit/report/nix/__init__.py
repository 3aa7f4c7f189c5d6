"""Tests of report.nix."""
