"""What stating it twice costs in Nix, and what it costs not to: the strategies side by side."""
