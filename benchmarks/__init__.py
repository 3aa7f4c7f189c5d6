"""How fast and how right the harness itself is, one module a question: ``make bench``."""
