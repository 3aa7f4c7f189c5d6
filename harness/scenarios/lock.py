"""``lock``: from requirements to a lock file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from packaging.utils import canonicalize_name

from harness.bench import Attempt, Bench, reach_fresh
from harness.errors import VerificationError
from harness.measure.command import Execution
from harness.records import ScenarioFacts
from harness.scenarios.base import LocalScenario
from harness.workspace import Workspace


class Lock(LocalScenario):
    """Writes the lock file anew."""

    name = "lock"
    order = 2
    phases = ("lock",)
    facts = ScenarioFacts(
        title="Lock",
        before="Fresh clone without a lock file; warm cache; no environment.",
        measured="The toolchain's lock command, in each project that has a lock file of its own.",
        verified="The lock files are there, and every member is named in one or has one of its own.",
    )

    def prepare(self, bench: Bench, attempt: Attempt) -> None:  # noqa: ARG002
        """A fresh clone without its lock files."""
        reach_fresh(bench.warm, lock=False)

    def verify(self, bench: Bench, attempt: Attempt, executions: Sequence[Execution]) -> None:  # noqa: ARG002
        """See that every member is covered."""
        verify_locks(bench, bench.warm)


def verify_locks(bench: Bench, workspace: Workspace) -> None:
    """See that the lock files were written and cover every member.

    Raises:
        VerificationError: a lock file is missing, or a member is neither named in one nor has one of its own.
    """
    texts = {}
    for path in workspace.lock_files:
        if not path.is_file():
            raise VerificationError(f"{path.relative_to(workspace.root)} was not written")
        texts[path] = path.read_text(encoding="utf-8")
    for member in bench.shape.members:
        owns_one = any(path.is_relative_to(workspace.root / member.name) for path in texts)
        if not owns_one and not any(_names(text, member.name) for text in texts.values()):
            raise VerificationError(f"No lock file names the member {member.name!r}")


#: A member as a requirements file names it by its place: ``-e ./shared``, ``shared @ file:../shared``.
_BY_PLACE = re.compile(r"^(?:-e |--editable )?(?:file:)?\S*?/?(?P<folder>[\w.-]+)/?(?:\s*#.*)?$")

#: A package in a lock file that is TOML, as all but requirements files are.
_AS_TABLE = re.compile(r"\bname = [\"']([\w.-]+)[\"']")

#: A package in a lock file that is JSON, as pipenv's is.
_AS_KEY = re.compile(r"^\s*\"([\w.-]+)\": \{", re.MULTILINE)


def _names(text: str, member: str) -> bool:
    wanted = canonicalize_name(member)
    if any(canonicalize_name(name) == wanted for name in (*_AS_TABLE.findall(text), *_AS_KEY.findall(text))):
        return True
    for line in map(str.strip, text.splitlines()):
        if wanted in (line.strip("\"',"), line.split("==")[0].split(" @")[0]):
            return True
        place = _BY_PLACE.match(line)
        if place and "/" in line and canonicalize_name(place["folder"]) == wanted:
            return True
    return False


SCENARIO = Lock()
