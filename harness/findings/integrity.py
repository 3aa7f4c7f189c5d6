"""``integrity``: is a wheel refused that is not the one that was locked?"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings import complaints
from harness.findings.base import Experiment, Observation
from harness.findings.edits import add_requirement, write_module
from harness.findings.made_wheels import make_wheel
from harness.findings.products import observed
from harness.lab import Lab, Trial
from harness.records import FindingFacts, Lane, Tone, ValueFacts
from harness.workspace import remove

_VERSION = "10.8.0"

_FACTS = {
    "integrity": FindingFacts(
        title="A wheel that is not the locked one",
        question="If an index serves another wheel under a locked name and version, is it refused?",
        experiment=f"The library is made to require more-itertools {_VERSION}, and all is locked. Then the index, at "
        "the same address, serves a wheel of that name and version with other content, and all is installed with empty "
        "caches.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values={
            "refused": ValueFacts(meaning="Installing refuses it.", tone=Tone.GOOD),
            "accepted": ValueFacts(meaning="It is installed, though a lock file was there.", tone=Tone.BAD),
            "no-lock": ValueFacts(
                meaning="It is installed: the toolchain has no lock file that could tell.", tone=Tone.BAD
            ),
        },
    ),
    "error-integrity": complaints.facts("a wheel is not the locked one"),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Lock against the genuine wheel, serve another, install."""
    served = lab.away("served")
    _serve_genuine(lab, served)
    with lab.open_index([served], pages_for_s=0) as index:
        own = lab.served_by(index.url)
        workspace = own.fresh(lock=False)
        add_requirement(workspace.root, "shared", f"more-itertools=={_VERSION}")
        write_module(workspace.root, "shared", 'import more_itertools\n\nNAME = "PolyWolf"\n')
        if (locked := own.phase("lock")) is not None and not locked.ok:
            raise StateError(f"Locking failed: {locked.evidence}")
    remove(served / "more-itertools")
    make_wheel(served, "more-itertools", _VERSION, {"more_itertools/__init__.py": 'OTHER = "content"\n'})
    # The same address, so that what the lock file says of the index still holds.
    with lab.open_index([served], pages_for_s=0, port=_port(own)):
        remove(workspace.cache)
        workspace.prepare_folders()
        trial = own.phase("install")
    if trial is None:
        raise StateError("The variant has no phase install.")
    told = [*([locked.evidence] if locked else []), "(the index now serves another wheel under that name)"]
    if not trial.ok:
        yield observed("integrity", "refused", [*told, trial.evidence])
        yield _judged(trial)
        return
    taken = own.python(own.shape.applications[0].name, "import more_itertools; print(more_itertools.OTHER)")
    if not taken.ok:
        raise StateError(f"The other wheel was not taken, and nothing was refused: {taken.evidence}")
    value = "accepted" if workspace.lock_files else "no-lock"
    yield observed("integrity", value, [*told, trial.evidence, taken.evidence])
    yield observed("error-integrity", complaints.NO_ERROR, ["Nothing was refused.", trial.evidence])


def _serve_genuine(lab: Lab, folder: Path) -> None:
    wheels = sorted((lab.wheelhouse / "more-itertools").glob(f"more_itertools-{_VERSION}-*.whl"))
    if not wheels:
        raise StateError(f"more-itertools {_VERSION} is not in the wheelhouse.")
    (folder / "more-itertools").mkdir()
    shutil.copy(wheels[0], folder / "more-itertools")


def _port(lab: Lab) -> int:
    return int(lab.workspace.surroundings.index.split(":")[2].partition("/")[0])


def _judged(trial: Trial) -> Observation:
    files = ["uv.lock", "pdm.lock", "poetry.lock", "pylock.toml", "requirements.txt"]
    return complaints.judge("error-integrity", trial, files=files, keys=["more-itertools", "more_itertools"])


FINDING = Experiment(facts=_FACTS, conduct=conduct)
