"""Every value of ``offline-…`` and of ``error-offline``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from harness.findings.base import FAILED, UNSUPPORTED
from harness.findings.offline import FINDING
from harness.measure.command import Command, Execution
from tests.fakes import execution
from tests.unit.findings.made_up_monorepo import TEXT, Player, established, player_lab

TOLD = TEXT.replace("[caches]", '[offline]\nTOOL_OFFLINE = "1"\n\n[caches]')
PREPARED = TEXT.replace(
    "[caches]", '[offline]\nTOOL_WHEELS = "{state}/wheels"\n\n[phases.prepare]\nsteps = [["tool", "fetch"]]\n\n[caches]'
)
REFUSAL = "tool.lock: cannot reach http://127.0.0.1:2/simple/\nhint: try again with a network"


def needing_an_index(*names: str) -> object:
    """A toolchain that needs an index for these commands, unless it is told to do without."""

    def override(command: Command, player: Player) -> Execution | None:
        needs = command.argv[0] == "tool" and command.argv[1] in names
        if player.online or not needs or "TOOL_OFFLINE" in command.env:
            return None
        return replace(execution(exit_code=1), stderr=REFUSAL)

    return override


def test_what_needs_no_index_works(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path)
    found = established(FINDING, lab)

    assert {item.value for name, item in found.items() if name.startswith("offline-")} == {"works"}
    assert found["error-offline"].value == "no error"


def test_what_asks_the_index_all_the_same_fails_and_its_words_are_judged(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, override=needing_an_index("lock", "install"))
    found = {name: item.value for name, item in established(FINDING, lab).items()}

    assert (found["offline-lock"], found["offline-install"], found["offline-deploy"]) == ("fails", "fails", "works")
    assert found["offline-run"] == "works"
    assert found["error-offline"] == "file, key, remedy"


def test_what_works_when_it_is_told_to_do_without_says_how(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, TOLD, override=needing_an_index("install"))
    found = established(FINDING, lab)

    assert found["offline-install"].value == "works-if-told"
    assert "TOOL_OFFLINE=1" in found["offline-install"].evidence


def installing_from_wheels(command: Command, player: Player) -> Execution | None:
    """A toolchain that installs from an index, or from wheels that it fetched into a folder it has to be told of."""
    wheels = player.workspace.state / "wheels"
    refused = replace(execution(exit_code=1), stderr=REFUSAL)
    match command.argv:
        case ["tool", "fetch"]:
            if not player.online or "TOOL_WHEELS" in command.env:
                return refused
            wheels.mkdir(exist_ok=True)
            return execution()
        case ["tool", "install"]:
            told = command.env.get("TOOL_WHEELS") == str(wheels) and wheels.is_dir()
            return None if player.online or told else refused
    return None


def test_what_works_once_it_was_prepared_says_with_how_many_commands(tmp_path: Path) -> None:
    lab, player = player_lab(tmp_path, PREPARED, override=installing_from_wheels)
    found = established(FINDING, lab)

    assert found["offline-install"].value == "works-prepared"
    assert "(the index is back for 1 command)\n$ tool fetch" in found["offline-install"].evidence
    assert "TOOL_WHEELS={state}/wheels" in found["offline-install"].evidence
    assert found["offline-deploy"].value == "works"
    assert player.commands.count(("tool", "fetch")) == 1


def test_what_is_typed_alike_for_each_application_counts_once(tmp_path: Path) -> None:
    text = PREPARED.replace("[phases.prepare]", '[phases.prepare]\ndirectory = "{root}/{app}"')
    lab, player = player_lab(tmp_path, text, override=installing_from_wheels)
    found = established(FINDING, lab)

    assert "(the index is back for 1 command)\n$ tool fetch" in found["offline-install"].evidence
    assert player.commands.count(("tool", "fetch")) == 2


def test_what_was_prepared_is_gone_afterwards(tmp_path: Path) -> None:
    lab, _ = player_lab(tmp_path, PREPARED, override=installing_from_wheels)
    (lab.workspace.state / "settings").mkdir()
    established(FINDING, lab)

    assert [path.name for path in lab.workspace.state.iterdir()] == ["settings"]


def test_nothing_is_prepared_where_nothing_needs_it(tmp_path: Path) -> None:
    lab, player = player_lab(tmp_path, PREPARED)
    established(FINDING, lab)

    assert ("tool", "fetch") not in player.commands


def test_what_fails_even_when_prepared_fails(tmp_path: Path) -> None:
    def fetching_in_vain(command: Command, player: Player) -> Execution | None:
        if command.argv == ("tool", "fetch"):
            return execution()
        return installing_from_wheels(command, player)

    lab, _ = player_lab(tmp_path, PREPARED, override=fetching_in_vain)

    assert established(FINDING, lab)["offline-install"].value == "fails"


def test_starting_is_tried_from_what_was_installed_after_preparing(tmp_path: Path) -> None:
    def starting_from_wheels(command: Command, player: Player) -> Execution | None:
        wheels = player.workspace.state / "wheels"
        if command.argv[:2] == ("tool", "python") and not player.online and not wheels.is_dir():
            return replace(execution(exit_code=1), stderr=REFUSAL)
        return installing_from_wheels(command, player)

    lab, _ = player_lab(tmp_path, PREPARED, override=starting_from_wheels)

    assert established(FINDING, lab)["offline-run"].value == "works-prepared"


def test_a_preparation_that_fails_with_the_index_there_proves_nothing(tmp_path: Path) -> None:
    def not_fetching(command: Command, player: Player) -> Execution | None:
        if command.argv == ("tool", "fetch"):
            return execution(exit_code=1)
        return installing_from_wheels(command, player)

    lab, _ = player_lab(tmp_path, PREPARED, override=not_fetching)
    found = established(FINDING, lab)

    assert found["offline-install"].value == FAILED
    assert "preparing failed: $ tool fetch" in found["offline-install"].evidence


def test_a_phase_that_the_toolchain_lacks_has_its_reason(tmp_path: Path) -> None:
    text = TEXT[: TEXT.index("[phases.deploy]")] + '[unsupported]\ndeploy = "It cannot."\n'
    lab, _ = player_lab(tmp_path, text)

    found = established(FINDING, lab)["offline-deploy"]
    assert (found.value, found.evidence) == (UNSUPPORTED, "It cannot.")


def test_a_phase_that_fails_with_the_index_there_proves_nothing(tmp_path: Path) -> None:
    lab, _ = player_lab(
        tmp_path, override=lambda command, _: execution(exit_code=1) if command.argv[1] == "build" else None
    )

    assert {item.value for item in established(FINDING, lab).values()} == {FAILED}


def test_the_labs_own_lock_files_are_there_afterwards(tmp_path: Path) -> None:
    lab, player = player_lab(tmp_path)
    before = (lab.workspace.kept_locks / "tool.lock").read_text(encoding="utf-8")

    def name_the_index(command: Command, player: Player) -> Execution | None:
        if command.argv == ("tool", "lock"):
            names = "".join(f'name = "{name}"\n' for name in ("shared", "hello", "goodbye"))
            index = command.env["TOOL_INDEX"]
            (player.workspace.root / "tool.lock").write_text(f"{names}index = {index}\n", encoding="utf-8")
            return execution()
        return None

    player.override = name_the_index
    established(FINDING, lab)

    assert (lab.workspace.kept_locks / "tool.lock").read_text(encoding="utf-8") == before
