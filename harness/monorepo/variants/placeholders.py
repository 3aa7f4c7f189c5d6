"""The placeholders of ``variant.toml``: the only templating there is.

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

PLACEHOLDERS = frozenset(
    {
        "root",
        "app",
        "module",
        "member",
        "need",
        "cache",
        "state",
        "index",
        "python",
        "tools",
        "dist",
        "deploy",
    }
)


def placeholders(text: str) -> frozenset[str]:
    """The names of the placeholders in ``text``.

    Raises:
        ValueError: a brace is unbalanced, or a placeholder is not just one of :data:`PLACEHOLDERS`.
    """
    names: set[str] = set()
    for _, name, specification, conversion in string.Formatter().parse(text):
        if name is not None:
            names.add(name)
        if specification or conversion:
            raise ValueError(f"{text!r} has more than a placeholder's name between its braces")
    if unknown := sorted(names - PLACEHOLDERS):
        known = ", ".join(f"{{{name}}}" for name in sorted(PLACEHOLDERS))
        raise ValueError(f"{{{unknown[0]}}} is not a placeholder; known: {known}")
    return frozenset(names)
