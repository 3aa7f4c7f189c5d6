"""Tests of ``harness.reporting.nix``."""
