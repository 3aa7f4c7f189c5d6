"""Tests of what the view is made into."""
