"""``plain-build`` and ``environment-adds``: what Nix builds as hello, and what ``withPackages`` adds to run it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.findings.base import Experiment, Observation, bad, good, neutral, observed
from harness.findings.noticing import built_paths, said
from harness.findings.products import prints_its_line
from harness.monorepo.shapes import module_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab, Trial

_FACTS = {
    "plain-build": FindingFacts(
        title="A plain build of an application",
        question="Does what Nix builds as hello start by itself, without an environment made with withPackages?",
        experiment="The member hello is built. Then python -m hello is started with its output alone on the path, and "
        "with the outputs of all that it propagates.",
        group="nix",
        lanes=(Lane.NIX,),
        values={
            "runs": good("It starts from its own output."),
            "needs-propagated": neutral("It starts only with what it propagates beside it, as an environment puts it."),
            "does-not-run": bad("It does not start even so."),
        },
    ),
    "environment-adds": FindingFacts(
        title="What an environment adds",
        question="How many store paths has the environment's runtime closure that the plain build's has not?",
        experiment="The runtime closures of the member hello and of its environment are listed and held against each "
        "other.",
        group="nix",
        lanes=(Lane.NIX,),
    ),
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build both, start the one, list the closures."""
    if lab.nix_unavailable:
        return
    lab.fresh(lock=False)
    application = lab.shape.applications[0].name
    member, environment = built_paths(lab, f"members.{application}", f"environments.{application}")
    nix = lab.nix().nix
    plain = {item.path for item in nix.runtime_closure(member)}
    whole = {item.path for item in nix.runtime_closure(environment)}
    closure = f"(runtime closure of the member: {_names(plain)})"
    alone = _start(lab, application, [nix.physical(member)])
    together = _start(lab, application, [nix.physical(path) for path in sorted(plain)])
    runs, runs_together = (prints_its_line(trial, application) for trial in (alone, together))
    told = [closure, "(with its output alone:)", said(alone), "(with its closure:)", said(together)]
    value = "runs" if runs else "needs-propagated" if runs_together else "does-not-run"
    yield observed("plain-build", value, told, Lane.NIX)
    added = f"{closure}\n(the environment's has besides: {_names(whole - plain)})"
    yield observed("environment-adds", str(len(whole - plain)), added, Lane.NIX)


def _start(lab: Lab, application: str, outputs: list[Path]) -> Trial:
    sites = [str(site) for output in outputs for site in sorted(output.glob("lib/python3*/site-packages"))]
    python = lab.workspace.surroundings.python
    return lab.plain(
        python, "-m", module_of(application), cwd=lab.workspace.folder, extra={"PYTHONPATH": ":".join(sites)}
    )


def _names(paths: set[str]) -> str:
    """Store paths without their hashes."""
    return ", ".join(sorted(Path(path).name.partition("-")[2] for path in paths)) or "nothing"


FINDING = Experiment(facts=_FACTS, conduct=conduct)
