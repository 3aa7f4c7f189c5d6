"""``stale-shipment``: is what was edited shipped, or an old wheel from a cache, if nobody raised the version?"""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, fair, good, observed
from harness.findings.products import checkout_moved_away, commands_of, phase_of, start_deployed, typed_with
from harness.measure.trees import remove_tree
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab
from harness.workspace.tree import expected_line

_FACTS = {
    "stale-shipment": FindingFacts(
        title="Ships what was edited",
        question="If the library is edited and its version is not raised, does a deployment with warm caches have the "
        "new code?",
        experiment="hello is deployed once. Then a value in the library is edited, its version left as it is, and "
        "hello is deployed again into a fresh folder, with the caches that the first deployment filled. hello is "
        "started from there, with the checkout moved away.",
        group="shipping",
        lanes=(Lane.LOCAL,),
        values={
            "ships-new": good("The edited code is shipped."),
            "ships-old": bad("The code before the edit is shipped, from a cache, and nothing says so."),
            "fails": fair("The second deployment fails, or what it made does not start."),
        },
    )
}


def conduct(lab: Lab) -> Iterator[Observation]:
    """Deploy, edit, deploy again, and see which code was shipped."""
    application = lab.shape.applications[0].name
    workspace = lab.fresh()
    first = lab.do(phase_of(lab, "deploy"), application=application)
    with checkout_moved_away(lab):
        before = start_deployed(lab, application)
    if not first.ok or before.last.stdout != expected_line(application):
        raise StateError(f"Deploying failed even before the edit: {first.evidence}\n{before.evidence}")
    workspace.edit_name("Lynx")
    remove_tree(workspace.deployment)
    again = lab.do(phase_of(lab, "deploy"), application=application)
    with checkout_moved_away(lab):
        after = start_deployed(lab, application)
    told = [commands_of(first), before.evidence, "(NAME in shared is edited to Lynx; its version stays)"]
    if not again.ok or not after.ok:
        value = "fails"
        told += [again.evidence if not again.ok else commands_of(again), after.evidence]
    else:
        value = "ships-new" if after.last.stdout == expected_line(application, "Lynx") else "ships-old"
        told += [commands_of(again), after.evidence]
    cure = ""
    if value == "ships-old" and (other := lab.bench.variant.spec.cures.get("stale-shipment")):
        remove_tree(workspace.deployment)
        cured = lab.do(other, application=application)
        with checkout_moved_away(lab):
            after = start_deployed(lab, application)
        told += ["(and otherwise:)", commands_of(cured), after.evidence]
        if cured.ok and after.ok and after.last.stdout == expected_line(application, "Lynx"):
            cure = typed_with(other, cured)
    yield observed("stale-shipment", value, told, cure=cure)


FINDING = Experiment(facts=_FACTS, conduct=conduct)
