"""Stand-ins for what has side effects: an executor that follows a script, and a clock that only tests move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from harness.measure.command import Command, Ended, Execution

Scripted = Execution | Callable[[Command], Execution]


def execution(
    *,
    ended: Ended = Ended.EXITED,
    exit_code: int | None = 0,
    signal: int | None = None,
    wall_s: float = 0.25,
    user_s: float = 0.125,
    system_s: float = 0.0625,
    max_rss_bytes: int = 20_000_000,
    stdout: str = "",
    stderr: str = "",
    reason: str = "",
) -> Execution:
    """An Execution, successful unless told otherwise."""
    return Execution(
        ended=ended,
        exit_code=exit_code if ended is Ended.EXITED else None,
        signal=signal,
        wall_s=wall_s,
        user_s=user_s,
        system_s=system_s,
        max_rss_bytes=max_rss_bytes,
        stdout=stdout,
        stderr=stderr,
        reason=reason,
    )


@dataclass
class FakeClock:
    """A clock in seconds; call it for the time. Sleeping is moving on."""

    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s

    def advance(self, seconds: float) -> None:
        self.now_s += seconds

    sleep = advance


@dataclass
class FakeExecutor:
    """Answers by script and records what it was asked to run.

    Rules are tried in order, the first that fits answers; ``default`` answers the rest, and with no default a command
    without a rule is a mistake in the test. A clock, if given, moves by each answer's wall time.
    """

    default: Scripted | None = field(default_factory=execution)
    clock: FakeClock | None = None
    commands: list[Command] = field(default_factory=list)
    _rules: list[tuple[Callable[[Command], bool], Scripted]] = field(default_factory=list)

    def when(self, fits: Callable[[Command], bool], answer: Scripted) -> FakeExecutor:
        """Answer so whenever ``fits`` says yes to the command."""
        self._rules.append((fits, answer))
        return self

    def on(self, *words: str, answer: Scripted) -> FakeExecutor:
        """Answer so whenever all these words are in the argument list."""
        return self.when(lambda command: set(words) <= set(command.argv), answer)

    def run(self, command: Command) -> Execution:
        self.commands.append(command)
        answer = next((answer for fits, answer in self._rules if fits(command)), self.default)
        if answer is None:
            raise AssertionError(f"no rule for {command.argv}")
        result = answer(command) if callable(answer) else answer
        if self.clock is not None:
            self.clock.advance(result.wall_s)
        return result

    @property
    def argvs(self) -> list[tuple[str, ...]]:
        """The argument lists of all commands so far, in order."""
        return [command.argv for command in self.commands]
