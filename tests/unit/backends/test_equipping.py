"""harness.backends.equipping and session: which projects are written, what is served, what a run says of backends."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from harness.backends.assignment import BackendAssignment
from harness.backends.bench import BackendBench
from harness.backends.catalogue import load_backends, load_front_ends
from harness.backends.equipping import BackendEquipment, link_wheels, make_benches
from harness.backends.planning import make_backend_plan
from harness.backends.scenarios import BY_NAME
from harness.backends.session import backend_facts
from harness.bench import Unready
from harness.provision.wheelhouse import Wheelhouse
from tests.unit.backends.made_up_backends import write_backends


def assignment(tmp_path: Path, *scenarios: str, files: tuple[int, ...] = (1, 4)) -> BackendAssignment:
    directory = write_backends(tmp_path / "backends")
    spreads = {name: BY_NAME[name].spread for name in scenarios}
    return BackendAssignment(
        backends=load_backends(directory),
        front_ends=load_front_ends(directory),
        plan=make_backend_plan(["made-up"], spreads, files, blocks=1, seed=0, reference="made-up"),
        results=tmp_path / "results",
        report=None,
        run_id="run",
        command_line=(),
    )


def equipment(made: tuple[Path, Path] | str) -> BackendEquipment:
    index = type("Index", (), {"url": "http://127.0.0.1:1/simple/"})()
    return BackendEquipment(index=cast("Any", index), front_ends=Path("/front/bin"), environments={"made-up": made})


def benches(tmp_path: Path, *scenarios: str) -> dict[str, BackendBench]:
    made = make_benches(
        assignment(tmp_path, *scenarios), equipment((Path("/hooks/python"), Path("/beside/python"))), tmp_path / "s"
    )
    return {name: bench for name, bench in made.items() if isinstance(bench, BackendBench)}


def test_projects_are_those_of_the_plan_and_the_smallest_is_flat_too(tmp_path: Path) -> None:
    bench = benches(tmp_path, "backend-wheel")["made-up"]
    assert bench.projects.keys() == {(1, False), (4, False), (1, True)}
    assert bench.linked == {}
    assert len(list(bench.projects[4, False].package.rglob("*.py"))) == 4


def test_editable_installs_have_projects_of_their_own(tmp_path: Path) -> None:
    bench = benches(tmp_path, "editable-start", "editable-start-flat")["made-up"]
    assert bench.linked.keys() == {(1, False), (4, False), (1, True), (4, True)}
    assert not {item.folder for item in bench.linked.values()} & {item.folder for item in bench.projects.values()}


def test_the_repeated_reference_shares_nothing_but_its_environments(tmp_path: Path) -> None:
    found = benches(tmp_path, "backend-wheel")
    assert found.keys() == {"made-up", "made-up~aa"}
    assert found["made-up"].python == found["made-up~aa"].python
    assert found["made-up"].folder != found["made-up~aa"].folder
    assert found["made-up~aa"].projects.keys() == {(1, False)}


def test_a_backend_that_could_not_be_installed_is_told_with_the_reason(tmp_path: Path) -> None:
    made = make_benches(assignment(tmp_path, "backend-wheel"), equipment("no such wheel"), tmp_path / "s")
    assert all(isinstance(bench, Unready) and bench.reason == "no such wheel" for bench in made.values())
    assert not (tmp_path / "s").exists()


def test_only_pinned_wheels_are_served(tmp_path: Path) -> None:
    house = tmp_path / "house"
    wanted, other = (house / "made-up" / f"made_up-{version}-py3-none-any.whl" for version in ("1.0", "2.0"))
    for wheel in (wanted, other):
        wheel.parent.mkdir(parents=True, exist_ok=True)
        wheel.write_bytes(wheel.name.encode())
    locked = tmp_path / "hooks.txt"
    digest = _sha256(wanted)
    locked.write_text(f"made-up==1.0 --hash=sha256:{digest}\n", encoding="utf-8")

    for _ in range(2):
        link_wheels(Wheelhouse(house), [locked, locked], tmp_path / "shelf")

    served = [path.relative_to(tmp_path / "shelf").as_posix() for path in (tmp_path / "shelf").rglob("*.whl")]
    assert served == ["made-up/made_up-1.0-py3-none-any.whl"]


def _sha256(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_a_reader_has_to_know_of_a_backend_is_in_the_run(tmp_path: Path) -> None:
    (backend,) = load_backends(write_backends(tmp_path))
    facts = backend_facts(backend, BY_NAME)
    assert (facts.tools, facts.digest) == ({"made-up": "1.0"}, backend.digest)
    assert facts.commands.keys() == BY_NAME.keys()
    assert facts.files.keys() == {"backend.toml", "pyproject.toml"}
