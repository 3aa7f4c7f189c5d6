"""``variant.toml``: every key it may have, checked before anything is run.

The steps of each phase are argument lists; :mod:`harness.monorepo.variants.placeholders` says what may stand in them.
"""

from __future__ import annotations

import re
from dataclasses import field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from harness.errors import did_you_mean
from harness.monorepo.toml_file import parse_checked
from harness.monorepo.variants.below import below
from harness.monorepo.variants.growing import Growing
from harness.monorepo.variants.keys import KEYS, described
from harness.monorepo.variants.placeholders import ANYWHERE, OF_APPLICATIONS, only, placeholders, see_repeatable
from harness.records.strategies import HANDWRITTEN, STRATEGIES

#: Members say `requires-python = ">=3.11"`.
OLDEST_PYTHON = (3, 11)

_STRICT = ConfigDict(extra="forbid")


def _template(text: str) -> str:
    placeholders(text)
    return text


def _pinned(text: str) -> str:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ValueError(f"{text!r} is not a requirement: {error}") from error
    operators = [(spec.operator, spec.version) for spec in requirement.specifier]
    if len(operators) != 1 or operators[0][0] != "==" or "*" in operators[0][1] or requirement.url:
        raise ValueError(f"{text!r} has to name one exact version, as in 'uv==0.13.9'")
    return text


