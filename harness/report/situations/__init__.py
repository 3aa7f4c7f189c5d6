"""The answers that stand first: what people ask, and which variant fits which situation, by rule."""
