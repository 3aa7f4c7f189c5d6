"""The rules by which a toolchain is picked for a situation: a table, and nothing else.

Each situation has one primary measure. A contestant is excluded where a step that the situation needs did not succeed
each time, or where a finding of ``excludes`` is a hazard; a hazard among ``prices`` is what one takes with it, and is
said. ``docs/situations.md`` shows this table, and a test sees that it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.facts import Lane


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One situation.

    ``primary`` are scenarios in order of preference: the first that was measured is the measure, and less is better.
    ``needs`` are scenarios that have to succeed each time, ``excludes`` and ``prices`` findings, or changes with what
    is asked of them behind a dot. With ``scale`` the primary measure and the limits hit are read from the run on scale.
    """

    slug: str
    title: str
    what: str
    lane: Lane
    primary: tuple[str, ...]
    needs: tuple[str, ...]
    excludes: tuple[str, ...]
    prices: tuple[str, ...]
    scale: bool = False


RULES = (
    Rule(
        slug="container",
        title="A service in a container",
        what="Build an image with one application in it, and rebuild it after an edit.",
        lane=Lane.LOCAL,
        primary=("image-rebuild",),
        needs=("image", "deploy"),
        excludes=("installs-elsewhere",),
        prices=("stale-shipment", "deploys-locked", "deploy-clean"),
    ),
    Rule(
        slug="wheels",
        title="Wheels",
        what="Build the members, carry the wheels elsewhere, and run an application there.",
        lane=Lane.LOCAL,
        primary=("build",),
        needs=("build",),
        excludes=("installs-elsewhere", "leaks-path"),
        prices=("reproducible-wheel", "missing-init"),
    ),
    Rule(
        slug="nix",
        title="Through Nix",
        what="Build each application as an environment in the Nix store, and rebuild it after an edit.",
        lane=Lane.NIX,
        primary=("nix-refresh",),
        needs=("nix-build", "nix-refresh"),
        excludes=("same-bytes",),
        prices=("carries-build", "drift-missing", "drift-version", "drift-name", "drift-bound"),
    ),
    Rule(
        slug="inner-loop",
        title="The inner loop on a laptop",
        what="Edit the shared library and see the effect in both applications, all day long.",
        lane=Lane.LOCAL,
        primary=("refresh-direct", "refresh"),
        needs=("refresh", "run", "refresh-direct", "run-direct"),
        excludes=("stale-value", "stale-module"),
        prices=("stale-dependency", "stale-script"),
    ),
    Rule(
        slug="offline",
        title="CI without a network",
        what="Install and build with filled caches and no index within reach.",
        lane=Lane.LOCAL,
        primary=("install-warm",),
        needs=("install-warm", "build"),
        excludes=("offline-install", "offline-build"),
        prices=("offline-lock", "offline-deploy", "integrity"),
    ),
    Rule(
        slug="publish",
        title="Publishing to an index",
        what="Upload every member, so that strangers install an application from the index alone.",
        lane=Lane.LOCAL,
        primary=("build",),
        needs=("build",),
        excludes=("publishable", "published-resolve", "leaks-path", "requires-dist"),
        prices=("bound-survives", "sdist-builds-alone", "sdist-wheel-agree", "reproducible-sdist", "stale-version"),
    ),
    Rule(
        slug="many-members",
        title="Many members",
        what="Keep adding libraries and applications.",
        lane=Lane.LOCAL,
        primary=("install-warm",),
        needs=(),
        excludes=("add-library.works", "add-application.works"),
        prices=(),
        scale=True,
    ),
)

#: The size at which many members are looked at, where the run on scale has it; else its largest.
MANY_MEMBERS = 100

#: Most names that a pick lists where there is no clear winner.
MOST_NAMES = 3


def rules_table() -> str:
    """The rules as a Markdown table, for the documentation."""
    lines = ["| situation | primary measure | excluded if | price |", "|---|---|---|---|"]
    for rule in RULES:
        primary = ", else ".join(f"`{name}`" for name in rule.primary) + (" in the run on scale" if rule.scale else "")
        failed = [f"{_named(rule.needs)} did not succeed each time"] if rule.needs else []
        failed += ["the limit was hit"] if rule.scale else []
        failed += [f"{_named(rule.excludes)} is a hazard"] if rule.excludes else []
        lines.append(f"| {rule.title} | {primary} | {'; '.join(failed)} | {_named(rule.prices) or '–'} |")
    return "\n".join(lines)


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
