"""``leaks-path``, ``installs-elsewhere``, ``publishable``: is what was built tied to the machine that built it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.findings.archives import entries, metadata, requirements, stated_requirements
from harness.findings.base import Experiment, Observation, bad, good, observed
from harness.findings.products import (
    Built,
    application_and_library,
    build,
    checkout_moved_away,
    pip_install,
    prints_its_line,
    shortened,
    start,
)
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_FILE_ADDRESS = re.compile(rb"\bfile:/")


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build all members, search what was built, and install it where the checkout is not."""
    lab.fresh()
    built = build(lab)
    yield _leaks(lab, built)
    yield _publishable(lab, built)
    yield _elsewhere(lab, built)


def _leaks(lab: Lab, built: Built) -> Observation:
    addresses, paths = [], []
    searched = 0
    for archive in built.archives:
        for entry in entries(archive):
            searched += 1
            for line in entry.content.splitlines():
                where = f"{archive.name}: {entry.name}: {lab.show(line.decode(errors='replace').strip())}"
                if entry.is_metadata and _FILE_ADDRESS.search(line):
                    addresses.append(where)
                elif str(lab.workspace.folder).encode() in line:
                    paths.append(where)
    found = addresses + paths
    value = "file-address" if addresses else "absolute-path" if paths else "none"
    told = shortened(found) or [f"{searched} files in {len(built.archives)} wheels and sdists: no such line."]
    return observed("leaks-path", value, [built.typed, *told])


def _publishable(lab: Lab, built: Built) -> Observation:
    refused = [archive for archive in built.archives if any(item.url for item in requirements(metadata(archive)))]
    lines = [lab.show(line) for archive in refused or built.archives for line in stated_requirements(archive)]
    return observed("publishable", "refused" if refused else "yes", [built.typed, *shortened(lines)])


def _elsewhere(lab: Lab, built: Built) -> Observation:
    application, _ = application_and_library(lab)
    python = lab.clean_environment("elsewhere")
    with checkout_moved_away(lab):
        installed = pip_install(lab, python, "--find-links", lab.workspace.dist, application.name)
        if not installed.ok:
            return observed("installs-elsewhere", "no", [built.typed, installed.evidence])
        started = start(lab, python, application.name)
    value = "yes" if prints_its_line(started, application.name) else "no"
    return observed("installs-elsewhere", value, [built.typed, installed.evidence, started.evidence])


_FACTS = {
    "leaks-path": FindingFacts(
        title="Builder's path in what is built",
        question="Does a built wheel or sdist carry a path of the machine that built it?",
        experiment="All members are built. Every file in their wheels and sdists is searched for the path of the "
        "folder it was built in, and their metadata (METADATA, RECORD, PKG-INFO …) for file: addresses.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "none": good("What is built tells nothing of where it was built."),
            "file-address": bad("The metadata names the library by a file: address on the builder's machine."),
            "absolute-path": bad("A file that is shipped holds a path of the builder's machine."),
        },
    ),
    "installs-elsewhere": FindingFacts(
        title="Wheels install elsewhere",
        question="Can hello be installed from the built wheels where the checkout is not?",
        experiment="All members are built and the checkout is moved away. pip installs hello into a new environment, "
        "with the folder of the built wheels and the index to choose from, and hello is started there.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "yes": good("pip installs hello with its library, and it runs."),
            "no": bad("pip refuses, or what it installed does not run."),
        },
    ),
    "publishable": FindingFacts(
        title="Can be published",
        question="Would a public index take what is built?",
        experiment="The Requires-Dist lines of all built wheels and sdists are read. The Python Package Index refuses "
        "uploads in which one of them names an address instead of a version.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "yes": good("Every requirement is a name, so they do not stand in the way."),
            "refused": bad("A requirement is an address, which the Python Package Index does not take."),
        },
    ),
}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
