"""Whether Nix can build here at all, and what it says when it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError
from harness.measure.command import Execution
from harness.nix import Nix, NixProgram, complaint, remedy
from tests.fakes import execution

#: What Nix 2.8 and 2.34 say where user namespaces are not permitted.
FORBIDDEN = {
    "2.8.0": "this derivation will be built:\n  /nix/store/abc-sandbox-probe.drv\n"
    "\x1b[31;1merror:\x1b[0m cloning builder process: \x1b[35;1mOperation not permitted\x1b[0m\n"
    "error: unable to start build process\n",
    "2.34.8": "this derivation will be built:\n  /nix/store/abc-sandbox-probe.drv\n"
    "error: this system does not support the kernel namespaces that are required for sandboxing; "
    "use '--no-sandbox' to disable sandboxing\n",
}


def nix(answer: Execution, asked: list[tuple[str, ...]] | None = None) -> Nix:
    def run(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
        if asked is not None:
            asked.append(tuple(argv))
        return answer

    program = NixProgram(programs=Path("/usr/bin"), version="2.8.0", shell=None)
    return Nix(program=program, folder=Path("/state/nix"), run=run)


def test_a_probe_builds_something_new_in_the_sandbox_of_the_private_store() -> None:
    asked: list[tuple[str, ...]] = []

    nix(execution(), asked).probe("nonce1")

    (argv,) = asked
    assert argv[0] == "/usr/bin/nix-build"
    assert argv[argv.index("--store") + 1] == "/state/nix/store"
    assert argv[argv.index("sandbox-fallback") + 1] == "false"
    assert argv[-3:] == ("--argstr", "nonce", "nonce1")


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("2.8.0", "cloning builder process: Operation not permitted"),
        ("2.34.8", "does not support the kernel namespaces"),
    ],
)
def test_a_sandbox_that_is_not_permitted_is_the_reason(version: str, reason: str) -> None:
    with pytest.raises(NixUnavailableError, match=reason) as caught:
        nix(execution(exit_code=1, stderr=FORBIDDEN[version])).probe("nonce1")

    assert "user namespaces" in caught.value.hint
    assert "\x1b" not in caught.value.message
    assert "sandbox-probe.drv" not in caught.value.message


def test_a_store_where_everybody_writes_is_told_apart() -> None:
    said = 'error: Path "/tmp" is world-writable or a symlink. That\'s not allowed for security.'

    assert "HARNESS_STATE" in remedy(said)
    assert "HARNESS_STATE" not in remedy("error: unable to start build process")


def test_a_complaint_begins_at_an_error_in_colour() -> None:
    assert complaint(FORBIDDEN["2.8.0"]).splitlines() == [
        "error: cloning builder process: Operation not permitted",
        "error: unable to start build process",
    ]
