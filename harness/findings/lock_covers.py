"""``lock-covers``: for which platforms and Pythons does a lock file hold?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.edits import add_requirement
from harness.findings.made_wheels import caches_set_aside, make_wheel
from harness.findings.products import commands_of, phase_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_PLATFORM, _PYTHON = "colorama", "tomli"
_ASK = "import sys; print(*sys.version_info[:2], sep='.')"

_FACTS = {
    "lock-covers": FindingFacts(
        title="What the lock covers",
        question="Does the lock file hold for all platforms and Pythons, or only for the one it was made on?",
        experiment=f"The library is made to require {_PLATFORM} on Windows alone, and {_PYTHON} on every Python but "
        "the one at hand. All is locked, and the lock files are searched for both names.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values={
            "all": good("All of them: it has both packages."),
            "one-python": fair("All platforms, but one Python alone."),
            "one-platform": fair("All Pythons, but one platform alone."),
            "one": bad("This platform and this Python alone; each other one needs a lock file of its own."),
        },
    ),
}

_VALUES = {
    frozenset({_PLATFORM, _PYTHON}): "all",
    frozenset({_PLATFORM}): "one-python",
    frozenset({_PYTHON}): "one-platform",
    frozenset[str](): "one",
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Require what is not needed here, lock, and look for it."""
    lock = phase_of(lab, "lock")
    served = lab.away("served")
    for name in (_PLATFORM, _PYTHON):
        make_wheel(served, name, "1.0", {f"{name}/__init__.py": ""})
    with caches_set_aside(lab), lab.open_index([served], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        workspace = own.fresh(lock=False)
        asked = own.plain(workspace.surroundings.python, "-c", _ASK, cwd=workspace.folder)
        stated = (
            f"{_PLATFORM}; sys_platform == 'win32'",
            f"{_PYTHON}; python_version != '{asked.last.stdout.strip()}'",
        )
        for requirement in stated:
            add_requirement(workspace.root, "shared", requirement)
        locked = own.do(lock)
    if not locked.ok:
        raise StateError(f"Locking failed: {locked.evidence}")
    texts = {path.name: path.read_text(encoding="utf-8") for path in workspace.lock_files}
    found = frozenset(name for name in (_PLATFORM, _PYTHON) if any(_pins(text, name) for text in texts.values()))
    told = [f"(shared requires {requirement})" for requirement in stated]
    names = ", ".join(sorted(texts))
    told.append(commands_of(locked))
    told += [f"({name} is {'' if name in found else 'not '}in {names})" for name in (_PLATFORM, _PYTHON)]
    yield observed("lock-covers", _VALUES[found], told)


def _pins(text: str, name: str) -> bool:
    """Whether a lock file has a package, and does not only repeat who requires it."""
    table = rf"^name = \"{name}\""
    line = rf"^{name}==1\.0\b"
    key = rf"^ *\"{name}\": \{{"
    return re.search(rf"{table}|{line}|{key}", text, re.MULTILINE) is not None


FINDING = Experiment(facts=_FACTS, conduct=conduct)
