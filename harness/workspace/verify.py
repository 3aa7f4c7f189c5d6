"""What is seen after a phase: applications print their line, environments have the right Python, locks name members."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from harness.errors import StateError, VerificationError
from harness.measure.command import Execution
from harness.workspace.environments import VERSION_WORDS, interpreters_below
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, carry_out, environment, how_it_ended, starting
from harness.workspace.tree import Workspace


def verify_applications(bench: Bench, attempt: Attempt, workspace: Workspace) -> None:
    """See both applications print their line, started the toolchain's own way, in environments with the right Python.

    Raises:
        VerificationError: one does not start, or prints anything else, or an environment has another Python.
    """
    verify_python(bench, attempt, workspace, workspace.environments)
    for member in bench.shape.applications:
        done = carry_out(attempt, (command for command, _ in starting(bench, attempt, workspace, member.name)))
        command, execution = done[-1]
        verify_line(command.argv, execution, workspace.line_of(member.name))


def verify_python(bench: Bench, attempt: Attempt, workspace: Workspace, folders: Sequence[Path]) -> None:
    """See that every environment below ``folders`` has the Python that the variant is measured with.

    A toolchain that found another one by itself would be measured with that, under the name of this one.

    Raises:
        VerificationError: one has another, or none that starts.
    """
    expected = workspace.surroundings.python_version
    for python in interpreters_below(folders) if expected else ():
        execution = attempt.run([str(python), *VERSION_WORDS], workspace.folder, environment(bench, workspace))
        if (found := execution.stdout.strip()) != expected:
            where = os.path.relpath(python.parent.parent, workspace.folder)
            raise VerificationError(
                f"The environment {where} has Python {found}, expected {expected}"
                if execution.ok
                else f"The environment {where} has no Python that starts: {how_it_ended(['python'], execution)}"
            )


def verify_line(argv: Sequence[str], execution: Execution, expected: str) -> None:
    """See that a command printed one line and nothing else on its standard output.

    Raises:
        VerificationError: it failed, or printed something else.
    """
    if not execution.ok:
        raise VerificationError(how_it_ended(argv, execution))
    if execution.stdout != expected:
        raise VerificationError(f"`{' '.join(argv)}` printed {execution.stdout[:200]!r}, expected {expected!r}")


def assert_absent(paths: Sequence[Path], what: str) -> None:
    """See that none of ``paths`` is there.

    Raises:
        StateError: one is.
    """
    for path in paths:
        if path.exists():
            raise StateError(f"There is {what} that should not be there yet: {path.name}")


def distributions(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """The wheels and the sdists in ``folder``, by the normalised name of their project.

    Raises:
        VerificationError: a file's name is not one that a wheel or an sdist may have, or there are two of a project.
    """
    wheels: dict[str, Path] = {}
    sdists: dict[str, Path] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix not in {".whl", ".gz"}:
            continue
        try:
            if path.suffix == ".whl":
                name, into = str(parse_wheel_filename(path.name)[0]), wheels
            else:
                name, into = str(parse_sdist_filename(path.name)[0]), sdists
        except (InvalidWheelFilename, InvalidSdistFilename) as error:
            raise VerificationError(f"{path.name} is not a name that a distribution may have: {error}") from error
        if name in into:
            raise VerificationError(f"Two distributions of {name!r} were built: {into[name].name} and {path.name}")
        into[name] = path
    return wheels, sdists


def verify_locks(bench: Bench, workspace: Workspace) -> None:
    """See that the lock files were written and cover every member.

    Raises:
        VerificationError: a lock file is missing, or a member is neither named in one nor has one of its own.
    """
    texts = {}
    for path in workspace.lock_files:
        if not path.is_file():
            raise VerificationError(f"{path.relative_to(workspace.root)} was not written")
        # What it is written in is the toolchain's business; members' names are ASCII.
        texts[path] = path.read_text(encoding="utf-8", errors="replace")
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
