"""What the Nix lane needs before it can begin."""
