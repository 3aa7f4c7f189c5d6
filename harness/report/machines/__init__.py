"""The section on machines: which took part, and whether what is said holds on each of them."""
