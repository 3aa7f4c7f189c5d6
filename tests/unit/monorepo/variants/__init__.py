"""Tests of monorepo.variants."""
