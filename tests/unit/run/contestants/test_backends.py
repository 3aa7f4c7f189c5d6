"""run.contestants.backends: what is planned of backends, what they are set up with, how a run of them goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError, ResultsError
from harness.findings.backends import FACTS
from harness.monorepo.backends.catalogue import load_backends
from harness.monorepo.shapes.packages import files_of, is_of_backends, shape_of
from harness.plan.cells import digest_of, of_shape, planned
from harness.provision.equipment import Equipment
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.format import CONTROL_SUFFIX, Cell, Plan
from harness.records.journal import Journal
from harness.run.contestants.backends import (
    FILES,
    BackendContestants,
    backend_facts,
    look_and_warm,
    new_backends,
    plan_of_backends,
    warm_backend,
)
from harness.run.resume import resumed
from harness.scenarios.backends.catalogue import BY_NAME
from harness.workspace.backend import BackendBench
from harness.workspace.prepared import Unready
from tests.made_up import execution, made_up_info
from tests.unit.monorepo.backends.made_up_backends import Player, made_up_attempt, made_up_bench, write_backends

_files = st.lists(st.integers(1, 100_000), min_size=1, max_size=5)


def plan(files: list[int], backends: tuple[str, ...] = ("hatchling", "setuptools"), blocks: int = 2) -> Plan:
    return plan_of_backends(backends, BY_NAME.keys(), files, blocks=blocks, seed=1)


@given(_files)
def test_every_scenario_is_measured_of_every_backend_with_some_package_that_was_asked_for(files: list[int]) -> None:
    cells = plan(files).cells
    for backend in ("hatchling", "setuptools"):
        assert {cell.scenario for cell in cells if cell.variant == backend} == set(BY_NAME)
    assert {files_of(cell.shape) for cell in cells} == set(files)
    assert len(cells) == len(set(cells))


@given(_files)
def test_the_order_and_number_of_files_asked_for_does_not_matter(files: list[int]) -> None:
    assert plan(files).digest == plan([*reversed(files), *files]).digest
    assert list(plan(files).shapes) == [shape_of(count) for count in sorted(set(files))]


def test_the_reference_is_repeated_with_every_package_as_among_variants() -> None:
    control = [cell for cell in plan(list(FILES)).cells if cell.variant == f"setuptools{CONTROL_SUFFIX}"]
    assert Counter(cell.scenario for cell in control) == {"backend-import": 1, "backend-wheel": 3}


def test_without_the_usual_reference_the_first_is_and_one_alone_has_none() -> None:
    assert plan([1], backends=("hatchling", "uv-build")).reference == "hatchling"
    assert all(CONTROL_SUFFIX not in cell.variant for cell in plan([1], backends=("hatchling",)).cells)


def test_a_plan_is_known_by_its_shapes_and_its_digest() -> None:
    made = plan([1, 100])
    assert made.digest == digest_of(made)
    assert is_of_backends(made)
    assert planned(made) == 2 * len(made.cells)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_backends(tmp_path / "backends")


def at(directory: Path) -> Layout:
    """Where those backends are."""
    return Layout(checkout=directory.parent, state=directory.parent / "state")


def asked(tmp_path: Path, **more: Any) -> BackendContestants:
    how: dict[str, Any] = {
        "names": (),
        "scenarios": (),
        "files": (100, 1),
        "blocks": 2,
        "seed": 3,
        "results": tmp_path / "results",
        "report": None,
        "run_id": "run",
        "command_line": ("backends",),
    }
    return new_backends(tmp_path / "backends", **{**how, **more})


def begun(tmp_path: Path, contestants: BackendContestants) -> Path:
    """The folder of a run that was begun."""
    facts = {backend.name: backend_facts(backend, BY_NAME) for backend in contestants.backends}
    info = replace(made_up_info(contestants.assignment.plan), variants=facts)
    return Journal.create(tmp_path / "results", info).folder


@pytest.mark.usefixtures("directory")
def test_who_names_nothing_gets_everything_and_who_names_scenarios_those(tmp_path: Path) -> None:
    whole, some = asked(tmp_path).assignment, asked(tmp_path, scenarios=("backend-wheel",)).assignment
    assert {cell.scenario for cell in whole.plan.cells} == set(BY_NAME)
    assert {cell.scenario for cell in some.plan.cells} == {"backend-wheel"}
    assert whole.folder == tmp_path / "results" / "run"
    assert whole.shape_names == ("files=1", "files=100")


@pytest.mark.parametrize(
    ("more", "said"),
    [({"names": ("gone",)}, "--backend: there is no backend named 'gone'"), ({"run_id": "a/b"}, "--run-id: 'a/b'")],
)
@pytest.mark.usefixtures("directory")
def test_what_is_not_there_is_refused(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    with pytest.raises(HarnessError, match=said):
        asked(tmp_path, **more)
    assert not (tmp_path / "results").exists()


@pytest.mark.usefixtures("directory")
def test_a_run_of_that_name_stays(tmp_path: Path) -> None:
    begun(tmp_path, asked(tmp_path))
    with pytest.raises(ResultsError, match="--run-id"):
        asked(tmp_path)


def test_a_run_is_gone_on_with_as_it_was_planned_by_either_command(tmp_path: Path, directory: Path) -> None:
    first = asked(tmp_path)
    again = resumed(begun(tmp_path, first), None, at(directory), keep=True)
    assert isinstance(again, BackendContestants)
    assert again.backends == first.backends
    assert again.assignment == replace(first.assignment, command_line=("run",), resumes=True, keep=True)


def test_what_is_not_what_it_was_ends_its_run(tmp_path: Path, directory: Path) -> None:
    first = asked(tmp_path)
    folder = begun(tmp_path, first)
    with pytest.raises(ResultsError, match="begun on one machine"):
        resumed(folder, None, at(directory), cluster="local:2")
    (directory / "made-up" / "locks" / "hooks.txt").write_text("other\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="the backend made-up of the run run is not what it was"):
        resumed(folder, None, at(directory))


@pytest.mark.parametrize("what", ["its plan of the run run is not what it was", "scenarios that are gone: gone"])
def test_a_plan_that_cannot_be_done_any_more_ends_its_run(tmp_path: Path, directory: Path, what: str) -> None:
    first = asked(tmp_path)
    planned_then = first.assignment.plan
    if "gone" in what:
        made = replace(planned_then, cells=(replace(planned_then.cells[0], scenario="gone"),))
        made = replace(made, digest=digest_of(made))
    else:
        made = replace(planned_then, blocks=9)
    changed = replace(first, assignment=replace(first.assignment, plan=made))
    with pytest.raises(ResultsError, match=what):
        resumed(begun(tmp_path, changed), None, at(directory))


def equipment(problems: dict[str, str]) -> Equipment:
    index: Any = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()
    tools = {name: Path(f"/{name}/bin") for name in ("front-ends", "made-up", "made-up-with-front-ends")}
    return Equipment(index=index, tools={name: tools[name] for name in tools.keys() - problems}, problems=problems)


def benches(tmp_path: Path, problems: dict[str, str]) -> dict[str, BackendBench | Unready]:
    contestants = asked(tmp_path)
    wheel = Cell(variant="made-up", lane=Lane.LOCAL, scenario="backend-wheel", shape="files=3")
    cells = (wheel, replace(wheel, variant="made-up~aa"))
    part = of_shape(replace(contestants.assignment.plan, cells=cells), "files=3")
    stage = contestants.stage("files=3", part, equipment(problems), tmp_path / "s", first=True, known=())
    assert (contestants.in_words("files=3"), list(stage.look())) == ("a package of 3 files", [])
    return dict(stage.make_benches())


@pytest.mark.usefixtures("directory")
def test_the_repeated_reference_shares_nothing_but_its_environments(tmp_path: Path) -> None:
    found = benches(tmp_path, {})
    one, other = found["made-up"], found["made-up~aa"]
    assert isinstance(one, BackendBench)
    assert isinstance(other, BackendBench)
    assert (one.python, one.beside) == (Path("/made-up/bin/python"), Path("/made-up-with-front-ends/bin/python"))
    assert (one.python, one.front_ends) == (other.python, other.front_ends)
    assert one.project("files=3").folder != other.project("files=3").folder


@pytest.mark.usefixtures("directory")
def test_a_backend_that_could_not_be_installed_is_told_with_the_reason(tmp_path: Path) -> None:
    for name in ("made-up", "made-up-with-front-ends", "front-ends"):
        made = benches(tmp_path, {name: "no such wheel"})
        assert all(isinstance(bench, Unready) and bench.reason == "no such wheel" for bench in made.values())
    assert not (tmp_path / "s").exists()


def test_what_a_reader_has_to_know_of_a_backend_is_in_the_run(tmp_path: Path, directory: Path) -> None:
    (backend,) = load_backends(directory)
    layout = Layout(checkout=Layout.here().checkout, state=tmp_path)
    info = asked(tmp_path, scenarios=("backend-wheel",)).info(layout)
    facts = info.variants["made-up"]
    assert (facts.tools, facts.digest) == ({"made-up": "1.0"}, backend.digest)
    assert facts.commands.keys() == info.scenarios.keys() == {"backend-wheel"}
    assert facts.files.keys() == {"backend.toml", "pyproject.toml"}
    assert {"asks": "1.0", "stands": "2.0"}.items() <= info.tools.items()
    assert info.findings == FACTS


CELLS = [
    Cell(variant="made-up", lane=Lane.LOCAL, scenario=name, shape="files=3")
    for name in ("backend-wheel", "front-uv-standard", "editable-start")
]


def test_warming_up_does_everything_once_and_says_what_failed(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    bench.hooks = frozenset()
    player = Player(bench, answers=lambda command: execution(exit_code=1) if "build_editable" in command.argv else None)
    warmed = warm_backend("made-up", bench, made_up_attempt(player, tmp_path), CELLS)
    assert "build_wheel" in bench.hooks
    assert [problem.split(":")[0] for problem in warmed.problems] == ["editable-start"]
    assert sum("build_wheel" in command.argv for command in player.commands) == 1


def test_what_is_known_is_not_looked_at_again_nor_is_the_repeated_reference(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path)
    attempt = made_up_attempt(Player(bench), tmp_path)
    known = [("made-up", Lane.LOCAL, None, name, "canonical") for name in FACTS]

    def seen(names: int, name: str) -> set[str]:
        return {item.finding for item in look_and_warm(known[:names], name, bench, attempt, CELLS[:1]).seen}

    assert seen(3, "made-up") == FACTS.keys()
    assert seen(4, "made-up") == set()
    assert seen(0, f"made-up{CONTROL_SUFFIX}") == set()
