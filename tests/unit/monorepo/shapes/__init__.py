"""Tests of monorepo.shapes."""
