"""Tests of scenarios.backends."""
