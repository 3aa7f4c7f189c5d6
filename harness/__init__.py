"""Measures what each Python toolchain costs a monorepo, locally and through Nix."""

VERSION = "0.1.0"
