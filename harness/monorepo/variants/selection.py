"""Which variants a command is about: those named, or those of a profile, ours and a team's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.errors import InputError
from harness.monorepo.variants.file import Profile
from harness.monorepo.variants.model import Variant, load_variants

#: What a command takes where nothing was said: few enough that a run stays affordable.
DEFAULT_PROFILE = Profile.CORE


@dataclass(frozen=True, kw_only=True)
class Selected:
    """What a person said of variants: names, a profile, and ``directories`` with variants beside our own."""

    names: tuple[str, ...] = ()
    profile: Profile | None = None
    directories: tuple[Path, ...] = ()


def select(selected: Selected, ours: Path) -> tuple[Variant, ...]:
    """The variants named, or else those of ours that the profile has and all of a person's own, in order of name.

    Raises:
        InputError: names and a profile were both given, or a name is not one of a variant.
        VariantError: a variant's folder is not as it has to be.
    """
    if selected.names and selected.profile:
        raise InputError(
            "--variant and --profile exclude each other.", hint="Name variants, or name a profile, not both."
        )
    found = load_variants(ours, selected.names, more=selected.directories)
    if selected.names:
        return found
    profile = selected.profile or DEFAULT_PROFILE
    return tuple(variant for variant in found if in_profile(variant, profile, ours))


def in_profile(variant: Variant, profile: Profile, ours: Path) -> bool:
    """Whether a profile has a variant; a person's own are in every one, as that is what they were written for."""
    return Profile.ALL is profile or variant.spec.profile is profile or variant.folder.parent != ours.resolve()
