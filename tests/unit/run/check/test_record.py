"""harness.run.check.record: what passed stands as long as nothing differs, and is never lost or taken for another's."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import InputError
from harness.monorepo.variants import Variant
from harness.run.check.record import Circumstances, Record, read_verified
from tests.made_up import made_up_variant

NOW = Circumstances(harness="a" * 64, tools={"python": "3.11.7", "nix": "2.8.0"}, machine="Debian x86_64")


@pytest.fixture
def variant(tmp_path: Path) -> Variant:
    return made_up_variant(tmp_path)


def record(tmp_path: Path, now: Circumstances = NOW, today: str = "2026-11-30") -> Record:
    return Record(tmp_path / "results" / "verified.json", now, today)


def test_what_passed_stands_for_whoever_reads_the_file_next(tmp_path: Path, variant: Variant) -> None:
    first = record(tmp_path)
    assert first.stands(variant) == {}
    first.passed(variant, "lock")
    first.passed(variant, "run")

    assert first.stands(variant) == record(tmp_path).stands(variant) == {"lock": "2026-11-30", "run": "2026-11-30"}


@pytest.mark.parametrize(
    "other",
    [
        replace(NOW, harness="b" * 64),
        replace(NOW, tools={"python": "3.11.7", "nix": "2.9.0"}),
        replace(NOW, tools={"python": "3.11.7"}),
        replace(NOW, machine="Debian aarch64"),
    ],
)
def test_in_other_circumstances_it_is_proven_anew_and_the_old_proof_is_kept_until_then(
    tmp_path: Path, variant: Variant, other: Circumstances
) -> None:
    before = record(tmp_path)
    before.passed(variant, "lock")
    before.passed(variant, "run")
    again = record(tmp_path, other, "2026-12-01")
    assert again.stands(variant) == {}

    again.passed(variant, "lock")

    assert again.stands(variant) == {"lock": "2026-12-01"}
    assert {step: proof.on for step, proof in again.verified.steps_of(variant).items()} == {
        "lock": "2026-12-01",
        "run": "2026-11-30",
    }
    assert set(again.verified.circumstances) == {NOW.name, other.name}
    again.passed(variant, "run")
    assert set(again.verified.circumstances) == {other.name}


def test_a_variant_whose_files_changed_has_nothing_on_record(tmp_path: Path, variant: Variant) -> None:
    record(tmp_path).passed(variant, "lock")
    changed = replace(variant, digest="another")
    again = record(tmp_path)
    assert again.verified.steps_of(changed) == {}

    again.passed(changed, "run")

    assert set(again.verified.steps_of(changed)) == {"run"}
    assert again.verified.steps_of(variant) == {}


def test_modules_of_tests_stand_beside_variants(tmp_path: Path, variant: Variant) -> None:
    kept = record(tmp_path)
    kept.passed(variant, "lock")
    kept.tested("tests/integration/test_x.py")

    again = record(tmp_path)
    assert again.module_stands("tests/integration/test_x.py")
    assert not again.module_stands("tests/integration/test_y.py")
    assert not record(tmp_path, replace(NOW, harness="b" * 64)).module_stands("tests/integration/test_x.py")
    assert again.stands(variant)


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no record"), ('{"surprise": 1}', "is no record"), ("2", "schema_version")]
)
def test_what_is_no_record_is_refused_and_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "verified.json"
    path.write_text(json.dumps({"schema_version": 2}) if text == "2" else text, encoding="utf-8")

    with pytest.raises(InputError, match=said) as refused:
        read_verified(path)
    assert str(path) in refused.value.message


def test_a_write_that_is_cut_off_leaves_the_file_as_it_was(
    tmp_path: Path, variant: Variant, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path).passed(variant, "lock")

    def full(self: Path, target: Path) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        record(tmp_path).passed(variant, "run")
    assert set(record(tmp_path).stands(variant)) == {"lock"}
