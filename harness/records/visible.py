"""Characters that act instead of being seen, made visible before a text of somebody else's is shown.

A name, a path or a log may hold escape sequences that a terminal obeys, a NUL that no XML may hold, or marks that turn
the order of letters around, so that what is read is not what is there. Each is put as a sign that can be seen: ``␛``
for an escape, ``⟨U+202E⟩`` for a mark that has no sign. Ends of lines and tabs stay as they are.
"""

from __future__ import annotations

import re

_KEPT = "\t\n\r"
#: Embeddings, overrides and isolates of the bidirectional algorithm (Unicode Standard Annex 9).
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_SIGNS: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in _KEPT},
    0x7F: "␡",
    **{code: f"⟨U+{code:04X}⟩" for code in (*range(0x80, 0xA0), *_TURNING)},
}
_ACTING = re.compile("[" + "".join(map(re.escape, map(chr, _SIGNS))) + "]")
#: What any of them looks like in JSON: an escape, or bytes of UTF-8.
_ESCAPED = re.compile(rb"\\(?:[bf]|u(?:00|20))")
_ESCAPE = re.compile(rb'\\(?:u([0-9a-fA-F]{4})|[bf]|["\\/nrt])')
_SHORT = {rb"\b": 0x08, rb"\f": 0x0C}
_RAW = (b"\x7f", b"\xc2", b"\xe2\x80", b"\xe2\x81")


def visible(text: str) -> str:
    """Any text with signs in place of the characters that act."""
    return _ACTING.sub(lambda found: _SIGNS[ord(found[0])], text)


def visible_json(data: bytes) -> bytes:
    """JSON, or lines of it, whose texts have signs in place of the characters that act; the same bytes if none has.

    What is not JSON is not made JSON by it: damage stays where it is.
    """
    if _ESCAPED.search(data):
        data = _ESCAPE.sub(_in_place, data)
    if any(part in data for part in _RAW):
        try:
            data = _visible_raw(data.decode()).encode()
        except UnicodeDecodeError:
            return data
    return data


def _visible_raw(text: str) -> str:
    """JSON without the characters that act and may stand in it as they are; others are damage, and are left."""
    return _ACTING.sub(lambda found: found[0] if found[0] < " " else _SIGNS[ord(found[0])], text)


def _in_place(found: re.Match[bytes]) -> bytes:
    code = int(found[1], 16) if found[1] else _SHORT.get(found[0])
    sign = _SIGNS.get(code) if code is not None else None
    return found[0] if sign is None else sign.encode()
