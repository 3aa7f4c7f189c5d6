"""``deploy-clean`` and ``artefacts``: is what is sent out free of the checkout, and how many things are sent?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import StateError
from harness.findings.base import UNSUPPORTED, Experiment, Observation, bad, fair, good, observed
from harness.findings.products import (
    application_and_library,
    build,
    checkout_moved_away,
    commands_of,
    phase_of,
    pip_install,
    prints_its_line,
    shortened,
    start,
)
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

# What links an environment to sources: path files, and the modules that setuptools puts beside them.
_LINKS = re.compile(r"\.pth$|\.egg-link$|^__editable__")
_EDITABLE = re.compile(rb'"editable":\s*true')


def conduct(lab: Lab) -> Iterator[Observation]:
    """Deploy hello and search the folder; then see how many of the built wheels it takes to install hello."""
    for finding, phase, answer in (("deploy-clean", "deploy", _deployed), ("artefacts", "build", _artefacts)):
        if reason := lab.bench.variant.spec.unsupported.get(phase):
            yield observed(finding, UNSUPPORTED, [reason])
        else:
            lab.fresh()
            yield answer(lab)


def _deployed(lab: Lab) -> Observation:
    application, _ = application_and_library(lab)
    trial = lab.do(phase_of(lab, "deploy"), application=application.name)
    deployment = lab.workspace.deployment
    if not trial.ok or not deployment.is_dir():
        raise StateError(f"Deploying failed: {trial.evidence}")
    links, mentions, searched = _searched(deployment, lab.workspace.root)
    value = "editable" if links else "mentions-checkout" if mentions else "clean"
    told = shortened([lab.show(f"{{deploy}}/{line}") for line in links or mentions])
    return observed("deploy-clean", value, [commands_of(trial), *(told or [f"{searched}: none names {{root}}."])])


def _searched(folder: Path, root: Path) -> tuple[list[str], list[str], str]:
    """The links to the checkout, the other places that name it, and what was searched in words."""
    links: list[str] = []
    mentions: list[str] = []
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.is_symlink():
            target = path.readlink()
            if (path.parent / target).resolve().is_relative_to(root):
                links.append(f"{place} -> {target}")
        elif path.is_file():
            content = path.read_bytes()
            for line in (line for line in content.splitlines() if str(root).encode() in line):
                linked = _LINKS.search(path.name) or _EDITABLE.search(content)
                shown = line.decode(errors="replace").strip() if b"\0" not in line else "(binary)"
                (links if linked else mentions).append(f"{place}: {shown}")
    return links, mentions, "Every file and every symbolic link of {deploy} was searched"


def _artefacts(lab: Lab) -> Observation:
    application, _ = application_and_library(lab)
    built = build(lab)
    wheel = built.wheels[application.name]
    python = lab.clean_environment("artefacts")
    told = [built.typed]
    with checkout_moved_away(lab):
        for arguments, value in (((wheel,), "one"), (("--find-links", lab.workspace.dist, wheel), "several")):
            installed = pip_install(lab, python, *arguments)
            told.append(installed.evidence)
            if not installed.ok:
                continue
            started = start(lab, python, application.name)
            told.append(started.evidence)
            if prints_its_line(started, application.name):
                members = _members_in(python.parent.parent, [member.name for member in lab.shape.members])
                return observed("artefacts", value, [*told, f"installed of the built wheels: {', '.join(members)}"])
    return observed("artefacts", "none", told)


def _members_in(environment: Path, members: Iterable[str]) -> list[str]:
    installed = {path.name.partition("-")[0] for path in environment.rglob("*.dist-info")}
    return [name for name in members if canonicalize_name(name).replace("-", "_") in installed]


_FACTS = {
    "deploy-clean": FindingFacts(
        title="What is deployed names the checkout",
        question="Is the environment that deploy makes free of links to the checkout and of its path?",
        experiment="hello is deployed. Every file in the folder is searched for the checkout's path (scripts, "
        "pyvenv.cfg, RECORD, direct_url.json …), and every symbolic link is followed.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "clean": good("Nothing in it names the checkout."),
            "mentions-checkout": fair("It runs by itself, but tells the path of the checkout it was made from."),
            "editable": bad("It takes code from the checkout, and breaks without it."),
        },
    ),
    "artefacts": FindingFacts(
        title="Things to send",
        question="Can hello go out as one built thing that brings shared along?",
        experiment="All members are built and the checkout is moved away. pip installs the wheel of hello into a new "
        "environment with an index that has no shared; if hello does not run then, with all built wheels at hand.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "one": good("The wheel of hello is enough."),
            "several": fair("The wheels of hello and of its library are needed."),
            "none": bad("pip cannot install hello with what it requires, whichever wheels it is given."),
        },
    ),
}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
