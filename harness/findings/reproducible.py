"""``reproducible-wheel`` and ``reproducible-sdist``: the same sources, built in two places, to the byte."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from harness.findings.archives import differences
from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.products import Built, alone, application_and_library, build
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab
from harness.workspace.states import reach_fresh
from harness.workspace.tree import Workspace

#: The variable that tells a build which time to write down, in seconds since 1970, and what it is set to here.
EPOCH = "SOURCE_DATE_EPOCH"
_EPOCH_S = "1500000000"
#: When the files of the second checkout were last edited, in seconds since 1970: years before those of the first.
_EDITED_S = 1_200_000_000
# A zip file's times are even seconds: less than this, and two builds could carry one time by chance.
_PAUSE = ("sleep", "3")
_CASES: Mapping[str, Mapping[str, str]] = {f"without {EPOCH}": {}, f"with {EPOCH}": {EPOCH: _EPOCH_S}}


@dataclass(frozen=True, kw_only=True)
class _OtherPlace(Workspace):
    """The same workspace with its checkout in another folder."""

    checkout: Path

    @property
    def root(self) -> Path:
        """The other checkout."""
        return self.checkout


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build hello in one folder, and later from older files in another; compare what came of it."""
    lab.fresh()
    first = _builds(lab, lab.away("first"))
    lab.plain(*_PAUSE, cwd=lab.workspace.folder)
    other = _in_another_place(lab)
    reach_fresh(other.workspace, lock=True)
    _remake(other.workspace.root)
    second = _builds(other, lab.away("second"))
    yield _compare(lab, "reproducible-wheel", first, second)
    yield _compare(lab, "reproducible-sdist", first, second)


def _builds(lab: Lab, keep: Path) -> dict[str, Built]:
    """The application built in each of the cases, what was built being kept in a folder."""
    application, _ = application_and_library(lab)
    narrow = alone(lab, application)
    kept = {}
    for case, variables in _CASES.items():
        built = build(narrow, **variables)
        folder = keep / case.replace(" ", "-")
        shutil.copytree(lab.workspace.dist, folder)
        kept[case] = replace(built, wheels=_moved(built.wheels, folder), sdists=_moved(built.sdists, folder))
    return kept


def _moved(files: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    return {name: folder / path.name for name, path in files.items()}


def _in_another_place(lab: Lab) -> Lab:
    warm = lab.workspace
    there = _OtherPlace(
        variant=warm.variant,
        shape=warm.shape,
        folder=warm.folder,
        surroundings=warm.surroundings,
        checkout=lab.away("another-place") / "checkout",
    )
    return replace(lab, bench=replace(lab.bench, warm=there))


def _remake(root: Path) -> None:
    """Make every file of a checkout again, the last one first, with another time of its last edit."""
    files = sorted(path for path in root.rglob("*") if path.is_file() and ".git" not in path.relative_to(root).parts)
    contents = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
    for path in reversed(files):
        path.write_bytes(contents[path])
        os.utime(path, (_EDITED_S, _EDITED_S))


def _compare(lab: Lab, finding: str, first: Mapping[str, Built], second: Mapping[str, Built]) -> Observation:
    application, _ = application_and_library(lab)
    files = _KINDS[finding]
    same = []
    told = []
    for case in _CASES:
        one, other = files(first[case])[application.name], files(second[case])[application.name]
        found = differences(one, other, lab.show)
        same.append(not found)
        told += [f"{case}:", *found] if found else [f"{case}: {one.name} is the same to the byte"]
    value = "always" if all(same) else "with-epoch" if same[-1] else "never"
    typed = next(iter(first.values())).typed
    return observed(finding, value, "\n".join([typed, *told]))


_KINDS: Mapping[str, Callable[[Built], Mapping[str, Path]]] = {
    "reproducible-wheel": lambda built: built.wheels,
    "reproducible-sdist": lambda built: built.sdists,
}


def _facts(what: str) -> FindingFacts:
    return FindingFacts(
        title=f"Reproducible {what}",
        question=f"Does building hello twice give the same {what}, to the byte?",
        experiment=f"hello is built in one folder, and again in another one, where the files were made in the reverse "
        f"order and are years older; seconds pass between the two. The two {what}s are compared, once built without "
        f"{EPOCH} and once with it set to one time.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "always": good("The bytes are the same, with that variable and without it."),
            "with-epoch": fair(f"The bytes are the same if {EPOCH} is set, and differ if it is not."),
            "never": bad(f"The bytes differ even if {EPOCH} is set."),
        },
    )


_FACTS = {"reproducible-wheel": _facts("wheel"), "reproducible-sdist": _facts("sdist")}

FINDING = Experiment(facts=_FACTS, conduct=conduct)
