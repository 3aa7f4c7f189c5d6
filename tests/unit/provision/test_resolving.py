"""harness.provision.resolving: what uv answers, as pins or as a reason, and never an address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from subprocess import CompletedProcess

import pytest

from harness.errors import ProvisionError
from harness.provision import resolving
from harness.provision.resolving import NoSolutionError, Resolver, resolver

NO_SOLUTION = """\
error: No solution found when resolving dependencies
  cause: Because nosuch was not found in the package registry and you require nosuch>=1, we can conclude that your \
requirements are unsatisfiable.

hint: something
"""

UNREACHABLE = """\
error: Request failed after 3 retries in 10.8s
  cause: Failed to fetch: `https://user:secret@index.invalid/simple/six/`
  cause: dns error
"""


def pinned(*projects: str) -> str:
    return "".join(f"{project} \\\n    --hash=sha256:{'a' * 64}\n" for project in projects)


@dataclass
class Uv:
    """Plays uv: answers in turn, and remembers what it was asked."""

    answers: list[tuple[int, str]]
    asked: list[tuple[list[str], list[str]]] = field(default_factory=list)

    def __call__(self, requirements: Sequence[str], options: Sequence[str]) -> CompletedProcess[str]:
        self.asked.append((list(requirements), list(options)))
        status, text = self.answers.pop(0)
        return CompletedProcess([], status, "" if status else text, text if status else "")


def test_what_uv_pins_for_this_machine_is_taken_from_wheels_alone() -> None:
    uv = Uv([(0, pinned("six==1.17.0", "tool==2 ; sys_platform != 'win32'"))])

    pins = Resolver(uv).here(["six", "tool"])

    assert [(pin.name, pin.version, pin.marker) for pin in pins] == [("six", "1.17.0", ""), ("tool", "2", "")]
    ((requirements, options),) = uv.asked
    assert requirements == ["six", "tool"]
    assert options[-2:] == ["--only-binary", ":all:"]
    assert "--python" in options


def test_nothing_is_asked_for_nothing() -> None:
    assert Resolver(Uv([])).here([]) == ()


def test_a_reason_is_one_line_that_says_nothing_twice() -> None:
    with pytest.raises(NoSolutionError) as caught:
        Resolver(Uv([(1, NO_SOLUTION)])).here(["nosuch>=1"])

    assert caught.value.message == "nosuch was not found in the package registry"


def test_a_long_reason_is_cut_off() -> None:
    with pytest.raises(NoSolutionError) as caught:
        Resolver(Uv([(1, "error: no\n  cause: " + "word " * 500)])).here(["a"])

    assert len(caught.value.message) < 500
    assert caught.value.message.endswith(" …")


def test_no_network_is_another_error_than_no_solution_and_has_no_address() -> None:
    with pytest.raises(ProvisionError, match="cannot be asked: Failed to fetch: `an address` dns error") as caught:
        Resolver(Uv([(2, UNREACHABLE)])).here(["six"])

    assert not isinstance(caught.value, NoSolutionError)
    assert "secret" not in str(caught.value)
    assert "--third-party" in caught.value.hint


WINDOWS = "sys_platform == 'win32'"


def test_what_other_platforms_need_is_added_with_its_marker_whether_or_not_it_suits_this_machine() -> None:
    uv = Uv([(0, pinned("six==1.17.0", f"colorama==1 ; {WINDOWS}", f"pywin32==3 ; {WINDOWS}"))])
    here = Resolver(Uv([(0, pinned("six==1.17.0"))])).here(["six"])

    more = Resolver(uv).elsewhere(["six>=1"], here)

    assert [(pin.name, pin.marker) for pin in more] == [
        ("colorama", 'sys_platform == "win32"'),
        ("pywin32", 'sys_platform == "win32"'),
    ]
    ((requirements, options),) = uv.asked
    assert requirements == ["six>=1", "six==1.17.0"]
    assert options[-2:] == ["--only-binary", ":all:"]
    assert "--universal" in options


def test_what_has_no_wheel_for_any_platform_is_known_by_its_archive() -> None:
    uv = Uv([(1, NO_SOLUTION), (0, pinned(f"old==1 ; {WINDOWS}"))])

    assert [pin.name for pin in Resolver(uv).elsewhere(["six"], ())] == ["old"]
    assert "--only-binary" not in uv.asked[1][1]


def test_without_a_solution_for_all_platforms_there_is_no_more() -> None:
    assert Resolver(Uv([(1, NO_SOLUTION)] * 3)).elsewhere(["six"], ()) == ()


def test_an_index_that_keeps_tools_from_a_solution_there_is_is_an_error() -> None:
    here = Resolver(Uv([(0, pinned("six==1"))])).here(["six"])
    uv = Uv([(1, NO_SOLUTION), (1, NO_SOLUTION), (0, pinned("six==1.17.0"))])

    with pytest.raises(NoSolutionError, match="nosuch was not found"):
        Resolver(uv).elsewhere(["six"], here)
    assert uv.asked[2][0] == ["six"]


@pytest.mark.parametrize(("told", "alone"), [({}, False), ({"no-index": "true"}, True), ({"no-index": "0"}, False)])
def test_pips_configuration_counts(monkeypatch: pytest.MonkeyPatch, told: dict[str, str], alone: bool) -> None:
    asked: list[Sequence[str]] = []

    def compiled(requirements: Sequence[str], options: Sequence[str], pip: dict[str, str]) -> CompletedProcess[str]:
        assert pip == told
        asked.append(options)
        return CompletedProcess([], 0, pinned("six==1.17.0"), "")

    monkeypatch.setattr(resolving, "pip_configuration", lambda: told)
    monkeypatch.setattr(resolving, "compiled", compiled)

    assert resolver().here(["six"])
    assert ("--no-index" in asked[0]) is alone
