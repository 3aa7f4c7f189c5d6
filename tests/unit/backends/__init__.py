"""Tests of running commands and of sizes on disk."""
