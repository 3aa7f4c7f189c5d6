"""The private store with a real Nix: what it keeps and loses, two processes at once, one that is killed, each Python.

Everything happens in a state folder of its own below the usual one, with the usual one's wheels.
"""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import load_variants
from harness.nix import Expression, Nix
from harness.nix.garbage import garbage, roots, store_bytes
from harness.nix.host.host_python import import_python
from harness.provision.clean import clean
from harness.provision.nix.base import base_of, write_json
from harness.provision.nix.prepare import NixSide, ask_for_nix, prepare_nix, private_store, tend
from harness.provision.nix.tree import write_names
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock
from harness.provision.stock import take_stock
from harness.provision.supplies import fetch_wheels
from harness.provision.toolchains import toolchains_of
from harness.provision.wheelhouse import Wheelhouse
from tests.integration.processes import LIMIT_S, command_lines, finished, started, until

pytestmark = [pytest.mark.integration, pytest.mark.tools]

USUAL = Layout.here()
(VARIANT,) = load_variants(USUAL.variants, ("uv",))


class Silent:
    """Progress that nobody looks at."""

    def fetching(self, done: int, total: int, name: str) -> None:
        pass

    def doing(self, what: str) -> None:
        pass


@pytest.fixture(scope="module")
def layout() -> Iterator[Layout]:
    """A state folder of its own that has every wheel."""
    version, reason = ask_for_nix(USUAL)
    if not version:
        pytest.skip(reason)
    made = Layout(checkout=USUAL.checkout, state=USUAL.state / "tests" / f"store-{uuid.uuid4().hex[:8]}")
    made.claim()
    with CacheLock(USUAL.state, on_wait=lambda holder: None):
        fetch_wheels(toolchains_of([VARIANT]), [USUAL.infrastructure, *USUAL.third_party], USUAL, Silent())
        shutil.copytree(USUAL.wheelhouse, made.wheelhouse)
    yield made
    clean(made, {"Nix", "toolchains", "wheelhouse", "index", "logs"}, dry_run=False)
    remove_tree(made.state)


# Two processes


def start(layout: Layout, *arguments: str, **env: str) -> subprocess.Popen[str]:
    """The harness, at work in that state folder."""
    return started(*arguments, HARNESS_STATE=str(layout.state), **env)


