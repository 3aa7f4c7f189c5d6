"""Tests of what is put in place of characters that act: of their signs, of JSON, and of what is left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.records.visible import visible, visible_json


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("plain, é, 日本, ✓\n\tand\r\n", "plain, é, 日本, ✓\n\tand\r\n"),
        ("\x1b[31mred\x00\b\f\x7f", "␛[31mred␀␈␌␡"),
        ("gpj.\u202eexe\u2066\x9b", "gpj.⟨U+202E⟩exe⟨U+2066⟩⟨U+009B⟩"),
    ],
)
def test_what_acts_is_put_as_a_sign(text: str, seen: str) -> None:
    assert visible(text) == seen
    for ascii_only in (True, False):
        assert json.loads(visible_json(json.dumps(text, ensure_ascii=ascii_only).encode())) == seen


def test_a_backslash_before_what_looks_like_an_escape_is_a_backslash() -> None:
    text = "a\\u001b \\\\b \\\x1b"
    assert json.loads(visible_json(json.dumps(text).encode())) == "a\\u001b \\\\b \\␛"


@pytest.mark.parametrize("data", [b'{"a": "\xff\x7f"}', b'{"a": "\x1b"}', b'"\\u00', b'{"\\q'])
def test_damage_stays_damage(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - of bytes or of JSON
        json.loads(visible_json(data))


@given(st.text(), st.booleans())
def test_json_and_text_are_made_visible_alike(text: str, ascii_only: bool) -> None:
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        return
    assert json.loads(visible_json(json.dumps(text, ensure_ascii=ascii_only).encode())) == visible(text)
    assert visible(visible(text)) == visible(text)
