"""What all applications of this repository share."""

NAME = "PolyWolf"
