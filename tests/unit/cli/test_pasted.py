"""harness.cli.pasted: what is told to be typed can be, as it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cli.check_shown import to_be_pasted
from harness.cli.pasted import pasted
from harness.run.check.model import Result, StepFailure, StepVerdict
from tests.made_up import write_variant
from tests.runs import invoke


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Run: python -m harness setup", "Run: python -m harness setup --variants-dir 'our own' --variants-dir b"),
        ("`python -m harness check a`", "`python -m harness check --variants-dir 'our own' --variants-dir b a`"),
        ("python -m harness update-backends x", "python -m harness update-backends x"),
        ("python -m harness compare a b", "python -m harness compare a b"),
    ],
)
def test_what_looks_for_variants_is_told_where_they_are(text: str, said: str) -> None:
    assert pasted(text, [Path("our own"), Path("b")]) == said
    assert pasted(text, []) == text


def test_a_failed_step_is_told_with_its_variants_name_and_place() -> None:
    failure = StepFailure(
        ran="python -m harness setup --variant mine",
        expected="",
        came="",
        cause="Locks are made from variant.toml: python -m harness update NAME --keep-pins",
    )
    result = Result(variant="mine", step="locks", verdict=StepVerdict.FAILED, failure=failure)

    told = to_be_pasted(result, [Path("ours")]).failure

    assert told is not None
    assert told.ran == "python -m harness setup --variants-dir ours --variant mine"
    assert told.cause.endswith("python -m harness update --variants-dir ours mine --keep-pins")


def test_check_tells_remedies_and_errors_with_the_folder_it_was_given(tmp_path: Path) -> None:
    place = tmp_path / "ours"
    lock = write_variant(place / "mine") / "locks" / "build.txt"

    # So wide that no line is folded, however long the folder's name is.
    result = invoke("check", "mine", "--quick", "--variants-dir", place, columns=400)
    assert f"update --variants-dir {place} mine --keep-pins" in result.stdout

    lock.unlink()
    result = invoke("run", "--variant", "mine", "--plan", "--variants-dir", place)
    assert result.exit_code == 2
    assert f"update --variants-dir {place} mine --keep-pins" in result.stderr
