"""``same-bytes``: whether Nix, told to build again what it has, gets the same bytes."""

from __future__ import annotations

from collections.abc import Iterator

from harness.errors import StateError
from harness.findings.base import Experiment, Observation
from harness.findings.nix_rebuilds import attributes
from harness.findings.noticing import said
from harness.lab import Lab
from harness.records import FindingFacts, Lane, Tone, ValueFacts

# What Nix says of a build that gave other bytes, in 2.8 and today.
_DIFFERS = "may not be deterministic"

_NAME = "same-bytes"


def conduct(lab: Lab) -> Iterator[Observation]:
    """Build every member and environment, and then once more."""
    for strategy in () if lab.nix_unavailable else lab.strategies:
        lab.fresh(lock=False)
        built = lab.nix_build(*attributes(lab), strategy=strategy)
        if not built.ok:
            raise StateError(f"Building failed: {built.evidence}")
        side = lab.nix()
        derivations = side.nix.instantiate(side.expression(strategy), attributes(lab))
        chosen = " ".join(f"-A {name}" for name in derivations)
        checked = lab.nix_run(
            side.nix.check_command(derivations.values()),
            typed=f"nix-store --realise --check $(nix-instantiate nix/default.nix {chosen})",
        )
        if not checked.ok and _DIFFERS not in checked.output:
            raise StateError(f"Building again failed: {checked.evidence}")
        yield Observation(
            finding=_NAME,
            lane=Lane.NIX,
            strategy=strategy,
            value="same" if checked.ok else "differs",
            evidence=said(checked),
        )


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
                "same": ValueFacts(meaning="Every member and environment is the same, byte for byte.", tone=Tone.GOOD),
                "differs": ValueFacts(meaning="One at least has other bytes.", tone=Tone.BAD),
            },
        )
    },
    conduct=conduct,
)
