"""What keeps the house small: no module longer than a reader takes in, and none that is in no room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.places import CHECKOUT

HARNESS = CHECKOUT / "harness"
#: The longest that a module may be, in lines.
MOST_LINES = 350
#: The longest that a function may be, without its decorators, in lines.
MOST_LINES_OF_A_FUNCTION = 60


def modules() -> list[Path]:
    return sorted(HARNESS.rglob("*.py"))


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def test_no_module_is_longer_than_a_reader_takes_in(capsys: pytest.CaptureFixture[str]) -> None:
    lines = {
        path.relative_to(CHECKOUT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()
    }

    with capsys.disabled():
        print(f"\nharness: {sum(lines.values()):,} lines in {len(lines)} modules")  # noqa: T201
    assert {name: many for name, many in lines.items() if many > MOST_LINES} == {}


def test_every_module_is_in_a_room() -> None:
    assert {path.name for path in HARNESS.glob("*.py")} == {"__init__.py", "__main__.py", "errors.py"}


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(CHECKOUT)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path, node in functions()
    }

    assert {name: many for name, many in long.items() if many > MOST_LINES_OF_A_FUNCTION} == {}


#: What cannot call the one function that removes trees: it works in Nix' sandbox, where nothing of ours is.
WITHOUT_IT = {"nix/host/guard.py"}


def test_one_function_removes_trees() -> None:
    named = ("rmtree", "removedirs", "TemporaryDirectory")
    found = {
        path.relative_to(CHECKOUT).as_posix()
        for folder in ("harness", "nix", "tests")
        for path in (CHECKOUT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in named)
        or (isinstance(node, ast.ImportFrom) and any(alias.name in named for alias in node.names))
    }

    assert found == WITHOUT_IT


def test_work_on_several_things_at_once_is_of_the_kind_that_can_be_stopped() -> None:
    plain = [path for path in modules() if "ThreadPoolExecutor" in path.read_text(encoding="utf-8")]
    assert plain == [HARNESS / "measure" / "crew.py"]
