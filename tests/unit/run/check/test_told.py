"""harness.run.check.told: a README's commands against the phases, as people write and miswrite them."""

from __future__ import annotations

from typing import Any

import pytest

from harness.monorepo.variants.file import DeployPhase, Phase, Phases
from harness.run.check.told import difference, told

PHASES = Phases(
    lock=Phase(steps=(("tool", "lock", "--quiet"),)),
    install=Phase(steps=(("{python}", "-m", "venv", ".venv"), ("pip", "install", "pip==26.3", "--index", "{index}"))),
    refresh=Phase(steps=()),
    run=Phase(directory="{root}/{app}", steps=(("{root}/.venv/bin/python", "-m", "{module}"),)),
    build=Phase(
        directory="{root}/{member}",
        steps=(("{tools}/tool", "build", "--out", "{dist}"), ("mkdir", "{dist}"), ("cp", "dist", "{dist}")),
    ),
    deploy=DeployPhase(
        steps=(("tool", "sync", "./{need}", "./{app}", "--python", "{python}"),),
        environment={"TOOL_ENVIRONMENT": "{deploy}"},
        run=("{deploy}/bin/python", "-m", "{module}"),
    ),
)

README = """# What it is

It has `shared`; start with `tool lock`, and `tool` does the rest.

    tool lock
    python -m venv .venv
    pip install pip
    cd hello
    ../.venv/bin/python -m hello

    tool build     # of each member

To ship:

    TOOL_ENVIRONMENT=deploy tool sync ./shared ./goodbye
    deploy/bin/python -m goodbye
"""


def test_what_only_the_harness_types_may_be_left_out() -> None:
    assert difference(README, PHASES) == ("", "")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("pip install pip\n", "pip install pip --index index\n"),
        ("tool lock\n    p", "tool lock --quiet\n    p"),
        ("tool build ", "tool build --out dist "),
        ("deploy/bin/python -m goodbye\n", "\n"),
        ("./shared ./goodbye", "./shared ./hello --python python"),
    ],
)
def test_it_may_be_said_as_well(old: str, new: str) -> None:
    assert old in README

    assert difference(README.replace(old, new), PHASES) == ("", "")


@pytest.mark.parametrize(
    ("old", "new", "expected", "came"),
    [
        ("    tool lock\n", "", "lock: tool lock", "it does not say so"),
        ("    pip install pip\n", "", "install: pip install pip", "it does not say so"),
        ("    cd hello\n", "", "run: cd hello; ../.venv/bin/python -m hello", "it does not say so"),
        ("TOOL_ENVIRONMENT=deploy ", "", "deploy, with TOOL_ENVIRONMENT=deploy", "it does not say so"),
        ("./shared ./goodbye", "./goodbye", "deploy: tool sync ./shared ./hello", "it does not say so"),
        ("    tool lock\n", "    tool lock\n    tool sync\n", "a command that a phase has", "tool sync"),
        ("`tool lock`", "`tool unlock`", "a command that a phase has", "tool unlock"),
    ],
)
def test_what_differs_is_named(old: str, new: str, expected: str, came: str) -> None:
    assert old in README

    assert difference(README.replace(old, new, 1), PHASES) == (expected, came)


def test_a_step_that_is_measured_has_to_be_told() -> None:
    stated: dict[str, Any] = {name: getattr(PHASES, name) for name in ("lock", "install", "run", "build", "deploy")}

    found = difference(README, Phases(**stated, refresh=Phase(steps=(("tool", "renew"),))))

    assert found == ("refresh: tool renew", "it does not say so")


def test_a_folder_is_that_of_the_block_it_is_said_in() -> None:
    assert [item.folder for item in told(README)] == ["", "", "", "hello", "hello", "", ""]
    assert [str(item) for item in told("    cd hello\n    A=1 tool --x\n")] == ["cd hello; A=1 tool --x"]
