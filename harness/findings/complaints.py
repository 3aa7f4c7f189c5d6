"""How good an error message is, as three yes-or-no facts without taste: does it name the file, the key, a remedy?

Used by every experiment that makes a toolchain refuse something.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product

from harness.findings.base import Observation, neutral, observed
from harness.records.facts import FindingFacts, Lane, Tone, ValueFacts
from harness.workspace.experiment import Trial

#: The value where the toolchain did not refuse, so that there is no message to judge.
NO_ERROR = "no error"
_NOTHING = "nothing"
_PARTS = ("file", "key", "remedy")

# A remedy is something the reader is told to do: a line that says so (hint, help, try), or a command or a setting that
# the reader is asked to run, add, set, use, remove, pin, upgrade or install. A line that says failed or successful
# reports what the toolchain did itself.
_REMEDY = re.compile(
    r"\b(hint|help|tip|try|consider|please|to fix|suggestion)\b"
    r"|\b(you (can|may|should|must|need to|have to|might)|make sure|be sure)\b"
    r"|^\W*(add|declare|set|use|run|remove|pin|upgrade|install|update|specify)\b(?!.*\b(failed|successful)\b)",
    re.IGNORECASE | re.MULTILINE,
)


# What Nix 2.8 says below every error is no remedy of it.
_TRACE = re.compile(r"^.*--show-trace.*$", re.MULTILINE)


def facts(title: str) -> FindingFacts:
    """The description of a message's quality; ``title`` says which refusal it is about."""
    return FindingFacts(
        title=f"Error message: {title}",
        question="Does the message name the file to mend, the key or requirement in it, and a remedy?",
        experiment="The output of the refusal is searched for the file's name, for the key or requirement, and for "
        "words that tell the reader what to do (hint, try, add, run, use, set, install …).",
        group="errors",
        lanes=(Lane.LOCAL,),
        values={
            **{name_of(parts): _value(parts) for parts in product((True, False), repeat=len(_PARTS))},
            NO_ERROR: neutral("Nothing was refused, so there is no message."),
        },
    )


def name_of(parts: Sequence[bool]) -> str:
    """The value for what a message names: ``file, key`` or ``nothing``."""
    return ", ".join(name for name, there in zip(_PARTS, parts, strict=True) if there) or _NOTHING


def _value(parts: Sequence[bool]) -> ValueFacts:
    tone = {3: Tone.GOOD, 2: Tone.FAIR, 1: Tone.FAIR, 0: Tone.BAD}[sum(parts)]
    if all(parts):
        return ValueFacts(meaning="The message names the file, the key and a remedy.", tone=tone)
    if not any(parts):
        return ValueFacts(meaning="The message names neither the file, nor the key, nor a remedy.", tone=tone)
    there = " and ".join(f"the {name}" for name, found in zip(_PARTS, parts, strict=True) if found)
    absent = " nor ".join(f"the {name}" for name, found in zip(_PARTS, parts, strict=True) if not found)
    return ValueFacts(
        meaning=f"The message names {there}, but not {absent}.".replace("the remedy", "a remedy"), tone=tone
    )


def judge(finding: str, trial: Trial, *, files: Sequence[str], keys: Sequence[str]) -> Observation:
    """Judge the message of a refusal: ``files`` and ``keys`` are the names of which one has to stand in it.

    A trial in which nothing was refused has no message.
    """
    if trial.ok:
        return observed(finding, NO_ERROR, trial.evidence)
    said = _TRACE.sub("", trial.output)
    parts = (
        any(name in said for name in files),
        any(name in said for name in keys),
        _REMEDY.search(said) is not None,
    )
    return observed(finding, name_of(parts), trial.evidence)
