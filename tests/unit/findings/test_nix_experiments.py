"""What Nix builds again, what closures weigh, whether bytes are the same twice: with a played Nix, each value."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from harness.findings import conduct, nix_closures, nix_rebuilds, nix_same_bytes
from harness.findings.base import FAILED, UNSUPPORTED, Experiment, Observation
from harness.measure.command import Execution
from harness.records.facts import Lane
from tests.fakes import execution
from tests.unit.findings.made_up_lab import TOOL_TOML, Tool, established, tool_lab
from tests.unit.findings.made_up_nix import store_path

DERIVED = TOOL_TOML + '\n[nix]\nstrategies = ["handwritten", "derived"]\n'


@dataclass
class Store:
    """A Nix that builds a checkout: a member from its sources and what it needs, an environment from members.

    The habits are those of package.nix files that could be otherwise: ``careless`` ones take the whole checkout for
    their source, ``plain`` ones propagate nothing, so that a member is not built again with what it needs.
    """

    folder: Path
    root: Path
    careless: bool = False
    plain: bool = False
    same: bool = True
    fails: bool = False
    leak: str = ""
    tool: bool = False

    def source(self, member: str) -> str:
        """A digest of what a member is made of."""
        files = self.root.rglob("*.*") if self.careless else (self.root / member / "src").rglob("*.py")
        return "".join(path.read_text(encoding="utf-8") for path in sorted(files) if path.is_file())

    def derivation(self, attribute: str) -> str:
        """The path of an attribute's derivation, which has all that goes into it in its hash."""
        return f"{store_path_of(self.recipe(attribute), attribute)}.drv"

    def recipe(self, attribute: str) -> str:
        """All that goes into an attribute."""
        return self.source(attribute.partition(".")[2]) + "".join(map(self.derivation, self.needs(attribute)))

    def needs(self, attribute: str) -> list[str]:
        """The attributes among an attribute's inputs."""
        kind, _, name = attribute.partition(".")
        if kind == "environments":
            return [f"members.{name}", "members.shared"]
        return [] if name == "shared" or self.plain or kind != "members" else ["members.shared"]

    def output(self, attribute: str) -> str:
        """The path of an attribute's output."""
        return store_path_of(f"built {self.recipe(attribute)}", attribute)

    def physical(self, path: str) -> Path:
        """Where it is on disk."""
        return self.folder / "nix" / "store" / path.removeprefix("/")

    def answer(self, argv: Sequence[str]) -> Execution | None:
        """Play one of Nix' programs; nothing if it is another command."""
        asked = [after for word, after in pairwise(argv) if word == "-A"]
        match Path(argv[0]).name:
            case "nix-instantiate":
                return lines(map(self.derivation, asked))
            case "nix-build" if self.fails:
                return execution(exit_code=1, stderr="error: the disk is full\n")
            case "nix-build" if asked == ["base"]:
                return lines(map(store_path, ["python3-3.11.7", "hatchling-1.27"]))
            case "nix-build":
                for attribute in asked:
                    self.build(attribute)
                return lines(map(self.output, asked))
            case "nix" if "path-info" in argv:
                return execution(stdout=json.dumps([self.info(path) for path in self.closure(argv)]))
            case "nix":
                wanted = [word for word in argv if word.endswith(".drv")]
                return execution(stdout=json.dumps({path: self.show(path) for path in wanted}))
            case "nix-store" if "--check" in argv:
                return execution() if self.same else self.differ()
            case "nix-store" if "--check-validity" in argv:
                paths = argv[argv.index("--print-invalid") + 1 :]
                return lines(path for path in paths if not self.physical(path).exists())
            case "nix-store" if "--size" in argv:
                return lines("10" for word in argv[argv.index("--size") + 1 :])
            case "nix-store" if "--include-outputs" in argv:
                return lines(map(store_path, ["source", "source", "hatchling-1.27", "hello.drv"]))
        return None

    def differ(self) -> Execution:
        """Build hello again, and get another file."""
        output = self.physical(self.output("members.hello"))
        other = output.with_name(f"{output.name}.check")
        shutil.copytree(output, other)
        (other / "METADATA").write_text("at another time", encoding="utf-8")
        said = "error: derivation '/nix/store/x-hello.drv' may not be deterministic: output differs\n"
        return execution(exit_code=104, stderr=said)

    def build(self, attribute: str) -> None:
        """Put an attribute's output into the store: a member's code and what it needs, an environment's links."""
        for needed in self.needs(attribute):
            self.build(needed)
        output = self.physical(self.output(attribute))
        output.mkdir(parents=True, exist_ok=True)
        if attribute.startswith("members."):
            code = (self.root / attribute.partition(".")[2] / "src").rglob("*.py")
            (output / "code.py").write_text("".join(path.read_text(encoding="utf-8") for path in sorted(code)))
            (output / "METADATA").write_text(self.leak, encoding="utf-8")
        (output / "needs").write_text(" ".join(map(self.output, self.needs(attribute))), encoding="utf-8")

    def closure(self, argv: Sequence[str]) -> list[str]:
        """What an output needs to run."""
        tools = ["hatchling-1.27"] if self.tool else []
        return [argv[argv.index("--recursive") + 1], *map(store_path, ["python3-3.11.7", *tools])]

    def info(self, path: str) -> dict[str, object]:
        """A path as 2.8 describes it."""
        return {"path": path, "narSize": 100, "references": [path]}

    def show(self, path: str) -> dict[str, object]:
        """A derivation as 2.8 describes it."""
        (attribute,) = (name for name in ATTRIBUTES if self.derivation(name) == path)
        own = self.source(attribute.partition(".")[2]) if attribute.startswith("members.") else ""
        output = self.output(attribute)
        return {
            "outputs": {"out": {"path": output}},
            "inputSrcs": [store_path_of(own, "source")] if own else [],
            "inputDrvs": {self.derivation(name): ["out"] for name in self.needs(attribute)},
            "env": {"out": output},
        }


