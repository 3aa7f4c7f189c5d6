"""harness.run.check.looking: what is seen without running anything, on a committed variant and on damaged copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.monorepo.variants import load_variant
from harness.provision.state_folder import Layout
from harness.run.check.looking import LOOKS, look
from harness.run.check.model import StepFailure, StepVerdict

MODEL = Layout.here().variants / "uv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "mine"
    shutil.copytree(MODEL, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def failures(folder: Path) -> dict[str, StepFailure]:
    """What is wrong with a variant's folder, by step."""
    results = list(look(load_variant(folder), load_variant(MODEL)))
    assert [result.step for result in results] == [step.step for step in LOOKS]
    return {result.step: result.failure for result in results if result.failure is not None}


def test_a_committed_variant_is_as_it_has_to_be(folder: Path) -> None:
    results = list(look(load_variant(folder), load_variant(MODEL)))

    assert {result.verdict for result in results} == {StepVerdict.PASSED}
    assert all(result.detail for result in results)


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "step", "came"),
    [
        ("hello/src/hello/__init__.py", "Says hello", "Says so", "sources", "line 1 differs"),
        ("hello/pyproject.toml", 'name = "hello"', 'name = "helo"', "members", "'helo'"),
        ("hello/pyproject.toml", '  "shared",', '  "shared ==",', "members", "'shared =='"),
        ("hello/pyproject.toml", "[project]", "[project", "members", "Expected ']'"),
        (
            "pyproject.toml",
            '  "shared",\n  "hello"',
            '  "shared", "hello"',
            "statements",
            "give each a line of its own",
        ),
        ("goodbye/pyproject.toml", "Says goodbye", "Says farewell", "statements", "line 4 is 'description = \"Says f"),
        (
            "variant.toml",
            '"--package", "{app}", "python"',
            '"--package", "hello", "python"',
            "statements",
            "hello by its",
        ),
        ("README.md", "uv sync", "uv sync --index http://10.0.0.1/simple", "committed", "http://10.0.0.1/simple"),
        ("README.md", "uv sync --all", "uv sync --some", "readme", "it does not say so"),
        ("README.md", "uv sync", "/home/somebody/uv sync", "committed", "/home/somebody"),
        ("variant.toml", 'packages = ["uv==0.13.9"]', 'packages = ["uv==0.14.0"]', "locks", "the lock has uv 0.13.9"),
        ("variant.toml", 'expect = "0.13.9"', 'expect = "0.13.8"', "locks", "'0.13.8'"),
        ("locks/build.txt", "uv-build==", "other-build==", "locks", "the lock has no uv-build"),
        ("shared/pyproject.toml", "uv_build>=0.13.6", "uv_build>=0.13.99", "backend", "uv_build 0.13.6"),
        ("changes.toml", "[[add-library.do]]", "[[add-library.doo]]", "changes", "doo"),
        ("changes.toml", "[rename-library]", "", "changes", "it is not there"),
        ("changes/rename-library.patch", "@@ -1,12 +", "@@ -1,13 +", "changes", "rename-library.patch: "),
        ("changes/rename-library.patch", "[project]", "[projekt]", "changes", "patch does not apply"),
        ("hello/package.nix", "pyproject = true", "pyproject = false", "members", "line 11 is '  pyproject = false"),
        ("overlay.nix", "}\n", "}", "members", "line 11 is 'nothing', and not ''"),
    ],
)
def test_what_is_wrong_is_named(folder: Path, file: str, old: str, new: str, step: str, came: str) -> None:
    edit(folder / file, old, new)

    failure = failures(folder)[step]

    assert came in failure.came
    assert failure.cause


@pytest.mark.parametrize(
    ("file", "step"),
    [
        ("hello/src/hello/__main__.py", "sources"),
        ("shared/package.nix", "members"),
        ("derived.nix", "members"),
        ("goodbye/pyproject.toml", "members"),
        ("flake.nix", "members"),
        ("changes.toml", "changes"),
        ("changes/add-library-backend.patch", "changes"),
    ],
)
def test_what_is_missing_is_named(folder: Path, file: str, step: str) -> None:
    (folder / file).unlink()

    failure = failures(folder)[step]

    assert Path(file).name in f"{failure.ran} {failure.came}"


def test_a_table_that_one_application_has_is_named(folder: Path) -> None:
    with (folder / "hello" / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write('\n[tool.ours]\nhello = "yes"\n')

    failure = failures(folder)["statements"]

    assert failure.ran == "the file goodbye/pyproject.toml"
    assert failure.came == "the table [tool.ours] is missing in it"


def test_a_package_that_lacks_its_dependency_is_named_itself(folder: Path) -> None:
    edit(folder / "variant.toml", "[nix]\n", '[nix]\nown = ["*/package.nix"]\n')
    edit(folder / "hello" / "package.nix", "shared", "others")

    failure = failures(folder)["statements"]

    assert failure.ran == "the file hello/package.nix"
    assert failure.expected == "shared among its arguments and its dependencies"


def test_a_stray_python_file_and_a_committed_lock_file_are_named(folder: Path) -> None:
    (folder / "conftest.py").write_text("", encoding="utf-8")
    (folder / "uv.lock").write_text("", encoding="utf-8")

    found = failures(folder)

    assert found["sources"].ran == "the file conftest.py"
    assert found["committed"].came == "uv.lock"


def test_ours_say_where_they_are_documented_and_others_may(folder: Path) -> None:
    said = (folder / "variant.toml").read_text(encoding="utf-8").split("documented = ")[1].split("\n")[0]
    edit(folder / "variant.toml", f"documented = {said}\n", "")
    ours = shutil.copytree(MODEL, folder.parent / "uv")

    (beside,) = (found for found in look(load_variant(folder), load_variant(ours)) if found.failed)

    assert (beside.step, beside.failure and beside.failure.came) == ("documented", "no `documented`")
    assert failures(folder) == {}


def test_a_page_cannot_have_been_read_tomorrow(folder: Path) -> None:
    edit(folder / "variant.toml", 'read = "20', 'read = "30')

    assert failures(folder)["documented"].came.endswith("which is to come")


def test_what_is_needed_through_others_has_a_place_that_is_there(folder: Path) -> None:
    text = '[growing.indirect]\nbefore = "[build]"\ntext = """\n{need}\n"""\n\n[nix]\n'
    edit(folder / "variant.toml", "[nix]\n", text)

    failure = failures(folder)["statements"]

    assert failure.came == "'[build]'"


def test_a_nix_file_that_differs_on_purpose_says_so_in_one_place(folder: Path) -> None:
    edit(folder / "overlay.nix", "# Adds", "# Ours. Adds")
    assert "[nix] own" in failures(folder)["members"].cause

    edit(folder / "variant.toml", "[nix]\n", '[nix]\nown = ["overlay.nix"]\n')

    assert failures(folder) == {}
