"""Tests of run.contestants."""
