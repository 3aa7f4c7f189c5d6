"""Pins of variants: which have newer releases, and raising them in ``variant.toml``."""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from harness.errors import InputError, ProvisionError
from harness.measure.command import Command, Executor
from harness.measure.crew import Crew
from harness.measure.logfile import describe
from harness.measure.trees import temporary_folder
from harness.monorepo.variants.model import Variant

#: Tells the newest release of a project that runs on this Python, with an executor to ask with.
Newest = Callable[[str, Executor], str]

_AT_ONCE = 4

# The longest that one pip may take, in seconds: it gives up on an index that does not answer before.
_PIP_LIMIT_S = 180.0


@dataclass(frozen=True, kw_only=True)
class Outdated:
    """A pin that has a newer release, and the variants that have it."""

    project: str
    pinned: str
    newest: str
    variants: tuple[str, ...]


def newest_release(project: str, executor: Executor) -> str:
    """The newest release of a project on the index of the user's own pip; neither a pre-release nor a yanked one.

    Raises:
        ProvisionError: pip cannot tell.
    """
    command = (sys.executable, "-m", "pip", "index", "versions", "--json", "--disable-pip-version-check", project)
    with temporary_folder(Path(tempfile.gettempdir()), "harness-pip-") as folder:
        log = folder / "pip.log"
        done = executor.run(Command(argv=command, cwd=Path.cwd(), env=os.environ, timeout_s=_PIP_LIMIT_S, log_path=log))
    if not done.ok:
        raise ProvisionError(
            f"pip cannot tell the releases of {project}: {done.stderr.strip()[-300:] or describe(done)}",
            hint="It used your own pip configuration (pip config list). Mend that or the connection.",
        )
    return str(json.loads(done.stdout)["latest"])


def newest_of(projects: Collection[str], newest: Newest) -> dict[str, str]:
    """The newest release of each project, asked for some at a time; an interruption ends all questions.

    Raises:
        ProvisionError: that of one cannot be told.
    """
    crew = Crew(at_once=_AT_ONCE)

    def ask(project: str) -> str:
        with crew.executor() as executor:
            return newest(project, executor)

    return dict(zip(projects, crew.do(ask, list(projects)), strict=True))


def outdated(variants: Iterable[Variant], newest: Newest = newest_release) -> tuple[Outdated, ...]:
    """Every pin that has a newer release, by project.

    Raises:
        ProvisionError: the releases of one cannot be told.
    """
    users: dict[tuple[str, str], list[str]] = {}
    for variant in variants:
        for project, version in variant.spec.toolchain.pins.items():
            users.setdefault((project, version), []).append(variant.name)
    releases = newest_of(sorted({project for project, _ in users}), newest)
    return tuple(
        Outdated(project=project, pinned=version, newest=releases[project], variants=tuple(names))
        for (project, version), names in sorted(users.items())
        if Version(releases[project]) > Version(version)
    )


def wanted_pins(texts: Iterable[str], variant: Variant) -> dict[str, str]:
    """What ``--to uv==0.14.0`` asks for: the version each named project is to have.

    Raises:
        InputError: one is not an exact version, or the variant does not pin that project.
    """
    wanted: dict[str, str] = {}
    for text in texts:
        name, version = exact_pin(text, option="--to")
        if name not in variant.spec.toolchain.pins:
            known = ", ".join(variant.spec.toolchain.pins) or "nothing"
            raise InputError(f"--to: {variant.name} does not pin {name}.", hint=f"It pins {known}.")
        wanted[name] = version
    return wanted


def exact_pin(text: str, *, option: str) -> tuple[str, str]:
    """The project and the version that ``uv==0.12.0`` names; ``option`` names where it was given.

    Raises:
        InputError: it does not name one exact version.
    """
    hint = "Write it as uv==0.12.0."
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise InputError(f"{option}: {text!r} is not a requirement: {error}", hint=hint) from error
    exact = [item.version for item in requirement.specifier if item.operator == "==" and "*" not in item.version]
    if len(exact) != 1 or len(requirement.specifier) != 1:
        raise InputError(f"{option}: {text!r} does not name one exact version.", hint=hint)
    return canonicalize_name(requirement.name), exact[0]


def raised(text: str, pins: Mapping[str, str], wanted: Mapping[str, str]) -> str:
    """The text of a ``variant.toml`` with pins at other versions, wherever it states them; all else stays as it is.

    ``pins`` are those it has. What ``--version`` is expected to say follows the package whose version it was.
    """
    for project, version in wanted.items():
        old = pins[project]
        name = re.sub(r"[-_.]", "[-_.]", project)
        text = re.sub(rf"(?<![\w.-])({name}(?:\[[\w,-]*\])?==){re.escape(old)}(?![\w.])", rf"\g<1>{version}", text)
        if sum(other == old for other in pins.values()) == 1 or project == _manager(text):
            text = re.sub(rf'^(expect = "){re.escape(old)}"', rf'\g<1>{version}"', text, flags=re.MULTILINE)
    return text


def _manager(text: str) -> str:
    found = re.search(r'^manager = "([^"]+)"', text, re.MULTILINE)
    return canonicalize_name(found[1]) if found else ""
