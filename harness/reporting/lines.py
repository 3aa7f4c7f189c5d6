"""Lines of ``samples.jsonl`` as the journal writes them, read without building a mapping for each.

One pattern matches the line of a sample that is ok, with its fields in the order of the record, and hands out the parts
that differ. Names stand first in a line and are few, so they are parsed once each. Every other line (samples that are
not ok, fields in another order, escapes) is left to a parser of JSON, and so is all damage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic_core import from_json

from harness.records import Sample

_TEXT = r'"[^"\\\x00-\x1f]*"'
_NAME = rf"(?:{_TEXT}|null)"
_COUNT = "([0-9]+)"
_FIGURE = "([-+.0-9enul]+)"

#: The fields that name a cell: what is the same in line after line, matched as one piece.
_HEAD = (
    "schema_version",
    "run_id",
    "host_id",
    "variant",
    "variant_digest",
    "lane",
    "provider",
    "strategy",
    "scenario",
    "shape",
)
_COUNTS = ("block", "position")
_FIGURES = ("wall_s", "user_s", "system_s", "max_rss_bytes", "requests", "bytes_downloaded", "files_written")
_PATTERNS: Mapping[str, str] = {
    **dict.fromkeys(_HEAD, _NAME),
    "schema_version": "[0-9]+",
    **dict.fromkeys(_COUNTS, _COUNT),
    "outcome": '"ok"',
    "reason": _TEXT,
    "exit_code": "(?:[0-9]+|null)",
    "signal": "(?:[0-9]+|null)",
    **dict.fromkeys(_FIGURES, _FIGURE),
    "wall_s": "([-+.0-9e]+)",
    "started_at": _TEXT,
    "log_path": _TEXT,
    "sizes": r"(\{[^{}]*\})",
}


def _line() -> re.Pattern[str]:
    parts = [f'"{field.name}":{_PATTERNS[field.name]}' for field in fields(Sample)]
    head, rest = ",".join(parts[: len(_HEAD)]), ",".join(parts[len(_HEAD) :])
    return re.compile(rf"\{{({head}),{rest}\}}\n|(.*\n)")


_LINE = _line()


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some lines, read.

    ``kinds`` are the mappings of names that occur, and ``which`` says for each sample that is ok which one is its own.
    ``places`` are the indices of these samples among the lines; ``others`` are the lines left over, at
    ``other_places``.
    """

    count: int
    kinds: Sequence[Mapping[str, Any]]
    which: NDArray[np.int32]
    columns: Mapping[str, NDArray[Any]]
    sizes: Sequence[tuple[int, Mapping[str, Any]]]
    places: NDArray[np.int32]
    others: Sequence[str]
    other_places: Sequence[int]


def read_chunk(text: str) -> Chunk:
    """Read whole lines, each with its end.

    Raises:
        ValueError: something in a line is not what it has to be.
    """
    rows = _LINE.findall(text)
    other_places = [place for place, row in enumerate(rows) if row[-1]]
    others = [rows[place][-1] for place in other_places]
    count = len(rows)
    places = np.arange(count, dtype=np.int32)
    if others:
        places = np.delete(places, other_places)
        rows = [row for row in rows if not row[-1]]
    heads, *values, sizes, _ = zip(*rows, strict=True) if rows else [()] * (len(_COUNTS) + len(_FIGURES) + 3)
    codes = {head: code for code, head in enumerate(dict.fromkeys(heads))}
    columns: dict[str, NDArray[Any]] = {
        name: np.array(list(map(int, column)), dtype=np.int32)
        for name, column in zip(_COUNTS, values[: len(_COUNTS)], strict=True)
    }
    columns |= {name: _numbers(column) for name, column in zip(_FIGURES, values[len(_COUNTS) :], strict=True)}
    sized = [index for index, size in enumerate(sizes) if size != "{}"]
    found = from_json("[" + ",".join([sizes[index] for index in sized]) + "]", allow_inf_nan=False)
    return Chunk(
        count=count,
        kinds=[{**from_json("{" + head + "}"), "outcome": "ok"} for head in codes],
        which=np.array([codes[head] for head in heads], dtype=np.int32),
        columns=columns,
        sizes=[(int(places[index]), size) for index, size in zip(sized, found, strict=True)],
        places=places,
        others=others,
        other_places=other_places,
    )


def _numbers(values: Sequence[str]) -> NDArray[np.float64]:
    try:
        return np.array(list(map(float, values)), dtype=np.float64)
    except ValueError:
        return np.array([np.nan if value == "null" else float(value) for value in values], dtype=np.float64)
