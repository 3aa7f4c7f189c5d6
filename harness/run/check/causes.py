"""The likely cause of a failure, by what was said: a table of signs, read from top to bottom."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sign:
    """What is said when something is wrong, and what is likely wrong then; ``{0}`` is the sign's first group."""

    pattern: re.Pattern[str]
    cause: str


def _sign(pattern: str, cause: str) -> Sign:
    return Sign(pattern=re.compile(pattern, re.MULTILINE), cause=cause)


#: The first that fits is told: what names a thing comes before what only names a kind of trouble.
SIGNS = (
    _sign(
        r"^(\S+) could not be started: |`(\S+)[^`]*` could not be started",
        "The step's program {0} is in no package of the toolchain: misspelled, or missing in [toolchain] packages.",
    ),
    _sign(
        r"(?:Permission denied|Read-only file system)[^\n]*?'(/[^']+)'|(/[^\s:']+): Permission denied",
        "It writes to {0}, which is none of its own folders: point the variable that the tool has for it below"
        " {{cache}} or {{state}}, in [caches] or [environment].",
    ),
    _sign(
        r"127\.0\.0\.1:9\b|[Pp]roxy[Ee]rror|Cannot connect to proxy|error sending request for url"
        r"|Network is unreachable",
        "It asks for something outside the index on loopback: set the tool's variable for its index to {{index}} in"
        " [environment], and pin what it fetches in [toolchain] build_requirements.",
    ),
    _sign(
        r"No matching distribution found for ([\w.-]+)|Because ([\w.-]+) was not found in the package registry"
        r"|Could not find a version that satisfies the requirement ([\w.-]+)|Unable to find candidates for ([\w.-]+)"
        r"|Cannot install ([\w.-]+)|there is no version of ([\w.-]+)"
        r"|No solution found[^\n]*\n[^\n]*?only ([\w.-]+)[<=>]",
        "The index does not have {0} in a version that is asked for: pin one in [toolchain] build_requirements and run"
        " `python -m harness update NAME --keep-pins`; if {0} is a member, its dependency does not lead to the"
        " member's folder.",
    ),
    _sign(
        r"\AWith the checkout moved away[\s\S]*(?:No module named|No such file or directory|could not be started)",
        "What is deployed leads back to the checkout, or lacks a member: the deploy steps have to install members"
        " themselves into {{deploy}}, without editable links and without links to folders.",
    ),
    _sign(
        r"([\w.-]+) should not be deployed",
        "The deploy steps install {0} too: {{app}} names the application that is deployed, {{need}} what it needs.",
    ),
    _sign(
        r"ModuleNotFoundError: No module named '([\w.]+)'|ImportError: cannot import name '\w+' from '([\w.]+)'",
        "{0} is not in the environment that the step uses: a dependency is missing in pyproject.toml, or the install"
        " steps leave it out.",
    ),
    _sign(
        r"called without required argument '([\w-]+)'|asks for ([\w-]+)[^\n]*, which the package set does not have",
        "package.nix asks for {0}, and nothing is called so: a member is missing in the overlay, or the backend is not"
        " pinned in [toolchain] build_requirements.",
    ),
    _sign(
        r"attribute '([\w-]+)' missing",
        "Nix finds no {0}: the overlay does not add it, or [nix] attribute names members otherwise than the overlay.",
    ),
    _sign(
        r"([\w.-]+) (?:is required by|not satisfied)|requires? ([\w.-]+)[^\n]*(?:not (?:declared|installed|satisfied))"
        r"|^\s*- ([\w.-]+) not installed",
        "What the wheel requires is not what package.nix declares: state {0} in its dependencies, as pyproject.toml"
        " does.",
    ),
    _sign(
        r"(?:patch failed|error: [^\n]*patch does not apply|No such file or directory\n[^\n]*patch)[^\n]*",
        "The patch was made for another text: make the edit again on the committed files and keep `git diff -M`.",
    ),
    _sign(
        r"syntax error, unexpected",
        "A Nix file is not well-formed: the line that Nix names, or the one before it.",
    ),
    _sign(
        r"(?:[Nn]o such (?:option|command)|unrecognized arguments?|unexpected argument|unknown option|does not exist)"
        r"[^\w-]*([\w-]*)",
        "The tool does not know the option or command {0}: the step is written for another version of it.",
    ),
    _sign(
        r"TOML (?:parse|decode) error|TOMLDecodeError|Invalid TOML|is not a valid TOML",
        "A pyproject.toml is not well-formed TOML: the line that the tool names.",
    ),
    _sign(
        r"did not write (\S+?)\.?$|^(\S+) was not written",
        "The lock steps do not write {0}: lock_files names another file than the tool writes, or a step is missing.",
    ),
    _sign(
        r"No lock file names the member '([\w.-]+)'",
        "{0} is declared nowhere that locking looks: as a dependency of a member, or as a member of the workspace.",
    ),
    _sign(
        r"There is no (?:wheel|sdist) of '([\w.-]+)'",
        "The build steps leave {0} out, or put what they build elsewhere than {{dist}}.",
    ),
    _sign(
        r"printed '([^'\n\\]*)[^']*', expected '\w+, Wolf-",
        "It still prints {0}: what the refresh steps leave behind holds the library as it was before the edit.",
    ),
    _sign(
        r"printed '', expected",
        "It printed nothing: the run steps start something else than the application, or swallow its output.",
    ),
    _sign(
        r"printed (?:'(.+)'|\"(.+)\"), expected '",
        "It printed {0}, not the application's line alone: the run steps start something else, or the tool says things"
        " of its own on standard output, which an option for quiet keeps away.",
    ),
    _sign(
        r"answered .* expected '([^']+)' in it",
        "The installed toolchain is not version {0}: [toolchain.version] expect and [toolchain] packages differ.",
    ),
    _sign(
        r"did not end within its time limit",
        "The step waits for something: for input, for a lock, or for an address that does not answer.",
    ),
    _sign(
        r"has no version|No module named build|Backend .* is not available|Cannot import '([\w.]+)'",
        "The backend is not what [build-system] names, or is not pinned in [toolchain] build_requirements.",
    ),
)

UNKNOWN = "No known sign of a cause is in what was said: the log has all of it."


def likely_cause(*said: str) -> str:
    """The cause that fits what was said best; :data:`UNKNOWN` if none is known."""
    text = "\n".join(said)
    for sign in SIGNS:
        if found := sign.pattern.search(text):
            named = next((group for group in found.groups() if group), "")
            return " ".join(sign.cause.format(named).split())
    return UNKNOWN
