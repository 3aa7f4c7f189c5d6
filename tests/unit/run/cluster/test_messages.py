"""harness.run.cluster.messages: what is sent arrives as it was."""

from __future__ import annotations

import io
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.monorepo.variants import load_variants
from harness.provision.state_folder import Layout
from harness.run.cluster.messages import measuring_digest, packed, unpack
from tests.made_up import made_up_variant
from tests.unit.run.cluster.made_up import INFO, ORDER


def test_variants_arrive_byte_for_byte(tmp_path: Path) -> None:
    ours = load_variants(Layout.here().variants)
    unpack(packed(ours), tmp_path / "there")

    there = load_variants(tmp_path / "there")
    assert [(item.name, item.digest) for item in there] == [(item.name, item.digest) for item in ours]


def test_the_same_variants_are_the_same_archive(tmp_path: Path) -> None:
    first, second = (made_up_variant(tmp_path / name) for name in ("one", "two"))

    assert packed([first]) == packed([second])


def test_what_may_be_executed_still_may(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)
    script = variant.folder / "run.sh"
    script.write_text("#!/bin/sh\n", encoding="utf-8")
    script.chmod(0o755)

    unpack(packed([variant]), tmp_path / "there")

    assert (tmp_path / "there" / variant.name / "run.sh").stat().st_mode & 0o100


@pytest.mark.parametrize("name", ["/outside", "mine/../../outside"])
def test_nothing_is_put_outside_the_folder(name: str, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        archive.addfile(tarfile.TarInfo(name))

    with pytest.raises(StateError, match="is no file of a variant"):
        unpack(buffer.getvalue(), tmp_path / "there")

    assert not (tmp_path / "outside").exists()


def test_an_order_is_the_same_set_up_whatever_is_known_of_versions_by_now() -> None:
    assert replace(ORDER, info=replace(INFO, tools={"nix": "2.8"})).key == ORDER.key
    assert replace(ORDER, code="other").key != ORDER.key
    assert replace(ORDER, info=replace(INFO, run_id="other")).key != ORDER.key


def test_the_code_is_that_of_harness_and_nix_and_the_templates(tmp_path: Path) -> None:
    for name in ("harness", "nix", "variants/__templates__", "tests"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "a").write_text("1", encoding="utf-8")
    before = measuring_digest(tmp_path)
    (tmp_path / "tests" / "a").write_text("2", encoding="utf-8")
    assert measuring_digest(tmp_path) == before
    for name in ("nix", "variants/__templates__"):
        (tmp_path / name / "a").write_text("2", encoding="utf-8")
        assert measuring_digest(tmp_path) != before
        (tmp_path / name / "a").write_text("1", encoding="utf-8")
