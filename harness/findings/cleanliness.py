"""``left-in-checkout`` and ``left-outside``: what a toolchain leaves behind after a day's work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.products import shortened
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_WORK = ("lock", "install", "run", "build", "deploy")

_FACTS = {
    "left-in-checkout": FindingFacts(
        title="Leaves the checkout clean",
        question="After locking, installing, running, building and deploying, does `git status` show anything?",
        experiment="The monorepo is committed to a scratch repository as it is, its .gitignore included. Then all "
        "of the work is done once, lock files are committed, and git is asked what is there that it does not know.",
        group="cleanliness",
        lanes=(Lane.LOCAL,),
        values={
            "clean": good("Git sees nothing new."),
            "untracked": fair("There are files that a person has to add to .gitignore, or remove."),
            "changed": bad("A committed file was changed by the work itself."),
        },
    ),
    "left-outside": FindingFacts(
        title="Keeps to its own folders",
        question="Is anything written to the user's home folder that is in no folder the toolchain was told to use?",
        experiment="All of the work is done with an empty home folder; caches, environments and settings are pointed "
        "elsewhere by the variables that the toolchain has for it. What lies in the home folder afterwards is listed.",
        group="cleanliness",
        lanes=(Lane.LOCAL,),
        values={
            "nothing": good("The home folder is as empty as before."),
            "something": fair("There are files that no variable moved elsewhere."),
        },
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Do all of the work in a committed checkout, then look around."""
    workspace = lab.fresh(lock=False)
    home_before = _files(workspace.home)
    _git(lab, "add", "--all")
    _git(lab, "commit", "--quiet", "--message", "As committed")
    typed = []
    for name in _WORK:
        application = lab.shape.applications[0].name if name in ("run", "deploy") else None
        trial = lab.phase(name, application=application)
        if trial is None:
            continue
        if not trial.ok:
            raise StateError(f"The phase {name} failed: {trial.evidence}")
        typed += [trial.shown(f"$ {' '.join(command.argv)}") for command, _ in trial.steps]
        if name == "lock":
            _git(lab, "add", "--force", *(str(path) for path in workspace.lock_files))
            _git(lab, "commit", "--quiet", "--message", "Lock files")
    status = _git(lab, "status", "--short", "--untracked-files=normal").splitlines()
    changed = [line for line in status if not line.startswith("??")]
    ignored = [line for line in _git(lab, "status", "--short", "--ignored").splitlines() if line.startswith("!!")]
    told = [*typed, "$ git status --short", *shortened(status or ["(nothing)"])]
    if ignored:
        told += ["$ git status --short --ignored", *shortened(ignored)]
    yield observed("left-in-checkout", "changed" if changed else "untracked" if status else "clean", told)
    new = sorted(_tops(_files(workspace.home) - home_before))
    told = [*typed, "(new in the home folder:)", *shortened([f"{{home}}/{name}" for name in new] or ["(nothing)"])]
    yield observed("left-outside", "something" if new else "nothing", told)


def _git(lab: Lab, *words: str) -> str:
    identity = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.invalid", "-c", "commit.gpgsign=false")
    trial = lab.plain("git", *identity, *words, cwd=lab.workspace.root)
    if not trial.ok:
        raise StateError(f"git failed: {trial.evidence}")
    return trial.last.stdout


def _files(folder: Path) -> frozenset[str]:
    return frozenset(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _tops(files: Iterable[str]) -> frozenset[str]:
    """The two uppermost parts of each path: what a person would see, without the depths of a cache."""
    return frozenset("/".join(name.split("/")[:3]) for name in files)


FINDING = Experiment(facts=_FACTS, conduct=conduct)
