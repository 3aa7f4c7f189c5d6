"""harness.provision.pins.pins: which pins have newer releases, and raising them without touching anything else."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import InputError, ProvisionError
from harness.measure.command import Command, Ended, Executor
from harness.provision.pins.pins import Outdated, newest_of, newest_release, outdated, raised, wanted_pins
from tests.fakes import FakeExecutor, execution
from tests.made_up import VARIANT_TOML, made_up_variant

RELEASES = {"tool": "1.10", "backend": "2.0"}


def newest(project: str, executor: Executor) -> str:
    """Tells releases without asking anybody."""
    return RELEASES[project]


def test_a_pin_with_a_newer_release_is_listed_once_with_its_variants(tmp_path: Path) -> None:
    variants = [made_up_variant(tmp_path, "one"), made_up_variant(tmp_path, "two")]

    assert outdated(variants, newest) == (
        Outdated(project="tool", pinned="1.0", newest="1.10", variants=("one", "two")),
    )


def test_versions_are_compared_as_versions(tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path, text=VARIANT_TOML.replace('"1.0"', '"1.9"').replace("tool==1.0", "tool==1.9"))

    assert [item.newest for item in outdated([variant], newest)] == ["1.10"]


def test_raising_a_pin_changes_every_place_that_states_it_and_nothing_else(tmp_path: Path) -> None:
    text = VARIANT_TOML.replace(
        'steps = [["tool", "install"]]', 'steps = [["tool", "install", "tool==1.0", "tool==1.0.1"]]'
    )
    text = text.replace('version = { command = ["tool", "--version"], expect = "1.0" }', "")
    text += '\n[toolchain.version]\ncommand = ["tool", "--version"]\nexpect = "1.0"\n# Since tool 1.0 it is so.\n'

    changed = raised(text, {"tool": "1.0", "backend": "2.0"}, {"tool": "1.1"})

    assert 'packages = ["tool==1.1"]' in changed
    assert '"tool==1.1", "tool==1.0.1"' in changed
    assert 'expect = "1.1"' in changed
    assert "# Since tool 1.0 it is so." in changed
    assert 'build_requirements = ["backend==2.0"]' in changed


def test_extras_and_other_spellings_of_a_name_are_known() -> None:
    text = 'manager = "pdm"\npackages = ["pdm[locked]==2.29.3", "uv_build==0.13.6"]\nexpect = "2.29.3"\n'

    changed = raised(text, {"pdm": "2.29.3", "uv-build": "0.13.6"}, {"pdm": "2.30", "uv-build": "0.14"})

    assert changed == 'manager = "pdm"\npackages = ["pdm[locked]==2.30", "uv_build==0.14"]\nexpect = "2.30"\n'


def test_what_is_expected_follows_the_manager_where_two_have_one_version() -> None:
    text = 'manager = "flit"\npackages = ["flit==4.2.0", "flit-core==4.2.0"]\nexpect = "4.2.0"\n'
    both = {"flit": "4.2.0", "flit-core": "4.2.0"}

    assert 'expect = "4.2.0"' in raised(text, both, {"flit-core": "4.3.0"})
    assert 'expect = "4.3.0"' in raised(text, both, {"flit": "4.3.0"})
    assert '"flit==4.2.0", "flit-core==4.3.0"' in raised(text, both, {"flit-core": "4.3.0"})


@given(st.text())
def test_without_a_wish_nothing_is_changed(text: str) -> None:
    assert raised(text, {"tool": "1.0"}, {}) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tool", "does not name one exact version"),
        ("tool>=2", "does not name one exact version"),
        ("tool==2.*", "does not name one exact version"),
        ("==2", "is not a requirement"),
        ("other==2", "made-up does not pin other"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        wanted_pins([text], made_up_variant(tmp_path))


def test_a_wish_names_a_version(tmp_path: Path) -> None:
    assert wanted_pins(["Tool==2.0", "backend==3"], made_up_variant(tmp_path)) == {"tool": "2.0", "backend": "3"}


def test_pip_is_asked_and_its_refusal_is_told() -> None:
    releases = json.dumps({"name": "tool", "versions": ["1.10", "1.9"], "latest": "1.10"})

    assert newest_release("tool", FakeExecutor(execution(stdout=releases))) == "1.10"
    with pytest.raises(ProvisionError, match="pip cannot tell the releases of tool: no such project"):
        newest_release("tool", FakeExecutor(execution(exit_code=1, stderr="no such project")))
    with pytest.raises(ProvisionError, match="pip cannot tell the releases of tool: ended at its time limit"):
        newest_release("tool", FakeExecutor(execution(ended=Ended.TIMED_OUT)))


def test_what_is_asked_for_is_ended_when_one_release_cannot_be_told() -> None:
    asks = threading.Event()

    def newest(project: str, executor: Executor) -> str:
        if project == "fails":
            assert asks.wait(30)
            raise ProvisionError("its own fault")
        asks.set()
        sleep = (sys.executable, "-c", "import time; time.sleep(600)")
        return executor.run(Command(argv=sleep, cwd=Path("/"), env={}, timeout_s=600, log_path=Path(os.devnull))).stdout

    with pytest.raises(ProvisionError, match="its own fault"):
        newest_of(["asks", "fails"], newest)
