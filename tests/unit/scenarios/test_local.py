"""The scenarios of the local lane, with a made-up toolchain: states before, steps measured, results verified."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Execution
from harness.measure.trees import remove_tree
from harness.monorepo.changes import STANDARD
from harness.records.facts import Lane, Outcome
from harness.run.sample import run_until_failure, take_sample
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt
from harness.workspace.verify import distributions
from harness.workspace.warm_up import phases_needed, warm_up
from tests.made_up import VARIANT_TOML, Toolbox, execution, made_up_attempt, made_up_bench
from tests.unit.run.test_sample import BLANK

LOCAL = [
    name
    for name, scenario in all_scenarios().items()
    if scenario.lane is Lane.LOCAL and name != "tool-install" and name not in STANDARD
]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return made_up_bench(tmp_path)


@pytest.fixture
def toolbox(bench: Bench) -> Toolbox:
    return Toolbox(workspaces=[bench.warm, bench.settled, bench.cold])


@pytest.fixture
def attempt(toolbox: Toolbox, tmp_path: Path) -> Attempt:
    return made_up_attempt(toolbox, tmp_path)


def measure(name: str, bench: Bench, attempt: Attempt) -> list[tuple[str, ...]]:
    """Prepare, run and verify a scenario; the argument lists of what was measured."""
    scenario = all_scenarios()[name]
    attempt = scenario.prepare(bench, attempt)
    commands = list(scenario.measured(bench, attempt))
    executions = run_until_failure(attempt, commands)
    scenario.verify(bench, attempt, executions)
    return [command.argv for command in commands]


def test_design_md_names_these_scenarios() -> None:
    names = [name for name in all_scenarios() if name.removeprefix("nix-") not in STANDARD]

    assert names[:11] == [
        "tool-install", "lock", "install-cold", "install-warm", "noop",
        "run", "run-direct", "refresh", "refresh-direct", "build", "deploy",
    ]  # fmt: skip


@pytest.mark.parametrize("name", LOCAL)
def test_a_well_behaved_toolchain_passes(name: str, bench: Bench, attempt: Attempt) -> None:
    warm_up(bench, attempt, phases_needed(all_scenarios()))

    assert measure(name, bench, attempt)


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("lock", [("tool", "lock")]),
        ("install-cold", [("tool", "install")]),
        ("install-warm", [("tool", "install")]),
        ("noop", [("tool", "install")]),
        ("run", [("tool", "run", "hello")]),
        ("refresh", [("tool", "run", "hello"), ("tool", "run", "goodbye")]),
        # Where no environment is activated, no tool stands before the applications.
        ("run-direct", [("tool", "run", "hello")]),
        ("refresh-direct", [("tool", "run", "hello"), ("tool", "run", "goodbye")]),
    ],
)
def test_what_is_measured(name: str, steps: list[tuple[str, ...]], bench: Bench, attempt: Attempt) -> None:
    warm_up(bench, attempt, phases_needed([name]))

    assert measure(name, bench, attempt) == steps


def test_installing_again_may_take_less_than_installing(tmp_path: Path) -> None:
    bench = made_up_bench(tmp_path, VARIANT_TOML + '\n[phases.again]\nsteps = [["tool", "again"]]\n')
    toolbox = Toolbox(workspaces=[bench.warm, bench.settled, bench.cold])
    attempt = made_up_attempt(toolbox, tmp_path)
    warm_up(bench, attempt, phases_needed(["noop"]))

    assert measure("noop", bench, attempt) == [("tool", "again")]
    assert all_scenarios()["noop"].steps(bench.variant) == (("tool", "again"),)


def test_each_scenario_reaches_its_state_after_any_other(bench: Bench, attempt: Attempt, toolbox: Toolbox) -> None:
    warm_up(bench, attempt, phases_needed(all_scenarios()))
    for name in [*LOCAL, *reversed(LOCAL), "noop", "run", "refresh", "noop", "deploy", "run"]:
        toolbox.commands.clear()
        measure(name, bench, attempt)


def test_cold_means_that_the_cache_is_empty(bench: Bench, attempt: Attempt) -> None:
    warm_up(bench, attempt, {"lock", "install"})
    scenario = all_scenarios()["install-cold"]
    measure("install-cold", bench, attempt)
    assert any(bench.cold.cache.iterdir())

    attempt = scenario.prepare(bench, attempt)

    assert list(bench.cold.cache.iterdir()) == []
    assert (bench.cold.root / "tool.lock").is_file()
    assert not any(path.exists() for path in bench.cold.environments)


def test_warm_keeps_the_cache_and_takes_the_environment_away(bench: Bench, attempt: Attempt) -> None:
    warm_up(bench, attempt, {"lock", "install"})

    all_scenarios()["install-warm"].prepare(bench, attempt)

    assert (bench.warm.cache / "tool").is_dir()
    assert not any(path.exists() for path in bench.warm.environments)


def test_installed_is_not_installed_again(bench: Bench, attempt: Attempt, toolbox: Toolbox) -> None:
    warm_up(bench, attempt, {"lock", "settled"})
    toolbox.commands.clear()

    all_scenarios()["noop"].prepare(bench, attempt)
    assert toolbox.commands == []

    bench.installed = False
    all_scenarios()["noop"].prepare(bench, attempt)
    assert ("tool", "install") in [command.argv for command in toolbox.commands]


def test_every_refresh_edits_to_a_new_value(bench: Bench, attempt: Attempt) -> None:
    warm_up(bench, attempt, {"lock", "settled"})
    names = set()
    for _ in range(3):
        measure("refresh", bench, attempt)
        names.add(bench.settled.name)

    assert len(names) == 3


def test_a_stale_environment_is_seen(bench: Bench, attempt: Attempt, toolbox: Toolbox) -> None:
    warm_up(bench, attempt, {"lock", "settled"})
    toolbox.stale = "PolyWolf"

    with pytest.raises(VerificationError, match="printed 'Hello, PolyWolf"):
        measure("refresh", bench, attempt)
    assert not bench.installed


@pytest.fixture
def two_steps(tmp_path: Path) -> Bench:
    """A variant that starts an application in two steps, of which the second prints its line."""
    text = VARIANT_TOML.replace('[["tool", "run", "{app}"]]', '[["tool", "ready"], ["tool", "run", "{app}"]]')
    return made_up_bench(tmp_path, text)


@pytest.mark.parametrize("name", ["run", "refresh", "noop"])
def test_what_goes_before_the_step_that_starts_an_application_prints_what_it_likes(
    name: str, two_steps: Bench, tmp_path: Path
) -> None:
    toolbox = Toolbox(workspaces=[two_steps.warm, two_steps.settled, two_steps.cold])
    attempt = made_up_attempt(toolbox, tmp_path)
    assert not warm_up(two_steps, attempt, {"lock", "settled"})

    assert measure(name, two_steps, attempt)


def test_a_step_that_fails_before_the_one_that_starts_an_application_is_noticed(
    two_steps: Bench, tmp_path: Path
) -> None:
    toolbox = Toolbox(workspaces=[two_steps.warm, two_steps.settled, two_steps.cold], answers=failing("tool ready"))
    attempt = made_up_attempt(toolbox, tmp_path)

    problems = warm_up(two_steps, attempt, {"lock", "settled"})

    assert "`tool ready` ended with exit status 3" in "".join(problems)
    assert not two_steps.installed


def failing(*words: str) -> Callable[[Command], Execution | None]:
    def answer(command: Command) -> Execution | None:
        return execution(exit_code=3) if all(word in " ".join(command.argv) for word in words) else None

    return answer


def test_a_lock_that_fails_is_said_before_anything_is_measured(
    bench: Bench, attempt: Attempt, toolbox: Toolbox
) -> None:
    toolbox.answers = failing("lock")

    with pytest.raises(StateError, match=r"Locking failed: `tool lock` ended with exit status 3"):
        warm_up(bench, attempt, {"lock"})


def test_a_phase_that_fails_is_told_and_does_not_stop_the_others(
    bench: Bench, attempt: Attempt, toolbox: Toolbox
) -> None:
    toolbox.answers = failing("tool build")

    problems = warm_up(bench, attempt, {"lock", "build", "deploy", "settled"})

    assert len(problems) == 1
    assert "build" in problems[0]
    assert bench.installed


@pytest.mark.parametrize(
    ("what", "said"), [("lock", "No lock file names"), ("wheel", "no wheel"), ("sdist", "no sdist")]
)
def test_what_is_missing_from_the_result_is_named(
    what: str, said: str, bench: Bench, attempt: Attempt, toolbox: Toolbox
) -> None:
    warm_up(bench, attempt, {"lock", "build"})

    def answer(command: Command) -> Execution | None:
        if command.argv == ("tool", "lock"):
            (bench.warm.root / "tool.lock").write_text('name = "hello"\n', encoding="utf-8")
            return execution()
        if command.argv[:2] == ("tool", "build"):
            bench.warm.dist.mkdir(exist_ok=True)
            kept = ".tar.gz" if what == "wheel" else "-py3-none-any.whl"
            (bench.warm.dist / f"{Path(command.argv[2]).name}-0.1.0{kept}").write_text("", encoding="utf-8")
            return execution()
        return None

    toolbox.answers = answer
    with pytest.raises(VerificationError, match=said):
        measure("lock" if what == "lock" else "build", bench, attempt)


def test_deploying_too_much_is_seen(bench: Bench, attempt: Attempt, toolbox: Toolbox) -> None:
    warm_up(bench, attempt, {"lock", "deploy"})

    def answer(command: Command) -> Execution | None:
        return execution(stdout="Goodbye, PolyWolf\n") if command.argv[-2:] == ("-m", "goodbye") else None

    toolbox.answers = answer
    with pytest.raises(VerificationError, match="goodbye should not be deployed"):
        measure("deploy", bench, attempt)
    assert bench.warm.root.is_dir(), "the checkout is moved back whatever happens"


@pytest.mark.parametrize("phase", ["lock", "install", "run", "build", "deploy"])
def test_a_step_that_removes_its_checkout_is_a_reason_and_no_end(
    phase: str, bench: Bench, attempt: Attempt, toolbox: Toolbox, tmp_path: Path
) -> None:
    def answer(command: Command) -> Execution | None:
        if command.argv[:2] != ("tool", phase):
            return None
        for workspace in toolbox.workspaces:
            remove_tree(workspace.root)
        return execution(stdout="Hello, PolyWolf\n")

    toolbox.answers = answer
    with contextlib.suppress(StateError):
        warm_up(bench, attempt, phases_needed(LOCAL))
    outcomes = {name: take_sample(all_scenarios()[name], bench, attempt, BLANK) for name in LOCAL}

    assert {item.outcome for item in outcomes.values()} <= {Outcome.OK, Outcome.FAILED, Outcome.SETUP_FAILED}
    assert all(item.reason for item in outcomes.values() if item.outcome is not Outcome.OK)
    assert any(item.outcome is not Outcome.OK for item in outcomes.values())


@pytest.mark.parametrize("odd", [b"\xff\xfe", b"", b"\0" * 99])
def test_a_lock_file_that_is_no_text_is_a_reason_and_no_end(
    odd: bytes, bench: Bench, attempt: Attempt, toolbox: Toolbox
) -> None:
    def answer(command: Command) -> Execution | None:
        if command.argv == ("tool", "lock"):
            (bench.warm.root / "tool.lock").write_bytes(odd)
            return execution()
        return None

    toolbox.answers = answer
    with pytest.raises(StateError, match="No lock file names the member 'shared'"):
        warm_up(bench, attempt, {"lock"})


def test_what_a_toolchain_cannot_do_has_its_reason(tmp_path: Path) -> None:
    text = VARIANT_TOML.replace(
        '[phases.lock]\nsteps = [["tool", "lock"]]', '[unsupported]\nlock = "It has no lock file."'
    ).replace('lock_files = ["{root}/tool.lock"]', "")
    bench = made_up_bench(tmp_path, text)

    assert all_scenarios()["lock"].unsupported(bench) == "It has no lock file."
    assert all_scenarios()["run"].unsupported(bench) == ""
    assert all_scenarios()["lock"].steps(bench.variant) == ()


def test_two_wheels_of_one_project_are_not_one_build(tmp_path: Path) -> None:
    for version in ("0.1.0", "0.2.0"):
        (tmp_path / f"hello-{version}-py3-none-any.whl").write_text("", encoding="utf-8")

    with pytest.raises(VerificationError, match="Two distributions of 'hello'"):
        distributions(tmp_path)


def test_a_name_no_wheel_may_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "hello.whl").write_text("", encoding="utf-8")

    with pytest.raises(VerificationError, match=r"hello\.whl"):
        distributions(tmp_path)
