"""Tests of the room that deals work out to a cluster."""
