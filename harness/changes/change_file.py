"""``variants/<name>/changes/<change>/change.toml``: what a person does, in order, under one toolchain.

Each ``[[do]]`` is a deed: a ``patch`` (a unified diff beside the file, what is edited by hand) or ``steps`` (argument
lists with the placeholders of ``variant.toml``, what is typed). ``nix.patch`` beside it, if there is one, is what has
to be edited besides in Nix files that are written by hand; ``derived.patch`` in those of the strategy derived, and so
on. ``[test]`` is the command whose running is the effect, where a change has one.
"""

from __future__ import annotations

from dataclasses import field
from pathlib import Path, PurePath
from typing import Self

from pydantic import ConfigDict, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass

from harness.changes.standard import STANDARD, Change
from harness.errors import VariantError
from harness.strategies import HANDWRITTEN
from harness.suggest import did_you_mean
from harness.variants import Variant
from harness.variants.file import Phase, Step, Template, parse_checked

_STRICT = ConfigDict(extra="forbid")

_ROOT = "{root}"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Deed:
    """One thing a person does: edit by hand, or type commands.

    ``environment_only`` marks commands that only bring the environment up to date: the Nix lane does without them.
    """

    patch: str = ""
    steps: tuple[Step, ...] = ()
    directory: Template = _ROOT
    environment: dict[str, Template] = field(default_factory=dict)
    environment_only: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.patch) == bool(self.steps):
            raise ValueError("a deed has either a patch or steps")
        if self.patch and (self.environment_only or self.environment or self.directory != _ROOT):
            raise ValueError("directory, environment and environment_only are for steps, not for a patch")
        if self.patch and PurePath(self.patch).name != self.patch:
            raise ValueError(f"patch has to be the name of a file beside change.toml, got {self.patch!r}")
        return self

    @property
    def phase(self) -> Phase:
        """The steps as a phase."""
        return Phase(steps=self.steps, directory=self.directory, environment=self.environment)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ChangeFile:
    """``change.toml`` to the letter."""

    do: tuple[Deed, ...] = ()
    test: Phase | None = None
    unsupported: str = ""
    unsupported_nix: str = ""

    @model_validator(mode="after")
    def _says_what_to_do(self) -> Self:
        if self.do and self.unsupported:
            raise ValueError("it has a [[do]], and unsupported says that it cannot be made: keep one of them")
        if not self.do and not self.unsupported:
            raise ValueError('add a [[do]], or say why it cannot be made in unsupported = "…"')
        return self


_CHANGE_FILE: TypeAdapter[ChangeFile] = TypeAdapter(ChangeFile)


@dataclass(frozen=True, kw_only=True)
class VariantChange:
    """How one standard change is made under one toolchain; ``folder`` has the patches."""

    change: Change
    folder: Path
    file: ChangeFile

    @property
    def patches(self) -> tuple[Path, ...]:
        """What is edited by hand, in order, the Nix files apart."""
        return tuple(self.folder / deed.patch for deed in self.file.do if deed.patch)

    def nix_patch(self, strategy: str) -> Path | None:
        """What has to be edited in the Nix files of a strategy, if anything has."""
        path = self.folder / ("nix.patch" if strategy == HANDWRITTEN else f"{strategy}.patch")
        return path if path.is_file() else None

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What is typed, in order, with placeholders left in."""
        return tuple(step for deed in self.file.do for step in deed.steps)


def load_change(variant: Variant, name: str) -> VariantChange | None:
    """How a variant makes a standard change; nothing if it does not say.

    Raises:
        VariantError: there is no standard change of that name, ``change.toml`` cannot be read or is malformed, or a
            patch that it names is missing.
    """
    if name not in STANDARD:
        raise VariantError(
            f"{variant.name}/changes/{name}: there is no standard change named {name!r}.",
            hint=did_you_mean(name, STANDARD),
        )
    folder = variant.folder / "changes" / name
    file = folder / "change.toml"
    if not file.is_file():
        return None
    shown = f"{variant.name}/changes/{name}/change.toml"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error
    parsed = parse_checked(text, _CHANGE_FILE, source=shown, hint="CONTRIBUTING.md describes every key of change.toml.")
    change = VariantChange(change=STANDARD[name], folder=folder, file=parsed)
    for patch in change.patches:
        if not patch.is_file():
            raise VariantError(f"{shown}: there is no {patch.name} beside it.", hint="Add the patch, or its name.")
    return change
