"""TOML whose keys may hold anything: what is of the wrong kind is noted, and taken for absent."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from harness.monorepo.repository.facts import Notes

_KINDS = {dict: "a table", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}


class TomlTable:
    """One table of a TOML file, with its dotted key."""

    def __init__(self, data: Mapping[str, Any], notes: Notes, key: str = "") -> None:
        self._data = data
        self._key = key
        self.notes = notes

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def __iter__(self) -> Iterator[str]:
        return iter(self._data)

    def __len__(self) -> int:
        return len(self._data)

    def dotted(self, key: str) -> str:
        """The key's name from the file's beginning."""
        shown = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else repr(key)
        return f"{self._key}.{shown}" if self._key else shown

    def raw(self, key: str) -> Any:
        """The key's value, whatever it is."""
        return self._data.get(key)

    def table(self, *keys: str) -> TomlTable:
        """The table at the end of these keys; an empty one, if there is none."""
        found = self
        for key in keys:
            found = TomlTable(found._of(key, dict, {}), self.notes, found.dotted(key))
        return found

    def text(self, key: str) -> str:
        """The key's text, or an empty one."""
        return str(self._of(key, str, ""))

    def flag(self, key: str) -> bool | None:
        """The key's truth value, if it has one."""
        value: bool | None = self._of(key, bool, None)
        return value

    def items(self, key: str) -> Iterator[tuple[str, Any]]:
        """Each value of the key's list, with its dotted name."""
        for index, value in enumerate(self._of(key, list, [])):
            yield f"{self.dotted(key)}[{index}]", value

    def texts(self, key: str) -> Iterator[tuple[str, str]]:
        """Each text of the key's list, with its dotted name."""
        for name, value in self.items(key):
            if isinstance(value, str):
                yield name, value
            else:
                self.wrong(name, "a text", value)

    def tables(self) -> Iterator[tuple[str, TomlTable]]:
        """Each table in this one, by its key."""
        for key in self._data:
            yield key, self.table(key)

    def wrong(self, key: str, expected: str, value: Any) -> None:
        """Note that a key's value is not of the kind it has to be."""
        self.notes.tell(
            key,
            # Not the value itself: it may be a number of more digits than Python writes out.
            f"expected {expected}, got {_KINDS.get(type(value), 'a date or time')}",
            "Mend the value; until then the key is taken for absent.",
        )

    def _of(self, key: str, kind: type, absent: Any) -> Any:
        value = self._data.get(key)
        if value is None:
            return absent
        if type(value) is kind:
            return value
        self.wrong(self.dotted(key), _KINDS[kind], value)
        return absent


def read_toml(text: str, notes: Notes) -> TomlTable | None:
    """The file's table; nothing, and a note with the line, if it is not TOML."""
    try:
        return TomlTable(tomllib.loads(text), notes)
    except (ValueError, RecursionError) as error:
        # A number of more digits than Python reads is a ValueError of another kind.
        line = re.search(r"at line (\d+)", str(error))
        notes.tell(
            "", f"not valid TOML: {error}", "Mend the file; nothing of it is read.", line=int(line[1]) if line else 0
        )
        return None
