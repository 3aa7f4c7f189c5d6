"""Sizes as rows of the report: medians by variant, of many applications the largest, and what parts they have."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from harness.records.format import CONTROL_SUFFIX
from harness.report.model import SizeRow
from harness.report.statistics.frames import Frames

#: What stands between the name of a size and that of a distribution that is a part of it.
PART = "/"
#: What is weighed of each application, by how its name ends.
_OF_EACH = ("_runtime_closure_bytes", "_build_closure_bytes")
#: What is weighed of more applications than these is shown of the one that weighs most.
_FEW_APPLICATIONS = 4


def sizes_of(section: Mapping[str, str], frames: Frames) -> tuple[SizeRow, ...]:
    """The sizes of a section, given by its columns' values, each a row with the median of every variant."""
    if frames.sizes.empty:
        return ()
    # Compared as categories, before anything is joined: of many samples, text would take seconds.
    samples = frames.samples
    controls = [name for name in samples["variant"].cat.categories if name.endswith(CONTROL_SUFFIX)]
    inside = ~samples["variant"].isin(controls)
    for column, value in section.items():
        inside &= samples[column] == value
    own = frames.sizes[inside.to_numpy()[frames.sizes["row"]]]
    own = _weighed(own)
    own = own.assign(**{name: samples[name].array[own["row"]] for name in ("scenario", "variant")})
    found: dict[tuple[str, str], dict[str, float]] = {}
    grouped = own.groupby(["scenario", "name", "variant"], sort=False, observed=True)["value"]
    for (scenario, name, variant), values in grouped:
        found.setdefault((str(scenario), str(name)), {})[str(variant)] = float(values.median())
    return tuple(
        SizeRow(
            name=name,
            unit="bytes" if name.endswith("_bytes") else "",
            scenario=scenario,
            values=values,
            parts=_parts(scenario, name, found),
        )
        for (scenario, name), values in sorted(found.items())
        if PART not in name
    )


def _parts(
    scenario: str, whole: str, sizes: Mapping[tuple[str, str], Mapping[str, float]]
) -> dict[str, dict[str, float]]:
    """What of a size is certain distributions', by variant; the largest first."""
    found: dict[str, dict[str, float]] = {}
    for (where, name), values in sizes.items():
        if where == scenario and name.startswith(whole + PART):
            for variant, value in values.items():
                found.setdefault(variant, {})[name.partition(PART)[2]] = value
    return {variant: dict(sorted(own.items(), key=lambda item: (-item[1], item[0]))) for variant, own in found.items()}


def _of_all_applications(name: str) -> str:
    """The name of a size, where it is one application's that of the largest of all."""
    return next((f"largest{end}" for end in _OF_EACH if name.endswith(end)), name)


def _weighed(sizes: pd.DataFrame) -> pd.DataFrame:
    """Sizes as a person reads them: of few applications one by one, of many the largest."""
    names = sizes["name"].unique()
    if max(sum(name.endswith(end) for name in names) for end in _OF_EACH) <= _FEW_APPLICATIONS:
        return sizes
    together = sizes.assign(name=sizes["name"].map(_of_all_applications))
    largest = together.groupby(["row", "name"], sort=False)["value"].transform("max")
    found: pd.DataFrame = together.assign(value=largest).drop_duplicates(["row", "name"])
    return found
