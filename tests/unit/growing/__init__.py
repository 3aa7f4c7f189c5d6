"""Tests of the room that grows variants."""