def answered(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its exit status, and what it printed in one line."""
    status, printed = finished(process)
    return status, " ".join(printed.split())


def working_on(folder: Path) -> list[str]:
    """The command lines of all processes that name a folder."""
    return [line for line in command_lines() if str(folder) in line]


def killed_when(layout: Layout, true: Callable[[], bool]) -> None:
    """Start setting up, kill it in the middle, and see that nothing it started goes on for long."""
    process = start(layout, "setup", "--variant", VARIANT.name)
    until(true, process)
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    deadline = time.monotonic() + LIMIT_S
    while left := working_on(layout.state):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_a_run_that_is_killed_is_repaired_by_the_next(layout: Layout) -> None:
    def there(folder: Path, pattern: str) -> Callable[[], bool]:
        return lambda: any(folder.glob(pattern))

    # What another test put there would be found complete.
    clean(layout, {"Nix", "toolchains"}, dry_run=False)
    # While the toolchain is installed, while Python is copied, while Nix builds: each by the one after it.
    killed_when(layout, there(layout.toolchains, "uv-*/bin/python"))
    assert not there(layout.toolchains, "uv-*/.complete")()
    killed_when(layout, there(layout.nix / "import", "python-*/lib/python3*"))
    assert not there(layout.nix / "import", "python-*.json")()
    killed_when(layout, there(layout.nix / "store" / "nix" / "store", "*-python3-*.drv"))

    status, said = answered(start(layout, "setup", "--variant", VARIANT.name))

    assert status == 0, said
    assert "Python and backends are in its store" in said
    with LauncherExecutor() as executor:
        nix = private_store(layout, executor)
        command = (str(nix.program.programs / "nix-store"), *nix.options, "--verify", "--check-contents")
        verified = nix.run(command, nix.environment({}))
    assert verified.ok
    assert "was modified" not in verified.stderr, "no path of the store is half made"


def test_two_at_once_wait_for_each_other_and_nothing_is_cleaned_meanwhile(layout: Layout) -> None:
    first = start(layout, "setup", "--variant", VARIANT.name)
    until(lambda: (layout.state / "lock").read_text(encoding="ascii") == str(first.pid), first)
    first.send_signal(signal.SIGSTOP)
    try:
        before = names_in(layout)
        status, said = answered(start(layout, "clean", "--all"))
        assert (status, f"Another run (process {first.pid}) is using" in said) == (1, True), said
        assert names_in(layout) == before

        status, printed = answered(start(layout, "doctor", "--json"))
        checks = {check["name"]: check for check in json.loads(printed)}
        assert status == 0
        assert f"process {first.pid}" in checks["nix store"]["detail"]
        assert "its sandbox was not tried" in checks["nix"]["detail"]

        second = start(layout, "setup", "--variant", VARIANT.name)
        assert second.stdout
        assert f"waiting for another run (process {first.pid})" in second.stdout.readline()
        assert second.poll() is None
    finally:
        first.send_signal(signal.SIGCONT)
    assert [answered(first)[0], answered(second)[0]] == [0, 0]


def names_in(layout: Layout) -> set[str]:
    """What is in the state folder and in the store."""
    return {path.name for folder in (layout.state, layout.nix / "store/nix/store") for path in folder.iterdir()}


def test_a_limit_that_is_no_size_is_refused_before_anything_is_done(layout: Layout) -> None:
    status, said = answered(start(layout, "setup", HARNESS_STORE_LIMIT="much"))

    assert status == 2
    assert "HARNESS_STORE_LIMIT: 'much' is not a number of bytes." in said
    assert "waiting" not in said


# What is kept and what is lost


@pytest.fixture
def side(layout: Layout) -> Iterator[NixSide]:
    with CacheLock(layout.state), LauncherExecutor() as executor:
        yield prepare_nix([VARIANT], layout, executor, Silent())


def expression(side: NixSide) -> Expression:
    return Expression(
        entry=side.entry,
        tree=VARIANT.folder,
        names=side.names[VARIANT.name],
        base=side.bases[VARIANT.name],
        salt=uuid.uuid4().hex,
    )


def test_collecting_takes_what_was_built_and_leaves_the_base(side: NixSide, layout: Layout) -> None:
    nix, asked = side.nix, expression(side)
    built = nix.realise(asked, ["members.hello", "devshell"])
    base = nix.realise_all(asked, "base")
    found, before = garbage(nix), store_bytes(nix)
    assert found.paths > 0
    assert 0 < found.disk_bytes < before
    assert {*base} < roots(nix)

    said = tend(nix, before - 1)

    assert said.startswith("Nix store: above its limit of ")
    assert "freed" in said
    assert nix.missing([*base, *built.values()]) == {built["members.hello"]}
    assert store_bytes(nix) < before
    assert tend(nix, before) == ""
    again = nix.contents()
    nix.realise_all(asked, "base")
    assert nix.contents() == again, "nothing of the base had to be imported or built again"


def test_roots_of_past_pins_and_variants_are_dropped(side: NixSide, layout: Layout) -> None:
    folder = layout.nix / "store/nix/var/nix/gcroots/harness"
    for owner in (VARIANT.name, "a-variant-that-is-gone"):
        (folder / owner).mkdir(exist_ok=True)
        (folder / owner / "00000000000000000000000000000000-past").symlink_to(
            "/nix/store/00000000000000000000000000000000-past"
        )
    before = roots(side.nix)
    assert any(path.endswith("-past") for path in before)

    with LauncherExecutor() as executor:
        prepare_nix([VARIANT], layout, executor, Silent())

    assert roots(side.nix) == {path for path in before if not path.endswith("-past")}
    assert not (folder / "a-variant-that-is-gone").exists()


def test_cleaning_says_what_it_frees_and_frees_it(layout: Layout) -> None:
    left = layout.scratch("killed") / "checkout"
    left.mkdir(parents=True)
    (left / "file").write_bytes(bytes(100_000))
    results = layout.state / "results"
    results.mkdir()
    outside = layout.state / "mine"
    outside.write_text("mine", encoding="utf-8")
    (left / "link").symlink_to(outside)

    status, said = answered(start(layout, "clean", "--dry-run"))
    assert (status, left.is_dir()) == (0, True)
    assert "would be freed" in said
    status, said = answered(start(layout, "clean"))

    assert (status, left.exists()) == (0, False), said
    assert "garbage in the Nix store" in said
    assert outside.read_text(encoding="utf-8") == "mine"
    assert results.is_dir()
    assert layout.toolchains.is_dir()

    store = layout.nix / "store" / "nix" / "store"
    assert store.is_dir()
    stock = take_stock(layout)
    assert stock.roots > 0
    assert stock.garbage is not None
    clean(layout, {"Nix"}, dry_run=False)

    assert not layout.nix.exists()
    assert layout.wheelhouse.is_dir()
    assert take_stock(layout).store_bytes == 0


# Every Python there is


def pythons() -> list[Path]:
    """The Pythons of this machine that a run may be started with, one of each version and folder."""
    found = [Path(name) for number in range(11, 15) if (name := shutil.which(f"python3.{number}"))]
    managed = [Path.home() / ".pyenv" / "versions", Path.home() / ".local" / "share" / "uv" / "python"]
    found += [path for folder in managed for path in sorted(folder.glob("*/bin/python3.1[1-4]"))]
    found += sorted(Path("/usr/bin").glob("python3.1[1-4]"))
    answering = [
        path
        for path in dict.fromkeys(found)
        if not subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode
    ]
    return list({path.resolve(): path for path in answering}.values())


@pytest.mark.parametrize(
    "minor",
    [
        pytest.param(minor, marks=() if minor == sys.version_info.minor else pytest.mark.verify)
        for minor in range(11, 15)
    ],
)
def test_a_member_is_built_and_run_with_each_python_there_is(minor: int, layout: Layout) -> None:
    present = [path for path in pythons() if path.name == f"python3.{minor}"]
    if not present:
        pytest.skip(f"there is no Python 3.{minor} here")
    with CacheLock(layout.state), LauncherExecutor() as executor:
        nix = private_store(layout, executor)
        for python in present:
            assert hello(nix, layout, python) == "Hello, PolyWolf\n"


def test_a_python_below_a_folder_with_a_space_and_in_an_environment_is_imported(layout: Layout) -> None:
    folder = layout.state / "a folder"
    for name, maker in (("one", Path(sys.executable)), ("two", folder / "one" / "bin" / "python")):
        subprocess.run([maker, "-m", "venv", "--without-pip", folder / name], check=True)
    with CacheLock(layout.state), LauncherExecutor() as executor:
        nix = private_store(layout, executor)
        assert hello(nix, layout, folder / "two" / "bin" / "python") == "Hello, PolyWolf\n"
    remove_tree(folder)


def hello(nix: Nix, layout: Layout, python: Path) -> str:
    """What hello prints when it is built and run with a Python of this machine."""
    house = Wheelhouse(layout.wheelhouse)
    imported = import_python(python, layout.nix / "import", nix.program.programs)
    base = base_of(imported, house.wheels(VARIANT.build_lock), [], [], house.wheels(layout.infrastructure))
    asked = Expression(
        entry=layout.nix_entry,
        tree=VARIANT.folder,
        names=write_names(VARIANT.spec.nix, CANONICAL, layout.nix / "bases", "names"),
        base=write_json(base, layout.nix / "bases", "base"),
    )
    output = nix.realise(asked, ["checks.hello"])["checks.hello"]
    return nix.physical(output).read_text(encoding="utf-8")
