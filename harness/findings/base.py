"""What a finding looks at, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.provision.nix.tree import NixPackage
from harness.records.facts import FindingFacts, Lane, Tone, ValueFacts
from harness.workspace.experiment import Lab

#: The value of a finding that a variant or this machine cannot have; its evidence is the reason.
UNSUPPORTED = "unsupported"
#: The value of a finding whose experiment could not be carried out; its evidence says what stood in the way.
FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is examined without running anything: a variant as committed, and the package set its Nix files describe.

    ``nix_packages`` maps each member to what its ``package.nix`` states, as Nix itself reads it; ``nix_unavailable``
    is the reason why there is none.
    """

    variant: Variant
    shape: Shape
    nix_packages: Mapping[str, NixPackage]
    nix_unavailable: str = ""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """One answer: the finding's name, its value, and the lines that prove it.

    ``strategy``, ``sizes`` and ``cure`` are as in :class:`harness.records.format.Finding`.
    """

    finding: str
    lane: Lane
    value: str
    evidence: str
    strategy: str | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    cure: str = ""


def good(meaning: str) -> ValueFacts:
    """A value that one wishes for, as a sentence."""
    return ValueFacts(meaning=meaning, tone=Tone.GOOD)


def fair(meaning: str) -> ValueFacts:
    """A value that one can live with, as a sentence."""
    return ValueFacts(meaning=meaning, tone=Tone.FAIR)


def bad(meaning: str) -> ValueFacts:
    """A value that harms, as a sentence."""
    return ValueFacts(meaning=meaning, tone=Tone.BAD)


def neutral(meaning: str) -> ValueFacts:
    """A value that is neither better nor worse than another, as a sentence."""
    return ValueFacts(meaning=meaning, tone=Tone.NEUTRAL)


def observed(
    finding: str, value: str, told: str | Iterable[str], lane: Lane = Lane.LOCAL, *, cure: str = ""
) -> Observation:
    """An answer, of the local lane if nothing else is said; ``told`` is its evidence, or the lines of it."""
    evidence = told if isinstance(told, str) else "\n".join(told)
    return Observation(finding=finding, lane=lane, value=value, evidence=evidence, cure=cure)


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """Findings that are established by looking at a variant's files. ``facts`` describes each by its name."""

    facts: Mapping[str, FindingFacts]
    look: Callable[[Subject], Iterable[Observation]]


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """Findings that are established by doing. ``facts`` describes each by its name.

    ``conduct`` may raise an error of the harness where something that the experiment takes for granted fails: the
    findings not yet observed then are ``failed``, with that reason.
    """

    facts: Mapping[str, FindingFacts]
    conduct: Callable[[Lab], Iterable[Observation]]
