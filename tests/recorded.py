"""What `make test` carries out of the variants, what it trusts `results/verified.json` for, and how tests get there."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import textwrap
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from harness.monorepo.variants import Variant, load_variants
from harness.monorepo.variants.file import Profile
from harness.provision.state_folder import Layout
from harness.run.check.circumstances import circumstances, proving_digest
from harness.run.check.proving import NIX, PHASES
from harness.run.check.record import Record, Verified, read_verified

LAYOUT = Layout.here()
PATH = LAYOUT.checkout / "results" / "verified.json"


@cache
def variants() -> dict[str, Variant]:
    """Every variant that can be proven, by name."""
    return {item.name: item for item in load_variants(LAYOUT.variants) if not item.spec.unavailable}


@cache
def verified() -> Verified:
    """What is on record."""
    return read_verified(PATH)


def core() -> list[str]:
    """Those that are carried out each time."""
    return [name for name, variant in variants().items() if variant.spec.profile is Profile.CORE]


def on_record(variant: Variant) -> bool:
    """Whether every phase, and every way through Nix, was proven with just these files, by whatever harness."""
    steps = {name.partition(" ")[0] for name in verified().steps_of(variant)}
    # Without a strategy there is one step, which says why.
    return {*PHASES, *(NIX if variant.spec.nix.strategies else NIX[1:2])} <= steps


def by_this_harness(variant: Variant) -> bool:
    """Whether all that is on record of a variant was carried out by the code of this checkout."""
    proofs = verified().steps_of(variant).values()
    return all(verified().circumstances[proof.by].harness == this_harness() for proof in proofs)


@cache
def this_harness() -> str:
    """The digest of the code that carries steps out."""
    return proving_digest(LAYOUT.checkout)


@cache
def carried_out() -> dict[str, str]:
    """The variants that `make test` carries out beside the core, each with the reason."""
    others = {name: variant for name, variant in variants().items() if name not in core()}
    why = {name: "its files are not those on record" for name, variant in others.items() if not on_record(variant)}
    older = [name for name, variant in others.items() if name not in why and not by_this_harness(variant)]
    if older:
        # Another one with each commit, so that in the end all had their turn.
        why[older[int(_commit(), 16) % len(older)]] = "chosen by this commit, as the harness has changed"
    return why


def told() -> list[str]:
    """What is said of it at the end of the tests, in lines of 80 columns at most."""
    trusted = {name: variant for name, variant in variants().items() if name not in {*core(), *carried_out()}}
    lines = [f"carried out: {', '.join(core())}"]
    lines += [f"carried out: {name}: {why}" for name, why in carried_out().items()]
    for words, some in (
        ("proven by record", [name for name, variant in trusted.items() if by_this_harness(variant)]),
        ("proven by an older harness", [name for name, variant in trusted.items() if not by_this_harness(variant)]),
    ):
        if some:
            lines += _wrapped(f"{words}: {', '.join(some)}")
    return lines


def _commit() -> str:
    done = subprocess.run(
        ["git", "-C", str(LAYOUT.checkout), "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    # What is in no repository has no commit, and then it is the first one's turn.
    return hashlib.sha256(done.stdout.encode()).hexdigest() if done.returncode == 0 else "0"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, width=78, subsequent_indent="  ")


class Keeper:
    """A plugin of pytest that puts each module of integration tests on record as soon as all of its tests passed.

    It works in the process that starts the workers; what one of them collected is what all have to do.
    """

    def __init__(self, record: Record) -> None:
        self._record = record
        self._left: Counter[str] = Counter()
        self._failed: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Learn what there is to do, where there are no workers."""
        self._learn(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: Sequence[str]) -> None:
        """Learn what there is to do, from a worker."""
        self._learn(ids)

    def _learn(self, ids: Iterable[str]) -> None:
        self._left = Counter(map(module_of, ids)) or self._left

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count down; what was skipped was not proven."""
        module = module_of(report.nodeid)
        if report.outcome != "passed":
            self._failed.add(module)
        if report.when == "teardown":
            self._left[module] -= 1
            if not self._left[module] and module not in self._failed and is_kept(module):
                self._record.tested(module)


def takes_whole_modules(config: pytest.Config) -> bool:
    """Whether no test of a module was singled out: a part of one that passes proves nothing of the module."""
    return not (config.option.keyword or config.option.markexpr or any("::" in word for word in config.args))


def module_of(test: str) -> str:
    """The module of a test, as a path."""
    return test.partition("::")[0]


def is_kept(module: str) -> bool:
    """Whether a module's tests are left out where they stand on record: those that take long."""
    return module.startswith("tests/integration/")


def record_of_tests() -> Record:
    """The record that tests are put on: they depend on every file of the checkout but results."""
    files = subprocess.run(
        ["git", "-C", str(LAYOUT.checkout), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    digest = hashlib.sha256()
    for name in sorted(filter(None, files.split("\0"))):
        path = LAYOUT.checkout / name
        if not name.startswith(("results/", "report/")) and path.is_file() and not path.is_symlink():
            digest.update(f"{name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    nix = shutil.which("nix-build")
    said = subprocess.run([nix, "--version"], capture_output=True, text=True, check=True).stdout if nix else ""
    now = circumstances(LAYOUT.checkout, Path.home(), said.rpartition(" ")[2].strip())
    return Record(PATH, replace(now, harness=digest.hexdigest()), datetime.now(UTC).date().isoformat())
