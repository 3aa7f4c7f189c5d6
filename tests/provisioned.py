"""Wheels, toolchains and Nix' base, made once for a test run; each worker has a copy: hard links, but for Nix' store.

A state folder is of one run at a time, so workers that test side by side need one each. To install everything as often
as there are workers was most of a short test's time; a copy takes a second.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from harness.measure.trees import remove_tree
from harness.provision.state_folder import Layout

#: Who is provisioned: the core, and who tests work with beside it because they are fast.
VARIANTS = ("hatch", "pdm", "poetry", "uv", "venv", "uv-hatchling", "uv-pip")

#: What a copy has: the rest belongs to runs.
_PARTS = ("wheelhouse", "toolchains")

#: What provisioning may take at most, in seconds, with everything still to be downloaded.
LIMIT_S = 1200.0

#: What was begun here and nobody waits for; kept, as Python complains about a child that it forgets.
_begun: list[subprocess.Popen[bytes]] = []

#: This process' own state folder, once it is there.
_ready: list[Path] = []


def move_state(worker: str) -> Layout:
    """Give this process a state folder of its own; the one that it is copied from is returned."""
    # Workers inherit the variables of the process that starts them, which was given a folder of its own too.
    base = replace(Layout.here(), state=Path(os.environ.setdefault("TESTS_STATE", str(Layout.here().state))))
    os.environ["HARNESS_STATE"] = str(base.state / "tests" / worker)
    return base


def begin(base: Layout, session: str) -> None:
    """Begin to provision, beside the first tests, unless another worker of this test run has."""
    base.claim()
    folder = base.state / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "session").open("a+", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if file.read() == session:
            return
        file.truncate(0)
        file.write(session)
        file.flush()
        (folder / "provisioned").unlink(missing_ok=True)
        with (folder / "provisioned.log").open("w", encoding="utf-8") as log:
            # Nobody waits for it: its end is told by a file.
            _begun.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.provisioned", str(folder)],
                    cwd=base.checkout,
                    env={**os.environ, "HARNESS_STATE": str(base.state)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            )


def wait(base: Layout) -> None:
    """Wait until everything is there, then copy it, once for this process.

    Raises:
        AssertionError: it could not be provisioned; the message has its last words.
    """
    own = Path(os.environ["HARNESS_STATE"])
    if own in _ready:
        return
    told = base.state / "tests" / "provisioned"
    deadline = time.monotonic() + LIMIT_S
    while not told.is_file():
        assert time.monotonic() < deadline, "provisioning did not end"
        time.sleep(0.1)
    status, _ = told.read_text(encoding="utf-8").split()
    said = (base.state / "tests" / "provisioned.log").read_text(encoding="utf-8")
    assert status == "0", f"provisioning ended with status {status}:\n{said[-2000:]}"
    copy(base.state, own)
    _ready.append(own)


def copy(base: Path, own: Path) -> None:
    """A state folder like ``base``, in the place of what was left there before."""
    remove_tree(own)
    replace(Layout.here(), state=own).claim()
    for part in (*_PARTS, "nix"):
        if (base / part).is_dir():
            # Nix writes its database in place, which must not be shared; all else is replaced and never written to.
            linked = "-al" if part in _PARTS else "-a"
            subprocess.run(["cp", linked, str(base / part), str(own / part)], check=True)


def main(folder: Path) -> None:
    """Provision, and tell how that ended and how many seconds it took."""
    began = time.monotonic()
    words = [word for name in VARIANTS for word in ("--variant", name)]
    done = subprocess.run([sys.executable, "-m", "harness", "setup", *words], check=False)
    told = folder / ".provisioned"
    told.write_text(f"{done.returncode} {time.monotonic() - began:.1f}", encoding="utf-8")
    told.replace(folder / "provisioned")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
