"""``stale-…`` and ``refresh-…``: what of an edit of the library shows without any refresh step, and what it takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.edits import add_requirement, add_script, set_version, write_module
from harness.findings.products import typed_with
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_SHOW = '\n\ndef show() -> None:\n    """Print the name."""\n    print(NAME)\n'
_SCRIPT = "import os, sys; os.execv(os.path.join(sys.prefix, 'bin', 'shared-name'), ['shared-name'])"


@dataclass(frozen=True, kw_only=True)
class ShownEdit:
    """One kind of edit of the library.

    ``edit`` makes it below the checkout's root. ``code`` is run in the application's environment and prints
    ``expected`` once the edit shows; without it the application itself is started.
    """

    name: str
    what: str
    edit: Callable[[Path], None]
    expected: str
    code: str = ""


def _value(root: Path) -> None:
    write_module(root, "shared", '"""What all applications of this repository share."""\n\nNAME = "Wolf"\n')


def _module(root: Path) -> None:
    write_module(root, "shared", '"""Who is greeted."""\n\nNAME = "Lynx"\n', "names")
    write_module(root, "shared", '"""What all applications share."""\n\nfrom shared.names import NAME\n')


def _script(root: Path) -> None:
    write_module(root, "shared", f'"""What all applications share."""\n\nfrom shared.names import NAME\n{_SHOW}')
    add_script(root, "shared", "shared-name", "shared:show")


def _dependency(root: Path) -> None:
    text = '"""Who is greeted."""\n\nfrom more_itertools import last\n\nNAME = last(["Lynx", "Puma"])\n'
    write_module(root, "shared", text, "names")
    add_requirement(root, "shared", "more-itertools>=9.1")


def _version(root: Path) -> None:
    set_version(root, "shared", "0.2.0")


#: In this order: each begins where the one before has been made to show.
KINDS = (
    ShownEdit(name="value", what="a value in the library's code is edited", edit=_value, expected="Hello, Wolf\n"),
    ShownEdit(name="module", what="the library gains a module and imports it", edit=_module, expected="Hello, Lynx\n"),
    ShownEdit(name="script", what="the library gains a console script", edit=_script, expected="Lynx\n", code=_SCRIPT),
    ShownEdit(
        name="dependency",
        what="the library gains a dependency from outside and uses it",
        edit=_dependency,
        expected="Hello, Puma\n",
    ),
    ShownEdit(
        name="version",
        what="the library's version number is raised",
        edit=_version,
        expected="0.2.0\n",
        code="import importlib.metadata; print(importlib.metadata.version('shared'))",
    ),
)

_STALE = {
    "fresh": good("The edit shows at the next start, without any step."),
    "stale": bad("The next start works and shows the state before the edit."),
    "broken": fair("The next start fails, because the environment does not fit the code."),
}

_REFRESH = {
    "nothing": good("Nothing has to be done."),
    "run-again": fair("Starting a second time shows it."),
    "refresh": fair("The toolchain's refresh steps show it."),
    "install": fair("Installing again into the environment shows it."),
    "lock-and-install": fair("Locking and installing again shows it."),
    "new-environment": bad("It takes a new environment."),
    "new-lock-and-environment": bad("It takes a new lock file and a new environment."),
    "nothing-helps": bad("No step of the toolchain shows it."),
}


def _facts() -> dict[str, FindingFacts]:
    found = {}
    for kind in KINDS:
        title = kind.name.replace("value", "value in code").replace("script", "console script")
        found[f"stale-{kind.name}"] = FindingFacts(
            title=f"After an edit: {title}",
            question=f"When {kind.what}, does the next start of an application show it?",
            experiment=f"With everything installed, {kind.what}; then the application is started the toolchain's own "
            "way, with no step in between.",
            group="freshness",
            lanes=(Lane.LOCAL,),
            values=_STALE,
        )
        found[f"refresh-{kind.name}"] = FindingFacts(
            title=f"To see it: {title}",
            question=f"When {kind.what}, what is the least that shows it?",
            experiment="Steps are tried from the smallest to the largest until the edit shows: starting again, the "
            "refresh steps, installing again, locking and installing, a new environment, a new lock file too.",
            group="freshness",
            lanes=(Lane.LOCAL,),
            values=_REFRESH,
        )
    return found


def conduct(lab: Lab) -> Iterator[Observation]:
    """Make each kind of edit, start at once, then find the least that shows it."""
    cure = _cure(lab)
    lab.installed()
    shows = True
    for kind in KINDS:
        if not shows:
            # Whatever the edit before left behind would be mistaken for this one's doing: begin anew with both.
            lab.phase("lock")
            _new_environment(lab)
        kind.edit(lab.workspace.root)
        first = _start(lab, kind)
        value = "fresh" if _shown(first, kind) else "stale" if first.ok else "broken"
        helps = cure if kind.name == "value" and value == "stale" else ""
        yield observed(f"stale-{kind.name}", value, f"({kind.what})\n{first.evidence}", cure=helps)
        step, evidence = ("nothing", "") if value == "fresh" else _least(lab, kind)
        shows = step != "nothing-helps"
        yield observed(f"refresh-{kind.name}", step, evidence or f"({kind.what})\n{first.evidence}")


def _cure(lab: Lab) -> str:
    """What is typed instead of the install steps so that an edited value shows, if the variant knows of something."""
    other = lab.bench.variant.spec.cures.get("stale-value")
    if other is None:
        return ""
    lab.fresh()
    installed = lab.do(other)
    value = KINDS[0]
    value.edit(lab.workspace.root)
    return typed_with(other, installed) if installed.ok and _shown(_start(lab, value), value) else ""


def _start(lab: Lab, kind: ShownEdit) -> Trial:
    application = lab.shape.applications[0].name
    return lab.python(application, kind.code) if kind.code else lab.application(application)


def _shown(trial: Trial, kind: ShownEdit) -> bool:
    return trial.ok and trial.last.stdout == kind.expected


def _least(lab: Lab, kind: ShownEdit) -> tuple[str, str]:
    """The first step after which the edit shows, and what was done until then."""
    told = []
    for name, step in _STEPS.items():
        trials = step(lab)
        if trials is None:
            continue
        shown = _start(lab, kind)
        done = sum(trial.wall_s for trial in trials) + shown.wall_s
        told += [*(_typed(trial) for trial in trials if trial.steps), _typed(shown)]
        if _shown(shown, kind):
            printed = shown.last.stdout.strip()
            return name, "\n".join([*told, f"(prints {printed!r}; this last step took {done:.1f} s)"])
    return "nothing-helps", "\n".join([*told, shown.evidence])


def _typed(trial: Trial) -> str:
    return "\n".join(
        trial.shown(f"$ {' '.join(command.argv)}") + ("" if done.ok else f" (exit status {done.exit_code})")
        for command, done in trial.steps
    )


def _phases(*names: str) -> Callable[[Lab], list[Trial] | None]:
    """Phases in order; nothing if the variant lacks the first, or if it has no steps."""

    def step(lab: Lab) -> list[Trial] | None:
        first = lab.phase(names[0])
        if first is None or not first.steps:
            return None
        return [first, *(trial for name in names[1:] if (trial := lab.phase(name)) is not None)]

    return step


def _new_environment(lab: Lab) -> list[Trial]:
    lab.workspace.remove_environments()
    return [trial] if (trial := lab.phase("install")) is not None else []


def _new_lock_and_environment(lab: Lab) -> list[Trial] | None:
    if not lab.workspace.lock_files:
        return None
    lab.workspace.remove_locks()
    lab.workspace.remove_environments()
    return [trial for name in ("lock", "install") if (trial := lab.phase(name)) is not None]


_STEPS: dict[str, Callable[[Lab], list[Trial] | None]] = {
    "run-again": lambda lab: [],  # noqa: ARG005 - starting is what follows every step
    "refresh": _phases("refresh"),
    "install": _phases("install"),
    "lock-and-install": _phases("lock", "install"),
    "new-environment": _new_environment,
    "new-lock-and-environment": _new_lock_and_environment,
}

FINDING = Experiment(facts=_facts(), conduct=conduct)
