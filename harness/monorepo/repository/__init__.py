"""Reads which members a real repository has and which depends on which, from its files alone.

Nothing of the repository is run or imported, and no network is used. ``docs/shapes.md`` says what is read, by which
rules.
"""
