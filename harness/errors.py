"""The one tree of errors: each says what is wrong and what to do about it.

HarnessError
├── InputError          what the user gave is wrong; nothing was run (exit status 2)
│   ├── VariantError    a variant's folder or variant.toml
│   ├── ShapeError      a shape
│   └── ResultsError    a results folder or a file in it
├── ProvisionError      something that has to be there before measuring could not be had
│   └── NixUnavailableError   the Nix lane cannot run on this machine; its reason is shown in the report
└── MeasureError        the harness itself could not take a sample
    ├── InapplicableError   a variant has nothing of the kind that an experiment is about
    ├── StateError      the state declared before a scenario was not reached
    └── VerificationError   a scenario ran, but its result is not what it has to be
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class HarnessError(Exception):
    """Any failure the harness explains itself; ``message`` says what is wrong, ``hint`` what to do."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class InputError(HarnessError):
    """What the user gave is wrong: nothing was run and nothing was written."""

    exit_status = 2


class VariantError(InputError):
    """A variant's folder or its ``variant.toml`` is not as it has to be."""


class ShapeError(InputError):
    """A shape is not one the harness knows how to build."""


class ResultsError(InputError):
    """A results folder, or a file in it, is missing, in the way, damaged or not writable."""


class ProvisionError(HarnessError):
    """Something that has to be there before anything is measured could not be had."""


class NixUnavailableError(ProvisionError):
    """The Nix lane cannot run here; the message is the reason shown beside its cells."""


class MeasureError(HarnessError):
    """The harness could not take a sample; ``timed_out`` says whether that is because something took too long."""

    def __init__(self, message: str, *, hint: str = "", timed_out: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.timed_out = timed_out


class InapplicableError(MeasureError):
    """A variant has nothing of the kind that an experiment is about; the message is shown as the reason."""


class StateError(MeasureError):
    """The state a scenario declares before it was not reached, so there was nothing to measure."""


class VerificationError(MeasureError):
    """A scenario's steps ended, but what they left behind is not what it has to be."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A sentence that leads from a wrong ``name`` to a right one."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    all_of_them = f"Known: {', '.join(names)}." if names else "There are none."
    return f"Did you mean {near[0]!r}? {all_of_them}" if near else all_of_them
