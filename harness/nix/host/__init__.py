"""This machine's Python, brought into a Nix store with the libraries it needs."""
