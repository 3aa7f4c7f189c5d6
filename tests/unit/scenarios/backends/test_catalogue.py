"""scenarios.backends: the state before, what is timed, and that what is not as it has to be does not count."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StateError, VerificationError
from harness.measure.command import Execution
from harness.scenarios.backends.catalogue import BY_NAME, STARTS
from harness.scenarios.backends.kinds import SMALL, Building, Sizes, measured_of
from harness.workspace.backend import BackendBench
from tests.made_up import execution
from tests.unit.monorepo.backends.made_up_backends import Player, made_up_attempt, made_up_bench


@given(st.lists(st.integers(1, 100_000), min_size=1, max_size=5), st.sampled_from(Sizes))
def test_what_is_measured_was_asked_for_from_few_to_many(files: list[int], spread: Sizes) -> None:
    wanted = sorted(set(files))
    found = list(measured_of(spread, wanted))
    assert found
    assert found == sorted(set(found) & set(wanted))
    if spread is Sizes.SMALL and len(found) > 1:
        assert max(found) <= SMALL
    if spread is Sizes.ALL:
        assert found == wanted


BUILDING = [name for name, scenario in BY_NAME.items() if isinstance(scenario, Building)]
STARTING = [name for name in BY_NAME if name not in BUILDING]


def measure(name: str, bench: BackendBench, player: Player, tmp_path: Path) -> list[Execution]:
    """Do a scenario as a sample does it, up to its verification."""
    scenario = BY_NAME[name]
    attempt = made_up_attempt(player, tmp_path)
    attempt = scenario.prepare(bench, attempt)
    player.commands.clear()
    executions = [player.run(command) for command in scenario.measured(bench, attempt)]
    scenario.verify(bench, attempt, executions)
    return executions


@pytest.mark.parametrize("name", BUILDING)
def test_what_is_built_as_it_has_to_be_counts(tmp_path: Path, name: str) -> None:
    bench = made_up_bench(tmp_path, module="uv_build")
    assert BY_NAME[name].unsupported(bench) == ""
    assert len(measure(name, bench, Player(bench), tmp_path)) == 1


@pytest.mark.parametrize("name", STARTING)
def test_what_starts_and_says_nothing_counts(tmp_path: Path, name: str) -> None:
    bench = made_up_bench(tmp_path)
    executions = measure(name, bench, Player(bench), tmp_path)
    assert len(executions) == (1 if name.startswith("backend-") else STARTS)


@pytest.mark.parametrize("name", ["backend-wheel", "backend-sdist", "front-build", "front-pip", "front-uv"])
def test_a_module_that_is_missing_is_noticed(tmp_path: Path, name: str) -> None:
    bench = made_up_bench(tmp_path)
    with pytest.raises(VerificationError, match="2 of the package's 3 modules"):
        measure(name, bench, Player(bench, missing="module_001.py"), tmp_path)


@pytest.mark.parametrize("name", ["backend-wheel", "backend-metadata"])
def test_a_hook_that_leaves_no_answer_is_noticed(tmp_path: Path, name: str) -> None:
    bench = made_up_bench(tmp_path)
    with pytest.raises(VerificationError, match="no answer"):
        measure(name, bench, Player(bench, answers=lambda command: execution()), tmp_path)


def test_an_answer_of_before_does_not_count(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    measure("backend-wheel", bench, Player(bench), tmp_path)
    with pytest.raises(VerificationError, match="no answer"):
        measure("backend-wheel", bench, Player(bench, answers=lambda command: execution()), tmp_path)


def test_a_front_end_that_builds_nothing_is_noticed(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    with pytest.raises(VerificationError, match="Expected one wheel, found 0"):
        measure("front-pip", bench, Player(bench, answers=lambda command: execution()), tmp_path)


def test_what_python_says_does_not_count(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    with pytest.raises(VerificationError, match="Python said: Traceback"):
        measure("backend-import", bench, Player(bench, answers=lambda _: execution(stdout="Traceback")), tmp_path)


@pytest.mark.parametrize("name", ["backend-wheel", "front-build"])
def test_before_each_sample_only_the_sources_are_there(tmp_path: Path, name: str) -> None:
    bench = made_up_bench(tmp_path)
    project = bench.project("files=3")
    (project.folder / "build").mkdir()
    bench.out.mkdir()
    (bench.out / "madeup-0.0.1-py3-none-any.whl").touch()

    BY_NAME[name].prepare(bench, made_up_attempt(Player(bench), tmp_path))

    assert sorted(path.name for path in project.folder.iterdir()) == ["pyproject.toml", "src"]
    assert list(bench.out.iterdir()) == []


def test_a_hook_is_called_with_the_backend_alone_and_its_folder_on_the_path(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    player = Player(bench)
    measure("backend-wheel", bench, player, tmp_path)
    (command,) = player.commands
    assert command.argv[0] == str(bench.python)
    assert command.env["PATH"].split(":")[0] == str(bench.python.parent)
    assert command.cwd == bench.project("files=3").folder


def test_front_ends_find_the_backend_beside_them_or_are_told_where_it_is(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    for name in ("front-build", "front-pip", "front-uv"):
        player = Player(bench)
        measure(name, bench, player, tmp_path)
        (command,) = player.commands
        python = bench.beside if BY_NAME[name].beside else bench.python
        assert str(python) in command.argv
        assert command.env["PATH"].split(":")[0] == str(python.parent)
    assert [name for name in BY_NAME if BY_NAME[name].beside] == [
        "front-build",
        "front-pip",
        "front-build-isolated",
        "front-pip-isolated",
    ]


def test_uv_is_told_to_go_the_standard_way_and_only_with_its_own_backend(tmp_path: Path) -> None:
    own, other = made_up_bench(tmp_path / "own", module="uv_build"), made_up_bench(tmp_path / "other")
    player = Player(own)
    measure("front-uv-standard", own, player, tmp_path)
    assert "--force-pep517" in player.commands[0].argv
    assert "without being told" in BY_NAME["front-uv-standard"].unsupported(other)


def test_an_optional_hook_that_is_not_there_is_unsupported(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    bench.hooks = frozenset({"build_wheel", "build_sdist"})
    assert "has no hook build_editable" in BY_NAME["backend-editable"].unsupported(bench)
    assert BY_NAME["backend-wheel"].unsupported(bench) == ""


def test_an_environment_is_made_once_and_its_package_is_imported_before(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    player = Player(bench)
    attempt = made_up_attempt(player, tmp_path)
    for _ in range(2):
        BY_NAME["editable-start"].prepare(bench, attempt)
    argvs = [command.argv for command in player.commands]
    assert sum("install" in argv for argv in argvs) == 1
    assert sum("import madeup" in argv for argv in argvs) == 2


def test_editable_installs_lead_to_sources_that_nothing_is_built_of(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    player = Player(bench)
    BY_NAME["editable-start-flat"].prepare(bench, made_up_attempt(player, tmp_path))
    built = next(command for command in player.commands if "build_editable" in command.argv)
    assert built.cwd == bench.project("files=3", flat=True, linked=True).folder
    assert built.cwd != bench.project("files=3", flat=True).folder


def test_an_environment_that_cannot_be_made_is_no_state_to_measure_in(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    player = Player(bench, answers=lambda command: execution(exit_code=1) if "install" in command.argv else None)
    with pytest.raises(StateError, match="-m pip"):
        BY_NAME["installed-start"].prepare(bench, made_up_attempt(player, tmp_path))
    assert bench.environments == {}


def test_only_what_hooks_build_is_weighed(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    attempt = made_up_attempt(Player(bench), tmp_path)
    measure("backend-wheel", bench, Player(bench), tmp_path)
    assert BY_NAME["backend-wheel"].sizes(bench, attempt)["wheel_bytes"] > 0
    assert BY_NAME["front-build"].sizes(bench, attempt) == {}


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_scenario_says_what_it_is(name: str) -> None:
    scenario = BY_NAME[name]
    assert all((scenario.facts.title, scenario.facts.before, scenario.facts.measured, scenario.facts.verified))
    assert all(scenario.steps("made-up", "made_up.build"))
