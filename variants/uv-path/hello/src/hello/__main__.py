"""``python -m hello``."""

from hello import greeting

print(greeting())
