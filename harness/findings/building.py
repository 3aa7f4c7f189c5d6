"""``build-isolated``, ``build-from-sdist``, ``build-processes``: what lies behind the time that building takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, neutral, observed
from harness.findings.made_wheels import caches_set_aside
from harness.findings.products import commands_of, phase_of, products
from harness.measure import counted
from harness.measure.counted import CountingExecutor
from harness.measure.watch import Event, Watch
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_FACTS = {
    "build-isolated": FindingFacts(
        title="Built in isolation",
        question="Is the backend fetched into an environment that is made for building?",
        experiment="With every cache empty, all members are built; then the index is asked what was asked of it.",
        group="building",
        lanes=(Lane.LOCAL,),
        values={
            "isolated": neutral("What [build-system] requires is fetched for building, whatever is installed."),
            "not-isolated": neutral("Building takes the backend that is installed already, and fetches none."),
        },
    ),
    "build-from-sdist": FindingFacts(
        title="Wheel made from the sdist",
        question="Is the wheel made from the sdist, so that what is missing there is seen?",
        experiment="While all members are built, it is noted when each one's source is opened, and when its sdist and "
        "its wheel are finished: a source that is opened in between was read for the wheel.",
        group="building",
        lanes=(Lane.LOCAL,),
        values={
            "from-sdist": neutral("The wheel is made from what was unpacked from the sdist."),
            "from-tree": neutral("The wheel is made from the checkout, as the sdist is."),
        },
    ),
    "build-processes": FindingFacts(
        title="Processes that building starts",
        question="How many processes does building all members take?",
        experiment="All members are built, and every process is counted, the typed commands among them. System "
        "commands that are typed only to carry files are left out.",
        group="building",
        lanes=(Lane.LOCAL,),
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build all members once with empty caches, watched and counted."""
    phase = phase_of(lab, "build")
    requires = {
        str(canonicalize_name(Requirement(text).name)) for text in lab.bench.variant.spec.toolchain.build_requirements
    }
    refusal = counted.unavailable()
    counting = CountingExecutor(executor=lab.attempt.executor, file=lab.away("counted") / "processes.jsonl")
    with lab.open_index([]) as index, caches_set_aside(lab):
        own = lab.served_by(index.url)
        workspace = own.fresh()
        folders = _outputs(own)
        if not refusal:
            own = replace(own, attempt=replace(own.attempt, executor=counting))
        sources = {
            member.name: workspace.root / member.name / "src" / member.module / "__init__.py"
            for member in own.shape.members
        }
        with Watch(files=sources.values(), folders=folders) as watch:
            trial = own.do(phase)
            events = list(watch.events())
        if not trial.ok:
            raise StateError(f"Building failed: {trial.evidence}")
        products(own, trial)
        asked = sorted(index.asked() & requires)
    typed = commands_of(trial)
    value = "isolated" if asked else "not-isolated"
    told = f"The index was asked for {', '.join(asked)}." if asked else "The index was asked for nothing to build with."
    yield observed("build-isolated", value, [typed, told])
    yield _from_sdist(own, sources, events, typed)
    if refusal:
        raise StateError(f"Here {refusal}.")
    yield _processes(own, trial, counting.started, typed)


def _outputs(lab: Lab) -> list[Path]:
    """The folders in which archives are finished, made before they are built: what is not there cannot be watched."""
    spec = lab.bench.variant.spec
    own = lab.workspace.paths(template for template in spec.generated if template.endswith("/dist"))
    folders = [lab.workspace.dist, *own]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    return folders


def _from_sdist(lab: Lab, sources: dict[str, Path], events: Sequence[Event], typed: str) -> Observation:
    """Where each member's wheel comes from, from the order of what happened."""
    found = {name: _way(name, source, events) for name, source in sources.items()}
    straight = [name for name, way in found.items() if way]
    told = [
        f"{name}: {way or 'its source was not opened between the sdist and the wheel'}" for name, way in found.items()
    ]
    if straight and len(straight) < len(found):
        raise StateError(f"Not all members are built alike: {'; '.join(told)}")
    return observed("build-from-sdist", "from-tree" if straight else "from-sdist", [typed, *map(lab.show, told)])


def _way(member: str, source: Path, events: Sequence[Event]) -> str:
    """What shows that a member's wheel was made from the checkout; empty where it was made from the sdist.

    Raises:
        StateError: it was not seen when one of the two was finished.
    """
    done: dict[str, int] = {}
    for number, event in enumerate(events):
        for suffix in (".tar.gz", ".whl"):
            if event.finished and event.path.name.endswith(suffix) and _is_of(event.path.name, member):
                done.setdefault(suffix, number)
    if len(done) < 2:
        raise StateError(f"It was not seen when the sdist and the wheel of {member} were finished.")
    sdist, wheel = done[".tar.gz"], done[".whl"]
    if wheel < sdist:
        return "its wheel was finished before its sdist"
    again = any(event.path == source and not event.finished for event in events[sdist:wheel])
    return "its source was opened once more after the sdist was finished" if again else ""


def _is_of(archive: str, member: str) -> bool:
    return canonicalize_name(archive.partition("-")[0]) == canonicalize_name(member)


def _processes(lab: Lab, trial: Trial, started: Sequence[Sequence[str]], typed: str) -> Observation:
    """How many processes there were, and of which programs."""
    tools = lab.workspace.surroundings.tools
    carried = [
        command.argv
        for command, _ in trial.steps
        if "/" not in command.argv[0] and not (tools / command.argv[0]).exists()
    ]
    left = [argv for argv in started if tuple(argv) not in carried]
    programs = Counter(Path(argv[0]).name if argv else "(no program of its own)" for argv in left)
    told = ", ".join(f"{count} × {name}" for name, count in programs.most_common())
    return observed("build-processes", str(len(left)), [typed, told])


FINDING = Experiment(facts=_FACTS, conduct=conduct)
