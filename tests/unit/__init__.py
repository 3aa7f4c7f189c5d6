"""Tests that start no toolchain."""
