"""Every value of ``missing-init``, and of the message where it is refused."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings.base import FAILED
from harness.findings.missing_init import FINDING
from harness.measure.command import Execution
from tests.unit.findings.made_up_builds import Builder, Market, Release, established, market_lab, refusal, release


def namespace(root: Path, name: str, env: Mapping[str, str]) -> Release:
    package = root / name / "src" / name
    modules = {f"{name}/{path.name}": path.read_text(encoding="utf-8") for path in package.glob("*.py")}
    return replace(release(root, name, env), modules=modules)


def packages_only(root: Path, name: str, env: Mapping[str, str]) -> Release:
    made = namespace(root, name, env)
    return made if f"{name}/__init__.py" in made.modules else replace(made, modules={})


def refusing(message: str) -> Builder:
    def build(root: Path, name: str, env: Mapping[str, str]) -> Release | Execution:
        made = namespace(root, name, env)
        return made if f"{name}/__init__.py" in made.modules else refusal(message)

    return build


@pytest.mark.parametrize(
    ("builder", "expected", "proof"),
    [
        (refusing("nothing to ship"), "refused", "nothing to ship"),
        (namespace, "ships-namespace-package", "hello/__main__.py"),
        (packages_only, "ships-without-code", "hello-0.1.0.dist-info/METADATA"),
    ],
)
def test_values(tmp_path: Path, builder: Builder, expected: str, proof: str) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=builder)))

    assert found["missing-init"].value == expected
    assert proof in found["missing-init"].evidence
    assert found["missing-init"].evidence.startswith("hello/src/hello/__init__.py is removed\n")


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("hello/__init__.py is missing.\nhint: set `tool.made-up.module-name`", "file, key, remedy"),
        ("No hello/__init__.py for [tool.made-up]", "file, key"),
        ("hint: is hello/__init__.py missing", "file, remedy"),
        ("hint: is packages = [] right", "key, remedy"),
        ("No hello/__init__.py", "file"),
        ("Wrong module-name", "key"),
        ("Try again", "remedy"),
        ("site-packages/made_up/__init__.py, line 1: Failed", "nothing"),
    ],
)
def test_messages(tmp_path: Path, message: str, expected: str) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=refusing(message))))

    assert found["error-missing-init"].value == expected


def test_no_message_where_it_is_built(tmp_path: Path) -> None:
    found = established(FINDING, market_lab(tmp_path, Market(builder=namespace)))

    assert found["error-missing-init"].value == "no error"


def test_the_module_that_is_left_does_the_work(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market(builder=namespace))

    established(FINDING, lab)

    left = lab.workspace.root / "hello" / "src" / "hello" / "__main__.py"
    assert 'print(f"Hello, {NAME}")' in left.read_text(encoding="utf-8")


def test_nothing_to_remove(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market())
    (lab.bench.variant.folder / "hello" / "src" / "hello" / "__init__.py").unlink()
    (lab.bench.variant.folder / "hello" / "src" / "hello" / "other.py").write_text("", encoding="utf-8")

    found = established(FINDING, lab)

    assert found["missing-init"].value == FAILED
    assert found["missing-init"].evidence == "hello has no __init__.py to remove."
