"""Tests of the section on machines."""
