"""Who takes part in a run: variants, or build backends alone; and what of a run depends on which of them it is."""
