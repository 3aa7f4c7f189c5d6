"""What each key of ``variant.toml`` is for, in a line: what editors show, and what a new variant's file says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

#: By the key's dotted name; ``phases.*`` stands for every phase.
KEYS: Mapping[str, str] = {
    "schema_version": "The version of this file's format.",
    "title": "What it is called for people.",
    "summary": "The idiom in one sentence: what a member is, and how applications lead to the library.",
    "profile": 'The smallest selection it belongs to: "core" is measured by default, "all" only when everything is.',
    "documented": "Where the tool's own documentation shows this idiom.",
    "documented.page": "The address of that page.",
    "documented.read": "The day on which it was read, as 2026-12-01.",
    "environments": "The folders in which installing puts environments, to be removed for a fresh start.",
    "lock_files": "The files that locking writes; they are never committed, as they record addresses.",
    "generated": "What else the toolchain leaves in the checkout.",
    "toolchain": "An environment manager plus a build backend, with exact versions.",
    "toolchain.manager": "The environment manager.",
    "toolchain.backend": "The build backend, as [build-system] requires it; left out where nothing is built.",
    "toolchain.packages": "What is installed as the toolchain, exact versions; locks/toolchain.txt is its closure.",
    "toolchain.build_requirements": "What building and editable installs fetch, exact versions; locks/build.txt is its "
    "closure.",
    "toolchain.python": "The Python it is for, as 3.12 or 3.12.1, or the path of one; left out: the harness's own.",
    "toolchain.version": "How the toolchain is asked for its version.",
    "toolchain.version.command": "The command, as an argument list.",
    "toolchain.version.expect": "What its answer has to contain: the pinned version.",
    "environment": "Variables that every step sees, beside a scrubbed environment.",
    "offline": "Variables that tell the toolchain to do without an index, the way its documentation names.",
    "caches": "Variables that name caches, each below {cache}, which is emptied for a cold start.",
    "phases": "What a user of the toolchain types for each kind of work; argument lists, never a shell's line.",
    "phases.lock": "Writes the lock files, from requirements alone.",
    "phases.install": "Brings about an environment in which both applications run.",
    "phases.again": "Installs again, where that takes less than phases.install.",
    "phases.run": "Starts one application, the toolchain's own way.",
    "phases.refresh": "Makes an edit of the library visible; no steps where it shows by itself.",
    "phases.build": "Puts the sdist and the wheel of every member into {dist}.",
    "phases.deploy": "Fills {deploy} with one application alone: no links to the checkout, no development tools.",
    "phases.prepare": "Fetches, while there is an index, what the variables of offline lead to when there is none.",
    "phases.*.steps": "Argument lists, run in order. A step that names {app} or {member} is repeated for each, an "
    "argument that names {need} for each member that is needed.",
    "phases.*.directory": "The folder the steps are run in.",
    "phases.*.environment": "Variables that these steps see besides.",
    "phases.deploy.run": "Starts the deployed application.",
    "activated": "The environment that one activates, where phases.run starts applications through the tool.",
    "activated.environment": "Its folder.",
    "activated.find": "The command that prints its folder, where that is not known beforehand.",
    "activated.directory": "The folder that command, and the steps of renew, are run in.",
    "activated.renew": "What an edit takes besides the refresh steps, where the tool does it at every start.",
    "unsupported": "What the toolchain has not, and why, as the tool itself says: by scenario, phase or finding.",
    "nix": "What it offers in the Nix lane.",
    "nix.strategies": "The ways in which its members are described to Nix, each a column of its own.",
    "nix.attribute": "What a member is called in the package set.",
    "nix.devshell": "What one needs to work on it, as nixpkgs calls it.",
    "nix.own": "Nix files that are to differ from variants/__templates__, as overlay.nix or */package.nix.",
    "growing": "What has to be known to give it the members of another repository.",
    "growing.transitive": "Tables in which a member states also what it needs through others, by their dotted names.",
    "growing.indirect": "What a member's pyproject.toml has besides, if it needs something only through others.",
    "growing.indirect.before": "The line that it goes before.",
    "growing.indirect.text": "Whole lines; one with {need} is repeated for each member that is needed through others.",
    "cures": "What is typed instead against a hazard, by finding: it is tried, and said if it helps.",
    "mitigations": "What is added to files so that a package of ours comes from our own index, {own}: it is tried.",
    "broken": "A reason that quarantines it: it is shown with the reason, and not measured.",
    "unavailable": "Why its tools cannot be had from a Python package index: it is shown, and not measured.",
}

#: The dotted name at which each of the schema's definitions stands.
_PLACES = {
    "ToolchainSpec": "toolchain.",
    "Documented": "documented.",
    "VersionCheck": "toolchain.version.",
    "Phases": "phases.",
    "Phase": "phases.*.",
    "DeployPhase": "phases.*.",
    "Activated": "activated.",
    "NixSpec": "nix.",
    "Growing": "growing.",
    "Indirect": "growing.indirect.",
}


def described(schema: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema of ``variant.toml`` in which every key has its description."""
    _describe(schema.get("properties", {}), "")
    for name, definition in schema.get("$defs", {}).items():
        if name in _PLACES:
            _describe(definition.get("properties", {}), _PLACES[name])
    return schema


def _describe(properties: dict[str, Any], place: str) -> None:
    for key, facts in properties.items():
        name = "phases.deploy.run" if place + key == "phases.*.run" else place + key
        facts["description"] = KEYS[name]
