"""harness.nix.answers: what Nix 2.8 and today's print as JSON, recorded, is the same to everybody else."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import StateError
from harness.nix.answers import derivations, path_infos
from harness.nix.values import Derivation, StorePath
from tests.places import CHECKOUT

RECORDED = CHECKOUT / "tests" / "fixtures" / "nix-json"
OLD = (RECORDED / "2.8.0" / "show-derivation.json").read_text(encoding="utf-8")
NEW = (RECORDED / "2.34.8" / "derivation-show.json").read_text(encoding="utf-8")
INFOS = [(RECORDED / version / "path-info-closure.json").read_text(encoding="utf-8") for version in ("2.8.0", "2.34.8")]

PYTHON = "/nix/store/d06hkylwblpvskbm030ncblc39i4x9kv-python3-3.11.7"


@pytest.mark.parametrize("text", [OLD, NEW], ids=["2.8", "2.34"])
def test_a_derivation_is_read_in_the_words_of_each_version(text: str) -> None:
    (found,) = derivations(text).values()

    assert found.name == "python3-env"
    assert found.path.startswith("/nix/store/")
    assert found.path.endswith("-python3-env.drv")
    assert found.outputs == {"out": found.settings["out"]}
    assert sorted(Path(path).name.partition("-")[2] for path in found.inputs) in (
        ["goodbye.drv", "python3-3.11.7.drv"],
        ["hello.drv", "python3-3.11.7.drv"],
    )
    assert set(found.inputs.values()) == {("out",)}
    assert found.sources == {"/nix/store/wci75d27q5fhhb1jij5g9hg9v7vhxwgx-env.py"}
    assert found.settings["python"] == PYTHON


def test_the_two_versions_tell_the_same_of_what_they_have_in_common() -> None:
    (old,), (new,) = (derivations(text).values() for text in (OLD, NEW))

    assert (old.sources, old.settings.keys()) == (new.sources, new.settings.keys())
    assert old.inputs.keys() & new.inputs.keys() == {"/nix/store/vd1hfqbz5pbg8ni603g6wl9fj0s0am2c-python3-3.11.7.drv"}


def test_between_the_two_outputs_became_tables_first() -> None:
    table = json.loads(OLD)
    for item in table.values():
        item["inputDrvs"] = {
            path: {"outputs": which, "dynamicOutputs": {}} for path, which in item["inputDrvs"].items()
        }

    assert derivations(json.dumps(table)) == derivations(OLD)


def test_several_outputs_and_structured_attributes_are_read_alike_from_both() -> None:
    old, new = (
        derivations((RECORDED / version / "several-outputs.json").read_text(encoding="utf-8"))
        for version in ("2.8.0", "2.34.8")
    )

    assert old == new
    tool, thing, app = sorted(old.values(), key=lambda item: item.name, reverse=True)
    assert list(tool.outputs) == ["dev", "out"]
    assert tool.main == tool.outputs["out"]
    assert thing.inputs == {tool.path: ("dev",)}
    assert (app.settings["name"], app.settings["parts"]) == ("app-3.0", f'["{thing.main}"]')
    assert app.settings["args"].startswith("-c . $NIX_ATTRS_SH_FILE")


def test_both_forms_of_todays_closures_are_read_alike() -> None:
    one, two = (
        path_infos((RECORDED / "2.34.8" / f"path-info-format-{form}.json").read_text(encoding="utf-8"))
        for form in (1, 2)
    )

    assert one == two
    assert sorted(item.name for item in one.values()) == ["app-3.0", "thing-2.0", "tool-1.0-dev"]


def test_where_no_output_is_known_before_it_is_built_that_is_said() -> None:
    floating = Derivation(path="/nix/store/1-later.drv", outputs={}, inputs={}, sources=frozenset(), settings={})

    with pytest.raises(StateError, match=r"^Where later will be is known only when it is built"):
        _ = floating.main
    assert replace(floating, outputs={"lib": "/nix/store/2-later-lib"}).main == "/nix/store/2-later-lib"


def test_a_derivation_may_have_several_outputs_and_need_several() -> None:
    described = {
        "outputs": {"out": {"path": "/nix/store/1-lib"}, "dev": {"path": "/nix/store/2-lib-dev"}, "later": {}},
        "inputSrcs": [],
        "inputDrvs": {"/nix/store/3-other.drv": ["out", "dev"]},
        "env": {"a": "b"},
    }

    assert derivations(json.dumps({"/nix/store/0-lib.drv": described})) == {
        "/nix/store/0-lib.drv": Derivation(
            path="/nix/store/0-lib.drv",
            outputs={"out": "/nix/store/1-lib", "dev": "/nix/store/2-lib-dev"},
            inputs={"/nix/store/3-other.drv": ("out", "dev")},
            sources=frozenset(),
            settings={"a": "b"},
        )
    }


@pytest.mark.parametrize("text", INFOS, ids=["2.8", "2.34"])
def test_a_closure_has_sizes_and_references(text: str) -> None:
    found = path_infos(text)

    assert found[PYTHON] == StorePath(path=PYTHON, nar_bytes=62597744)
    (shared,) = (item for item in found.values() if item.name == "shared")
    (environment,) = (item for item in found.values() if item.name == "python3-env")
    assert shared.path not in shared.references
    assert {PYTHON, shared.path} < environment.references <= found.keys()


def test_what_both_versions_know_they_tell_alike() -> None:
    old, new = map(path_infos, INFOS)

    assert {path: old[path] for path in old.keys() & new.keys()} == {
        path: new[path] for path in old.keys() & new.keys()
    }
    assert len(old.keys() & new.keys()) >= 2


def test_a_later_version_may_put_paths_one_table_deeper_and_name_them_shortly() -> None:
    table = {path.removeprefix("/nix/store/"): item for path, item in json.loads(INFOS[1]).items()}

    assert path_infos(json.dumps({"version": 2, "info": table})) == path_infos(INFOS[1])


@pytest.mark.parametrize("item", [None, {"valid": False}])
def test_a_path_that_is_not_there_is_named(item: object) -> None:
    with pytest.raises(StateError, match=r"^/nix/store/1-gone is not in the store$"):
        path_infos(json.dumps({"/nix/store/1-gone": item}))


@pytest.mark.parametrize("read", [derivations, path_infos])
@pytest.mark.parametrize("text", ["", "error: no", "[1]", '{"a": 1}', '{"a": {}}', "3"])
def test_what_is_not_understood_is_said_to_be_and_shown(read: object, text: str) -> None:
    assert callable(read)
    with pytest.raises(StateError, match=r"^(Nix answered what is no JSON|nix [a-z -]+ answered in a shape)"):
        read(text)


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part))
)
def test_any_json_is_read_or_refused_in_words(value: object) -> None:
    for read in (derivations, path_infos):
        # Anything else that is raised fails the test.
        with suppress(StateError):
            assert isinstance(read(json.dumps(value)), dict)
