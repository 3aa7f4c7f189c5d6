"""Variant × Shape → the files of a monorepo with that shape's members."""

from __future__ import annotations

import keyword
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from packaging.utils import canonicalize_name

from harness.errors import ShapeError
from harness.measure.trees import remove_tree
from harness.monorepo.growing.sources import grown_sources, prototype_of
from harness.monorepo.growing.statements import NEEDING, PLAIN, REPEATED, Line, Repeat, Way, beside_members, in_member
from harness.monorepo.shapes import Member, Shape
from harness.monorepo.variants import HARNESS_FILES, Variant
from harness.monorepo.variants.growing import NEED, Growing, Indirect

_DESCRIPTION = re.compile(r"^description = .*$", re.MULTILINE)

_RENAME = "Give it another name in a file of the shape: python -m harness shape REPOSITORY --output FILE.json"

_USUAL = Growing()

#: Read by people, and by no tool: said once, as it is.
_PROSE = (".md", ".rst")


def grow(variant: Variant, shape: Shape, folder: Path, outside: Mapping[str, str] = MappingProxyType({})) -> Variant:
    """The variant with the members of ``shape``, its files written into ``folder``; itself if it has them already.

    Of what members require from outside, they state what ``outside`` has, with its attribute in a Nix package set.

    Raises:
        ShapeError: a member's name is taken by what the toolchain installs, or cannot be a module's.
    """
    if shape.is_canonical:
        return variant
    check_modules(shape)
    check_names(variant, shape)
    remove_tree(folder)
    texts = variant.texts()
    made: set[Path] = set()
    for path, text in grown_files(texts, shape, variant.spec.growing, outside).items():
        target = folder / path
        if target.parent not in made:
            target.parent.mkdir(parents=True, exist_ok=True)
            made.add(target.parent)
        target.write_text(text, encoding="utf-8")
        if (mode := _mode(variant, path)) is not None:
            target.chmod(mode)
    for name in ("variant.toml", "locks"):
        source = variant.folder / name
        (shutil.copytree if source.is_dir() else shutil.copy2)(source, folder / name)
    return replace(variant, folder=folder)


def _mode(variant: Variant, path: str) -> int | None:
    """How a file beside the members may be used, where it is a program."""
    source = variant.folder / path
    mode = source.stat().st_mode if source.is_file() else 0
    return mode if mode & 0o111 else None


def check_names(variant: Variant, shape: Shape) -> None:
    """See that no member is called as what a toolchain installs.

    Raises:
        ShapeError: one is.
    """
    taken = {str(canonicalize_name(name)) for name in variant.spec.toolchain.pins}
    for member in shape.members:
        if member.name in taken:
            raise ShapeError(
                f"--shape: the member {member.name!r} is called as a package that {variant.name} installs.",
                hint=_RENAME,
            )


def check_modules(shape: Shape) -> None:
    """See that every member can be imported.

    Raises:
        ShapeError: two share a module, or one is no identifier, or is one of Python's own.
    """
    seen: dict[str, str] = {}
    for member in shape.members:
        module = member.module
        if not module.isidentifier() or keyword.iskeyword(module):
            why = "is no identifier"
        elif module in sys.stdlib_module_names:
            why = "is one of Python's own"
        elif module in seen:
            why = f"is also that of {seen[module]!r}"
        elif f"{member.name}" in HARNESS_FILES:
            why = f"would lie in the folder {member.name!r}, which the harness keeps for itself"
        else:
            seen[module] = member.name
            continue
        raise ShapeError(
            f"--shape: the member {member.name!r} cannot be grown: its module, {module!r}, {why}.",
            hint=_RENAME,
        )


def without_place(files: Mapping[str, str]) -> Iterator[str]:
    """The files of ``hello``'s that state dependencies and have no place for what is from outside."""
    ways = {"pyproject.toml": {Way.TEXT}, "package.nix": {Way.ARGUMENT, Way.NAME}}
    for path, text in files.items():
        wanted = ways.get(path.rpartition("/")[2]) if _owner(path) == NEEDING else None
        if wanted and not wanted <= {line.outside.way for line in in_member(text, NEEDING) if line.outside}:
            yield path


