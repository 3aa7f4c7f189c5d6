"""harness.records.format: the format is strict, round-trips, and its published schemas are the code's."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from harness.cli import schemas
from harness.errors import did_you_mean
from harness.monorepo.shapes import CANONICAL
from harness.records.facts import Lane, Outcome
from harness.records.format import SAMPLE, Sample

finite = st.floats(min_value=0, allow_nan=False, allow_infinity=False)
counts = st.integers(min_value=0, max_value=2**62)
samples = st.builds(
    Sample,
    run_id=st.text(),
    host_id=st.text(),
    variant=st.text(),
    variant_digest=st.text(),
    lane=st.sampled_from(Lane),
    scenario=st.text(),
    block=counts,
    position=counts,
    outcome=st.sampled_from(Outcome),
    wall_s=st.none() | finite,
    user_s=st.none() | finite,
    system_s=st.none() | finite,
    max_rss_bytes=st.none() | counts,
    requests=st.none() | counts,
    bytes_downloaded=st.none() | counts,
    files_written=st.none() | counts,
    started_at=st.text(),
    log_path=st.text(),
    sizes=st.dictionaries(st.text(), counts),
)


@given(samples)
def test_a_sample_is_one_line_and_comes_back_as_it_was(sample: Sample) -> None:
    line = SAMPLE.dump_json(sample)

    assert b"\n" not in line
    assert SAMPLE.validate_json(line) == sample
    jsonschema.validate(json.loads(line), json.loads(schemas.rendered()["sample.schema.json"]))


@pytest.mark.parametrize("wrong", [{"wall_s": float("nan")}, {"wall_s": -1.0}, {"more": 1}, {"outcome": "fine"}])
def test_what_the_format_does_not_have_is_refused(wrong: dict[str, object]) -> None:
    right = {
        "run_id": "r", "host_id": "h", "variant": "v", "variant_digest": "d", "lane": "local", "scenario": "s",
        "block": 0, "position": 0, "outcome": "ok", "started_at": "", "log_path": "",
    }  # fmt: skip
    SAMPLE.validate_python(right)

    with pytest.raises(ValidationError):
        SAMPLE.validate_python({**right, **wrong})


def test_the_published_schemas_are_the_codes_own(tmp_path: Path) -> None:
    schemas.write(tmp_path)

    for path in sorted(tmp_path.iterdir()):
        published = schemas.FOLDER / path.name
        assert published.read_text(encoding="utf-8") == path.read_text(encoding="utf-8"), "run: make schemas"
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))
    assert {path.name for path in schemas.FOLDER.iterdir()} == {path.name for path in tmp_path.iterdir()}


def test_the_canonical_shape() -> None:
    assert [member.name for member in CANONICAL.libraries] == ["shared"]
    assert [member.name for member in CANONICAL.applications] == ["hello", "goodbye"]
    assert CANONICAL.member("hello").needs == ("shared",)
    with pytest.raises(KeyError):
        CANONICAL.member("farewell")


def test_a_name_that_resembles_nothing_gets_all_there_are() -> None:
    assert did_you_mean("zzz", ["b", "a"]) == "Known: a, b."
    assert did_you_mean("zzz", []) == "There are none."
