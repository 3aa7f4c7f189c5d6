"""Where Nix noticed something, what is kept of its words, and whether they are about what is wrong."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.findings.noticing import noticed, place_of, said, see_that_it_is_about
from harness.measure.command import Command, Execution
from harness.workspace.experiment import Trial
from tests.fakes import execution
from tests.unit.findings.made_up_lab import Tool, tool_lab
from tests.unit.findings.made_up_nix import answers, built

_PYTHON_SAYS = """\
Traceback (most recent call last):
  File "<frozen runpy>", line 198, in _run_module_as_main
  File "hello/__main__.py", line 3, in <module>
    import more_itertools
    ^^^^^^^^^^^^^^^^^^^^^
ModuleNotFoundError: No module named 'more_itertools'
"""


def trial(stderr: str, *, exit_code: int = 1, stdout: str = "", typed: str = "nix-build") -> Trial:
    command = Command(argv=("tool", "go"), cwd=Path("/"), env={}, timeout_s=1.0, log_path=Path("/log"))
    done = execution(exit_code=exit_code, stdout=stdout, stderr=stderr)
    return Trial(steps=((command, done),), shown=str, typed=typed)


@pytest.mark.parametrize(
    ("stage", "value"),
    [
        ("evaluation", "noticed-at-evaluation"),
        ("build", "noticed-at-build"),
        ("start", "noticed-at-start"),
        ("", "unnoticed"),
    ],
)
def test_where_it_is_noticed(tmp_path: Path, stage: str, value: str) -> None:
    where, last = noticed(tool_lab(tmp_path, Tool(nix=lambda attributes, root: answers(attributes, stage, "no"))))

    assert where == value
    assert last.ok == (not stage)
    if stage:
        assert place_of(last) == value


def test_an_environment_that_cannot_be_made_is_noticed_while_building(tmp_path: Path) -> None:
    def nix(attributes: Sequence[str], root: Path) -> Execution:
        members = all(attribute.startswith("members.") for attribute in attributes)
        return built(attributes) if members else answers(attributes, "build", "a file is in two", "python3-env")

    where, _ = noticed(tool_lab(tmp_path, Tool(nix=nix)))

    assert where == "noticed-at-build"


def test_of_a_failure_the_last_words_are_kept_and_neither_progress_nor_frames() -> None:
    progress = (
        "these 2 derivations will be built:\n  /nix/store/…-a.drv\n  /nix/store/…-b.drv\nbuilding '/nix/store/a'...\n"
    )

    consequences = (
        "error: 1 dependencies of derivation '/nix/store/…-a.drv' failed to build\nerror: build of 'a', 'b' failed\n"
    )

    assert said(trial(f"{progress}{_PYTHON_SAYS}error: builder failed\n{consequences}")) == (
        "$ nix-build\nModuleNotFoundError: No module named 'more_itertools'\nerror: builder failed\n(exit status 1)"
    )


def test_what_is_indented_and_no_frame_is_kept() -> None:
    assert "  'more-itertools' is not declared" in said(
        trial("error: it does not agree:\n  'more-itertools' is not declared\n")
    )


def test_the_command_is_told_where_nobody_would_have_typed_another() -> None:
    assert said(trial("no\n", typed="")) == "$ tool go\nno\n(exit status 1)"


def test_long_words_are_cut_at_their_beginning() -> None:
    lines = said(trial("".join(f"line {number}\n" for number in range(100)))).splitlines()

    assert lines[1] == "line 88"
    assert lines[-2] == "line 99"


def test_what_went_well_is_told_as_always() -> None:
    well = trial("building\n", exit_code=0, stdout="/nix/store/…-hello\n")

    assert said(well) == well.evidence


def test_a_refusal_that_is_about_something_else_proves_nothing() -> None:
    see_that_it_is_about(trial("shared is ambiguous\n"), "nobody", "shared")
    with pytest.raises(StateError, match="nothing to do with shared"):
        see_that_it_is_about(trial("the disk is full\n"), "shared")
