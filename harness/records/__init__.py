"""What a run leaves behind: the results format, the journal that writes it, and what of it may be used again."""
