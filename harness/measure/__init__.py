"""Runs a command and says what it cost; measures what lies on disk."""
