"""The rules by which a report says which variants fit a situation: a table, and nothing else.

A rule names findings and scenarios. What a *must* names excludes a variant whose answer is a hazard, or whose scenario
does not succeed each time; what a *mind* names lets it fit with care. What *weighs* tells those that fit apart, and
never excludes. ``docs/situations.md`` shows this table, and a test sees that it does.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.records.facts import Lane


@dataclass(frozen=True, kw_only=True)
class Situation:
    """One situation: the names of the scenarios (``works``), findings (``must``, ``mind``) and measures it rests on.

    ``weighs`` are scenarios, sizes, findings that count, or changes with what is counted of them behind a dot.
    ``members`` says that it is about more members than the canonical shape has.
    """

    slug: str
    title: str
    what: str
    lane: Lane
    works: tuple[str, ...]
    must: tuple[str, ...]
    mind: tuple[str, ...]
    weighs: tuple[str, ...]
    members: bool = False


SITUATIONS = (
    Situation(
        slug="wheels",
        title="Deploy with wheels",
        what="Build the members, carry the wheels elsewhere, and run one application there.",
        lane=Lane.LOCAL,
        works=("build", "deploy"),
        must=("installs-elsewhere", "leaks-path"),
        mind=("deploy-clean", "stale-shipment", "reproducible-wheel", "confusion-wheel"),
        weighs=("build", "deploy", "deployed_bytes"),
    ),
    Situation(
        slug="nix",
        title="Deploy through Nix",
        what="Build each application as an environment in the Nix store, and rebuild it after an edit.",
        lane=Lane.NIX,
        works=("nix-build", "nix-refresh"),
        must=("same-bytes",),
        mind=("carries-build", "drift-missing", "drift-version", "drift-name", "drift-bound"),
        weighs=("nix-build", "nix-refresh", "nix-eval", "closure-runtime", "closure-devshell"),
    ),
    Situation(
        slug="inner-loop",
        title="A fast inner loop on a laptop",
        what="Edit the shared library and see the effect in both applications, all day long.",
        lane=Lane.LOCAL,
        works=("refresh", "run"),
        must=("stale-value", "stale-module"),
        mind=("stale-script", "stale-dependency", "stale-version"),
        weighs=("refresh", "run", "noop", "install-warm"),
    ),
    Situation(
        slug="locked-down",
        title="Locked-down CI without a network",
        what="Install, build and deploy with a filled cache and no index within reach.",
        lane=Lane.LOCAL,
        works=("install-warm", "build"),
        must=("offline-install", "offline-build"),
        mind=("offline-lock", "offline-deploy", "offline-run", "integrity"),
        weighs=("install-warm", "build", "cache_bytes"),
    ),
    Situation(
        slug="publish",
        title="Must publish the members to an index",
        what="Upload every member, so that strangers install an application from the index alone.",
        lane=Lane.LOCAL,
        works=("build",),
        must=("publishable", "published-resolve", "leaks-path", "requires-dist"),
        mind=("bound-survives", "sdist-builds-alone", "sdist-wheel-agree", "confusion-wheel", "reproducible-sdist"),
        weighs=("build",),
    ),
    Situation(
        slug="many-members",
        title="Many members",
        what="Keep adding libraries and applications, and keep what they state in agreement.",
        lane=Lane.LOCAL,
        works=("install-warm",),
        must=("add-library.works", "add-application.works"),
        mind=(),
        weighs=("add-library.by-hand", "add-application.by-hand", "must-agree-by-hand", "share-tooling.by-hand"),
        members=True,
    ),
)


def rules_table() -> str:
    """The rules as a Markdown table, for the documentation."""
    lines = [
        "| situation | lane | must succeed each time | a hazard excludes | a hazard means with care | tells apart |",
        "|---|---|---|---|---|---|",
    ]
    for item in SITUATIONS:
        columns = (item.works, item.must, item.mind, item.weighs)
        cells = [", ".join(f"`{name}`" for name in names) or "–" for names in columns]
        lines.append(f"| {item.title} | {item.lane.value} | {' | '.join(cells)} |")
    return "\n".join(lines)
