"""The scenarios of the Nix lane, with a Nix that is played: states before, what is measured, results verified."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Execution
from harness.monorepo.changes import STANDARD
from harness.monorepo.shapes import CANONICAL
from harness.nix import Nix, NixProgram
from harness.records.facts import Lane
from harness.run.sample import run_until_failure
from harness.scenarios import all_scenarios
from harness.workspace.nix import ready
from harness.workspace.prepared import Bench, NixBench
from harness.workspace.steps import STANDING, Attempt
from harness.workspace.tree import Workspace
from tests.made_up import VARIANT_TOML, execution, made_up_attempt, made_up_bench, made_up_workspace

NIX_LANE = [
    name
    for name, scenario in all_scenarios().items()
    if scenario.lane is Lane.NIX and name.removeprefix("nix-") not in STANDARD
]
APPLICATIONS = ("environments.hello", "environments.goodbye")


@dataclass
class PlayedStore:
    """An executor that plays Nix in a store of its own: a path depends on the salt and on NAME in the checkout.

    The knobs make it a Nix, or a set of package.nix files, that does something it must not.
    """

    folder: Path
    workspace: Workspace
    base_present: bool = True
    base_follows_edits: bool = False
    blind_to_edits: bool = False
    takes_everything: bool = False
    builds_nothing: bool = False
    litters: bool = False
    forgets_lines: bool = False
    prints: str = ""
    valid: set[str] = field(default_factory=set)
    derivations: dict[str, str] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)

    def path(self, name: str, *ingredients: str) -> str:
        """A store path, and beside it its derivation's."""
        path = f"/nix/store/{hashlib.sha256(chr(0).join((name, *ingredients)).encode()).hexdigest()[:8]}-{name}"
        self.derivations[f"{path}.drv"] = path
        return path

    def output(self, attribute: str, salt: str) -> str:
        """The output of an attribute as things stand."""
        return self.path(attribute.replace(".", "-"), salt, *self.sources(attribute), self.base)

    def sources(self, attribute: str) -> list[str]:
        """What an attribute is made of: NAME, goodbye's text if it is goodbye, and what lies outside if it must not."""
        if self.blind_to_edits:
            return []
        owner = attribute.partition(".")[2]
        text = self.application.read_text(encoding="utf-8") if owner == "goodbye" else ""
        notes = (self.workspace.root / "NOTES.md").exists() and self.takes_everything
        return [self.workspace.name, text, str(notes)]

    @property
    def application(self) -> Path:
        """The module of goodbye that is edited."""
        return self.workspace.root / "goodbye" / "src" / "goodbye" / "__init__.py"

    @property
    def base(self) -> str:
        """The output of the provider's Python."""
        return self.path("python3", self.workspace.name if self.base_follows_edits else "")

    def run(self, command: Command) -> Execution:
        """Play one command."""
        self.commands.append(command)
        program, words = Path(command.argv[0]).name, command.argv
        match program:
            case "nix-instantiate":
                outputs = [self.output(attribute, salt_of(words)) for attribute in selected(words)]
                return execution(stdout="".join(f"{path}.drv\n" for path in outputs))
            case "nix-build":
                return self.build(selected(words), salt_of(words))
            case "nix-store" if "--check-validity" in words:
                asked = words[words.index("--print-invalid") + 1 :]
                return execution(stdout="".join(f"{path}\n" for path in asked if path not in self.known))
            case "nix-store":
                return execution(
                    stdout="".join(f"{line}\n" for line in self.query(words[words.index("--query") + 1 :]))
                )
        raise AssertionError(f"Nix is not asked {words}")

    @property
    def known(self) -> set[str]:
        """What is in the store: derivations, too, as soon as they are named."""
        return self.valid | set(self.derivations) | ({self.base} if self.base_present else set())

    def build(self, attributes: Sequence[str], salt: str) -> Execution:
        """Build attributes and, before environments, all members."""
        wanted = {attribute: self.output(attribute, salt) for attribute in attributes}
        built = {attribute: path for attribute, path in wanted.items() if not attribute.startswith("checks.")}
        if not self.builds_nothing:
            members = [self.output(f"members.{member.name}", salt) for member in CANONICAL.members]
            self.valid |= {*members, *built.values(), self.base}
        for path in self.valid:
            self.physical(path).mkdir(parents=True, exist_ok=True)
            if path.endswith("-members-goodbye") and not self.forgets_lines:
                shutil.copytree(self.application.parent, self.physical(path) / "goodbye", dirs_exist_ok=True)
        if self.litters and built:
            self.physical(f"/nix/store/{len(self.commands)}-litter").mkdir()
        for attribute in wanted.keys() - built.keys():
            line = self.prints or f"{attribute.removeprefix('checks.').capitalize()}, {self.workspace.name}\n"
            self.physical(wanted[attribute]).write_text(line, encoding="utf-8")
        return execution(stdout="".join(f"{path}\n" for path in wanted.values()))

    def physical(self, path: str) -> Path:
        """Where a path of the store is on disk."""
        return self.folder / "store" / path.removeprefix("/")

    def query(self, words: Sequence[str]) -> list[str]:
        """Everything needs the provider's Python; sizes are the lengths of names."""
        what, *paths = words
        if what == "--requisites" and "--include-outputs" in paths:
            return [f"{self.base}.drv", self.base, *paths[1:], *(self.derivations[path] for path in paths[1:])]
        if what == "--requisites" and paths[0].endswith(".drv"):
            return [f"{self.base}.drv", "/nix/store/0-source", *paths]
        if what == "--requisites":
            return [self.base, *paths]
        return [self.derivations[path] if what == "--outputs" else str(len(path)) for path in paths]


