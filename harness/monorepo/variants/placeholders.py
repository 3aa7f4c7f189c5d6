"""The placeholders of ``variant.toml``: which there are, and where each has a meaning.

``{root}``    the monorepo's checkout (a scratch copy)
``{app}``     an application's name; in every phase but ``run`` and ``deploy`` the step is repeated for each one
``{module}``  what that application is imported and started as: its name with ``_`` in the place of ``-``
``{member}``  a member's name; the step is repeated for each one
``{need}``    a member that the application or member needs, directly or through others; the argument is repeated
``{cache}``   the folder that is emptied for a cold start
``{state}``   a folder for what the toolchain keeps outside the checkout and is not a cache (environments, settings)
``{index}``   the simple index on loopback
``{python}``  the Python interpreter to use
``{tools}``   the ``bin`` folder of the environment the toolchain is installed in, also first on ``PATH``
``{dist}``    where ``build`` puts wheels and sdists
``{deploy}``  the folder ``deploy`` has to fill
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Sequence

#: What a step may be repeated for: applications, or members.
OF_APPLICATIONS, OF_MEMBERS = frozenset({"app", "module"}), frozenset({"member"})

#: What has a meaning wherever a template may stand.
ANYWHERE = frozenset({"root", "cache", "state", "index", "python", "tools", "dist", "deploy"})

PLACEHOLDERS = ANYWHERE | OF_APPLICATIONS | OF_MEMBERS | {"need"}


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders in ``text``.

    Raises:
        ValueError: a brace is unbalanced, or a placeholder is not just one of :data:`PLACEHOLDERS`; or there is a NUL,
            which no argument, variable or path can hold.
    """
    if "\0" in text:
        raise ValueError(f"{text!r} has a NUL in it, which no program can be given")
    names: set[str] = set()
    for _, name, specification, conversion in string.Formatter().parse(text):
        if name is not None:
            names.add(name)
        if specification or conversion:
            raise ValueError(f"{text!r} has more than a placeholder's name between its braces")
    if unknown := sorted(names - PLACEHOLDERS):
        raise ValueError(f"{{{unknown[0]}}} is not a placeholder; known: {_listed(PLACEHOLDERS)}")
    return frozenset(names)


def only(known: frozenset[str]) -> Callable[[str], str]:
    """A check that a template has no placeholders but these; it raises ``ValueError``."""

    def check(text: str) -> str:
        if unknown := sorted(placeholders(text) - known):
            raise ValueError(f"{{{unknown[0]}}} has no meaning here: nothing is repeated; known: {_listed(known)}")
        return text

    return check


def repeated_for(texts: Iterable[str]) -> frozenset[str]:
    """What has to be done for each application, or for each member, because these templates name it.

    Raises:
        ValueError: they name both.
    """
    used = frozenset[str]().union(*map(placeholders, texts))
    of = used & (OF_APPLICATIONS | OF_MEMBERS)
    if of & OF_APPLICATIONS and of & OF_MEMBERS:
        raise ValueError(f"{_listed(of)} cannot stand together: what is repeated is so for applications or for members")
    return of


def grouped(steps: Sequence[Sequence[str]], directory: str) -> list[Sequence[Sequence[str]]]:
    """The steps that are repeated together: each for itself, or all of them where ``directory`` is repeated."""
    return [steps] if repeated_for([directory]) else [(step,) for step in steps]


def see_repeatable(steps: Sequence[Sequence[str]], directory: str) -> None:
    """See that what is repeated together is so for applications or for members.

    Raises:
        ValueError: it names both.
    """
    for group in grouped(steps, directory):
        repeated_for([directory, *(part for step in group for part in step)])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
