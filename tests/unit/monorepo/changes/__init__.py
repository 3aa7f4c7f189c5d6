"""Tests of monorepo.changes."""
