"""provision.equipment: what is put into the private store before anything is measured, with a Nix that is played."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from rich.console import Console

from harness.errors import NixUnavailableError, ProvisionError
from harness.measure.command import Execution
from harness.monorepo.variants import Variant
from harness.nix import Nix, NixProgram
from harness.provision import equipment
from harness.provision.equipment import equipped
from harness.provision.nix import prepare
from harness.provision.nix import pythons as nix_pythons
from harness.provision.nix.prepare import prepare_nix
from harness.provision.state_folder import Layout
from harness.records.strategies import NIXPKGS
from tests.fakes import execution
from tests.made_up import VARIANT_TOML, made_up_variant

NIX_TOML = """
[nix]
strategies = ["handwritten", "derived", "uv2nix"]
devshell = ["uv"]
"""


class Silent:
    """Nobody watches."""

    def fetching(self, done: int, total: int, name: str) -> None:
        """A wheel is fetched."""

    def doing(self, what: str) -> None:
        """Something is done."""


class Played:
    """A Nix with everything, or one that is cut off from where everything is."""

    def __init__(self, *, cut_off: bool = False) -> None:
        self.asked: list[tuple[str, ...]] = []
        self._cut_off = cut_off

    def __call__(self, argv: Sequence[str], env: Mapping[str, str]) -> Execution:
        self.asked.append(tuple(argv))
        if "--eval" in argv:
            return execution(stdout=json.dumps({}))
        if self._cut_off and self.option("substitute") == "true":
            return execution(exit_code=1, stderr="error: unable to download 'nixpkgs': Couldn't resolve host\n")
        chosen = [after for word, after in itertools.pairwise(argv) if word == "-A"]
        ending = ".drv" if Path(argv[0]).name == "nix-instantiate" else ""
        return execution(stdout="".join(f"/nix/store/{'0' * 32}-{name}{ending}\n" for name in chosen))

    def option(self, name: str, position: int = -1) -> str:
        """The value of an option in one of the commands."""
        words = self.asked[position]
        return words[words.index(name) + 1]


def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nix: Played) -> tuple[prepare.NixSide, Variant]:
    """The Nix side of one variant with provider nixpkgs."""
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    variant = made_up_variant(tmp_path, text=VARIANT_TOML + NIX_TOML)
    program = NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=None)
    store = Nix(program=program, folder=layout.nix, run=nix)
    monkeypatch.setattr(prepare, "private_store", lambda layout, executor: store)
    monkeypatch.setattr(nix_pythons, "import_python", lambda *_: pytest.fail("this machine's Python is not wanted"))
    executor = object()
    return prepare_nix([variant], layout, executor, Silent(), NIXPKGS), variant  # type: ignore[arg-type]


def test_with_nixpkgs_all_is_built_once_while_there_is_a_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nix = Played()
    side, variant = prepared(tmp_path, monkeypatch, nix)
    online = [
        words
        for position, words in enumerate(nix.asked)
        if "substitute" in words and nix.option("substitute", position) == "true"
    ]
    built = {words[words.index("strategy") + 1] for words in online if words[0].endswith("nix-build")}

    # What a lock file is needed for is not built: it is written when the run's warm-up locks.
    assert built == {"handwritten", "derived"}
    assert all(words[words.index("provider") + 1] == "nixpkgs" for words in online)
    assert not any("base" in words for words in online)
    assert not side.nix.substitute
    assert (side.provider, side.bases) == (NIXPKGS, {})
    assert json.loads(side.names[variant.name].read_text(encoding="utf-8"))["devshell"] == ["uv"]


def test_without_a_connection_nixpkgs_is_unavailable_and_host_is_offered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NixUnavailableError, match=r"Provider nixpkgs cannot be prepared: .*resolve host") as raised:
        prepared(tmp_path, monkeypatch, Played(cut_off=True))

    assert "--provider host" in raised.value.hint


@pytest.mark.parametrize(
    ("nix", "changes", "extra"),
    [
        (False, False, []),
        (False, True, ["third-party.txt", "third-party-newer.txt"]),
        (True, False, ["infrastructure.txt", "third-party.txt", "third-party-newer.txt"]),
    ],
)
def test_only_what_a_run_needs_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nix: bool, changes: bool, extra: list[str]
) -> None:
    layout = Layout(checkout=tmp_path, state=tmp_path / "state")
    asked: list[str] = []

    def fetch(variants: Sequence[Variant], locks: Sequence[Path], *_: object) -> None:
        asked.extend(lock.name for lock in locks)
        raise ProvisionError("this is far enough")

    monkeypatch.setattr(equipment, "fetch_wheels", fetch)
    with (
        pytest.raises(ProvisionError, match="far enough"),
        equipped([], layout, Console(quiet=True), nix=[] if nix else None, changes=changes),
    ):
        pass

    assert asked == extra