def _variable(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        raise ValueError(f"{name!r} cannot be a variable's name")
    return name


def wanted_python(text: str) -> str:
    """See that ``text`` says which Python is meant: a version such as 3.12 or 3.12.1, or a path from / on.

    Raises:
        ValueError: it does not, or that Python is too old.
    """
    version = re.fullmatch(r"3\.(\d+)(\.\d+)?", text)
    if version is None and not text.startswith("/"):
        raise ValueError(f"{text!r} is neither a version, as in '3.12' or '3.12.1', nor a path from / on")
    if version is not None and (3, int(version[1])) < OLDEST_PYTHON:
        raise ValueError(f"Python {text} is too old: members need {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    return text


def _strategy(name: str) -> str:
    if name not in STRATEGIES:
        raise ValueError(f"there is no strategy named {name!r}; {did_you_mean(name, STRATEGIES)}")
    return name


def _curable(name: str) -> str:
    if name not in CURABLE:
        raise ValueError(f"no cure of {name!r} is tried; {did_you_mean(name, CURABLE)}")
    return name


class Profile(StrEnum):
    """A selection of variants: those that most people choose between, or every one there is."""

    CORE = "core"
    ALL = "all"


Curable = Annotated[str, AfterValidator(_curable)]
Strategy = Annotated[str, AfterValidator(_strategy)]
Template = Annotated[str, AfterValidator(_template)]
# What is about no application and no member.
Plain = Annotated[str, AfterValidator(only(ANYWHERE))]
# A variable's name, as every system takes it.
Variable = Annotated[str, AfterValidator(_variable)]
# What is written to and removed lies in the run's own folders, whatever is written here.
EnvironmentPath = Annotated[Template, AfterValidator(below("root", "state", "cache"))]
CheckoutPath = Annotated[Template, AfterValidator(below("root"))]
CachePath = Annotated[Plain, AfterValidator(below("cache", itself=True))]
Directory = Annotated[Template, AfterValidator(below("root", "state", "cache", "dist", "deploy", itself=True))]
Pinned = Annotated[str, AfterValidator(_pinned)]
Python = Annotated[str, AfterValidator(wanted_python)]
Step = Annotated[tuple[Template, ...], Field(min_length=1)]
Start = Annotated[tuple[Annotated[str, AfterValidator(only(ANYWHERE | OF_APPLICATIONS))], ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class VersionCheck:
    """How to ask the toolchain for its version, and what its answer has to contain."""

    command: Annotated[tuple[Plain, ...], Field(min_length=1)]
    expect: str


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ToolchainSpec:
    """An environment manager plus a build backend, with exact versions.

    ``packages`` are installed into an environment of their own (``locks/toolchain.txt`` is their closure);
    ``build_requirements`` is what building and editable installs fetch (``locks/build.txt``). Where there is nothing to
    install there is no ``version`` to ask for, and where nothing is built there is no ``backend``. ``python`` is what
    it is installed under and what environments are made from, where that is not the harness's own.
    """

    manager: str
    backend: str = ""
    packages: tuple[Pinned, ...] = ()
    build_requirements: tuple[Pinned, ...] = ()
    version: VersionCheck | None = None
    python: Python = ""

    @model_validator(mode="after")
    def _what_is_installed_has_a_version(self) -> ToolchainSpec:
        if self.packages and self.version is None:
            raise ValueError('version is missing: add command = ["…", "--version"] and what the answer has to contain')
        if self.version is not None and not self.packages:
            raise ValueError("version asks for what packages does not install: name the package, or leave version out")
        if self.backend and not self.build_requirements:
            raise ValueError(f"build_requirements is empty, but building fetches {self.backend}: pin its exact version")
        return self

    @property
    def pins(self) -> dict[str, str]:
        """Each package's normalised name and its exact version."""
        requirements = [Requirement(text) for text in (*self.packages, *self.build_requirements)]
        return {canonicalize_name(item.name): next(iter(item.specifier)).version for item in requirements}


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Documented:
    """The page of the tool's own documentation that shows this idiom, and the day on which it was read."""

    page: Annotated[str, Field(pattern=r"^https://\S+$")]
    read: date


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Phase:
    """Steps that bring about one thing, the folder they are run in, and the variables they see beside the variant's."""

    steps: tuple[Step, ...]
    directory: Directory = "{root}"
    environment: dict[Variable, Plain] = field(default_factory=dict)

    @model_validator(mode="after")
    def _is_repeated_for_one_kind(self) -> Phase:
        see_repeatable(self.steps, self.directory)
        return self


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DeployPhase(Phase):
    """The steps that fill ``{deploy}`` with one application; ``run`` starts it from there."""

    run: Start


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Phases:
    """What the toolchain's user types for each kind of work. An absent phase has its reason in ``unsupported``.

    ``prepare`` needs none: it is there where a toolchain can do without an index if that is prepared beforehand.
    """

    install: Phase
    run: Phase
    lock: Phase | None = None
    again: Phase | None = None
    refresh: Phase | None = None
    build: Phase | None = None
    deploy: DeployPhase | None = None
    prepare: Phase | None = None

    @model_validator(mode="after")
    def _running_takes_a_step(self) -> Phases:
        if not self.run.steps:
            raise ValueError("run.steps is empty: nothing would start an application")
        return self


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Activated:
    """The environment that a person activates, to start applications without the tool.

    ``environment`` is its folder, or ``find`` the command that prints it, typed in ``directory``. ``renew`` are the
    steps that an edit takes besides those of refreshing, where the tool does them by itself whenever it starts
    something.
    """

    environment: EnvironmentPath | None = None
    find: Step | None = None
    directory: Directory = "{root}"
    renew: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _is_in_one_place(self) -> Activated:
        if (self.environment is None) is (self.find is None):
            raise ValueError("either environment says which folder is activated, or find which command prints it")
        return self


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class NixSpec:
    """What the variant offers in the Nix lane.

    ``strategies`` are the ways in which its members are described; ``attribute`` names a member in the package set;
    ``devshell`` are the attributes of nixpkgs that one needs to work on it, such as ``hatch``; ``own`` are the Nix
    files that are not those of ``variants/__templates__``.
    """

    strategies: tuple[Strategy, ...] = (HANDWRITTEN,)
    attribute: str = "myproject-{member}"
    devshell: tuple[str, ...] = ()
    own: tuple[str, ...] = ()

    def attribute_of(self, member: str) -> str:
        """The name a member has in the package set."""
        return self.attribute.replace("{member}", member)


#: Findings that a variant may know a cure for: its steps are tried where the plain ones turn out to be a hazard.
CURABLE = frozenset({"stale-shipment", "stale-value"})

#: How a tool may be told which index one package of several of its name is meant from.
Mitigation = Literal["explicit-index", "source-priority"]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class VariantFile:
    """``variant.toml`` to the letter.

    ``environment`` are variables every step sees; ``caches`` likewise, but each names a folder below ``{cache}``.
    ``environments`` are the folders in which installing puts environments; ``lock_files`` what the lock phase writes;
    ``generated`` what else the toolchain leaves in the checkout. ``offline`` are the variables that tell it to do
    without an index. ``cures`` are what is typed in the place of the deploy or install steps against a hazard.
    ``mitigations`` are what is added to files so that our own package is taken from the index ``{own}``, whatever the
    public one, ``{index}``, has of its name.
    ``unsupported`` maps a scenario or phase to the reason why this toolchain cannot do it.
    ``documented`` is where its documentation shows the idiom. ``activated`` is missing where ``run`` needs no tool.
    ``profile`` is the smallest selection the variant belongs to: ``core`` is measured by default, ``all`` only when
    everything is. ``broken`` quarantines the variant, ``unavailable`` says why its tools cannot be had from a Python
    package index: for either reason it is shown, and not measured.
    """

    schema_version: Literal[1]
    title: str
    summary: str
    toolchain: ToolchainSpec
    phases: Phases
    documented: Documented | None = None
    activated: Activated | None = None
    environment: dict[Variable, Plain] = field(default_factory=dict)
    caches: dict[Variable, CachePath] = field(default_factory=dict)
    environments: tuple[EnvironmentPath, ...] = ()
    lock_files: tuple[CheckoutPath, ...] = ()
    generated: tuple[CheckoutPath, ...] = ()
    offline: dict[Variable, Plain] = field(default_factory=dict)
    unsupported: dict[str, str] = field(default_factory=dict)
    nix: NixSpec = field(default_factory=NixSpec)
    growing: Growing = field(default_factory=Growing)
    cures: dict[Curable, Phase] = field(default_factory=dict)
    mitigations: dict[Mitigation, dict[CheckoutPath, str]] = field(default_factory=dict)
    profile: Profile = Profile.ALL
    broken: str = ""
    unavailable: str = ""

    @model_validator(mode="after")
    def _what_is_empty_has_a_reason(self) -> VariantFile:
        for key, there, name in (
            ("toolchain.packages", self.toolchain.packages, "tool-install"),
            ("nix.strategies", self.nix.strategies, "nix"),
            # What takes no step takes no time that could be measured.
            ("phases.install.steps", self.phases.install.steps, "install-cold"),
            ("phases.install.steps", self.phases.install.steps, "install-warm"),
            ("phases.install.steps", self.phases.install.steps, "noop"),
        ):
            if not there and name not in self.unsupported and not self.unavailable:
                raise ValueError(f'{key} is empty: fill it, or say why it is in [unsupported] {name} = "…"')
            if there and name in self.unsupported and name == "nix":
                raise ValueError(f"{key} is not empty and [unsupported] {name} says why it is: keep one of them")
        return self

    @model_validator(mode="after")
    def _absent_phases_have_reasons(self) -> VariantFile:
        for name in ("lock", "refresh", "build", "deploy"):
            phase = getattr(self.phases, name)
            if phase is None and name not in self.unsupported:
                raise ValueError(f'phases.{name} is missing: add its steps, or say why in [unsupported] {name} = "…"')
            if phase is not None and name in self.unsupported:
                raise ValueError(f"phases.{name} has steps and [unsupported] {name} says it has none: keep one of them")
        return self


VARIANT_FILE: TypeAdapter[VariantFile] = TypeAdapter(VariantFile)


def parse_variant_file(text: str, *, source: str) -> VariantFile:
    """Read the text of a ``variant.toml``; ``source`` names it in errors.

    Raises:
        VariantError: it is not TOML, or a key is missing, unknown or of the wrong kind.
    """
    hint = "CONTRIBUTING.md describes every key of variant.toml."
    return parse_checked(text, VARIANT_FILE, source=source, hint=hint, keys=KEYS)


def variant_json_schema() -> dict[str, Any]:
    """The JSON Schema of ``variant.toml``."""
    return described(VARIANT_FILE.json_schema())
