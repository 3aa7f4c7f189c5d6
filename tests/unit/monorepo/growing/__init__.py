"""Tests of monorepo.growing."""
