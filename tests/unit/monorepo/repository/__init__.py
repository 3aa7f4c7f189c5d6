"""Tests of monorepo.repository."""
