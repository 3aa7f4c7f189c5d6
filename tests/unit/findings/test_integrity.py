"""Every value of ``integrity``, and what is said of a refusal."""

from collections.abc import Callable, Sequence
from pathlib import Path

from harness.findings.base import FAILED
from harness.findings.integrity import FINDING
from harness.measure.command import Execution
from harness.records.facts import Lane
from harness.workspace.experiment import Lab
from tests.unit.findings.made_up_builds import refusal
from tests.unit.findings.made_up_lab import Tool, established, lacking, tool_lab


def found(lab: Lab) -> tuple[str, str, str]:
    """The two values, and the evidence of the first."""
    answers = established(FINDING, lab)
    integrity, error = answers["integrity", Lane.LOCAL], answers["error-integrity", Lane.LOCAL]
    return integrity.value, error.value, integrity.evidence


def never_installs(words: str) -> Callable[[Sequence[str]], Execution | None]:
    return lambda argv: refusal(words) if argv == ("tool", "install") else None


def test_refused(tmp_path: Path) -> None:
    value, error, evidence = found(tool_lab(tmp_path, Tool()))

    assert (value, error) == ("refused", "file, key, remedy")
    assert "tool.lock: the hash of more_itertools-10.8.0-py3-none-any.whl is another." in evidence


def test_accepted(tmp_path: Path) -> None:
    value, error, evidence = found(tool_lab(tmp_path, Tool(compares=False)))

    assert (value, error) == ("accepted", "no error")
    assert evidence.endswith("\ncontent")


def test_without_a_lock_file(tmp_path: Path) -> None:
    value, error, evidence = found(tool_lab(tmp_path, Tool(), text=lacking("lock")))

    assert (value, error) == ("no-lock", "no error")
    assert "it has no lock" in evidence


def test_the_other_wheel_comes_with_empty_caches_and_does_not_stay_in_them(tmp_path: Path) -> None:
    tool = Tool()
    lab = tool_lab(tmp_path, tool)
    kept, stranger = lab.workspace.cache / "kept", lab.workspace.cache / "stranger"
    seen = []

    def watch(argv: Sequence[str]) -> None:
        if argv == ("tool", "install"):
            seen.append(kept.exists())
            stranger.write_text("", encoding="utf-8")

    tool.fails = watch
    kept.parent.mkdir(parents=True)
    kept.write_text("", encoding="utf-8")

    assert found(lab)[0] == "refused"
    assert seen == [False, False]
    assert kept.exists()
    assert not stranger.exists()


def test_a_wheel_that_is_refused_even_if_it_is_the_locked_one_proves_nothing(tmp_path: Path) -> None:
    value, error, evidence = found(tool_lab(tmp_path, Tool(fails=never_installs("more-itertools is no wheel"))))

    assert (value, error) == (FAILED, FAILED)
    assert "refused even if it is the locked one" in evidence


def test_a_failure_that_has_nothing_to_do_with_it_proves_nothing(tmp_path: Path) -> None:
    value, error, evidence = found(tool_lab(tmp_path, Tool(fails=never_installs("the disk is full"))))

    assert (value, error) == (FAILED, FAILED)
    assert "nothing to do with more-itertools" in evidence


def test_a_toolchain_that_cannot_lock(tmp_path: Path) -> None:
    cannot = Tool(fails=lambda argv: refusal("no") if argv == ("tool", "lock") else None)

    value, _, evidence = found(tool_lab(tmp_path, cannot))

    assert value == FAILED
    assert "Locking failed" in evidence
