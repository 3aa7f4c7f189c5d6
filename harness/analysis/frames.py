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
    """Collects samples, given as the mappings their JSON lines hold, chunk by chunk."""

    def __init__(self) -> None:
        self._codes: dict[str, dict[str, int]] = {name: {} for name in NAMES}
        self._arrays: dict[str, list[NDArray[Any]]] = {name: [] for name in (*NAMES, *COUNTS, *FIGURES)}
        self._texts: dict[int, tuple[str, str]] = {}
        self._sizes: list[tuple[int, str, int]] = []
        self._length = 0

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take in some samples.

        Raises:
            KeyError: a row lacks a field.
            TypeError: a field is not what its column holds.
            ValueError: likewise.
        """
        if not rows:
            return
        try:
            columns = dict(zip(_READ, zip(*map(_get, rows), strict=True), strict=True))
        except KeyError:
            filled = [{**_DEFAULTS, **row} for row in rows]
            columns = dict(zip(_READ, zip(*map(_get, filled), strict=True), strict=True))
        for name in NAMES:
            self._arrays[name].append(_encode(columns[name], self._codes[name]))
        for name in COUNTS:
            self._arrays[name].append(np.array(columns[name], dtype=np.int32))
        for name in FIGURES:
            self._arrays[name].append(_figures(columns[name]))
        rest = zip(columns["outcome"], columns["reason"], columns["log_path"], columns["sizes"], strict=True)
        for row, (outcome, reason, log_path, sizes) in enumerate(rest, self._length):
            if outcome != "ok":
                if not isinstance(reason, str) or not isinstance(log_path, str):
                    raise TypeError("A reason or a log is not text.")
                self._texts[row] = (reason, log_path)
            if sizes:
                if not all(type(value) is int and value >= 0 for value in sizes.values()):
                    raise TypeError("A size is not a whole number.")
                self._sizes += [(row, name, value) for name, value in sizes.items()]
        self._length += len(rows)

    def build(self) -> Frames:
        """All that was taken in."""
        data: dict[str, Any] = {}
        for name in NAMES:
            codes = _join(self._arrays[name], np.int32)
            data[name] = pd.Categorical.from_codes(codes, categories=pd.Index(list(self._codes[name]), dtype=object))
        for name in COUNTS:
            data[name] = _join(self._arrays[name], np.int32)
        for name in FIGURES:
            data[name] = _join(self._arrays[name], np.float64)
        for place, name in enumerate(_TEXTS):
            texts = np.full(self._length, "", dtype=object)
            for row, pair in self._texts.items():
                texts[row] = pair[place]
            data[name] = texts
        sizes = pd.DataFrame(self._sizes, columns=["row", "name", "value"])
        return Frames(samples=pd.DataFrame(data), sizes=sizes)


def frames(samples: Iterable[Sample]) -> Frames:
    """Samples that are at hand as values, as frames."""
    builder = FrameBuilder()
    builder.add([asdict(sample) for sample in samples])
    return builder.build()


def base_variant(name: str) -> str:
    """The variant a cell's name stands for: the reference's own for the A/A cell."""
    return name.removesuffix(CONTROL_SUFFIX)


def _encode(values: Sequence[str | None], codes: dict[str, int]) -> NDArray[np.int32]:
    if not all(value is None or isinstance(value, str) for value in set(values)):
        raise TypeError("A name is not text.")
    own = {value: codes.setdefault(value or ABSENT, len(codes)) for value in set(values)}
    return np.array(list(map(own.__getitem__, values)), dtype=np.int32)


def _figures(values: Sequence[float | None]) -> NDArray[np.float64]:
    # NumPy would read "1" as a number.
    if not set(map(type, values)) <= {int, float, NoneType}:
        raise TypeError("A figure is not a number.")
    array = np.array(values, dtype=np.float64)
    if (array < 0).any():
        raise ValueError("A figure is below 0.")
    return array


def _join(arrays: Sequence[NDArray[Any]], kind: type[np.generic]) -> NDArray[Any]:
    return np.concatenate(arrays) if arrays else np.array([], dtype=kind)
