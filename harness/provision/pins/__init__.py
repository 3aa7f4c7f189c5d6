"""Exact versions: which are newer, variants at other versions and under other Pythons, locks made anew."""
