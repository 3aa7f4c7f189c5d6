"""harness.backends.assignment: a request is checked whole, and a run is resumed only as what it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.backends.assignment import BackendAssignment, BackendRequest, new_assignment, resumed_assignment
from harness.backends.catalogue import load_backends
from harness.backends.scenarios import BY_NAME
from harness.backends.session import backend_facts
from harness.errors import HarnessError, InputError, ResultsError
from harness.journal import Journal
from harness.plan import digest_of
from tests.made_up import made_up_info
from tests.unit.backends.made_up_backends import write_backends
from tests.unit.reporting.made_up_run import FIXTURE


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return write_backends(tmp_path / "backends")


def request(tmp_path: Path, **changes: object) -> BackendRequest:
    made = BackendRequest(
        backends=(),
        scenarios=(),
        files=(100, 1),
        blocks=2,
        seed=3,
        results=tmp_path / "results",
        report=None,
        run_id="run",
        command_line=("backends",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def begun(tmp_path: Path, directory: Path, assignment: BackendAssignment) -> Path:
    """The folder of a run that was begun."""
    facts = {backend.name: backend_facts(backend, BY_NAME) for backend in load_backends(directory)}
    info = replace(made_up_info(assignment.plan), variants=facts)
    return Journal.create(tmp_path / "results", info).folder


def test_who_names_nothing_gets_everything(tmp_path: Path, directory: Path) -> None:
    assignment = new_assignment(request(tmp_path), directory)
    assert {cell.scenario for cell in assignment.plan.cells} == set(BY_NAME)
    assert assignment.folder == tmp_path / "results" / "run"
    assert not assignment.resumes


def test_who_names_scenarios_gets_those(tmp_path: Path, directory: Path) -> None:
    assignment = new_assignment(request(tmp_path, scenarios=("backend-wheel",)), directory)
    assert {cell.scenario for cell in assignment.plan.cells} == {"backend-wheel"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"backends": ("gone",)}, "--backend: there is no backend named 'gone'"), ({"run_id": "a/b"}, "--run-id: 'a/b'")],
)
def test_what_is_not_there_is_refused(tmp_path: Path, directory: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(HarnessError, match=said):
        new_assignment(request(tmp_path, **changes), directory)
    assert not (tmp_path / "results").exists()


def test_a_run_is_resumed_as_it_was_planned(tmp_path: Path, directory: Path) -> None:
    first = new_assignment(request(tmp_path), directory)
    again = resumed_assignment(begun(tmp_path, directory, first), None, directory)
    assert (again.plan, again.run_id, again.resumes) == (first.plan, "run", True)


def test_a_run_of_variants_is_none_of_backends(directory: Path) -> None:
    with pytest.raises(ResultsError, match="not one of backends") as error:
        resumed_assignment(FIXTURE, None, directory)
    assert "harness run --resume" in error.value.hint


def test_a_backend_that_changed_ends_its_run(tmp_path: Path, directory: Path) -> None:
    folder = begun(tmp_path, directory, new_assignment(request(tmp_path), directory))
    (directory / "made-up" / "locks" / "hooks.txt").write_text("other\n", encoding="utf-8")
    with pytest.raises(ResultsError, match="the backend made-up of the run run is not what it was"):
        resumed_assignment(folder, None, directory)


def test_a_plan_that_was_changed_ends_its_run(tmp_path: Path, directory: Path) -> None:
    assignment = new_assignment(request(tmp_path), directory)
    changed = replace(assignment, plan=replace(assignment.plan, blocks=9))
    with pytest.raises(ResultsError, match="its plan of the run run is not what it was"):
        resumed_assignment(begun(tmp_path, directory, changed), None, directory)


def test_a_scenario_that_is_gone_ends_its_run(tmp_path: Path, directory: Path) -> None:
    assignment = new_assignment(request(tmp_path), directory)
    plan = replace(assignment.plan, cells=(replace(assignment.plan.cells[0], scenario="gone"),))
    changed = replace(assignment, plan=replace(plan, digest=digest_of(plan)))
    with pytest.raises(ResultsError, match="scenarios that are gone: gone"):
        resumed_assignment(begun(tmp_path, directory, changed), None, directory)


def test_a_run_of_that_name_stays(tmp_path: Path, directory: Path) -> None:
    begun(tmp_path, directory, new_assignment(request(tmp_path), directory))
    with pytest.raises((ResultsError, InputError), match="--run-id"):
        new_assignment(request(tmp_path), directory)
