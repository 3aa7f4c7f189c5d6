"""Before the first block: every phase of a variant done once, so that warm caches are warm and defects show early."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from harness.errors import StateError, VerificationError
from harness.monorepo.changes import STANDARD
from harness.monorepo.variants.file import Phase
from harness.workspace.nix import build_standing
from harness.workspace.prepared import Bench
from harness.workspace.states import reach_fresh, reach_installed
from harness.workspace.steps import Attempt, complete, explain
from harness.workspace.verify import verify_locks

#: Which phases have to have been done once before a scenario can be measured; ``settled`` is
#: installing in the workspace that stays installed, ``caches`` keeping a copy of what it cached, ``standing`` building
#: what the Nix lane finds built.
_NEEDS = {
    "lock": {"lock"},
    "install-cold": {"lock"},
    "install-warm": {"lock", "install"},
    "noop": {"lock", "settled"},
    **{name: {"lock", "settled"} for name in ("run", "run-direct", "refresh", "refresh-direct")},
    "build": {"lock", "build"},
    "deploy": {"lock", "deploy"},
    "nix-noop": {"standing"},
    "nix-refresh": {"standing"},
    **{name: {"lock", "settled", "caches"} for name in STANDARD},
}


def phases_needed(scenarios: Collection[str]) -> frozenset[str]:
    """The phases that have to be warmed up for these scenarios, whatever their lane."""
    return frozenset[str]().union(*(_NEEDS.get(name, ()) for name in scenarios))


def warm_up(bench: Bench, attempt: Attempt, phases: Collection[str]) -> list[str]:
    """Write the lock files and do the phases once, in the bench's warm workspace, and keep the lock files.

    Returns what failed, in words: the scenarios concerned will fail likewise, each with its own reason.

    Raises:
        StateError: there is no lock, or it is not there in time, so nothing can be measured.
    """
    problems = _try(attempt, partial(build_standing, bench, attempt)) if "standing" in phases and bench.nix else []
    if not set(phases) - {"standing"}:
        return problems
    spec = bench.variant.spec
    reach_fresh(bench.warm, lock=False)
    if spec.phases.lock:
        complete(bench, attempt, bench.warm, spec.phases.lock, error=StateError, purpose="Locking failed")
        try:
            verify_locks(bench, bench.warm)
        except VerificationError as error:
            raise StateError(error.message) from error
    bench.warm.keep_locks()
    for name, phase in (("install", spec.phases.install), ("build", spec.phases.build), ("deploy", spec.phases.deploy)):
        if name in phases and phase is not None:
            reach_fresh(bench.warm, lock=True)
            problems += _try(attempt, partial(_complete, bench, attempt, name, phase))
    if "settled" in phases:
        problems += _try(attempt, partial(reach_installed, bench, attempt))
    if "caches" in phases:
        problems += _try(attempt, bench.settled.keep_cache)
    return problems


def _complete(bench: Bench, attempt: Attempt, name: str, phase: Phase) -> None:
    application = bench.shape.applications[0].name if name == "deploy" else None
    purpose = f"Phase {name!r} failed"
    try:
        complete(bench, attempt, bench.warm, phase, application=application, error=StateError, purpose=purpose)
    except StateError as error:
        if name == "install" and error.timed_out:
            bench.hopeless = error.message
        raise


def _try(attempt: Attempt, action: Callable[[], None]) -> list[str]:
    try:
        action()
    except Exception as error:
        return [explain(error, attempt.log_path)]
    return []
