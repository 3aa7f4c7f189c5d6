"""Tests of the room of changes."""
