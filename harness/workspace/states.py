"""The states that scenarios begin in, reached and seen to be reached."""

from __future__ import annotations

from harness.errors import StateError, VerificationError
from harness.workspace.prepared import Bench
from harness.workspace.steps import Attempt, complete
from harness.workspace.tree import Workspace
from harness.workspace.verify import assert_absent, verify_applications


def reach_fresh(workspace: Workspace, *, lock: bool) -> None:
    """Bring a workspace to: fresh clone, caches as they are, no environment, no outputs.

    Raises:
        StateError: something of an environment or an output is still there.
    """
    workspace.remove_environments()
    workspace.remove_outputs()
    workspace.renew(lock=lock)
    assert_absent(workspace.environments, "an environment")
    assert_absent([workspace.dist, workspace.deployment], "an output")
    if not lock:
        assert_absent(workspace.lock_files, "a lock file")


def reach_installed(bench: Bench, attempt: Attempt) -> None:
    """Bring the settled workspace to: lock file, warm cache, installed, both applications seen to run.

    Raises:
        StateError: it cannot be installed.
    """
    workspace = bench.settled
    if bench.installed and all(path.exists() for path in workspace.environments):
        return
    bench.installed = False
    if bench.hopeless:
        raise StateError(bench.hopeless, timed_out=True)
    reach_fresh(workspace, lock=False)
    workspace.restore_locks(bench.warm.kept_locks)
    install = bench.variant.spec.phases.install
    try:
        complete(bench, attempt, workspace, install, error=StateError, purpose="Installing beforehand failed")
    except StateError as error:
        # What took too long once is not tried again and again.
        bench.hopeless = error.message if error.timed_out else ""
        raise
    try:
        verify_applications(bench, attempt, workspace)
    except VerificationError as error:
        raise StateError(f"After installing beforehand, {error.message}") from error
    bench.installed = True


def reach_cold(bench: Bench) -> None:
    """Bring the cold workspace to: fresh clone with its lock file, no environment, every cache empty.

    Raises:
        StateError: the cache is not empty.
    """
    workspace = bench.cold
    if workspace.folder.exists():
        workspace.discard()
    workspace.renew(lock=False)
    workspace.restore_locks(bench.warm.kept_locks)
    if left := sorted(path.name for path in workspace.cache.iterdir()):
        raise StateError(f"The cache is not empty: {', '.join(left)}")
