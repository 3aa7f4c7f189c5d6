"""Tests of who takes part in a run."""
