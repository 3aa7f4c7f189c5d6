"""``[growing]`` in ``variant.toml``: what has to be known to give a variant the members of another shape."""

from __future__ import annotations

from pydantic import ConfigDict, model_validator
from pydantic.dataclasses import dataclass

_STRICT = ConfigDict(extra="forbid")

#: Where in :class:`Indirect` a member's name belongs.
NEED = "{need}"


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Indirect:
    """What a member's ``pyproject.toml`` has besides if it needs something only through others.

    ``text`` goes before the first line that is ``before``; a line of it with ``{need}`` is repeated for each of those.
    """

    before: str
    text: str

    @model_validator(mode="after")
    def _names_what_is_needed(self) -> Indirect:
        if NEED not in self.text or not self.text.endswith("\n"):
            raise ValueError("text has to be whole lines, one of them with {need}")
        return self


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Growing:
    """What has to be known to grow the variant's members into those of another shape.

    A member states what it needs directly. ``transitive`` are the tables, by their dotted names, in which it states all
    that it needs, also what it needs only through others; ``indirect`` is where it states those apart.
    """

    transitive: tuple[str, ...] = ()
    indirect: Indirect | None = None
