"""What of an environment's size is which distribution's: those a reader would take for something else."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable
from pathlib import Path

from packaging.utils import canonicalize_name

#: From this share of the whole on, a distribution is named beside it.
LARGE_SHARE = 0.1


def parts(
    size: str, whole: int, folders: Iterable[Path], *, always: Collection[str] = (), never: Collection[str] = ()
) -> dict[str, int]:
    """The bytes of distributions below ``folders`` as sizes of their own: ``environment_bytes/pip``.

    ``size`` is the name of the whole, which is ``whole`` bytes. Named are those of at least a tenth of it, and those
    of ``always`` that are there; those of ``never`` are what the whole is about.
    """
    found: dict[str, int] = {}
    for folder in folders:
        for record in sorted(folder.glob("**/site-packages/*.dist-info/RECORD")):
            name = str(canonicalize_name(record.parent.name.partition("-")[0]))
            found[name] = found.get(name, 0) + _weight(record)
    wanted, own = ({str(canonicalize_name(name)) for name in names} for names in (always, never))
    return {
        f"{size}/{name}": weight
        for name, weight in sorted(found.items())
        if name not in own and (name in wanted or weight >= whole * LARGE_SHARE)
    }


def _weight(record: Path) -> int:
    """The bytes of the files that an installed distribution lists as its own."""
    places = (
        record.parent.parent / row[0] for row in csv.reader(record.read_text(encoding="utf-8").splitlines()) if row
    )
    return sum(place.lstat().st_size for place in places if place.is_file())
