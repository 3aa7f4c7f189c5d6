"""``same-bytes``: whether Nix, told to build again what it has, gets the same bytes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation, bad, good
from harness.findings.noticing import attributes, built_paths, said
from harness.measure.trees import remove_tree
from harness.nix import DIFFERS, Nix, differences, name_of
from harness.records.facts import FindingFacts, Lane
from harness.workspace.experiment import Lab

_NAME = "same-bytes"


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build every member and environment, and then once more."""
    for strategy in () if lab.nix_unavailable else lab.strategies:
        lab.fresh(lock=False)
        built_paths(lab, *attributes(lab), strategy=strategy)
        side = lab.nix()
        derivations = side.nix.instantiate(side.expression(strategy), attributes(lab))
        chosen = " ".join(f"-A {name}" for name in derivations)
        checked = lab.nix_run(
            side.nix.check_command(derivations.values()),
            typed=f"nix-store --realise --check $(nix-instantiate nix/default.nix {chosen})",
        )
        if not checked.ok and checked.last.exit_code != DIFFERS:
            raise StateError(f"Building again failed: {checked.evidence}")
        described = side.nix.derivations(derivations.values()).values()
        outputs = [path for item in described for path in item.outputs.values()]
        yield Observation(
            finding=_NAME,
            lane=Lane.NIX,
            strategy=strategy,
            value="same" if checked.ok else "differs",
            evidence="\n".join([said(checked), *_differing(side.nix, outputs)]),
        )


def _differing(nix: Nix, outputs: Iterable[str]) -> Iterator[str]:
    """The files that came out otherwise; what Nix kept of them is removed."""
    for output in outputs:
        other = nix.other(output)
        if os.path.lexists(other):
            for name in differences(nix.physical(output), other):
                yield f"{name_of(output)}: {name} differs"
            remove_tree(other)


FINDING = Experiment(
    facts={
        _NAME: FindingFacts(
            title="The same bytes twice",
            question="If Nix builds every member and environment once more, are they the same bytes?",
            experiment="All are built; then Nix is told to build them again and to compare (nix-store --check).",
            group="nix",
            lanes=(Lane.NIX,),
            per_strategy=True,
            values={
                "same": good("Every member and environment is the same, byte for byte."),
                "differs": bad("One at least has other bytes."),
            },
        )
    },
    conduct=conduct,
)