def grown_files(
    files: Mapping[str, str],
    shape: Shape,
    growing: Growing = _USUAL,
    outside: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """The files of a monorepo with the members of ``shape``, by their path, from those of the three prototypes.

    ``growing`` is what the variant says of it.

    ``outside`` has the requirements from outside that members state, with their attributes in a Nix package set; other
    requirements of members count for nothing.
    """
    templates = _templates(files, growing)
    sources = {path: text for path, text in files.items() if path.endswith(".py") and _owner(path)}
    made: dict[str, str] = {}
    for path, text in files.items():
        if not _owner(path):
            made[path] = text if path.endswith(_PROSE) else "".join(_beside(beside_members(text), shape))
    for member in shape.members:
        for path, text in grown_sources(member, shape, sources).items():
            made[f"{member.name}/{path}"] = text
        requires = {text: outside[text] for text in member.requirements if text in outside}
        # Only hello's files have lists of dependencies.
        for template in templates[NEEDING if member.needs or requires else PLAIN]:
            made[f"{member.name}/{template.path_of(member)}"] = template.text_of(member, shape, requires)
    return made


def _owner(path: str) -> str:
    first, _, below = path.partition("/")
    return first if below and first in (PLAIN, NEEDING, REPEATED) else ""


@dataclass(frozen=True, kw_only=True)
class _Template:
    """A file of a prototype's; ``descriptions`` are how a member of each kind is described in it.

    ``indirect`` is what it has besides where something is needed through others.
    """

    path: str
    prototype: str
    lines: tuple[Line, ...]
    descriptions: Mapping[str, tuple[Line, ...]]
    indirect: Indirect | None = None

    def path_of(self, member: Member) -> str:
        return self.path.replace(f"src/{self.prototype}/", f"src/{member.module}/")

    def text_of(self, member: Member, shape: Shape, requires: Mapping[str, str]) -> str:
        needs, closure = member.needs, shape.needs_of(member.name)
        stated = {line.parts[0].strip() for line in self.lines if line.repeat is Repeat.ONCE}
        text: list[str] = []
        for line in self.lines:
            if self.indirect is not None and line.parts == (f"{self.indirect.before}\n",):
                text += _indirect(self.indirect, [need for need in closure if need not in needs])
            match line.repeat:
                case Repeat.ONCE:
                    text.append(line.said(member.name, ""))
                case Repeat.NEEDS:
                    text += [line.said(member.name, need) for need in needs]
                case _:
                    text += [line.said(member.name, need) for need in closure]
            if line.outside is not None:
                text += line.outside.said(requires, stated)
        whole = "".join(text)
        described = "".join(line.said(member.name, "") for line in self.descriptions[prototype_of(member)])
        return _DESCRIPTION.sub(lambda _: described, whole, count=1) if described else whole


def _templates(files: Mapping[str, str], growing: Growing) -> dict[str, list[_Template]]:
    found: dict[str, list[_Template]] = {PLAIN: [], NEEDING: []}
    for path, text in files.items():
        owner = _owner(path)
        if owner not in found or path.endswith(".py"):
            continue
        below = path.removeprefix(f"{owner}/")
        found[owner].append(
            _Template(
                path=below,
                prototype=owner,
                lines=(Line(parts=(text,)),) if path.endswith(_PROSE) else in_member(text, owner, growing.transitive),
                descriptions={name: _description(files.get(f"{name}/{below}", ""), name) for name in found},
                indirect=growing.indirect if below == "pyproject.toml" else None,
            )
        )
    return found


def _indirect(stated: Indirect, needs: Sequence[str]) -> Iterator[str]:
    """What states members that are needed through others alone; nothing where none are."""
    for line in stated.text.splitlines(keepends=True) if needs else ():
        if NEED in line:
            yield from (line.replace(NEED, need) for need in needs)
        else:
            yield line


def _description(text: str, prototype: str) -> tuple[Line, ...]:
    found = _DESCRIPTION.search(text)
    return in_member(found[0], prototype) if found else ()


def _beside(lines: Iterable[Line], shape: Shape) -> Iterator[str]:
    """The lines of a file beside the members, each as often as the shape asks for."""
    names = {
        Repeat.MEMBERS: [*(m.name for m in shape.libraries), *(m.name for m in shape.applications)],
        Repeat.NEEDED: list(shape.needed),
        Repeat.APPLICATIONS: [member.name for member in shape.applications],
        Repeat.LIBRARIES: [member.name for member in shape.libraries],
    }
    for line in lines:
        if line.repeat is Repeat.ONCE:
            yield line.parts[0]
        else:
            yield from (line.said(name, name) for name in names[line.repeat])
