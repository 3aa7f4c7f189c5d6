"""Untimed facts about a backend: how its editable wheel leads to the sources, and how uv asks it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

from harness.errors import StateError
from harness.findings.base import Observation, fair, good, neutral, observed
from harness.records.facts import FindingFacts, Lane
from harness.workspace.backend import BackendBench
from harness.workspace.steps import Attempt, how_it_ended

_MODES = {
    "path-file": good("A .pth file names the folder of the sources: Python reads it at every start."),
    "import-hook": fair("A .pth file has code that installs an import hook: it runs at every start of Python."),
    "links": neutral("The wheel has modules or links of its own, and no .pth file."),
}


def _mode(layout: str) -> FindingFacts:
    return FindingFacts(
        title=f"Editable wheel, {layout}",
        question=f"How does an editable install of a package {layout} lead to the sources?",
        experiment="The wheel that build_editable makes is opened, and the lines of its .pth file are read.",
        group="editable",
        lanes=(Lane.LOCAL,),
        values=_MODES,
    )


FACTS = {
    "editable-mode": _mode("in src"),
    "editable-mode-flat": _mode("beside pyproject.toml"),
    "metadata-hook": FindingFacts(
        title="Metadata without a wheel",
        question="Can a front end learn the metadata without building a wheel?",
        experiment="The backend is asked for its hooks.",
        group="front ends",
        lanes=(Lane.LOCAL,),
        values={
            "has-one": good("prepare_metadata_for_build_wheel is there."),
            "has-none": fair("It has no such hook: a front end builds the whole wheel."),
        },
    ),
    "uv-asks": FindingFacts(
        title="How uv build asks",
        question="Does uv build ask the backend through PEP 517, or do its work itself?",
        experiment="uv builds a wheel, not isolated, with an environment in which the backend is not installed.",
        group="front ends",
        lanes=(Lane.LOCAL,),
        values={
            "through-pep-517": neutral("Without the backend nothing is built: uv asks it."),
            "in-process": neutral("It is built all the same: uv has the backend inside, and goes past PEP 517."),
        },
    ),
}


def look(bench: BackendBench, attempt: Attempt) -> Iterator[Observation]:
    """Every fact about a backend.

    Raises:
        StateError: an editable wheel cannot be built.
    """
    there = "prepare_metadata_for_build_wheel" in bench.hooks
    yield observed("metadata-hook", "has-one" if there else "has-none", ", ".join(sorted(bench.hooks)))
    for name, flat in (("editable-mode", False), ("editable-mode-flat", True)):
        project = bench.project(attempt.shape, flat=flat)
        bench.fresh(project)
        command = bench.hook(attempt, project, "build_editable")
        execution = attempt.executor.run(command)
        if not execution.ok:
            raise StateError(how_it_ended(command.argv, execution))
        yield observed(name, *mode_of(bench.out / str(bench.answer()), hidden=str(project.folder)))
    yield _uv(bench, attempt)


def mode_of(wheel: Path, *, hidden: str) -> tuple[str, str]:
    """How an editable wheel leads to the sources, and its files with the lines of its .pth file as evidence.

    ``hidden`` is a path of this machine that the evidence does without. Python runs those lines of a .pth file that
    begin with ``import``, and takes all others for folders (the documentation of the module ``site``).
    """
    with zipfile.ZipFile(wheel) as archive:
        names = sorted(name for name in archive.namelist() if ".dist-info/" not in name)
        lines = [
            line
            for name in names
            if name.endswith(".pth")
            for line in archive.read(name).decode().splitlines()
            if line.strip()
        ]
    if any(line.startswith(("import ", "import\t")) for line in lines):
        mode = "import-hook"
    else:
        mode = "path-file" if lines else "links"
    return mode, "\n".join([*names, *(f"  {line.replace(hidden, '{project}')[:200]}" for line in lines)])


def _uv(bench: BackendBench, attempt: Attempt) -> Observation:
    project = bench.project(attempt.shape)
    bench.fresh(project)
    empty = bench.folder / "empty"
    argv: tuple[str | Path, ...] = (bench.front_ends / "uv", "build", "--wheel", "--no-build-isolation")
    argv = (*argv, "--python", empty / "bin" / "python", "--out-dir", bench.out, project.folder)
    made = attempt.executor.run(
        bench.command(attempt, (bench.plain, "-m", "venv", "--without-pip", empty), bench.folder)
    )
    if not made.ok:
        raise StateError(f"No environment could be made: {made.stderr[-200:]}")
    done = attempt.executor.run(bench.command(attempt, argv, project.folder, python=empty / "bin" / "python"))
    said = (done.stdout + done.stderr).strip().replace(str(bench.folder), "{scratch}")
    evidence = f"$ uv build --wheel --no-build-isolation\n{said[-1000:]}"
    return observed("uv-asks", "in-process" if done.ok else "through-pep-517", evidence)
