"""Tests that run real tools."""
