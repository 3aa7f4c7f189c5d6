"""What a reader of the results has to know of variants, shapes, machines, scenarios and findings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


Count = Annotated[int, Field(ge=0)]


Seconds = Annotated[float, Field(ge=0)]


class Lane(StrEnum):
    """The toolchain's own commands, or Nix."""

    LOCAL = "local"
    NIX = "nix"


class Outcome(StrEnum):
    """How the execution of a cell ended: a closed set."""

    OK = "ok"
    FAILED = "failed"
    TIMED_OUT = "timed-out"
    UNSUPPORTED = "unsupported"
    SETUP_FAILED = "setup-failed"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class MemberFacts:
    """A member of a shape: what it is for, which members it needs directly, how many modules it has."""

    name: str
    kind: Literal["library", "application"]
    dependencies: tuple[str, ...] = ()
    modules: Count = 1
    requirements: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ShapeFacts:
    """The members of a shape, each after those it needs; ``core`` is the one that is edited to see what an edit costs.

    ``source`` is where the shape was read from, as the person named it; empty if it is not from a repository. With
    ``third_party`` members state what they require from outside, but for what is called as one of ``left_out``.
    """

    members: tuple[MemberFacts, ...]
    core: str
    source: str = ""
    third_party: bool = False
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class HostFacts:
    """The machine a run was made on. ``host_id`` tells machines apart without naming one.

    ``governor`` is how the kernel chooses the clock speed (several where cores differ, ``unknown`` where that is not
    told), ``turbo`` whether cores may clock above their base (``None`` where that is not told). ``affinity`` are the
    cores that commands may use, ``cpu_count`` how many these are, ``core_count`` how many the machine has. Runs from
    before these were recorded have ``""``, ``None``, none and 0.
    """

    host_id: str
    system: str
    release: str
    machine: str
    cpu_model: str
    cpu_count: Count
    memory_bytes: Count
    filesystem: str
    python_version: str
    python_implementation: str
    libc: str
    governor: str = ""
    turbo: bool | None = None
    affinity: tuple[Count, ...] = ()
    core_count: Count = 0

    @property
    def kind(self) -> str:
        """The kind of system, in words: what two machines have to share for the same to come of a command."""
        return f"{self.system} {self.machine}, {self.libc}"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DocumentedFacts:
    """The page of a tool's documentation that shows a variant's idiom, and the day it was read, as 2026-12-01."""

    page: str
    read: str


class Environment(StrEnum):
    """Whom a variant's installation makes an environment for: one for all members, or one for each application."""

    ALL_MEMBERS = "all members"
    EACH_APPLICATION = "each application"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class VariantFacts:
    """What a reader of the results has to know of a variant, without its folder at hand.

    ``tools`` maps each package of the toolchain and each build requirement to its pinned version. ``commands`` maps
    a scenario to its measured steps, as argument lists with placeholders left in. ``files`` maps the path of each
    file a person writes (below the variant's folder) to its text. A variant that is ``broken`` or ``unavailable``, for
    the reason given, is in the run to be shown: nothing of it was measured. ``python`` is the exact version of the
    Python that it was measured with, empty where that was not recorded. ``documented`` is missing in runs from before
    it was recorded, and of variants whose author named no page. ``environment_of`` is whom installing makes an
    environment for, missing where that was not recorded and where it makes none.
    """

    title: str
    summary: str
    manager: str
    backend: str
    digest: str
    tools: dict[str, str]
    commands: dict[str, tuple[tuple[str, ...], ...]]
    unsupported: dict[str, str] = Field(default_factory=dict)
    files: dict[str, str] = Field(default_factory=dict)
    broken: str = ""
    unavailable: str = ""
    python: str = ""
    documented: DocumentedFacts | None = None
    environment_of: Environment | None = None

    @property
    def set_aside(self) -> str:
        """Why nothing of it was measured; empty if it was."""
        return self.unavailable or self.broken

    @property
    def versions(self) -> dict[str, str]:
        """The versions of its tools, and of its Python if that was recorded."""
        return {**self.tools, **({"Python": self.python} if self.python else {})}


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ScenarioFacts:
    """What a scenario measures, in words: the state before, what is timed, what is verified after."""

    title: str
    before: str
    measured: str
    verified: str


class Tone(StrEnum):
    """How a finding's value bears on the decision: welcome, acceptable with care, a hazard, or none of these."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"
    NEUTRAL = "neutral"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ValueFacts:
    """One value that a finding can have: what it means, as a sentence, and how it bears on the decision."""

    meaning: str
    tone: Tone


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class FindingFacts:
    """What a finding asks and how it is answered, in words.

    ``group`` is the question of the overview it belongs to (``freshness``, ``shipping`` …). ``values`` is the closed
    set of answers; where it is empty the answer is a count, and fewer is better; ``unit`` says of what (``bytes``),
    where that is not plain from the question. With ``per_strategy`` the Nix lane answers once for each strategy.
    """

    title: str
    question: str
    experiment: str
    group: str
    lanes: tuple[Lane, ...]
    values: dict[str, ValueFacts] = Field(default_factory=dict)
    unit: str = ""
    per_strategy: bool = False


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class StrategyFacts:
    """A way of describing members to Nix, in words; ``files`` are patterns of the files that it takes.

    ``providers`` are those that it can be built with; ``elsewhere`` is the reason why it cannot with any other.
    """

    title: str
    what: str
    files: tuple[str, ...]
    providers: tuple[str, ...]
    elsewhere: str = ""


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ChangeFacts:
    """A standard change in words: what a maintainer does, and the effect that is verified."""

    title: str
    what: str
    effect: str
