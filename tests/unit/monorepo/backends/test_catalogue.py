"""harness.monorepo.backends.catalogue: backends as data, and what is said of data that is wrong."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.errors import InputError, VariantError
from harness.findings.backends import FACTS
from harness.monorepo.backends.catalogue import KEYS, alone_lock, backend_json_schema, load_backends, load_front_ends
from harness.monorepo.variants import load_variants
from harness.monorepo.variants.lock import read_lock
from harness.provision.state_folder import Layout
from harness.scenarios.backends.catalogue import BY_NAME
from tests.unit.monorepo.backends.made_up_backends import BACKEND_TOML, PYPROJECT_TOML, write_backends

OURS = Layout.here().backends


def test_a_backend_is_what_its_folder_says(tmp_path: Path) -> None:
    (backend,) = load_backends(write_backends(tmp_path))
    assert (backend.name, backend.spec.module, backend.pins) == ("made-up", "made_up.build", {"made-up": "1.0"})
    assert "flat = true" in backend.pyproject(flat=True)
    assert "flat = true" not in backend.pyproject(flat=False)


def test_its_digest_follows_its_files(tmp_path: Path) -> None:
    before = load_backends(write_backends(tmp_path))[0].digest
    (tmp_path / "made-up" / "locks" / "hooks.txt").write_text("other\n", encoding="utf-8")
    assert load_backends(tmp_path)[0].digest != before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BACKEND_TOML.replace("made-up==1.0", "made-up>=1.0"), "requires"),
        (BACKEND_TOML.replace("title = ", "titel = "), "titel"),
        (BACKEND_TOML + "[", "not valid TOML"),
        (BACKEND_TOML.replace('module = "made_up.build"', 'module = "other"'), "'other'"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(VariantError, match="made-up") as error:
        load_backends(write_backends(tmp_path, text=text))
    assert said in error.value.message
    assert error.value.hint


def test_a_name_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--backend: there is no backend named 'made-upp'") as error:
        load_backends(write_backends(tmp_path), ["made-upp"])
    assert "made-up" in error.value.hint


def test_without_backends_there_is_nothing_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no backends"):
        load_backends(tmp_path)


def test_a_lock_that_is_not_there_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    (write_backends(tmp_path) / "made-up" / "locks" / "hooks.txt").unlink()
    with pytest.raises(VariantError, match=r"locks/hooks\.txt") as error:
        load_backends(tmp_path)
    assert "update-backends made-up --keep-pins" in error.value.hint
    assert load_backends(tmp_path, locked=False)


def test_front_ends_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(VariantError, match=r"front-ends\.toml"):
        load_front_ends(tmp_path)
    (tmp_path / "front-ends.toml").write_bytes(b"beside = ['\xff']")
    with pytest.raises(VariantError, match=r"front-ends\.toml: cannot be read: .*utf-8") as error:
        load_front_ends(tmp_path)
    assert error.value.hint == "It has to be UTF-8 text."


def test_our_backends_are_pinned_as_the_variants_are() -> None:
    pins = {name: version for backend in load_backends(OURS) for name, version in backend.pins.items()}
    pins |= load_front_ends(OURS).pins
    stated = {
        (name, version)
        for variant in load_variants(Layout.here().variants)
        for name, version in variant.spec.toolchain.pins.items()
        if name in pins
    }
    assert {(name, version) for name, version in pins.items() if name in dict(stated)} == stated


def test_our_locks_hold_what_is_pinned_and_no_address() -> None:
    front_ends = load_front_ends(OURS)
    locks = {alone_lock(OURS): dict.fromkeys(front_ends.alone)}
    for backend in load_backends(OURS):
        locks[backend.hooks_lock] = dict.fromkeys(backend.spec.requires)
        locks[backend.front_ends_lock] = dict.fromkeys((*backend.spec.requires, *front_ends.beside))
    for lock, wanted in locks.items():
        assert wanted.keys() <= {f"{pin.name}=={pin.version}" for pin in read_lock(lock)}
        assert "://" not in lock.read_text(encoding="utf-8")


def test_our_projects_differ_in_their_backend_alone() -> None:
    projects = [tomllib.loads(backend.pyproject(flat=False)) for backend in load_backends(OURS)]
    assert len(projects) == 6
    assert len({str(project["project"]) for project in projects}) == 1
    assert all(project.keys() == {"build-system", "project"} for project in projects)
    assert tomllib.loads(PYPROJECT_TOML)["project"]["name"] == projects[0]["project"]["name"]


def test_every_key_is_explained_alike_in_the_schema_and_on_the_page() -> None:
    page = (OURS.parent / "docs" / "backends.md").read_text(encoding="utf-8")
    properties = backend_json_schema()["properties"]
    assert properties.keys() == KEYS.keys()
    for name, text in KEYS.items():
        assert properties[name]["description"] == text
        assert f"| `{name}` | {text} |" in page


def test_every_scenario_and_finding_is_on_the_page() -> None:
    page = (OURS.parent / "docs" / "backends.md").read_text(encoding="utf-8")
    named = [*BY_NAME, *(name for name in FACTS if name != "metadata-hook")]
    assert [name for name in named if f"`{name}`" not in page] == []
