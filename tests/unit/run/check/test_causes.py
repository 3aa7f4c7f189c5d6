"""harness.run.check.causes: what real tools say when something is wrong, and the cause that is told for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.run.check.causes import SIGNS, UNKNOWN, likely_cause
from harness.scenarios import all_scenarios

SAID = [
    ("hatsh could not be started: No such file or directory", "The step's program hatsh is in no package"),
    ("OSError: [Errno 13] Permission denied: '/usr/lib/x'", "It writes to /usr/lib/x"),
    ("touch: cannot touch /opt/x: Permission denied", "It writes to /opt/x"),
    ("error sending request for url (https://somewhere/simple/hatchling/)", "It asks for something outside the index"),
    ("ERROR: No matching distribution found for flit_core<4,>=3", "The index does not have flit_core"),
    ("  × Because shared was not found in the package registry and", "The index does not have shared"),
    ("ModuleNotFoundError: No module named 'shared'", "shared is not in the environment"),
    ("error: anonymous function at (string):1:1 called without required argument 'flit-core'", "asks for flit-core"),
    (
        "error: x/package.nix asks for a-b c, which the package set does not have",
        "package.nix asks for a-b, and nothing",
    ),
    ("error: attribute 'myproject-shared' missing", "Nix finds no myproject-shared"),
    ("error: README.md: patch does not apply", "The patch was made for another text"),
    ("error: syntax error, unexpected '}'", "A Nix file is not well-formed"),
    ("Error: No such option: --packge", "does not know the option or command --packge"),
    ("tomllib.TOMLDecodeError: Expected ']'", "A pyproject.toml is not well-formed TOML"),
    ("The lock phase did not write uv.lock.", "The lock steps do not write uv.lock"),
    ("`uv --version` answered 'uv 0.12.0', expected '0.13.9' in it", "The installed toolchain is not version 0.13.9"),
    ("it did not end within its time limit", "The step waits for something"),
    ("`x` printed '', expected 'Hello, PolyWolf\\n'", "It printed nothing"),
    ("`x` printed 'Syncing\\nHello, PolyWolf\\n', expected 'Hello, PolyWolf\\n'", "It printed Syncing"),
    ("uv.lock was not written", "The lock steps do not write uv.lock"),
    ("No lock file names the member 'shared'", "shared is declared nowhere that locking looks"),
    ("There is no wheel of 'shared' among what was built", "The build steps leave shared out"),
    (
        "`python -m goodbye` was expected to fail: goodbye should not be deployed",
        "The deploy steps install goodbye too",
    ),
]


@pytest.mark.parametrize(("said", "cause"), SAID, ids=lambda text: str(text)[:30])
def test_a_sign_leads_to_its_cause(said: str, cause: str) -> None:
    assert cause in likely_cause("exit status 1", f"before\n{said}\nafter")


def test_every_sign_is_one_that_was_seen() -> None:
    told = {next(sign for sign in SIGNS if sign.pattern.search(f"{said}\n")).cause for said, _ in SAID}

    assert len(told) >= len(SIGNS) - 4


@given(st.text())
def test_whatever_is_said_there_is_a_sentence_without_placeholders_of_its_own(said: str) -> None:
    cause = likely_cause(said)

    assert cause.strip()
    assert "{0}" not in cause


def test_nothing_known_is_not_guessed_at() -> None:
    assert likely_cause("all is odd") == UNKNOWN


def test_what_runs_in_the_checkout_alone_is_told_as_deployed_by_a_link() -> None:
    came = "`x` ended with exit status 1\nModuleNotFoundError: No module named 'hello'"

    assert "leads back to the checkout" in likely_cause(all_scenarios()["deploy"].facts.verified, came)
    assert "leads back to the checkout" not in likely_cause("exit status 0", came)


def test_what_scenarios_expect_is_no_sign_of_anything() -> None:
    for scenario in all_scenarios().values():
        assert likely_cause(scenario.facts.before, "") == likely_cause(scenario.facts.verified, "") == UNKNOWN
