"""A contestant set up on disk: its tree, the states it is brought into, its steps, changes made to it."""