ATTRIBUTES = [
    *(f"members.{name}" for name in ("shared", "hello", "goodbye")),
    *(f"environments.{name}" for name in ("hello", "goodbye")),
]


def store_path_of(recipe: str, attribute: str) -> str:
    """A path in the store whose hash is of a recipe."""
    name = attribute.replace(".", "-")
    return f"{store_path(recipe + name)[:44]}{name}"


def lines(items: Iterable[str]) -> Execution:
    """A line for each."""
    return execution(stdout="".join(f"{item}\n" for item in items))


Found = dict[str, Observation]


def found(tmp_path: Path, experiment: Experiment, *, text: str = TOOL_TOML, **habits: Any) -> Found:
    """What is found of a monorepo with these habits, in the one strategy that it offers."""
    tool = Tool(nix=lambda attributes, root: pytest.fail("the store answers"))
    lab = tool_lab(tmp_path, tool, text=text)
    store = Store(folder=tmp_path, root=lab.workspace.root, **habits)
    tool.fails = store.answer
    return {name: item for (name, _), item in established(experiment, lab).items()}


# What is built again


def test_with_the_library_all_are_built_and_members_that_only_need_it_had_not_to_be(tmp_path: Path) -> None:
    got = found(tmp_path, nix_rebuilds.FINDING)

    assert (got["rebuilt-library"].value, got["needless-library"].value) == ("5", "2")
    assert got["rebuilt-library"].evidence.splitlines() == [
        "(a line is added to the library's code)",
        "members.shared (had to be): its source is another: source",
        "members.hello (had not to be): its input members.shared is another",
        "members.goodbye (had not to be): its input members.shared is another",
        "environments.hello (had to be): its input members.hello is another; its input members.shared is another",
        "environments.goodbye (had to be): its input members.goodbye is another; its input members.shared is another",
    ]


def test_with_an_application_only_it_and_its_environment_are_built(tmp_path: Path) -> None:
    got = found(tmp_path, nix_rebuilds.FINDING)

    assert (got["rebuilt-application"].value, got["needless-application"].value) == ("2", "0")
    assert got["rebuilds-sibling"].value == "untouched"
    for edit in ("tests", "outside"):
        assert (got[f"rebuilt-{edit}"].value, got[f"needless-{edit}"].value) == ("0", "0")
        assert got[f"rebuilt-{edit}"].evidence.endswith("(nothing is built)")


def test_who_takes_the_whole_checkout_for_a_source_builds_everything_for_anything(tmp_path: Path) -> None:
    got = found(tmp_path, nix_rebuilds.FINDING, careless=True)

    assert got["rebuilds-sibling"].value == "rebuilt"
    assert (got["rebuilt-outside"].value, got["needless-outside"].value) == ("5", "5")
    # Of goodbye's edit goodbye and its environment had to be built.
    assert (got["rebuilt-application"].value, got["needless-application"].value) == ("5", "3")


