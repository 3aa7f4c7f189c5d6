"""``python-hello`` and ``pythonpath``: what a newcomer sees who starts an application before installing anything."""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, fair, good, observed
from harness.findings.products import prints_its_line
from harness.monorepo.shapes import module_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial


def conduct(lab: Lab) -> Iterator[Observation]:
    """Start hello in a fresh clone: as a folder, then as a module with the sources on the path."""
    application = lab.shape.applications[0].name
    root = lab.fresh().root
    python = lab.workspace.surroundings.python
    yield _seen("python-hello", lab.plain(python, application, cwd=root), application)
    sources = [root / member.name / "src" for member in lab.shape.members]
    path = ":".join(str(folder) for folder in sources if folder.is_dir())
    trial = lab.plain(python, "-m", module_of(application), cwd=root, extra={"PYTHONPATH": path})
    yield _seen("pythonpath", trial, application, f"PYTHONPATH={lab.show(path)}\n")


def _seen(finding: str, trial: Trial, application: str, typed: str = "") -> Observation:
    """What became of a start, by its traceback's last line.

    Raises:
        StateError: it failed in another way than those a newcomer is known to meet.
    """
    said = trial.last.stderr
    last = said.strip().splitlines()[-1] if said.strip() else ""
    if prints_its_line(trial, application):
        value = "runs"
    elif "can't find '__main__' module" in last or "cannot be directly executed" in last:
        value = "no-main"
    elif last.startswith(("ModuleNotFoundError:", "ImportError:")) or "No module named" in last:
        value = "import-error"
    else:
        raise StateError(f"Starting {application} ended in an unforeseen way: {trial.evidence}")
    return observed(finding, value, typed + trial.evidence)


_RUNS = good("hello prints its line.")
_IMPORT_ERROR = fair("Python starts hello, and does not find what it imports.")
_NO_MAIN = fair("Python says that there is no '__main__' in hello, which tells a newcomer little.")

FINDING = Experiment(
    facts={
        "python-hello": FindingFacts(
            title="python hello",
            question="What does a newcomer see who types `python hello` in a fresh clone?",
            experiment="In a fresh clone with nothing installed, the machine's own Python is given the folder hello.",
            group="newcomer",
            lanes=(Lane.LOCAL,),
            values={"runs": _RUNS, "no-main": _NO_MAIN, "import-error": _IMPORT_ERROR},
        ),
        "pythonpath": FindingFacts(
            title="PYTHONPATH instead of installing",
            question="Does hello run uninstalled if Python is told where the sources are?",
            experiment="In a fresh clone with nothing installed, `python -m hello` is typed with PYTHONPATH naming "
            "every member's src folder.",
            group="newcomer",
            lanes=(Lane.LOCAL,),
            values={"runs": _RUNS, "no-main": _NO_MAIN, "import-error": _IMPORT_ERROR},
        ),
    },
    conduct=conduct,
)
