"""The code, looked at without running it."""
