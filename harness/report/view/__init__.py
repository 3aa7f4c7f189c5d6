"""The one view of a report: what page, Markdown, README and terminal say, made by rule from all runs in view. Pure."""
