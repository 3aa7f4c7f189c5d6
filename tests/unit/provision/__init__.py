"""Tests of what is put in place before anything is measured."""
