"""Makes a change in a checkout, and sees its effect by running the applications."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from harness.errors import StateError, VerificationError
from harness.measure.command import Command, Execution
from harness.monorepo.changes.change_file import VariantChange, load_change
from harness.monorepo.changes.patch import Patch, apply_command
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands, environment, how_it_ended, starting
from harness.workspace.tree import Workspace
from harness.workspace.verify import verify_line

_PASSED = re.compile(r"\b(\d+) passed\b")


def needed(variant: Variant, name: str) -> VariantChange:
    """How a variant makes a change.

    Raises:
        StateError: it does not say.
    """
    change = load_change(variant, name)
    if change is None:
        raise StateError(f"{variant.name} does not say how {name} is made: changes.toml has no [{name}].")
    return change


def before(variant: Variant, change: VariantChange, shape: Shape = CANONICAL) -> tuple[VariantChange | None, Shape]:
    """The change that one builds on, if any, and the members there are before it is made."""
    if not change.change.base:
        return None, shape
    base = needed(variant, change.change.base)
    return base, base.change.reshape(shape)


def deeds(
    bench: Bench, attempt: Attempt, workspace: Workspace, change: VariantChange, *, environments: bool = True
) -> Iterator[Command]:
    """All that is done to make a change, as commands in order; without ``environments``, only what edits the checkout.

    ``workspace`` has the members that there are afterwards.
    """
    env = environment(bench, workspace)
    for deed in change.deeds:
        if deed.patch:
            yield attempt.command(_applied(change.patch(deed), workspace), workspace.root, env)
        elif environments or not deed.environment_only:
            yield from commands(bench, attempt, workspace, deed.phase)


def reshaped(bench: Bench, workspace: Workspace, shape: Shape) -> tuple[Bench, Workspace]:
    """The same bench and workspace for a monorepo with other members."""
    return replace(bench, shape=shape), replace(workspace, shape=shape)


def make(
    bench: Bench, attempt: Attempt, workspace: Workspace, change: VariantChange, *, environments: bool = True
) -> None:
    """Make a change.

    Raises:
        StateError: a patch does not apply, or a command fails.
    """
    for command in deeds(bench, attempt, workspace, change, environments=environments):
        execution = attempt.executor.run(command)
        if not execution.ok:
            raise StateError(f"{change.change.name} could not be made: {_why(command, execution)}")


def apply_nix_patch(bench: Bench, attempt: Attempt, workspace: Workspace, change: VariantChange, strategy: str) -> None:
    """Make a change's edit of a strategy's Nix files, if it has one.

    Raises:
        StateError: the patch does not apply.
    """
    patch = change.nix_patch(strategy)
    if patch is not None:
        command = attempt.command(_applied(patch, workspace), workspace.root, environment(bench, workspace))
        execution = attempt.executor.run(command)
        if not execution.ok:
            raise StateError(f"{change.change.name}: its Nix patch does not apply: {_why(command, execution)}")


def effects(
    bench: Bench, attempt: Attempt, workspace: Workspace, change: VariantChange
) -> Iterator[tuple[Command, str | None]]:
    """The commands whose output shows a change's effect, and for each the application's name, or nothing for tests.

    A step that only goes before the one that shows it has no name at all.
    """
    if change.change.tests:
        if change.file.test is None:
            raise StateError(f"changes.toml has no [{change.change.name}.test] with the command that runs all tests.")
        for command in commands(bench, attempt, workspace, change.file.test):
            yield command, ""
        return
    for member in workspace.shape.applications:
        yield from starting(bench, attempt, workspace, member.name)


def verify_effect(
    change: VariantChange, shape: Shape, command: Command, execution: Execution, application: str | None
) -> None:
    """See a change's effect in what one of its :func:`effects` printed.

    Raises:
        VerificationError: it does not show.
    """
    if application:
        verify_line(command.argv, execution, change.change.line(application))
        return
    if not execution.ok:
        raise VerificationError(_why(command, execution))
    if application is None:
        return
    passed = sum(int(found) for found in _PASSED.findall(execution.stdout))
    if passed != len(shape.members):
        raise VerificationError(
            f"`{' '.join(command.argv)}` ran {passed} tests that passed, expected one of each of the"
            f" {len(shape.members)} members"
        )


def _applied(patch: Patch, workspace: Workspace) -> tuple[str, ...]:
    """The command that applies a patch, which is put beside the checkout for it."""
    return apply_command(patch.written(workspace.folder / "patches"))


def _why(command: Command, execution: Execution) -> str:
    said = [line.strip() for line in execution.stderr.splitlines() if line.strip()]
    return how_it_ended(command.argv, execution) + (f": {said[-1][:300]}" if said else "")