def selected(words: Sequence[str]) -> list[str]:
    """The attributes that a command selects."""
    return [after for word, after in itertools.pairwise(words) if word == "-A"]


def salt_of(words: Sequence[str]) -> str:
    """The salt that a command hands over."""
    return words[words.index("salt") + 1]


@pytest.fixture
def store(bench: Bench) -> PlayedStore:
    side = ready(bench)
    return PlayedStore(folder=side.nix.folder, workspace=side.workspace)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return with_nix(made_up_bench(tmp_path), tmp_path)


def with_nix(bench: Bench, tmp_path: Path) -> Bench:
    """The bench with a Nix side that answers only by way of an attempt."""

    def nobody(argv: Sequence[str], env: object) -> Execution:
        raise AssertionError("Nix is asked outside of the attempt")

    nix = Nix(
        program=NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=None),
        folder=tmp_path / "nix",
        run=nobody,
    )
    workspace = made_up_workspace(tmp_path, bench.variant, "nix-lane")
    return replace(
        bench,
        nix=NixBench(
            nix=nix,
            workspace=workspace,
            entry=Path("/checkout/nix/default.nix"),
            names=Path("/names.json"),
            base=Path("/base.json"),
        ),
    )


@pytest.fixture
def attempt(store: PlayedStore, tmp_path: Path) -> Attempt:
    return replace(made_up_attempt(store, tmp_path), strategy="handwritten")


def measure(name: str, bench: Bench, attempt: Attempt) -> list[Command]:
    """Prepare, run and verify a scenario; what was measured."""
    return carried_out(name, bench, attempt)[0]


def sizes_of(name: str, bench: Bench, attempt: Attempt) -> dict[str, int]:
    """What is weighed once a scenario was measured."""
    return all_scenarios()[name].sizes(bench, carried_out(name, bench, attempt)[1])


def carried_out(name: str, bench: Bench, attempt: Attempt) -> tuple[list[Command], Attempt]:
    scenario = all_scenarios()[name]
    attempt = scenario.prepare(bench, attempt)
    commands = list(scenario.measured(bench, attempt))
    scenario.verify(bench, attempt, run_until_failure(attempt, commands))
    return commands, attempt


# A Nix that behaves


def test_design_md_names_the_first_of_these_scenarios() -> None:
    assert NIX_LANE == [
        "nix-eval",
        "nix-build",
        "nix-noop",
        "nix-refresh",
        "nix-refresh-application",
        "nix-refresh-outside",
        "nix-build-jobs-1",
        "nix-build-jobs-2",
    ]


