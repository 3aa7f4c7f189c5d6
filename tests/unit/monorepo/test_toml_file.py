"""Complaints about a file's keys: each names the key and says what was expected, in the file's own words."""

from __future__ import annotations

import pytest
from pydantic import ConfigDict, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from harness.monorepo.toml_file import Words, explained

WORDS = Words(sequence="a list of words", mapping="a table")
_STRICT = ConfigDict(extra="forbid")


@dataclass(config=_STRICT)
class Inner:
    """A list's item."""

    words: tuple[str, ...] = ()
    many: int = 1


@dataclass(config=_STRICT)
class Whole:
    """A file."""

    inner: tuple[Inner, ...]
    name: str = "x"

    @model_validator(mode="after")
    def _named(self) -> Whole:
        if not self.name:
            raise ValueError("name is empty: give it one")
        return self


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "inner: this key is required"),
        ({"inner": [], "colour": 1}, "colour: there is no such key"),
        ({"inner": [{}, {"words": "a b"}]}, "inner[1].words: expected a list of words, got 'a b'"),
        ({"inner": [3]}, "inner[0]: expected a table, got 3"),
        ([], "the file: expected a table, got []"),
        ({"inner": [{"many": "few"}]}, "inner[0].many: input should be a valid integer, "),
        ({"inner": [], "name": ""}, "name is empty: give it one"),
    ],
)
def test_each_names_its_key(data: object, told: str) -> None:
    with pytest.raises(ValidationError) as complaint:
        TypeAdapter(Whole).validate_python(data)

    (said,) = explained(complaint.value, WORDS)
    assert said.startswith(told)


def test_what_was_given_is_shown_in_short_and_every_complaint_is_told() -> None:
    with pytest.raises(ValidationError) as complaint:
        TypeAdapter(Whole).validate_python({"name": ["a" * 5000]})

    missing, name = sorted(explained(complaint.value, WORDS))
    assert missing == "inner: this key is required"
    assert name.startswith("name: input should be a valid string, got ['aaa")
    assert len(name) < 80
