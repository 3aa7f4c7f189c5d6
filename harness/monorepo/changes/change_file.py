"""``variants/<name>/changes.toml``: what a person does for each standard change, in order, under one toolchain.

First comes what is edited by hand: the code, which is the same in every variant, and what ``changes/<change>.patch``
has. Then each ``[[<change>.do]]`` is a deed: ``steps`` (argument lists with the placeholders of ``variant.toml``, what
is typed) or a further ``patch`` in ``changes/``. ``[<change>.test]`` is the command whose running is the effect, where
a change has one.

The code and the edits of Nix files are in ``variants/__templates__``, once for all. Where ``changes/<change>.patch``
edits Python sources, or files of a Nix strategy, it counts in the place of that half.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import PurePath
from typing import Self

from pydantic import ConfigDict, TypeAdapter, model_validator
from pydantic.dataclasses import dataclass
from unidiff.patch import PatchedFile

from harness.errors import VariantError, did_you_mean
from harness.monorepo.changes.patch import Part, Patch, part_of, read_patch
from harness.monorepo.changes.standard import STANDARD, StandardChange
from harness.monorepo.toml_file import parse_checked
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Directory, Phase, Plain, Step, Variable
from harness.monorepo.variants.placeholders import see_repeatable
from harness.monorepo.variants.templates import code_half, keeps_own, nix_half
from harness.records.strategies import strategies_of

_STRICT = ConfigDict(extra="forbid")

_ROOT = "{root}"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Deed:
    """One thing a person does: edit by hand, or type commands.

    ``environment_only`` marks commands that only bring the environment up to date: the Nix lane does without them.
    """

    patch: str = ""
    steps: tuple[Step, ...] = ()
    directory: Directory = _ROOT
    environment: dict[Variable, Plain] = field(default_factory=dict)
    environment_only: bool = False

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        if bool(self.patch) == bool(self.steps):
            raise ValueError("a deed has either a patch or steps")
        if self.patch and (self.environment_only or self.environment or self.directory != _ROOT):
            raise ValueError("directory, environment and environment_only are for steps, not for a patch")
        if self.patch and PurePath(self.patch).name != self.patch:
            raise ValueError(f"patch has to be the name of a file in changes/, got {self.patch!r}")
        see_repeatable(self.steps, self.directory)
        return self

    @property
    def phase(self) -> Phase:
        """The steps as a phase."""
        return Phase(steps=self.steps, directory=self.directory, environment=self.environment)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class ChangeFile:
    """What ``changes.toml`` says of one change, to the letter."""

    do: tuple[Deed, ...] = ()
    test: Phase | None = None
    unsupported: str = ""
    unsupported_nix: str = ""

    @model_validator(mode="after")
    def _is_made_or_not(self) -> Self:
        if self.do and self.unsupported:
            raise ValueError("it has a [[do]], and unsupported says that it cannot be made: keep one of them")
        return self


_FILE: TypeAdapter[dict[str, ChangeFile]] = TypeAdapter(dict[str, ChangeFile])


@dataclass(frozen=True, kw_only=True)
class VariantChange:
    """How one standard change is made under one toolchain."""

    change: StandardChange
    variant: Variant
    file: ChangeFile

    @property
    def deeds(self) -> tuple[Deed, ...]:
        """All that is done, in order: what is edited by hand first."""
        return () if self.file.unsupported else (Deed(patch=f"{self.change.name}.patch"), *self.file.do)

    def patch(self, deed: Deed) -> Patch:
        """What a deed that is a patch edits; the Nix files apart."""
        if deed.patch != f"{self.change.name}.patch":
            return self._read(deed.patch)
        own = [file for file in self._own() if not strategies_of(file.path)]
        if not any(part_of(file.path) is Part.CODE for file in own):
            own += self._template(code_half(self.change.name)).files()
        return self._patch(deed.patch, own)

    @property
    def patches(self) -> tuple[Patch, ...]:
        """What is edited by hand, in order, the Nix files apart."""
        return tuple(self.patch(deed) for deed in self.deeds if deed.patch)

    def nix_patch(self, strategy: str) -> Patch | None:
        """What has to be edited in the Nix files of a strategy, if anything has."""
        if self.file.unsupported or self.file.unsupported_nix:
            return None
        edited = [file for file in self._own() if strategy in strategies_of(file.path)]
        spec = self.variant.spec
        if not edited and not keeps_own(spec, strategy):
            given = self._template(nix_half(self.change.name, spec)).files()
            edited = [file for file in given if strategy in strategies_of(file.path)]
        return self._patch(f"{self.change.name}.{strategy}.patch", edited) if edited else None

    @property
    def commands(self) -> tuple[tuple[str, ...], ...]:
        """What is typed, in order, with placeholders left in."""
        return tuple(step for deed in self.file.do for step in deed.steps)

    def _own(self) -> tuple[PatchedFile, ...]:
        """What the variant's own patch edits, if it has one."""
        name = f"{self.change.name}.patch"
        return self._read(name).files() if (self.variant.folder / "changes" / name).is_file() else ()

    def _read(self, name: str) -> Patch:
        return read_patch(self.variant.folder / "changes" / name, f"{self.variant.name}/changes/{name}")

    def _template(self, text: str) -> Patch:
        return Patch(name="", shown=f"variants/__templates__/changes, {self.change.name}", text=text)

    def _patch(self, name: str, files: list[PatchedFile]) -> Patch:
        """Edits as one patch, in the order in which Git would have them."""
        text = "".join(map(str, sorted(files, key=lambda file: file.path)))
        return Patch(name=name, shown=f"{self.variant.name}/changes/{name}", text=text)


def load_change(variant: Variant, name: str) -> VariantChange | None:
    """How a variant makes a standard change; nothing if it does not say.

    Raises:
        VariantError: there is no standard change of that name, ``changes.toml`` cannot be read or is malformed, or a
            patch that it names is missing.
    """
    if name not in STANDARD:
        raise _unknown(variant.name, name)
    file = variant.folder / "changes.toml"
    if not file.is_file():
        return None
    shown = f"{variant.name}/changes.toml"
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"{shown}: cannot be read: {error}", hint="It has to be UTF-8 text.") from error
    stated = _parsed(text, shown).get(name)
    if stated is None:
        return None
    for deed in stated.do:
        if deed.patch and not (variant.folder / "changes" / deed.patch).is_file():
            raise VariantError(
                f"{shown}: there is no {deed.patch} in changes/.", hint="Add the patch, or correct its name."
            )
    return VariantChange(change=STANDARD[name], variant=variant, file=stated)


@lru_cache(maxsize=64)
def _parsed(text: str, shown: str) -> Mapping[str, ChangeFile]:
    """What a ``changes.toml`` says; it is asked for each change and scenario, so one reading is kept."""
    stated = parse_checked(text, _FILE, source=shown, hint="CONTRIBUTING.md describes every key of changes.toml.")
    for name in stated:
        if name not in STANDARD:
            raise _unknown(shown, name)
    return stated


def _unknown(where: str, name: str) -> VariantError:
    return VariantError(f"{where}: there is no standard change named {name!r}.", hint=did_you_mean(name, STANDARD))


def texts_of_patches(variant: Variant) -> dict[str, str]:
    """What is edited by hand for each change, by the patch's path: for a reader of the results."""
    texts: dict[str, str] = {}
    for name in STANDARD:
        change = load_change(variant, name)
        if change is not None:
            nix = filter(None, map(change.nix_patch, variant.spec.nix.strategies))
            texts |= {f"changes/{patch.name}": patch.text for patch in (*change.patches, *nix)}
    return texts