@pytest.mark.parametrize("name", NIX_LANE)
def test_one_command_is_measured(name: str, bench: Bench, attempt: Attempt) -> None:
    program = "nix-instantiate" if name == "nix-eval" else "nix-build"

    (command,) = measure(name, bench, attempt)

    assert Path(command.argv[0]).name == program
    assert tuple(selected(command.argv)) == APPLICATIONS
    assert command.env["NIX_USER_CONF_FILES"] == ""
    assert command.cwd == ready(bench).workspace.root
    shown = all_scenarios()[name].steps(bench.variant)
    jobs = ("-j", name[-1]) if name.startswith("nix-build-jobs-") else ()
    assert shown == ((program, "nix/default.nix", "-A", "myproject-hello", "myproject-goodbye", *jobs),)
    assert not jobs or command.argv[command.argv.index("max-jobs") + 1] == jobs[1]


@pytest.mark.parametrize("name", NIX_LANE)
def test_each_scenario_reaches_its_state_after_any_other(name: str, bench: Bench, attempt: Attempt) -> None:
    for before in NIX_LANE:
        measure(before, bench, attempt)
        measure(name, bench, attempt)


@pytest.mark.parametrize(("name", "fresh"), [("nix-eval", True), ("nix-build", True), ("nix-noop", False)])
def test_only_what_has_to_be_new_has_a_new_salt(name: str, fresh: bool, bench: Bench, attempt: Attempt) -> None:
    salts = {salt_of(measure(name, bench, attempt)[0].argv) for _ in range(3)}

    assert len(salts) == 3 if fresh else salts == {STANDING}


