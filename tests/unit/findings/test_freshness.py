"""Every value of ``stale-…``, ``refresh-…``, ``stale-shipment`` and ``stale-environment``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.stale import FINDING as STALE
from harness.findings.stale import KINDS
from harness.findings.stale_environment import FINDING as ENVIRONMENT
from harness.findings.stale_shipment import FINDING as SHIPMENT
from harness.measure.command import Command, Execution
from tests.fakes import execution
from tests.unit.findings.made_up_monorepo import TEXT, Player, established, player_lab

REFRESHING = TEXT.replace("[phases.refresh]\nsteps = []", '[phases.refresh]\nsteps = [["tool", "refresh"]]')


def stale(tmp_path: Path, kind: str, *, and_next: bool = False, **options: object) -> tuple[str, str]:
    """What is found of one kind of edit, with those before it made, and the next if wanted."""
    lab, _ = player_lab(tmp_path, **options)
    names = [item.name for item in KINDS]
    made = names[: names.index(kind) + 1 + and_next]
    facts = {name: facts for name, facts in STALE.facts.items() if name.partition("-")[2] in made}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("harness.findings.stale.KINDS", KINDS[: len(made)])
        found = established(replace(STALE, facts=facts), lab)
    assert len(found) == 2 * len(made)
    assert all(item.evidence for item in found.values())
    assert str(tmp_path) not in "".join(item.evidence for item in found.values())
    return found[f"stale-{kind}"].value, found[f"refresh-{kind}"].value


def test_copies_are_stale_and_a_refresh_shows_every_edit(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, REFRESHING, renewed_by=frozenset({"refresh"}))
    found = {name: item.value for name, item in established(STALE, lab).items()}

    assert {name: value for name, value in found.items() if name.startswith("stale-")} == {
        "stale-value": "stale", "stale-module": "stale", "stale-script": "broken",
        "stale-dependency": "stale", "stale-version": "stale",
    }  # fmt: skip
    assert {value for name, value in found.items() if name.startswith("refresh-")} == {"refresh"}


def test_links_show_code_at_once_and_what_is_declared_after_installing(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, linked=True, renewed_by=frozenset({"install"}))
    found = {name: item.value for name, item in established(STALE, lab).items()}

    assert (found["stale-value"], found["refresh-value"]) == ("fresh", "nothing")
    assert (found["stale-module"], found["refresh-module"]) == ("fresh", "nothing")
    assert (found["stale-dependency"], found["refresh-dependency"]) == ("broken", "install")
    assert (found["stale-version"], found["refresh-version"]) == ("stale", "install")


def test_starting_may_bring_everything_up_to_date(tmp_path: Path) -> None:
    assert stale(tmp_path, "dependency", linked=True, renewed_by=frozenset({"run"})) == ("fresh", "nothing")


def test_what_shows_at_the_second_start_is_said(tmp_path: Path) -> None:
    def late(command: Command, player: Player) -> Execution | None:
        """Look at the sources when an application has been started, not before."""
        if command.argv[:2] == ("tool", "python") and (player.workspace.root / ".venv").exists():
            printed = player.start(player.workspace.root / ".venv", *command.argv[2:])
            player.make(player.workspace.root / ".venv", linked=False)
            return printed
        return None

    assert stale(tmp_path, "value", override=late) == ("stale", "run-again")


def test_only_a_new_environment_helps_where_nothing_is_renewed(tmp_path: Path) -> None:
    assert stale(tmp_path, "value") == ("stale", "new-environment")


def test_what_was_locked_counts_until_it_is_locked_again(tmp_path: Path) -> None:
    renewed_by = frozenset({"install"})
    found = stale(tmp_path, "dependency", linked=True, by_lock=True, renewed_by=renewed_by)

    assert found == ("broken", "lock-and-install")


def test_where_a_lock_file_is_kept_as_it_is_only_a_new_one_helps(tmp_path: Path) -> None:
    def keep(command: Command, player: Player) -> Execution | None:
        kept = command.argv == ("tool", "lock") and (player.workspace.root / "tool.lock").exists()
        return execution() if kept else None

    assert stale(tmp_path, "version", linked=True, by_lock=True, override=keep) == ("stale", "new-lock-and-environment")


def test_where_nothing_helps_it_is_said_and_the_next_edit_begins_anew(tmp_path: Path) -> None:
    def old(command: Command, player: Player) -> Execution | None:
        if command.argv[:3] == ("tool", "python", "-m") and "Wolf" in source(player):
            return execution(stdout="Hello, PolyWolf\n")
        return None

    def source(player: Player) -> str:
        module = player.workspace.root / "shared" / "src" / "shared" / "__init__.py"
        return module.read_text(encoding="utf-8").replace("PolyWolf", "")

    assert stale(tmp_path, "value", and_next=True, override=old) == ("stale", "nothing-helps")


@pytest.mark.parametrize(
    ("forgets", "fails", "expected"), [(False, False, "ships-new"), (True, False, "ships-old"), (False, True, "fails")]
)
def test_a_shipment_is_new_old_or_none(tmp_path: Path, forgets: bool, fails: bool, expected: str) -> None:
    def deploy(command: Command, player: Player) -> Execution | None:
        again = player.commands.count(command.argv) > 1
        if command.argv[:2] != ("tool", "deploy") or not again:
            return None
        if fails:
            return execution(exit_code=1)
        player.make(player.workspace.deployment, linked=False)
        if forgets:
            module = player.workspace.deployment / "shared" / "shared" / "__init__.py"
            module.write_text('NAME = "PolyWolf"\n', encoding="utf-8")
        return execution()

    lab, _ = player_lab(tmp_path, override=deploy)
    found = established(SHIPMENT, lab)["stale-shipment"]

    assert found.value == expected
    assert "its version stays" in found.evidence


def test_what_helps_against_an_old_shipment_is_tried_and_said(tmp_path: Path) -> None:
    def deploy(command: Command, player: Player) -> Execution | None:
        if command.argv[:2] != ("tool", "deploy"):
            return None
        player.make(player.workspace.deployment, linked=False)
        if "--refresh" not in command.argv and player.commands.count(command.argv) > 1:
            module = player.workspace.deployment / "shared" / "shared" / "__init__.py"
            module.write_text('NAME = "PolyWolf"\n', encoding="utf-8")
        return execution()

    cure = '[cures.stale-shipment]\nsteps = [["tool", "deploy", "{app}", "--refresh"]]\nenvironment = { LOUD = "1" }\n'
    lab, _ = player_lab(tmp_path, f"{TEXT}\n{cure}", override=deploy)

    found = established(SHIPMENT, lab)["stale-shipment"]
    assert (found.value, found.cure) == ("ships-old", "LOUD=1 tool deploy hello --refresh")


def test_what_helps_against_a_stale_start_is_tried_and_said(tmp_path: Path) -> None:
    def install(command: Command, player: Player) -> Execution | None:
        if command.argv != ("tool", "install", "--linked"):
            return None
        player.make(player.workspace.root / ".venv", linked=True)
        return execution()

    lab, _ = player_lab(
        tmp_path, f'{TEXT}\n[cures.stale-value]\nsteps = [["tool", "install", "--linked"]]\n', override=install
    )

    found = established(STALE, lab)
    assert (found["stale-value"].value, found["stale-value"].cure) == ("stale", "tool install --linked")
    assert not found["stale-module"].cure


def test_a_toolchain_that_deploys_nothing_ships_nothing(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("[phases.deploy]")] + '[unsupported]\ndeploy = "It cannot."\n'
    lab, _ = player_lab(tmp_path, text)

    found = established(SHIPMENT, lab)["stale-shipment"]
    assert (found.value, found.evidence) == (UNSUPPORTED, "It cannot.")


def test_a_deployment_that_fails_before_any_edit_proves_nothing(tmp_path: Path) -> None:
    lab, _ = player_lab(
        tmp_path, override=lambda command, _: execution(exit_code=1) if command.argv[1] == "deploy" else None
    )

    assert established(SHIPMENT, lab)["stale-shipment"].value == FAILED


@pytest.mark.parametrize(("renewed_by", "expected"), [({"run"}, "found"), (set(), "not-found")])
def test_an_application_added_later_is_found_or_not(tmp_path: Path, renewed_by: set[str], expected: str) -> None:
    lab, _ = player_lab(tmp_path, linked=True, renewed_by=frozenset(renewed_by))
    found = established(ENVIRONMENT, lab)["stale-environment"]

    assert found.value == expected
    assert "farewell" in found.evidence


def test_a_variant_that_does_not_say_how_an_application_is_added_has_a_reason(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path)
    (lab.bench.variant.folder / "changes.toml").write_text(
        '[add-application]\nunsupported = "There can be but two."\n', encoding="utf-8"
    )

    found = established(ENVIRONMENT, lab)["stale-environment"]
    assert (found.value, found.evidence) == (UNSUPPORTED, "There can be but two.")
