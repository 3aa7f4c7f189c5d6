"""Tests of what talks to Nix."""
