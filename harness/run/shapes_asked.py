"""``run --shape`` as a person gives it: a name, a rule, a file, or the folder of a repository to be read."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import InputError, ShapeError, VariantError, did_you_mean
from harness.monorepo.growing.grow import check_modules, check_names, grown_files, without_place
from harness.monorepo.repository.reading import read_repository
from harness.monorepo.repository.words import in_lines
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.shapes.text import parse_shape
from harness.monorepo.variants import Variant
from harness.provision.outside import names_of
from harness.records.facts import Lane
from harness.records.spelling import number
from harness.records.strategies import HOST, NIXPKGS


@dataclass(frozen=True, kw_only=True)
class AskedShape:
    """A shape, and what reading it had to leave out, in words, where it was read from a repository."""

    shape: Shape
    notes: tuple[str, ...] = ()


def asked_shape(text: str, *, unread_ok: bool = False) -> AskedShape:
    """The shape that ``text`` stands for.

    Raises:
        ShapeError: it stands for none, members of the repository need each other, or too little of it could be read
            and ``unread_ok`` does not say that this is fine.
    """
    if text == CANONICAL.name or not _is_folder(text):
        return AskedShape(shape=parse_shape(text))
    reading = read_repository(Path(text))
    if reading.warning and not unread_ok:
        raise ShapeError(
            f"--shape {text}: {reading.warning}: {', '.join(reading.unread[:5])}{' …' if reading.unread[5:] else ''}.",
            hint="See why with python -m harness shape, and mend a shape's file; or measure it as it is: --unread-ok.",
        )
    return AskedShape(shape=replace(reading.shape(), source=text), notes=tuple(in_lines(reading.notes)))


def see_grown(shapes: Sequence[Shape], variants: Sequence[Variant]) -> None:
    """See that every variant can be given the members of every shape, and that results can tell the shapes apart.

    Raises:
        ShapeError: two shapes share a name, one has nothing to run, or a member cannot be called as it is.
        VariantError: a variant's sources are not what members are grown from.
    """
    for variant in variants:
        try:
            grown_files(variant.texts(), CANONICAL, variant.spec.growing)
        except VariantError as error:
            raise VariantError(f"{variant.name}: {error.message}", hint=error.hint) from error
    names = [shape.name for shape in shapes]
    for shape in shapes:
        if names.count(shape.name) > 1 or (shape.name == CANONICAL.name and not shape.is_canonical):
            raise ShapeError(
                f"--shape: two shapes are called {shape.name!r}.",
                hint="Results tell shapes apart by their names: give one of them another, or leave it out.",
            )
        if not shape.applications:
            raise ShapeError(
                f"--shape: {shape.name} has no application, so there is nothing that could be started.",
                hint='Write the shape to a file and give a member the kind "application": '
                "python -m harness shape REPOSITORY --output FILE.json",
            )
        if not shape.is_canonical:
            check_modules(shape)
            for variant in variants:
                check_names(variant, shape)


def left_out(shapes: Sequence[Shape], names: Sequence[str], *, third_party: bool) -> tuple[str, ...]:
    """What ``--leave-out`` names, normalised (PEP 503).

    Raises:
        InputError: one is required by no member, or the third party is left out altogether.
    """
    if names and not third_party:
        raise InputError(
            f"--leave-out {names[0]}: without --third-party all outside requirements are left out.",
            hint="Add --third-party, or leave --leave-out out.",
        )
    known = {name for shape in shapes for name in names_of(shape)}
    for name in names:
        if canonicalize_name(name) not in known:
            raise InputError(f"--leave-out: no member requires {name!r} from outside.", hint=did_you_mean(name, known))
    return tuple(dict.fromkeys(map(str, map(canonicalize_name, names))))


def see_stated(variants: Sequence[Variant], lanes: Collection[Lane], provider: str) -> None:
    """See that members can state what they require from outside, and that it can be had in the Nix lane.

    Raises:
        VariantError: a variant's files have no place for it.
        InputError: packages are those of nixpkgs, in versions of its own.
    """
    for variant in variants:
        for path in without_place(variant.texts()):
            raise VariantError(
                f"--third-party: {path} of {variant.name} has no place for what members require from outside.",
                hint="In pyproject.toml it is an item of [project] dependencies, in package.nix an argument and an item"
                " of dependencies: let each name shared on a line of its own. CONTRIBUTING.md: One statement a line.",
            )
    if provider == NIXPKGS and Lane.NIX in lanes:
        raise InputError(
            f"--third-party: provider {NIXPKGS} has its own versions of packages, not those that are resolved here.",
            hint=f"Use --provider {HOST}, or --lane local, or leave --third-party out.",
        )


def third_party_in_words(shapes: Sequence[Shape], leave_out: Sequence[str] = (), *, third_party: bool) -> Iterator[str]:
    """Of each shape whose members require anything from outside a line that says whether it counts."""
    for shape in shapes:
        names = names_of(shape)
        out = [name for name in names if name in leave_out]
        many = len({text for member in shape.members for text in member.requirements})
        all_of_it = number(many, "outside requirement")
        if names and not third_party:
            are = "is" if many == 1 else "are"
            yield (
                f"{shape.name}: {all_of_it} {are} left out, so only the inner graph counts; "
                f"--third-party would include {'it' if many == 1 else 'them'}"
            )
        elif names:
            without = f", but for {', '.join(out)}" if out else ""
            yield f"{shape.name}: {all_of_it}{without}: resolved and fetched before anything is measured"


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):
        return False
