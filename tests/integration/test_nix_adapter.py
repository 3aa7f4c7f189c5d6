"""harness.nix with a real Nix: what it says of derivations and of what they make, in the words of its version.

Nix works in a store below the checkout's state folder, which the tests keep: today's Nix refuses stores below folders
that anybody can write to, as pytest's own folders are.
"""

from __future__ import annotations

import os
import platform
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError, StateError
from harness.measure.command import Execution
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.nix import (
    DIFFERS,
    Change,
    Derivation,
    Expression,
    Nix,
    compare,
    differences,
    find_nix,
    labelled,
    name_of,
    rebuilt,
)
from harness.provision.nix.prepare import NIX_PATHS
from harness.provision.state_folder import Layout
from tests.made_up import made_up_attempt

pytestmark = pytest.mark.integration

# A library with a source that uses a tool's second output, and two that use the library: nothing but a shell is needed.
_ENTRY = """
{ tree, names, base, strategy, salt }:
let
  build = name: script: more: derivation ({
    inherit name;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    args = [ "-c" script ];
  } // more);
in
rec {
  tool = build "tool-1.0" "echo runs > $out; echo builds > $dev" { outputs = [ "out" "dev" ]; };
  library = build "library-2.0" "read words < $src; echo $words by $tool > $out" {
    src = builtins.path { path = /. + "${tree}/words"; name = "words"; };
    tool = tool.dev;
  };
  application = build "application-3.0" "echo $library > $out" { inherit library; };
  other = build "other-3.0" "read words < $library; echo $words > $out" { inherit library; };
  structured = build "structured-4.0" "exit 1" { __structuredAttrs = true; parts = [ library ]; kind = "plain"; };
  random = build "random-5.0" "read id < /proc/sys/kernel/random/uuid; echo $id > $out" { inherit salt; };
}
"""

