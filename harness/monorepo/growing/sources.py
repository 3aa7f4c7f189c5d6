"""The Python modules of a member, grown from those of a prototype; pure.

They are the same in every variant, so there is one rule for all. A member that needs none defines ``NAME``; one that
needs others imports it from each of them. Where several are imported the last one counts, so what leads to the shape's
core comes last: an edit of the core's ``NAME`` shows in every application above it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.errors import VariantError
from harness.monorepo.growing.statements import NEEDING, PLAIN
from harness.monorepo.shapes import Kind, Member, Shape

_DEFINES = re.compile(r'^NAME = ".*"\n', re.MULTILINE)
_IMPORTS = re.compile(rf"^from {PLAIN} import NAME\n", re.MULTILINE)
_NAMES = re.compile(rf"\b(?:{NEEDING}|{NEEDING.capitalize()})\b")

#: What stands in a module that is there to make up the number.
_FURTHER = '"""One of the further modules of {member}."""\n'


def prototype_of(member: Member) -> str:
    """The prototype of a member's modules."""
    return NEEDING if member.kind is Kind.APPLICATION else PLAIN


def grown_sources(member: Member, shape: Shape, sources: dict[str, str]) -> dict[str, str]:
    """A member's modules by their file's path below the member's folder, grown from its prototype's ``sources``.

    Raises:
        VariantError: the library has no line ``NAME = "…"``, which all that is measured stands on.
    """
    prototype = prototype_of(member)
    module = f"{PLAIN}/src/{PLAIN}/__init__.py"
    defined = _DEFINES.search(sources.get(module, ""))
    if defined is None:
        raise VariantError(
            f'{module} has no line NAME = "…".',
            hint="Leave the sources as they are, which every variant shares.",
        )
    lines = "".join(f"from {shape.member(need).module} import NAME\n" for need in import_order(member, shape))
    made = {}
    for path, text in sources.items():
        if not path.startswith(f"{prototype}/"):
            continue
        below = path.removeprefix(f"{prototype}/").replace(f"src/{prototype}/", f"src/{member.module}/")
        grown = (_DEFINES if prototype == PLAIN else _IMPORTS).sub(lambda _: lines or defined[0], text)
        made[below] = _NAMES.sub(lambda found: _as_in(found[0], member.module), grown)
    further = member.modules - len(made)
    digits = len(str(max(further, 1)))
    for number in range(1, further + 1):
        made[f"src/{member.module}/part_{number:0{digits}}.py"] = _FURTHER.format(member=member.name)
    return made


def _as_in(found: str, module: str) -> str:
    return module.capitalize() if found[0].isupper() else module


def import_order(member: Member, shape: Shape) -> Sequence[str]:
    """What a member imports, what leads to the shape's core last."""
    core = shape.core.name

    def leads(need: str) -> bool:
        return need == core or core in shape.needs_of(need)

    return sorted(member.needs, key=leads)
