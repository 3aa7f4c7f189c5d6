"""Proves a variant step by step, before anything is timed: what was run, what was expected, what came, and why."""
