"""Tests of provision.nix."""