def test_who_propagates_nothing_builds_nothing_without_need(tmp_path: Path) -> None:
    got = found(tmp_path, nix_rebuilds.FINDING, plain=True)

    assert (got["rebuilt-library"].value, got["needless-library"].value) == ("3", "0")


# Closures


def test_closures_are_weighed_path_by_path(tmp_path: Path) -> None:
    got = found(tmp_path, nix_closures.FINDING)

    assert got["closure-runtime"].value == "200"
    assert got["closure-runtime"].sizes == {"environments-hello": 100, "python3-3.11.7": 100}
    assert got["closure-devshell"].strategy is None
    assert got["closure-build"].value == "30"
    assert got["closure-build"].sizes == {"source": 20, "hatchling-1.27": 10}
    assert "3 paths\n(2 paths are called source)" in got["closure-build"].evidence


@pytest.mark.parametrize(
    ("habits", "value", "proof"),
    [
        ({}, "nothing", "No build tool is in it"),
        (
            {"leak": "Requires-Dist: shared @ file:///build/shared"},
            "builders-path",
            "METADATA: Requires-Dist: shared @",
        ),
        ({"tool": True, "leak": "/build/x"}, "build-tool", "hatchling-1.27 is in the runtime closure"),
    ],
)
def test_what_runs_carries_nothing_of_the_build(
    tmp_path: Path, habits: dict[str, object], value: str, proof: str
) -> None:
    got = found(tmp_path, nix_closures.FINDING, **habits)["carries-build"]

    assert got.value == value
    assert proof in got.evidence


# The same bytes


@pytest.mark.parametrize(("same", "value"), [(True, "same"), (False, "differs")])
def test_the_same_bytes(tmp_path: Path, same: bool, value: str) -> None:
    got = found(tmp_path, nix_same_bytes.FINDING, same=same)["same-bytes"]

    assert got.value == value
    assert got.evidence.startswith("$ nix-store --realise --check $(nix-instantiate nix/default.nix -A members.shared")
    assert ("may not be deterministic" in got.evidence) == (not same)
    assert got.evidence.endswith("\nmembers-hello: METADATA differs") == (not same)
    # What Nix kept to compare is not left in the store.
    assert not list(tmp_path.rglob("*.check"))


def test_a_build_that_cannot_be_done_again_is_no_answer(tmp_path: Path) -> None:
    def fails(argv: Sequence[str]) -> Execution | None:
        return execution(exit_code=100, stderr="error: no clay\n") if "--check" in argv else store.answer(argv)

    tool = Tool(nix=lambda attributes, root: pytest.fail("the store answers"))
    lab = tool_lab(tmp_path, tool)
    store = Store(folder=tmp_path, root=lab.workspace.root)
    tool.fails = fails
    (got,) = established(nix_same_bytes.FINDING, lab).values()

    assert got.value == FAILED
    assert "no clay" in got.evidence


# All of them

ALL = {"rebuilds": nix_rebuilds.FINDING, "closures": nix_closures.FINDING, "bytes": nix_same_bytes.FINDING}
each = pytest.mark.parametrize("experiment", ALL.values(), ids=ALL)


@each
def test_a_build_that_fails_is_no_answer(tmp_path: Path, experiment: Experiment) -> None:
    got = found(tmp_path, experiment, fails=True)

    assert {item.value for item in got.values()} == {FAILED}
    assert all("the disk is full" in item.evidence for item in got.values())


@each
def test_each_strategy_is_asked_about(tmp_path: Path, experiment: Experiment) -> None:
    tool = Tool(nix=lambda attributes, root: pytest.fail("the store answers"))
    lab = tool_lab(tmp_path, tool, text=DERIVED)
    tool.fails = Store(folder=tmp_path, root=lab.workspace.root).answer
    got = [(item.finding, item.strategy) for item in conduct(experiment, lab)]

    for name, facts in experiment.facts.items():
        wanted = ["derived", "handwritten"] if facts.per_strategy else [None]
        assert sorted([strategy for finding, strategy in got if finding == name], key=str) == wanted


@each
def test_without_nix_all_of_it_is_unsupported(tmp_path: Path, experiment: Experiment) -> None:
    got = list(conduct(experiment, tool_lab(tmp_path, Tool(), text=DERIVED)))

    assert {(item.lane, item.value, item.evidence) for item in got} == {(Lane.NIX, UNSUPPORTED, "no Nix here")}
