"""How cost grows with the number of members: curves, exponents, crossing points, and what one more member takes."""
