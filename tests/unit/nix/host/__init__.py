"""Tests of nix.host."""