BUILT = ("tool", "library", "application", "other")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A real Nix in a store of its own, and what it is asked about."""

    nix: Nix
    expression: Expression

    def write(self, words: str) -> None:
        """Give the library another source."""
        (self.expression.tree / "words").write_text(f"{words}\n", encoding="utf-8")

    def graph(self, *attributes: str) -> dict[str, Derivation]:
        """How attributes and all that they need are built, by attribute or name."""
        paths = self.nix.instantiate(self.expression, attributes)
        return labelled(self.nix.graph(paths.values()), paths)

    def disk(self, derivation: Derivation) -> Path:
        """Where the main output is on disk."""
        return self.nix.physical(derivation.main)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    scratch = Layout.here().state / "tests" / uuid.uuid4().hex[:8]
    (scratch / "conf").mkdir(parents=True)
    (scratch / "tree").mkdir()
    (scratch / "entry.nix").write_text(_ENTRY, encoding="utf-8")
    yield scratch
    remove_tree(scratch)


@pytest.fixture
def asked(folder: Path) -> Iterator[Asked]:
    with LauncherExecutor() as executor:
        attempt = made_up_attempt(executor, folder)

        def run(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
            return attempt.run(argv, folder, {"HOME": str(folder), "TMPDIR": str(folder), **env})

        try:
            nix = Nix(program=find_nix(os.environ.get("TRIED_NIX", ":".join(NIX_PATHS)), run), folder=folder, run=run)
            nix.probe(uuid.uuid4().hex)
        except NixUnavailableError as error:
            pytest.skip(str(error))
        if nix.program.shell is None:
            pytest.skip("There is no static shell for the sandbox.")
        nowhere = folder / "none.json"
        expression = Expression(
            entry=folder / "entry.nix", tree=folder / "tree", names=nowhere, base=nowhere, salt=uuid.uuid4().hex
        )
        found = Asked(nix=nix, expression=expression)
        found.write(uuid.uuid4().hex)
        yield found


def test_a_derivation_has_all_of_its_outputs_and_says_which_it_needs_of_others(asked: Asked) -> None:
    graph = asked.graph("application")

    assert graph.keys() == {"application", "library-2.0", "tool-1.0"}
    tool, library = graph["tool-1.0"], graph["library-2.0"]
    assert {output: name_of(path) for output, path in tool.outputs.items()} == {
        "out": "tool-1.0",
        "dev": "tool-1.0-dev",
    }
    assert library.inputs == {tool.path: ("dev",)}
    assert [name_of(path) for path in library.sources] == ["words"]
    assert library.settings["tool"] == tool.outputs["dev"]
    assert library.settings["args"].startswith("-c read words")


def test_what_is_planned_is_each_derivations_main_output_and_is_missing_until_it_is_built(asked: Asked) -> None:
    graph = asked.graph(*BUILT)
    planned = asked.nix.planned(item.path for item in graph.values())

    assert planned == {item.path: item.main for item in graph.values()}
    assert planned[graph["tool"].path] == graph["tool"].outputs["out"]
    assert graph["library"].main in asked.nix.missing(planned.values())
    assert asked.nix.realise(asked.expression, ["library"]) == {"library": graph["library"].main}
    assert asked.nix.missing(graph["tool"].outputs.values()) == set()
    assert asked.nix.missing(planned.values()) == {graph["application"].main, graph["other"].main}


def test_structured_attributes_are_settings_by_their_names(asked: Asked) -> None:
    graph = asked.graph("structured")
    settings = graph["structured"].settings

    assert settings["kind"] == "plain"
    assert settings["parts"] == f'["{graph["library-2.0"].main}"]'
    assert "__json" not in settings


def test_a_closure_says_what_refers_to_what_and_weighs_as_much_by_either_way_to_ask(asked: Asked) -> None:
    application = asked.nix.realise(asked.expression, ["application"])["application"]
    closure = asked.nix.closure(application)
    graph = asked.graph("application")
    library, headers = graph["library-2.0"].main, graph["tool-1.0"].outputs["dev"]

    assert {path: item.references for path, item in closure.items()} == {
        application: {library},
        library: {headers},
        headers: set(),
    }
    weighed = {item.path: item.nar_bytes for item in asked.nix.runtime_closure(application)}
    assert weighed == {path: item.nar_bytes for path, item in closure.items()}


def test_a_path_that_is_not_there_is_refused(asked: Asked) -> None:
    with pytest.raises(StateError):
        asked.nix.closure(f"/nix/store/{'0' * 32}-nobody")


def test_after_an_edit_it_is_known_what_is_built_why_and_how_far_it_differs(asked: Asked) -> None:
    before = asked.graph(*BUILT)
    asked.nix.realise(asked.expression, BUILT)
    asked.write(uuid.uuid4().hex)
    after = asked.graph(*BUILT)
    missing = asked.nix.missing(path for item in after.values() for path in item.outputs.values())

    assert [(item.attribute, item.reasons) for item in rebuilt(before, after, missing)] == [
        ("library", ("its source is another: words",)),
        ("application", ("its input library is another",)),
        ("other", ("its input library is another",)),
    ]
    asked.nix.realise(asked.expression, BUILT)
    found = {name: compare(asked.disk(before[name]), asked.disk(after[name])) for name in BUILT}
    assert found == {
        "tool": Change.NOTHING,
        "library": Change.CONTENT,
        # It names the library's path; the other copies the library's words.
        "application": Change.REFERENCES,
        "other": Change.CONTENT,
    }


def test_another_version_of_an_input_is_no_setting_of_what_takes_it(asked: Asked) -> None:
    before = asked.graph(*BUILT)
    entry = asked.expression.entry.with_name("raised.nix")
    entry.write_text(_ENTRY.replace("library-2.0", "library-2.1"), encoding="utf-8")
    raised = replace(asked, expression=replace(asked.expression, entry=entry))
    after = raised.graph(*BUILT)
    reasons = {item.attribute: item.reasons for item in rebuilt(before, after, {after["other"].main})}

    assert reasons == {"other": ("its input library is another",)}


def test_what_is_built_again_is_the_same_bytes_or_lies_beside_what_it_was(asked: Asked) -> None:
    asked.nix.realise(asked.expression, ["random", "tool"])
    graph = asked.graph("random", "tool")
    random, tool = graph["random"], graph["tool"]
    run = asked.nix.run

    steady = run(asked.nix.check_command([tool.path]), asked.nix.environment({}))
    differs = run(asked.nix.check_command([random.path, tool.path]), asked.nix.environment({}))

    assert (steady.exit_code, differs.exit_code) == (0, DIFFERS)
    assert not asked.nix.other(tool.main).exists()
    other = asked.nix.other(random.main)
    assert differences(asked.disk(random), other) == (".",)
    remove_tree(other)
    assert not other.exists()


def test_builders_build_and_what_they_made_is_here(asked: Asked, folder: Path) -> None:
    # Another store on this machine stands for another machine: Nix is told of both in the same way.
    elsewhere = folder / "elsewhere"
    spec = f"local?root={elsewhere} {platform.machine()}-linux - 1"
    helped = replace(asked.nix, builders=spec, jobs="0")

    output = helped.realise(asked.expression, ["other"])["other"]

    assert helped.physical(output).exists()
    assert (elsewhere / output.removeprefix("/")).exists()


def test_a_store_whose_making_was_cut_off_is_mended_and_keeps_what_it_has(asked: Asked) -> None:
    asked.write("kept")
    built = asked.nix.realise(asked.expression, ["library"])["library"]
    # As it is left by a Nix that is killed at this file.
    asked.nix.physical("/nix/var/nix/db/schema").write_bytes(b"")

    asked.nix.probe(uuid.uuid4().hex)

    assert not asked.nix.missing([built])
