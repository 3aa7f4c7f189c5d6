"""What a message is judged by: the file, the key and a remedy."""

from pathlib import Path

import pytest

from harness.findings.complaints import facts, judge
from harness.measure.command import Command
from harness.workspace.experiment import Trial
from tests.fakes import execution


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("pyproject.toml: requires hello<1; please mend it", "file, key, remedy"),
        ("pyproject.toml: requires hello<1", "file, key"),
        ("hint: look into pyproject.toml", "file, remedy"),
        ("It failed.\n  Install hello<1 first", "key, remedy"),
        ("see pyproject.toml", "file"),
        ("hello<1", "key"),
        ("You may have a look", "remedy"),
        ("no", "nothing"),
        ("  ✖ Install hello failed\n  ✔ Update greetings successful", "nothing"),
        ("ERRORS:\nadd hello failed:", "nothing"),
        ("Installing hello\nUsing a cache", "nothing"),
        ("error: no\n(use '--show-trace' to show detailed location information)", "nothing"),
    ],
)
def test_a_message(said: str, value: str) -> None:
    command = Command(argv=("tool",), cwd=Path("/"), env={}, timeout_s=1.0, log_path=Path("/log"))
    trial = Trial(steps=((command, execution(exit_code=1, stderr=said)),), shown=str)

    observation = judge("error-it", trial, files=["pyproject.toml"], keys=["hello<1"])

    assert observation.value == value
    assert observation.value in facts("it").values
    assert "(exit status 1)" in observation.evidence


def test_where_nothing_was_refused() -> None:
    command = Command(argv=("tool",), cwd=Path("/"), env={}, timeout_s=1.0, log_path=Path("/log"))
    trial = Trial(steps=((command, execution(stdout="please")),), shown=str)

    assert judge("error-it", trial, files=[], keys=[]).value == "no error"
