"""Tests of monorepo.backends."""
