"""Runs read back and turned into a report: page, Markdown, figures, table and terminal."""
