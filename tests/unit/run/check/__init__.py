"""Tests of run.check."""
