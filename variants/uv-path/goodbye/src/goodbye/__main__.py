"""``python -m goodbye``."""

from goodbye import greeting

print(greeting())
