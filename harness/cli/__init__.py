"""The command line: each command reads what was typed, calls what does it, and prints what came of it."""
