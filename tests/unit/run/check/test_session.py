"""harness.run.check.session: what a check comes to where nothing has to be installed."""

from __future__ import annotations

import shutil
from pathlib import Path

from rich.console import Console

from harness.monorepo.variants import variant_folders
from harness.provision.state_folder import Layout
from harness.run.check.model import Checked, CheckStanding, StepVerdict
from harness.run.check.session import CheckRequest, check
from tests.made_up import VARIANT_TOML, write_variant

LAYOUT = Layout.here()
OTHERS = LAYOUT.checkout / "docs" / "other-toolchains"


def looked_at(folders: dict[str, Path], reference: Path) -> dict[str, Checked]:
    told: list[object] = []
    asked = CheckRequest(folders=folders, reference=reference, quick=True)
    found = {item.variant: item for item in check(asked, LAYOUT, Console(quiet=True), told.append)}
    assert told == [result for item in found.values() for result in item.results]
    return found


def test_what_no_index_has_is_unsupported_for_that_reason_and_not_broken() -> None:
    page = (OTHERS.parent / "other-toolchains.md").read_text(encoding="utf-8")
    found = looked_at(variant_folders(OTHERS), LAYOUT.variants / "venv")

    assert set(found) == {"bazel", "conda", "pants", "pixi"}
    for item in found.values():
        assert item.standing is CheckStanding.UNSUPPORTED
        assert "no Python package index" in item.words
        assert item.good
        assert item.variant in page.lower()


def test_a_variant_toml_that_is_wrong_is_a_failed_step_and_hides_no_other(tmp_path: Path) -> None:
    good = write_variant(tmp_path / "good")
    wrong = write_variant(tmp_path / "wrong", VARIANT_TOML.replace("title", "titel"))

    found = looked_at({"good": good, "wrong": wrong}, good)

    (step,) = found["wrong"].results
    assert (step.step, step.verdict) == ("schema", StepVerdict.FAILED)
    assert step.failure is not None
    assert "titel: there is no such key" in step.failure.came
    assert step.failure.cause == "CONTRIBUTING.md describes every key of variant.toml."
    assert found["good"].results[0].verdict is StepVerdict.PASSED
    assert found["good"].results[1].step == "sources"


def test_a_look_alone_does_not_show_that_nothing_is_broken(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(LAYOUT.variants / "uv", folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / "variant.toml").read_text(encoding="utf-8")
    (folder / "variant.toml").write_text(f'broken = "It rests."\n{text}', encoding="utf-8")

    found = looked_at({"mine": folder}, LAYOUT.variants / "uv")["mine"]

    assert not any(result.failed for result in found.results)
    assert found.standing is CheckStanding.BROKEN
    assert found.words == "as it says: It rests."
