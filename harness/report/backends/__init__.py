"""The report of a run of build backends alone: its own page, with the figures, words and rules of the other."""
