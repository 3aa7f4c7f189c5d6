"""One run held against another."""
