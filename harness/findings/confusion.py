"""``confusion`` and ``confusion-deploy``: is a stranger's package taken that has the library's name?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.findings.base import UNSUPPORTED, Experiment, Observation
from harness.findings.made_wheels import make_wheel
from harness.findings.products import observed
from harness.lab import Lab, Trial
from harness.records import FindingFacts, Lane, Tone, ValueFacts
from harness.variant_file import DeployPhase
from harness.workspace import expected_line

_MALLORY = "Mallory"

_VALUES = {
    "own": ValueFacts(meaning="The monorepo's own library is taken.", tone=Tone.GOOD),
    "public": ValueFacts(meaning="The stranger's package is taken, for its higher version.", tone=Tone.BAD),
    "refused": ValueFacts(meaning="It is refused.", tone=Tone.GOOD),
}

_FACTS = {
    "confusion": FindingFacts(
        title="Public package of the same name: installing",
        question="If the index has a public package shared with a higher version, is the monorepo's own still taken?",
        experiment="An index offers shared 99.0, which says Mallory. In a fresh clone without a lock file, all is "
        "locked and installed from that index, and hello is started.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values=_VALUES,
    ),
    "confusion-deploy": FindingFacts(
        title="Public package of the same name: deploying",
        question="If the index has a public package shared with a higher version, which one is deployed?",
        experiment="An index offers shared 99.0, which says Mallory. In a fresh clone, all is locked, hello is "
        "deployed, and started from there.",
        group="safety",
        lanes=(Lane.LOCAL,),
        values=_VALUES,
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Serve a stranger's shared, then install and deploy."""
    folder = lab.away("stranger")
    make_wheel(folder, "shared", "99.0", {"shared/__init__.py": f'NAME = "{_MALLORY}"\n'})
    told = "(the index has a public shared 99.0, which says Mallory)"
    with lab.open_index([folder]) as index:
        own = lab.served_by(index.url)
        application = own.shape.applications[0].name
        own.fresh(lock=False)
        yield _answer(own, "confusion", told, _first_failure(own, "lock", "install") or own.application(application))
        if reason := lab.bench.variant.spec.unsupported.get("deploy"):
            yield observed("confusion-deploy", UNSUPPORTED, [reason])
            return
        own.fresh(lock=False)
        failure = _first_failure(own, "lock", "deploy")
        yield _answer(own, "confusion-deploy", told, failure or _deployed(own, application))


def _answer(lab: Lab, finding: str, told: str, trial: Trial) -> Observation:
    application = lab.shape.applications[0].name
    if trial.ok and trial.last.stdout == expected_line(application, _MALLORY):
        value = "public"
    elif trial.ok and trial.last.stdout == expected_line(application):
        value = "own"
    else:
        value = "refused"
    return observed(finding, value, [told, trial.evidence])


def _first_failure(lab: Lab, *phases: str) -> Trial | None:
    """Do phases in order; the first that fails."""
    for name in phases:
        application = lab.shape.applications[0].name if name == "deploy" else None
        trial = lab.phase(name, application=application)
        if trial is not None and not trial.ok:
            return trial
    return None


def _deployed(lab: Lab, application: str) -> Trial:
    phase = lab.bench.variant.spec.phases.deploy
    run = phase.run if isinstance(phase, DeployPhase) else ()
    values = lab.workspace.values(app=application)
    return lab.plain(*(part.format_map(values) for part in run), cwd=lab.workspace.folder)


FINDING = Experiment(facts=_FACTS, conduct=conduct)
