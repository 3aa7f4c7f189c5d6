"""Tests of the one view."""
