"""What a person does with an activated environment: find it, and start applications in it without the tool."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from harness.errors import StateError
from harness.measure.command import Command
from harness.monorepo.variants import Variant
from harness.monorepo.variants.file import Activated, Phase
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, commands, environment, how_it_ended, starting
from harness.workspace.tree import Workspace


def with_activated(bench: Bench, attempt: Attempt, workspace: Workspace) -> Attempt:
    """The attempt, with the folder of each application's environment; with none where no tool stands before it.

    Raises:
        StateError: the tool does not tell where one is, or it is not there.
    """
    spec = bench.variant.spec.activated
    if spec is None:
        return attempt
    names = [member.name for member in bench.shape.applications]
    return replace(attempt, activated={name: _folder(bench, attempt, workspace, spec, name) for name in names})


def _folder(bench: Bench, attempt: Attempt, workspace: Workspace, spec: Activated, application: str) -> Path:
    folder, told = workspace.root, ""
    if spec.environment is not None:
        (folder,) = workspace.paths([spec.environment], application)
    for command in commands(bench, attempt, workspace, _asking(spec), application=application):
        execution = attempt.executor.run(command)
        if not execution.ok or not execution.stdout.strip():
            raise StateError(f"Where the environment is cannot be found: {how_it_ended(command.argv, execution)}")
        folder, told = Path(execution.stdout.strip().splitlines()[-1]), f", where `{' '.join(command.argv)}` says it is"
    if not folder.is_dir():
        raise StateError(f"There is no environment of {application} to activate{told}: {folder.name}")
    return folder


def _asking(spec: Activated) -> Phase:
    return Phase(steps=(spec.find,) if spec.find else (), directory=spec.directory)


def renewing(variant: Variant) -> Phase:
    """What an edit takes besides the refresh steps, where the tool does it whenever it starts something."""
    spec = variant.spec.activated
    return Phase(steps=spec.renew, directory=spec.directory) if spec else Phase(steps=())


def starting_activated(
    bench: Bench, attempt: Attempt, workspace: Workspace, application: str
) -> Iterator[tuple[Command, str | None]]:
    """The steps that start an application in its activated environment, its name at the last, which prints its line.

    Where no tool stands before it, these are the steps of the phase ``run``.
    """
    folder = attempt.activated.get(application)
    if folder is None:
        yield from starting(bench, attempt, workspace, application)
        return
    phase = replace(bench.variant.spec.phases.run, steps=direct_steps(bench.variant), environment={})
    env = environment(bench, workspace)
    env |= {"PATH": f"{folder / 'bin'}:{env['PATH']}", "VIRTUAL_ENV": str(folder)}
    for argv, cwd in workspace.expand(phase, application=application):
        yield attempt.command(argv, cwd, env), application


def direct_steps(variant: Variant) -> tuple[tuple[str, ...], ...]:
    """How an application is started in its activated environment, with the placeholders left in."""
    return (("python", "-m", "{module}"),) if variant.spec.activated else variant.spec.phases.run.steps
