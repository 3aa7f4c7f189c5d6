"""Samples as a data frame: one row a sample, one column a field, and the sizes in a frame of their own.

Rows come in chunks, so that a million of them fit into memory: names are stored once, as categories, and what only
matters of a sample that failed (its reason, its log) is kept for those alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import itemgetter
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from harness.records import CONTROL_SUFFIX, Outcome, Sample

NAMES = (
    "run_id",
    "host_id",
    "variant",
    "variant_digest",
    "lane",
    "provider",
    "strategy",
    "scenario",
    "shape",
    "outcome",
)
COUNTS = ("block", "position")
FIGURES = ("wall_s", "user_s", "system_s", "max_rss_bytes", "requests", "bytes_downloaded", "files_written")

#: What an absent provider or strategy is in a frame, where a category cannot be ``None``.
ABSENT = ""

_DEFAULTS: dict[str, Any] = {
    "provider": None,
    "strategy": None,
    "shape": "canonical",
    "reason": "",
    "exit_code": None,
    "signal": None,
    "wall_s": None,
    "user_s": None,
    "system_s": None,
    "max_rss_bytes": None,
    "requests": None,
    "bytes_downloaded": None,
    "files_written": None,
    "sizes": {},
}
_TEXTS = ("reason", "log_path")
_READ = (*NAMES, *COUNTS, *FIGURES, *_TEXTS, "sizes")
_get = itemgetter(*_READ)


@dataclass(frozen=True, kw_only=True)
class Frames:
    """``samples``: one row a sample. ``sizes``: ``row`` (of ``samples``), ``name``, ``value``.

    Absent figures are NaN inside the frame, where pandas leaves them out; nothing that comes out of the analysis is.
    ``reason`` and ``log_path`` are empty for samples that are ``ok``.
    """

    samples: pd.DataFrame
    sizes: pd.DataFrame

    @property
    def ok(self) -> pd.DataFrame:
        """The samples which have a time: all that statistics may see."""
        frame = self.samples
        return frame[(frame["outcome"] == Outcome.OK.value) & frame["wall_s"].notna()]


class FrameBuilder:
    """Collects samples chunk by chunk: as the mappings their JSON lines hold, or column by column.

    ``places`` say which lines of a chunk samples stand in, where those of one chunk come in more than one piece; the
    frame is in the order of the lines all the same.
    """

    def __init__(self) -> None:
        self._codes: dict[str, dict[str, int]] = {name: {} for name in NAMES}
        self._arrays: dict[str, list[NDArray[Any]]] = {name: [] for name in (*NAMES, *COUNTS, *FIGURES)}
        self._rows: list[NDArray[np.int64]] = []
        self._texts: dict[int, tuple[str, str]] = {}
        self._sizes: tuple[list[int], list[str], list[int]] = ([], [], [])
        self._length = 0

    def add(self, rows: Sequence[Mapping[str, Any]], *, places: Sequence[int] | None = None) -> None:
        """Take in some samples.

        Raises:
            KeyError: a row lacks a field.
            TypeError: a field is not what its column holds.
            ValueError: likewise.
        """
        if not rows:
            return
        try:
            columns = _columns(rows)
        except KeyError:
            columns = _columns([{**_DEFAULTS, **row} for row in rows])
        where = np.arange(len(rows)) if places is None else np.array(places)
        names = list(zip(*(columns[name] for name in NAMES), strict=True))
        kinds = {kind: code for code, kind in enumerate(dict.fromkeys(names))}
        self.add_columns(
            [dict(zip(NAMES, kind, strict=True)) for kind in kinds],
            np.array(list(map(kinds.__getitem__, names)), dtype=np.int32),
            {name: np.array(columns[name], dtype=np.int32) for name in COUNTS}
            | {name: _figures(columns[name]) for name in FIGURES},
            [(int(place), sizes) for place, sizes in zip(where, columns["sizes"], strict=True) if sizes],
            where,
        )
        rest = zip(where.tolist(), columns["outcome"], columns["reason"], columns["log_path"], strict=True)
        for place, outcome, reason, log_path in rest:
            if outcome != "ok":
                if not isinstance(reason, str) or not isinstance(log_path, str):
                    raise TypeError("A reason or a log is not text.")
                self._texts[self._length + place] = (reason, log_path)

    def add_columns(
        self,
        kinds: Sequence[Mapping[str, Any]],
        which: NDArray[np.int32],
        columns: Mapping[str, NDArray[Any]],
        sizes: Sequence[tuple[int, Mapping[str, Any]]],
        places: NDArray[Any],
    ) -> None:
        """Take in some samples by column: ``kinds`` are the names that occur, ``which`` says which ones are whose.

        ``sizes`` stand beside the place of their sample.

        Raises:
            TypeError: a field is not what its column holds.
            ValueError: likewise.
        """
        for name in NAMES:
            self._arrays[name].append(_encode([kind[name] for kind in kinds], self._codes[name])[which])
        for name in COUNTS:
            self._arrays[name].append(columns[name])
        for name in FIGURES:
            if (columns[name] < 0).any() or np.isinf(columns[name]).any():
                raise ValueError("A figure is below 0, or too large for a number.")
            self._arrays[name].append(columns[name])
        self._rows.append(places + self._length)
        rows, names, values = self._sizes
        before = len(values)
        for place, own in sizes:
            rows += [self._length + place] * len(own)
            names += own.keys()
            values += own.values()
        if not set(map(type, values[before:])) <= {int} or min(values[before:], default=0) < 0:
            raise TypeError("A size is not a whole number.")

    def end_chunk(self, lines: int) -> None:
        """So many lines were taken in; places count anew."""
        self._length += lines

    def build(self) -> Frames:
        """All that was taken in."""
        rows = _join(self._rows, np.int64)
        order = None if (np.diff(rows) > 0).all() else np.argsort(rows, kind="stable")
        data: dict[str, Any] = {}
        for name in NAMES:
            codes = self._column(name, np.int32, order)
            data[name] = pd.Categorical.from_codes(codes, categories=pd.Index(list(self._codes[name]), dtype=object))
        for name in COUNTS:
            data[name] = self._column(name, np.int32, order)
        for name in FIGURES:
            data[name] = self._column(name, np.float64, order)
        for place, name in enumerate(_TEXTS):
            texts = np.full(self._length, "", dtype=object)
            for row, pair in self._texts.items():
                texts[row] = pair[place]
            data[name] = texts
        sizes = pd.DataFrame(dict(zip(("row", "name", "value"), self._sizes, strict=True)))
        return Frames(samples=pd.DataFrame(data), sizes=sizes.sort_values("row", kind="stable", ignore_index=True))

    def _column(self, name: str, kind: type[np.generic], order: NDArray[np.int64] | None) -> NDArray[Any]:
        """A column in the order of the lines; its pieces are let go, so that memory holds it once."""
        joined = _join(self._arrays.pop(name), kind)
        return joined if order is None else joined[order]


def frames(samples: Iterable[Sample]) -> Frames:
    """Samples that are at hand as values, as frames."""
    builder = FrameBuilder()
    rows = [asdict(sample) for sample in samples]
    builder.add(rows)
    builder.end_chunk(len(rows))
    return builder.build()


def base_variant(name: str) -> str:
    """The variant a cell's name stands for: the reference's own for the A/A cell."""
    return name.removesuffix(CONTROL_SUFFIX)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, tuple[Any, ...]]:
    return dict(zip(_READ, zip(*map(_get, rows), strict=True), strict=True))


def _encode(values: Sequence[Any], codes: dict[str, int]) -> NDArray[np.int32]:
    if not all(value is None or isinstance(value, str) for value in values):
        raise TypeError("A name is not text.")
    return np.array([codes.setdefault(value or ABSENT, len(codes)) for value in values], dtype=np.int32)


def _figures(values: Sequence[float | None]) -> NDArray[np.float64]:
    # NumPy would read "1" as a number.
    if not set(map(type, values)) <= {int, float, NoneType}:
        raise TypeError("A figure is not a number.")
    return np.array(values, dtype=np.float64)


def _join(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.array([], dtype=kind)
