"""provision.nix.pythons: through Nix each variant is built with its own Python, or not at all, for a stated reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.nix import Nix, NixProgram
from harness.nix.host.host_python import HostPython
from harness.provision.equipment import Equipment
from harness.provision.interpreters import own_python
from harness.provision.nix import prepare
from harness.provision.nix import pythons as nix_pythons
from harness.provision.nix.prepare import prepare_nix
from harness.provision.outside import ThirdParty
from harness.provision.state_folder import Layout
from harness.provision.wheelhouse import Wheelhouse
from harness.records.strategies import NIXPKGS
from harness.run.contestants.variants import subject_of
from harness.workspace.make import nix_bench
from tests.made_up import VARIANT_TOML, made_up_variant, made_up_workspace, write_python
from tests.unit.provision.test_equipment import Played, Silent


@dataclass
class Machine:
    """A machine with two Pythons, a Nix that is played, and an import that fails where it is told to."""

    layout: Layout
    own: Variant
    other: Variant
    nix: Played
    fails: set[str] = field(default_factory=set)
    kept: list[str] = field(default_factory=list)

    def imported(self, python: Path, folder: Path, programs: Path) -> HostPython:
        """What importing a Python gives."""
        if str(python) in self.fails:
            raise NixUnavailableError(f"{python.name} cannot be imported")
        version = "3.98.1" if python.name == "python3.98" else "own"
        return HostPython(path=str(folder / python.name), sha256="0", version=version, loader="ld", site="site")

    def prepared(self, *variants: Variant, provider: str = "host") -> prepare.NixSide:
        """The Nix side of these variants."""
        return prepare_nix(variants, self.layout, object(), Silent(), provider)  # type: ignore[arg-type]

    def base(self, side: prepare.NixSide, variant: Variant) -> str:
        """The version of the Python that a variant is built with."""
        return str(json.loads(side.bases[variant.name].read_text(encoding="utf-8"))["python"]["version"])


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    for lock in (layout.infrastructure, *layout.third_party):
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
    python = write_python(tmp_path / "bin" / "python3.98", "3.98.1")
    named = VARIANT_TOML.replace("[toolchain]\n", f'[toolchain]\npython = "{python}"\n')
    found = Machine(layout, made_up_variant(tmp_path, "own"), made_up_variant(tmp_path, "other", named), Played())
    program = NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=None)
    store = Nix(program=program, folder=layout.nix, run=found.nix)
    monkeypatch.setattr(prepare, "private_store", lambda layout, executor: store)
    monkeypatch.setattr(nix_pythons, "import_python", found.imported)
    monkeypatch.setattr(
        nix_pythons, "forget_others", lambda *hosts: found.kept.extend(Path(host.path).name for host in hosts)
    )
    return found


def test_each_variant_is_built_with_its_own_python(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    wheels = Wheelhouse.wheels

    def noted(self: Wheelhouse, lock: Path) -> list[Path]:
        asked.append(f"{self._python.version} {lock.parent.parent.name}")
        return wheels(self, lock)

    monkeypatch.setattr(Wheelhouse, "wheels", noted)
    side = machine.prepared(machine.own, machine.other)

    assert machine.base(side, machine.own) == "own"
    assert machine.base(side, machine.other) == "3.98.1"
    assert machine.kept == [own_python().path.name, "python3.98"]
    assert side.refused == {}
    assert "3.98.1 other" in asked
    assert "3.98.1 own" not in asked


def test_one_python_that_cannot_be_imported_leaves_the_others(machine: Machine, tmp_path: Path) -> None:
    machine.fails = {str(tmp_path / "bin" / "python3.98")}
    side = machine.prepared(machine.own, machine.other)

    assert side.refused == {"other": "python3.98 cannot be imported"}
    assert set(side.bases) == {"own"}
    index = object()
    equipped = Equipment(index=index, tools={}, problems={}, nix=side)  # type: ignore[arg-type]
    workspace = made_up_workspace(tmp_path, machine.own)
    assert nix_bench(equipped, machine.other, workspace) is None
    assert equipped.without_nix(machine.other) == "python3.98 cannot be imported"
    assert subject_of(equipped, machine.other, CANONICAL).nix_unavailable == "python3.98 cannot be imported"
    assert nix_bench(equipped, machine.own, workspace) is not None
    assert equipped.without_nix(machine.own) == ""


def test_where_none_can_be_imported_there_is_no_nix_lane(machine: Machine, tmp_path: Path) -> None:
    machine.fails = {str(tmp_path / "bin" / "python3.98"), str(own_python().path)}

    with pytest.raises(NixUnavailableError, match="cannot be imported"):
        machine.prepared(machine.own, machine.other)


def test_one_python_that_nix_cannot_build_with_leaves_the_others(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def put_in(nix: Nix, expression: object, variant: Variant, outside: Sequence[Path]) -> None:
        if variant.name in broken:
            raise NixUnavailableError(f"Nix cannot build {variant.name}")

    monkeypatch.setattr(prepare, "_put_in", put_in)
    broken = {"other"}
    assert machine.prepared(machine.own, machine.other).refused == {"other": "Nix cannot build other"}
    broken = {"own"}
    with pytest.raises(NixUnavailableError, match="Nix cannot build own"):
        machine.prepared(machine.own, machine.other)


def test_provider_nixpkgs_builds_no_variant_that_names_a_python(machine: Machine) -> None:
    side = machine.prepared(machine.own, machine.other, provider=NIXPKGS)

    assert set(side.names) == {"own"}
    assert side.refused == {
        "other": "Provider nixpkgs builds with the Python of nixpkgs, and this is about Python 3.98.1."
    }


def test_a_shape_with_a_third_party_has_a_base_of_its_own(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = machine.layout.state / "third-party-ours.txt"
    lock.parent.mkdir(parents=True)
    lock.touch()
    put: list[list[Path]] = []
    monkeypatch.setattr(prepare, "_put_in", lambda nix, expression, variant, outside: put.append(outside))
    outside = {"ours": ThirdParty(requirements=(), lock=lock)}
    shape = replace(CANONICAL, name="ours")

    side = prepare_nix([machine.own], machine.layout, object(), Silent(), outside=outside)  # type: ignore[arg-type]

    assert side.base_for(machine.own, CANONICAL) == side.bases["own"]
    assert side.base_for(machine.own, shape) == side.outside_bases["own", "ours"]
    assert put == [[side.outside_bases["own", "ours"]]]
