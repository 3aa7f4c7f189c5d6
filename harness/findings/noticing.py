"""At which point something wrong is noticed, in which words, and whether they are about what is wrong."""

from __future__ import annotations

import re

from harness.errors import StateError
from harness.findings.base import bad, good
from harness.records.strategies import HANDWRITTEN
from harness.workspace.experiment import Lab, Trial

NOTICED = {
    "noticed-at-evaluation": good("Nix refuses before it builds anything."),
    "noticed-at-build": good("Nix refuses while it builds."),
    "noticed-at-start": bad("All is built, and an application fails when it is started."),
    "unnoticed": bad("All is built, and the applications run."),
}

# What Nix says on its standard error when a derivation begins to be built, and when one failed.
_BEGAN = ("building '/nix/store", "builder for '")

# The derivation that starts an application failed by itself, not for want of what it needs: Nix 2.8 and today's words.
_STARTED = re.compile(
    r"builder for '[^']*-output\.drv' failed|Cannot build '[^']*-output\.drv'\.\s+Reason:[^.]*\bbuilder failed"
)

# Nix's account of its progress, which depends on what is in the store already and on what ended first; its lists of
# what failed for want of the one that failed; and all but the end of a traceback.
_PROGRESS = re.compile(r"^(this derivation|these \d+ derivations|building '|copying |  /nix/store/).*\n", re.MULTILINE)
_CONSEQUENCE = re.compile(r"^error: (build of '|\d+ dependencies of derivation).* failed(?: to build)?\n", re.MULTILINE)
_TRACEBACK = re.compile(
    r'^( *)(Traceback \(most recent call last\):|File ".*", line \d+.*)\n(?:\1 +.*\n)*', re.MULTILINE
)

_MOST_LINES = 12
_WIDTH = 300


def attributes(lab: Lab) -> list[str]:
    """All members, and the environments of all applications."""
    members = [f"members.{member.name}" for member in lab.shape.members]
    return [*members, *(f"environments.{member.name}" for member in lab.shape.applications)]


def built_paths(lab: Lab, *wanted: str, strategy: str = HANDWRITTEN) -> list[str]:
    """The store paths of what Nix builds for some attributes.

    Raises:
        StateError: it cannot be built, or the Nix lane cannot run here.
    """
    built = lab.nix_build(*wanted, strategy=strategy)
    if not built.ok:
        raise StateError(f"Building failed: {built.evidence}")
    return built.last.stdout.split()


def noticed(lab: Lab, strategy: str = HANDWRITTEN) -> tuple[str, Trial]:
    """Build and start every application of the checkout as it is; where Nix noticed something, and what was said."""
    applications = [member.name for member in lab.shape.applications]
    started = lab.nix_build(*(f"checks.{name}" for name in applications), strategy=strategy)
    if started.ok:
        return "unnoticed", started
    built = lab.nix_build(*attributes(lab), strategy=strategy)
    if built.ok:
        return "noticed-at-start", started
    return ("noticed-at-build" if began(built) else "noticed-at-evaluation"), built


def began(trial: Trial) -> bool:
    """Whether Nix had begun to build anything."""
    return any(words in trial.output for words in _BEGAN)


def place_of(started: Trial) -> str:
    """Where building and starting applications was refused, if members may be missing that nobody can ask Nix for."""
    if _STARTED.search(started.output):
        return "noticed-at-start"
    return "noticed-at-build" if began(started) else "noticed-at-evaluation"


def said(trial: Trial) -> str:
    """The evidence of one command; of a failure the last words, without progress and without the frames of tracebacks.

    The same failure of Nix reads the same whatever was built before.
    """
    if trial.ok:
        return trial.evidence
    command, execution = trial.steps[-1]
    told = f"{trial.output}\n"
    for noise in (_PROGRESS, _CONSEQUENCE, _TRACEBACK):
        told = noise.sub("", told)
    lines = [line.rstrip()[:_WIDTH] for line in told.splitlines() if line.strip()]
    typed = trial.typed or trial.shown(" ".join(command.argv))
    return "\n".join([f"$ {typed}", *lines[-_MOST_LINES:], f"(exit status {execution.exit_code})"])


def see_that_it_is_about(trial: Trial, *names: str) -> None:
    """See that a refusal is about what an experiment did: one of ``names`` has to stand in what was said.

    Raises:
        StateError: none does, so something else went wrong, which proves nothing.
    """
    if not any(name in trial.output for name in names):
        raise StateError(f"Something failed that has nothing to do with {names[0]}: {trial.evidence}")
