"""Tests of provision.pins."""
