"""harness.scenarios.changes: the state before, what is measured, and that the effect has to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import StateError, VariantError, VerificationError
from harness.measure.command import Command
from harness.monorepo.changes import STANDARD
from harness.run.sample import run_until_failure
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from harness.workspace.warm_up import phases_needed, warm_up
from tests.made_up import Toolbox, execution, made_up_attempt, made_up_bench
from tests.unit.monorepo.changes.made_up_changes import GitAndToolbox

RENAME = """\
--- a/shared/src/shared/__init__.py
+++ b/shared/src/shared/__init__.py
@@ -1 +1 @@
-NAME = "{old}"
+NAME = "{new}"
"""

TYPED = 'do = [{ steps = [["tool", "add", "more-itertools"]] }]\n'


def write_change(bench: Bench, name: str, text: str, *, old: str = "PolyWolf", new: str = "Poly-Wolf") -> Path:
    folder = bench.variant.folder / "changes"
    folder.mkdir(exist_ok=True)
    with (bench.variant.folder / "changes.toml").open("a", encoding="utf-8") as file:
        file.write(f"[{name}]\n{text}\n")
    (folder / f"{name}.patch").write_text(RENAME.format(old=old, new=new), encoding="utf-8")
    return folder


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return made_up_bench(tmp_path)


@pytest.fixture
def toolbox(bench: Bench) -> Toolbox:
    return Toolbox([bench.warm, bench.settled, bench.cold])


@pytest.fixture
def attempt(toolbox: Toolbox, tmp_path: Path) -> Attempt:
    return made_up_attempt(GitAndToolbox(toolbox), tmp_path)


def measure(name: str, bench: Bench, attempt: Attempt) -> list[tuple[str, ...]]:
    """Prepare, run and verify a change; the argument lists of what was measured."""
    warm_up(bench, attempt, phases_needed([name]))
    scenario = all_scenarios()[name]
    assert scenario.unsupported(bench) == ""
    attempt = scenario.prepare(bench, attempt)
    commands = list(scenario.measured(bench, attempt))
    scenario.verify(bench, attempt, run_until_failure(attempt, commands))
    return [command.argv for command in commands]


def test_what_is_typed_is_measured_and_what_is_edited_first_is_not(bench: Bench, attempt: Attempt) -> None:
    write_change(bench, "add-dependency", TYPED)

    assert measure("add-dependency", bench, attempt) == [
        ("tool", "add", "more-itertools"), ("tool", "run", "hello"), ("tool", "run", "goodbye"),
    ]  # fmt: skip
    assert all_scenarios()["add-dependency"].steps(bench.variant) == (
        ("tool", "add", "more-itertools"), ("tool", "run", "{app}"),
    )  # fmt: skip
    assert not bench.installed


def test_an_edit_after_something_was_typed_is_applied_in_its_turn(bench: Bench, attempt: Attempt) -> None:
    text = 'do = [{ steps = [["tool", "add"]] }, { patch = "later.patch" }]\n'
    folder = write_change(bench, "add-dependency", text, new="Poly")
    (folder / "later.patch").write_text(RENAME.format(old="Poly", new="Poly-Wolf"), encoding="utf-8")

    argvs = measure("add-dependency", bench, attempt)
    assert argvs[0] == ("tool", "add")
    assert argvs[1] == ("git", "apply", "--whitespace=nowarn", str(bench.settled.folder / "patches" / "later.patch"))


def test_a_patch_that_no_longer_applies_is_named(bench: Bench, attempt: Attempt) -> None:
    write_change(bench, "add-dependency", TYPED, old="Somebody")

    with pytest.raises(StateError, match="A patch of add-dependency does not apply: error: patch failed"):
        measure("add-dependency", bench, attempt)


def test_an_effect_that_does_not_show_is_an_error(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    write_change(bench, "add-dependency", TYPED, new="Nobody")

    with pytest.raises(VerificationError, match=r"printed 'Hello, Nobody\\n', expected 'Hello, Poly-Wolf\\n'"):
        measure("add-dependency", bench, attempt)


def test_what_a_change_builds_on_is_made_before_and_not_measured(
    bench: Bench, toolbox: Toolbox, attempt: Attempt
) -> None:
    write_change(bench, "add-dependency", TYPED)
    write_change(bench, "raise-version", TYPED.replace("add", "raise"), old="Poly-Wolf", new="Wolf")

    assert ("tool", "add", "more-itertools") not in measure("raise-version", bench, attempt)
    assert ("tool", "add", "more-itertools") in [command.argv for command in toolbox.commands]


def test_caches_are_as_they_were_each_time(bench: Bench, toolbox: Toolbox, attempt: Attempt) -> None:
    write_change(bench, "add-dependency", TYPED)
    fetched = bench.settled.cache / "tool" / "more-itertools.whl"
    seen: list[bool] = []

    def fetch(command: Command) -> None:
        if command.argv[:2] == ("tool", "add"):
            seen.append(fetched.exists())
            fetched.write_text("wheel", encoding="utf-8")

    toolbox.answers = fetch
    measure("add-dependency", bench, attempt)
    scenario = all_scenarios()["add-dependency"]
    attempt = scenario.prepare(bench, attempt)
    run_until_failure(attempt, list(scenario.measured(bench, attempt)))

    assert seen == [False, False]


TESTING = TYPED + 'test = { steps = [["tool", "test"]] }\n'


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("3 passed in 0.1s", ""),
        ("2 passed in 0.1s", "ran 2 tests that passed, expected one of each of the 3 members"),
        ("no tests ran", "ran 0 tests"),
    ],
)
def test_one_command_has_to_run_every_members_test(
    bench: Bench, toolbox: Toolbox, attempt: Attempt, said: str, error: str
) -> None:
    write_change(bench, "share-tooling", TESTING, new="PolyWolf ")
    toolbox.answers = lambda command: execution(stdout=said) if command.argv == ("tool", "test") else None

    if not error:
        assert measure("share-tooling", bench, attempt)[-1] == ("tool", "test")
        return
    with pytest.raises(VerificationError, match=error):
        measure("share-tooling", bench, attempt)


def test_a_change_that_cannot_be_made_says_why(bench: Bench) -> None:
    write_change(bench, "add-dependency", 'unsupported = "It has no dependencies."\n')
    write_change(bench, "raise-version", TYPED)

    for name in ("add-dependency", "raise-version", "nix-raise-version"):
        assert all_scenarios()[name].unsupported(bench) in ("It has no dependencies.", bench.nix_unavailable)
        assert all_scenarios()[name].steps(bench.variant) == ()
    assert "changes.toml has no [add-library]" in all_scenarios()["add-library"].unsupported(bench)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("do = 3\n", "made-up/changes.toml: add-library.do: "),
        ("do = [{}]\n", "a deed has either a patch or steps"),
        ('do = [{ patch = "gone.patch" }]\n', "there is no gone.patch in changes/"),
        ('do = [{ steps = [["{nonsense}"]] }]\n', "{nonsense} is not a placeholder"),
        ("do = [\n", "not valid TOML"),
        ("surprise = 1\n", "surprise: there is no such key"),
    ],
)
def test_a_malformed_change_names_the_file_and_the_key(bench: Bench, text: str, said: str) -> None:
    write_change(bench, "add-library", text)

    with pytest.raises(VariantError, match=said):
        all_scenarios()["add-library"].unsupported(bench)


def test_every_change_is_a_scenario_in_both_lanes() -> None:
    names = list(all_scenarios())

    assert [name for name in names if name in STANDARD] == list(STANDARD)
    assert [name for name in names if name.startswith("nix-") and name[4:] in STANDARD] == [
        f"nix-{name}" for name in STANDARD
    ]


def test_a_change_begins_with_the_committed_files_whatever_was_edited_before(bench: Bench, attempt: Attempt) -> None:
    write_change(bench, "add-dependency", TYPED)
    warm_up(bench, attempt, phases_needed(["refresh", "add-dependency"]))
    for name in ("refresh", "add-dependency", "refresh", "add-dependency"):
        scenario = all_scenarios()[name]
        attempt = scenario.prepare(bench, attempt)
        scenario.verify(bench, attempt, run_until_failure(attempt, list(scenario.measured(bench, attempt))))