def test_closures_are_weighed_for_each_application(bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    sizes = sizes_of("nix-build", bench, attempt)

    assert set(sizes) == {
        "derivations_built",
        *(f"{name}_{closure}_closure_bytes" for name in ("hello", "goodbye") for closure in ("runtime", "build")),
    }
    assert sizes["derivations_built"] == 5
    hello = len(store.base) + len("/nix/store/01234567-environments-hello")
    assert sizes["hello_runtime_closure_bytes"] == hello
    assert sizes["hello_build_closure_bytes"] == hello


def test_files_are_counted_in_the_checkout_and_not_in_the_store(bench: Bench) -> None:
    assert all_scenarios()["nix-build"].watched(bench) == [ready(bench).workspace.folder]


# States that were not reached


def test_a_build_that_is_there_already_is_not_measured(bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    same = replace(attempt, nonce=lambda: "same")
    measure("nix-build", bench, same)

    with pytest.raises(StateError, match=r"^Already built: .*-environments-goodbye"):
        measure("nix-build", bench, same)


def test_what_cannot_be_evaluated_is_no_state(bench: Bench, attempt: Attempt) -> None:
    class Broken:
        def run(self, command: Command) -> Execution:
            return replace(execution(exit_code=1), stderr="error: undefined variable 'uv-biuld'\n")

    with pytest.raises(StateError, match="nix-instantiate failed: error: undefined variable 'uv-biuld'"):
        measure("nix-build", bench, replace(attempt, executor=Broken()))


# What an edit leads to


@pytest.mark.parametrize(
    ("name", "built"),
    # With the library go all members and environments; with an application it, its environment and nothing else.
    [("nix-refresh", 5), ("nix-refresh-application", 2), ("nix-refresh-outside", 0)],
)
def test_what_was_built_after_an_edit_is_counted(
    name: str, built: int, bench: Bench, attempt: Attempt, store: PlayedStore
) -> None:
    assert sizes_of(name, bench, attempt) == {"derivations_built": built}


def test_an_edit_outside_that_leads_to_builds_is_a_result(bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    store.takes_everything = True

    assert sizes_of("nix-refresh-outside", bench, attempt) == {"derivations_built": 5}


# Results that are not what they have to be


@pytest.mark.parametrize("name", ["nix-build", "nix-noop", "nix-refresh"])
def test_a_wrong_line_is_told_with_the_right_one(name: str, bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    store.prints = "Hello, Nobody\n"

    with pytest.raises(VerificationError, match=r"hello printed 'Hello, Nobody\\n' from the store, expected 'Hello, "):
        measure(name, bench, attempt)


def test_after_an_edit_the_old_line_is_stale(bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    measure("nix-refresh", bench, attempt)
    store.prints = "Hello, PolyWolf\n"

    with pytest.raises(VerificationError, match=r"expected 'Hello, Wolf-nonce2\\n'"):
        measure("nix-refresh", bench, attempt)


@pytest.mark.parametrize(
    ("habit", "name", "error", "said"),
    [
        ({"base_present": False}, "nix-build", StateError, r"base is not complete: /nix/store/\w+-python3$"),
        ({"blind_to_edits": True}, "nix-refresh", StateError, "shared is not built anew"),
        ({"blind_to_edits": True}, "nix-refresh-application", StateError, "goodbye is not built anew"),
        (
            {"forgets_lines": True},
            "nix-refresh-application",
            VerificationError,
            r'^No goodbye/__init__\.py in the store has the line REVISION = "non',
        ),
        ({"litters": True}, "nix-noop", VerificationError, r"^With nothing to do, Nix added \d+-litter$"),
        (
            {"base_follows_edits": True, "base_present": False},
            "nix-refresh",
            VerificationError,
            r"^More than members and environments had to be built: .*-python3$",
        ),
    ],
)
def test_a_store_with_a_bad_habit_is_told(
    habit: dict[str, bool],
    name: str,
    error: type[Exception],
    said: str,
    bench: Bench,
    attempt: Attempt,
    store: PlayedStore,
) -> None:
    for key, value in habit.items():
        setattr(store, key, value)

    with pytest.raises(error, match=said):
        measure(name, bench, attempt)


@pytest.mark.parametrize("name", ["nix-build", "nix-refresh"])
def test_what_a_build_left_out_is_named(name: str, bench: Bench, attempt: Attempt, store: PlayedStore) -> None:
    scenario = all_scenarios()[name]
    attempt = scenario.prepare(bench, attempt)
    store.builds_nothing = True
    executions = run_until_failure(attempt, list(scenario.measured(bench, attempt)))

    with pytest.raises(VerificationError, match=r"^Nix left out /nix/store/.*-environments-hello"):
        scenario.verify(bench, attempt, executions)


@pytest.mark.parametrize(
    "printed",
    ["", "/nix/store/1-a.drv\n", "/nix/store/1-a.drv\n/nix/store/1-a.drv\n", "/nix/store/1-a.drv\n/nix/store/2-b\n"],
)
def test_an_evaluation_has_to_print_a_derivation_for_each_application(
    printed: str, bench: Bench, attempt: Attempt
) -> None:
    with pytest.raises(VerificationError, match="expected 2 derivations"):
        all_scenarios()["nix-eval"].verify(bench, attempt, [execution(stdout=printed)])


def test_a_printed_derivation_has_to_be_in_the_store(bench: Bench, attempt: Attempt) -> None:
    printed = "/nix/store/1-a.drv\n/nix/store/2-b.drv\n"

    with pytest.raises(VerificationError, match=r"The store lacks /nix/store/1-a\.drv, /nix/store/2-b\.drv"):
        all_scenarios()["nix-eval"].verify(bench, attempt, [execution(stdout=printed)])


# Where there is no Nix


@pytest.mark.parametrize("name", NIX_LANE)
def test_without_nix_a_scenario_is_unsupported_for_the_reason(name: str, tmp_path: Path) -> None:
    bench = replace(made_up_bench(tmp_path), nix_unavailable="nix-build is not installed.")

    assert all_scenarios()[name].unsupported(bench) == "nix-build is not installed."


@pytest.mark.parametrize("name", NIX_LANE)
def test_with_nix_it_is_supported(name: str, bench: Bench) -> None:
    assert all_scenarios()[name].unsupported(bench) == ""


def test_the_variants_own_reason_comes_first(tmp_path: Path) -> None:
    text = VARIANT_TOML.replace("[toolchain]", '[unsupported]\nnix-noop = "no need"\n\n[toolchain]')
    bench = replace(made_up_bench(tmp_path, text=text), nix_unavailable="nix-build is not installed.")

    assert all_scenarios()["nix-noop"].unsupported(bench) == "no need"


def test_without_nix_there_is_nothing_to_prepare(tmp_path: Path, attempt: Attempt) -> None:
    bench = replace(made_up_bench(tmp_path / "other"), nix_unavailable="nix-build is not installed.")

    with pytest.raises(StateError, match="nix-build is not installed"):
        all_scenarios()["nix-build"].prepare(bench, attempt)
