"""harness.findings.backends: each value of each finding can come out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.findings.backends import FACTS, look, mode_of
from tests.made_up import execution
from tests.unit.monorepo.backends.made_up_backends import Player, made_up_attempt, made_up_bench


def found(tmp_path: Path, player: Player) -> dict[str, str]:
    return {item.finding: item.value for item in look(player.bench, made_up_attempt(player, tmp_path))}


def test_every_fact_has_one_of_its_values(tmp_path: Path) -> None:
    answers = found(tmp_path, Player(made_up_bench(tmp_path)))
    assert answers.keys() == FACTS.keys()
    assert all(value in FACTS[name].values for name, value in answers.items())


@pytest.mark.parametrize(
    ("pth", "mode"),
    [
        ("{project}/src", "path-file"),
        ("import finder; finder.install()", "import-hook"),
        ("{project}/src\nimport finder", "import-hook"),
        ("# nothing but this\nimporter/src", "path-file"),
        ("\n", "links"),
    ],
)
def test_the_mode_is_read_from_the_lines_that_python_reads(tmp_path: Path, pth: str, mode: str) -> None:
    assert found(tmp_path, Player(made_up_bench(tmp_path), pth=pth))["editable-mode"] == mode


def test_without_a_pth_file_it_is_links(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("madeup/__init__.py", "")
    assert mode_of(tmp_path / "a.whl", hidden="/nowhere") == ("links", "madeup/__init__.py")


def test_evidence_has_no_path_of_this_machine(tmp_path: Path) -> None:
    player = Player(made_up_bench(tmp_path))
    for item in look(player.bench, made_up_attempt(player, tmp_path)):
        assert str(tmp_path) not in item.evidence
        assert item.evidence


def test_a_backend_that_is_not_installed_shows_whether_uv_asks_it(tmp_path: Path) -> None:
    asks = Player(made_up_bench(tmp_path), answers=lambda command: execution(exit_code=1) if _is_uv(command) else None)
    assert found(tmp_path, asks)["uv-asks"] == "through-pep-517"
    assert found(tmp_path / "b", Player(made_up_bench(tmp_path / "b")))["uv-asks"] == "in-process"


def _is_uv(command: object) -> bool:
    return "uv" in str(getattr(command, "argv", ("",))[0]).rsplit("/", 1)[-1]


def test_without_the_hook_metadata_takes_a_wheel(tmp_path: Path) -> None:
    player = Player(made_up_bench(tmp_path))
    player.bench.hooks = frozenset({"build_wheel"})
    assert found(tmp_path, player)["metadata-hook"] == "has-none"


def test_an_editable_wheel_that_cannot_be_built_is_no_answer(tmp_path: Path) -> None:
    player = Player(
        made_up_bench(tmp_path),
        answers=lambda command: execution(exit_code=1) if "build_editable" in command.argv else None,
    )
    with pytest.raises(StateError, match="hooks/bin/python"):
        found(tmp_path, player)
