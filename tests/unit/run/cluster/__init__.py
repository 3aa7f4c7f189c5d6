"""Tests of run.cluster."""
