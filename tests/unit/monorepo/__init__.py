"""Tests of monorepo."""
