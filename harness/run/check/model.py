"""What checking a variant answers: a step has passed, failed with its reasons, or was not possible."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class StepVerdict(StrEnum):
    """How a step of a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    SKIPPED = "skipped"
    #: It passed before, with the same files, code and versions: see :mod:`harness.run.check.record`.
    RECORDED = "recorded"


@dataclass(frozen=True, kw_only=True)
class StepFailure:
    """Why a step failed: what was run or looked at, what was expected, what came instead, and the likely cause."""

    ran: str
    expected: str
    came: str
    cause: str = ""
    log: str = ""


@dataclass(frozen=True, kw_only=True)
class Result:
    """One step's end. ``detail`` says what was seen, or why the step was not possible or left out."""

    variant: str
    step: str
    verdict: StepVerdict
    detail: str = ""
    failure: StepFailure | None = None

    @property
    def failed(self) -> bool:
        """Whether the step failed."""
        return self.verdict is StepVerdict.FAILED


#: Is told of every step as it ends.
Report = Callable[[Result], None]


class CheckStanding(StrEnum):
    """What a check comes to for a variant as a whole."""

    PASSED = "passed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A variant and how its steps ended; ``broken`` and ``unavailable`` are its own reasons.

    ``whole`` says whether every step was asked for: a part of them cannot show that nothing is broken.
    """

    variant: str
    results: Sequence[Result]
    broken: str = ""
    unavailable: str = ""
    whole: bool = True

    @property
    def standing(self) -> CheckStanding:
        """The whole in a word. A variant that says it is broken, and of which every step passes, is not as it says."""
        if self.unavailable:
            return CheckStanding.UNSUPPORTED
        failed = any(result.failed for result in self.results)
        if self.broken:
            return CheckStanding.BROKEN if failed or not self.whole else CheckStanding.FAILED
        return CheckStanding.FAILED if failed else CheckStanding.PASSED

    @property
    def good(self) -> bool:
        """Whether nothing about it has to be mended."""
        return self.standing is not CheckStanding.FAILED

    @property
    def words(self) -> str:
        """The whole in a sentence."""
        count = {verdict: sum(result.verdict is verdict for result in self.results) for verdict in StepVerdict}
        match self.standing:
            case CheckStanding.UNSUPPORTED:
                return self.unavailable
            case CheckStanding.BROKEN:
                return f"as it says: {self.broken}"
            case CheckStanding.FAILED if self.broken:
                return f"it says it is broken ({self.broken}), but no step failed: take the key out of variant.toml"
        told = [f"{number} {verdict}" for verdict, number in count.items() if number]
        return ", ".join(told)


class Wrong(Exception):  # noqa: N818 - it is not raised beyond this room
    """What a look found wrong: what was looked at, what was expected, what is there, and why."""

    def __init__(self, ran: str, expected: str, came: str, cause: str) -> None:
        super().__init__(came)
        self.failure = StepFailure(ran=ran, expected=expected, came=came, cause=cause)
