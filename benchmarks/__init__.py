"""How fast the harness itself is, beside its peers: ``make bench``."""
