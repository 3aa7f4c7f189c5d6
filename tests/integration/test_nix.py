"""The Nix lane with a real Nix: every variant's package.nix builds, rebuilds what it has to, and fails with a reason.

Nix works in a store below the checkout's state folder, which the test keeps: today's Nix refuses stores below
folders that anybody can write to, as pytest's own folders are.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.errors import NixUnavailableError, StateError
from harness.measure.command import Execution
from harness.measure.executor import LauncherExecutor
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.monorepo.variants.selection import Selected, select
from harness.nix import Expression
from harness.provision.nix.prepare import NixSide, ask_for_nix, prepare_nix
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock
from harness.provision.supplies import fetch_wheels
from harness.provision.toolchains import toolchains_of
from tests.fakes import execution

pytestmark = [pytest.mark.integration, pytest.mark.tools]

LAYOUT = Layout.here()
VARIANTS = select(Selected(), LAYOUT.variants)
APPLICATIONS = [member.name for member in CANONICAL.applications]
MEMBERS = [f"members.{member.name}" for member in CANONICAL.members]
ENVIRONMENTS = [f"environments.{name}" for name in APPLICATIONS]
CHECKS = [f"checks.{name}" for name in APPLICATIONS]

#: The first stands for all in `make test`, where test_check.py builds the core.
each_variant = pytest.mark.parametrize(
    "variant",
    [VARIANTS[0], *(pytest.param(variant, marks=pytest.mark.verify) for variant in VARIANTS[1:])],
    ids=lambda variant: variant.name,
)
some_variant = pytest.mark.parametrize("variant", VARIANTS[:1], ids=lambda variant: variant.name)


class Silent:
    """Nobody watches."""

    def fetching(self, done: int, total: int, name: str) -> None:
        """A wheel is fetched."""

    def doing(self, what: str) -> None:
        """Something is done."""


@dataclass(frozen=True, kw_only=True)
class Monorepo:
    """A variant's own files in a scratch folder, and Nix to build them with."""

    side: NixSide
    expression: Expression

    @property
    def root(self) -> Path:
        """The folder."""
        return self.expression.tree

    def edit(self, file: str, pattern: str, new: str) -> None:
        """Put a text in the place of what fits a pattern, which has to be there once."""
        path = self.root / file
        text, times = re.subn(pattern, new, path.read_text(encoding="utf-8"))
        assert times == 1, f"{file} has {pattern!r} {times} times"
        path.write_text(text, encoding="utf-8")

    def planned(self, *attributes: str) -> dict[str, str]:
        """Every output that attributes need, by derivation."""
        return self.side.nix.planned(self.side.nix.instantiate(self.expression, attributes).values())

    def missing(self, *attributes: str) -> frozenset[str]:
        """The outputs that attributes need and the store does not have."""
        return self.side.nix.missing(self.planned(*attributes).values())

    def build(self, *attributes: str) -> dict[str, str]:
        """The output of each attribute."""
        return self.side.nix.realise(self.expression, attributes)

    def lines(self) -> list[str]:
        """What each application prints."""
        outputs = self.build(*CHECKS)
        return [self.side.nix.physical(outputs[check]).read_text(encoding="utf-8") for check in CHECKS]

    def refusal(self, attribute: str) -> str:
        """Why an attribute cannot be built."""
        with pytest.raises(StateError) as caught:
            self.build(attribute)
        return caught.value.message


@pytest.fixture(scope="module")
def lane() -> Iterator[tuple[NixSide, Path]]:
    """The Nix lane made ready for all variants, and a folder for checkouts; no other run works meanwhile."""
    version, reason = ask_for_nix(LAYOUT)
    if not version:
        pytest.skip(reason)
    scratch = LAYOUT.state / "tests" / uuid.uuid4().hex[:8]
    scratch.mkdir(parents=True)
    with CacheLock(LAYOUT.state, on_wait=lambda holder: None), LauncherExecutor() as executor:
        fetch_wheels(toolchains_of(VARIANTS), [LAYOUT.infrastructure, *LAYOUT.third_party], LAYOUT, Silent())
        try:
            yield prepare_nix(VARIANTS, LAYOUT, executor, Silent()), scratch
        except NixUnavailableError as error:
            pytest.skip(str(error))
        finally:
            remove_tree(scratch)


@pytest.fixture
def checkout(lane: tuple[NixSide, Path]) -> Callable[[Variant], Monorepo]:
    """Makes a checkout of a variant that was never built before."""
    side, scratch = lane

    def make(variant: Variant) -> Monorepo:
        salt = uuid.uuid4().hex
        tree = scratch / f"{variant.name}-{salt[:8]}"
        for relative, source in variant.files().items():
            (tree / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, tree / relative)
        expression = Expression(
            entry=side.entry, tree=tree, names=side.names[variant.name], base=side.bases[variant.name], salt=salt
        )
        return Monorepo(side=side, expression=expression)

    return make


Checkout = Callable[[Variant], Monorepo]


@each_variant
def test_what_is_derived_is_to_the_hash_what_is_written_by_hand(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    by_hand, derived = (
        monorepo.side.nix.instantiate(replace(monorepo.expression, strategy=strategy), [*MEMBERS, *ENVIRONMENTS])
        for strategy in ("handwritten", "derived")
    )

    assert derived == by_hand


@each_variant
def test_a_variant_builds_runs_and_rebuilds_only_what_an_edit_touches(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    everything = set(monorepo.planned(*MEMBERS, *ENVIRONMENTS).values())
    first = monorepo.missing(*MEMBERS, *ENVIRONMENTS)

    built = monorepo.build(*MEMBERS, *ENVIRONMENTS)

    assert first == set(built.values())
    assert first < everything
    assert monorepo.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]

    # A second time there is nothing to do.
    before = monorepo.side.nix.contents()
    assert monorepo.build(*MEMBERS, *ENVIRONMENTS) == built
    assert monorepo.side.nix.contents() == before

    # An edit of the library reaches its dependants, and nothing else.
    monorepo.edit("shared/src/shared/__init__.py", '"PolyWolf"', '"Lynx"')
    again = monorepo.missing(*MEMBERS, *ENVIRONMENTS)
    rebuilt = monorepo.build(*MEMBERS, *ENVIRONMENTS)
    assert again == set(rebuilt.values())
    assert len(again) == len(MEMBERS) + len(ENVIRONMENTS)
    assert again.isdisjoint(built.values())
    assert monorepo.lines() == ["Hello, Lynx\n", "Goodbye, Lynx\n"]


@each_variant
def test_a_dependency_that_only_pyproject_declares_is_refused(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("hello/package.nix", r"\bdependencies = \[[^]]*\];", "")

    derivation = monorepo.side.nix.instantiate(monorepo.expression, ["members.hello"])["members.hello"]
    refusal = monorepo.refusal("members.hello")

    log = monorepo.side.nix.build_log(derivation)
    for told in (refusal, log):
        assert "shared" in told
        assert "is not declared" in told
        assert "Declare it in `dependencies` of the package.nix of hello" in told
    # Nix 2.8 would move what the builder left behind into this machine's own store.
    assert not Path(monorepo.planned("members.hello")[derivation]).exists()


@some_variant
def test_a_closure_has_what_is_needed_and_no_backend(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    derivation = monorepo.side.nix.instantiate(monorepo.expression, ["environments.hello"])["environments.hello"]
    members = monorepo.build("members.shared", "members.hello", "members.goodbye", "environments.hello")

    runtime = {item.path: item.nar_bytes for item in monorepo.side.nix.runtime_closure(members["environments.hello"])}
    build = {item.path: item.nar_bytes for item in monorepo.side.nix.build_closure(derivation)}

    assert {members["members.shared"], members["members.hello"], members["environments.hello"]} <= runtime.keys()
    assert members["members.goodbye"] not in build
    assert runtime.items() < build.items()
    assert not any(path.endswith(".drv") for path in build)
    assert monorepo.expression.base is not None
    wheels = json.loads(monorepo.expression.base.read_text(encoding="utf-8"))["wheels"]
    assert not [path for path in runtime if any(f"-{wheel['name']}-{wheel['version']}" in path for wheel in wheels)]


@some_variant
def test_a_misspelt_argument_is_named(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("hello/package.nix", r"\bdependencies = \[", "dependancies = [")

    assert "dependancies" in monorepo.refusal("members.hello")


@some_variant
def test_an_attribute_that_the_package_set_lacks_is_named(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("hello/package.nix", r"\blib,", "lib, left-pad,")

    refusal = monorepo.refusal("members.hello")

    assert "hello/package.nix asks for left-pad, which the package set does not have" in refusal


@some_variant
def test_a_version_that_drifted_goes_unnoticed_as_in_nixpkgs(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("shared/package.nix", r'\bversion = "0\.1\.0"', 'version = "0.2.0"')

    assert monorepo.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]


def depend(monorepo: Monorepo, requirement: str, attribute: str) -> None:
    """Let shared require a package from outside, and its package.nix declare one."""
    pyproject = monorepo.root / "shared" / "pyproject.toml"
    text = pyproject.read_text(encoding="utf-8")
    line = f'requires-python = ">=3.11"\ndependencies = ["{requirement}"]'
    pyproject.write_text(text.replace('requires-python = ">=3.11"', line), encoding="utf-8")
    monorepo.edit("shared/package.nix", r"\blib,", f"lib, {attribute},")
    monorepo.edit("shared/package.nix", r"pythonImportsCheck", f"dependencies = [ {attribute} ]; pythonImportsCheck")
    monorepo.edit("shared/src/shared/__init__.py", "NAME = ", "import more_itertools\n\nNAME = ")


@some_variant
def test_a_package_from_outside_comes_with_the_environment(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    depend(monorepo, "More_Itertools>=9.1,<10", "more-itertools")

    assert monorepo.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]
    newer = checkout(variant)
    depend(newer, "more-itertools>=10.8", "more-itertools_10")
    assert newer.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]


@some_variant
@pytest.mark.parametrize(
    ("requirement", "said"),
    [
        ("more-itertools>=10.8,<11", "is not met by the declared more-itertools 9.1.0"),
        ("iniconfig", "'iniconfig' is not declared"),
    ],
)
def test_a_bound_that_the_package_set_cannot_meet_is_refused(
    variant: Variant, checkout: Checkout, requirement: str, said: str
) -> None:
    monorepo = checkout(variant)
    depend(monorepo, requirement, "more-itertools")

    refusal = monorepo.refusal("members.shared")
    assert said in refusal
    assert "shared" in refusal


def give_a_test(monorepo: Monorepo, assertion: str, *, hook: str = "pytestCheckHook", more: str = "") -> None:
    """Give shared a test, and its package.nix what runs it."""
    (monorepo.root / "shared" / "tests").mkdir()
    text = f"from shared import NAME\n\n\ndef test_name() -> None:\n    assert {assertion}\n"
    (monorepo.root / "shared" / "tests" / "test_shared.py").write_text(text, encoding="utf-8")
    monorepo.edit("shared/package.nix", r"\blib,", f"lib, {hook},")
    monorepo.edit("shared/package.nix", r"\./src\b", "./src ./tests")
    monorepo.edit(
        "shared/package.nix", r"pythonImportsCheck", f"nativeCheckInputs = [ {hook} ]; {more} pythonImportsCheck"
    )


@some_variant
def test_the_hook_runs_a_members_tests(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    give_a_test(monorepo, 'NAME == "PolyWolf"')

    derivation = monorepo.side.nix.instantiate(monorepo.expression, ["members.shared"])["members.shared"]
    monorepo.build("members.shared")
    assert "1 passed" in monorepo.side.nix.build_log(derivation)


@some_variant
def test_a_test_that_fails_fails_the_build(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    give_a_test(monorepo, 'NAME == "Lynx"')

    derivation = monorepo.side.nix.instantiate(monorepo.expression, ["members.shared"])["members.shared"]
    monorepo.refusal("members.shared")
    assert "1 failed" in monorepo.side.nix.build_log(derivation)


@some_variant
@pytest.mark.parametrize(("hook", "more"), [("pytest", ""), ("pytestCheckHook", "doCheck = false;")])
def test_without_the_hook_or_checks_no_test_is_run(variant: Variant, checkout: Checkout, hook: str, more: str) -> None:
    monorepo = checkout(variant)
    give_a_test(monorepo, "False", hook=hook, more=more)

    monorepo.build("members.shared")


@some_variant
def test_a_file_outside_the_chosen_set_changes_no_path(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    before = monorepo.planned(*ENVIRONMENTS)

    (monorepo.root / "shared" / "NOTES.txt").write_text("Nobody chose this.\n", encoding="utf-8")
    (monorepo.root / "shared" / "tests").mkdir()
    assert monorepo.planned(*ENVIRONMENTS) == before

    (monorepo.root / "shared" / "src" / "shared" / "more.py").write_text("", encoding="utf-8")
    assert monorepo.planned(*ENVIRONMENTS).keys() != before.keys()


@some_variant
def test_a_file_of_the_chosen_set_that_is_not_there_is_named(variant: Variant, checkout: Checkout) -> None:
    monorepo = checkout(variant)
    monorepo.edit("shared/package.nix", r"\./src\b", "./src ./data")

    assert "shared/data does not exist" in monorepo.refusal("members.shared")


NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@pytest.fixture
def ordinary(lane: tuple[NixSide, Path]) -> Iterator[tuple[tuple[str, ...], Path]]:
    """What to put before a command so that an ordinary user runs it, and a folder that is that user's own."""
    prefix = AS_NOBODY if os.geteuid() == 0 else ()
    if prefix and shutil.which(prefix[0]) is None:
        pytest.skip("setpriv is not installed, so root cannot become an ordinary user")

    def can(*question: str) -> bool:
        return subprocess.run([*prefix, *question], check=False, capture_output=True).returncode == 0

    if not can("unshare", "--user", "true"):
        pytest.skip("this system lets no ordinary user have a user namespace")
    # Root's home, where the state folder may be, is closed to others; the checkout seldom is.
    places = [place for place in (lane[1], LAYOUT.checkout) if can("test", "-x", str(place))]
    if not places:
        pytest.skip(f"an ordinary user can reach neither {lane[1]} nor {LAYOUT.checkout}")
    folder = Path(tempfile.mkdtemp(dir=places[0], prefix=".ordinary-"))
    if prefix:
        os.chown(folder, NOBODY, NOBODY)
    yield prefix, folder
    remove_tree(folder)


@some_variant
def test_an_ordinary_user_builds_in_a_store_of_their_own(
    variant: Variant, checkout: Checkout, ordinary: tuple[tuple[str, ...], Path]
) -> None:
    prefix, folder = ordinary
    given = checkout(variant)
    assert given.expression.base is not None
    described = json.loads(given.expression.base.read_text(encoding="utf-8"))
    items = [described["python"], *described["wheels"], *described["infrastructure"].values()]
    for item in items:
        copy = folder / Path(item["path"]).name
        (shutil.copytree if Path(item["path"]).is_dir() else shutil.copyfile)(item["path"], copy)
        item["path"] = str(copy)
    base = folder / "base.json"
    base.write_text(json.dumps(described), encoding="utf-8")
    names = shutil.copyfile(given.expression.names, folder / "names.json")
    tree = shutil.copytree(given.root, folder / "tree")
    entry = shutil.copytree(given.side.entry.parent, folder / "expressions") / "default.nix"
    if prefix:
        for path in folder.rglob("*"):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)

    def run(argv: Sequence[str], env: Mapping[str, str]) -> Execution:
        done = subprocess.run(
            [*prefix, *argv], env={**env, "HOME": str(folder)}, cwd=folder, capture_output=True, text=True, check=False
        )
        return execution(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)

    expression = replace(given.expression, entry=entry, tree=tree, names=names, base=base)
    nix = replace(given.side.nix, folder=folder, run=run)
    theirs = Monorepo(side=replace(given.side, nix=nix), expression=expression)

    assert theirs.lines() == ["Hello, PolyWolf\n", "Goodbye, PolyWolf\n"]
    assert {path.lstat().st_uid for path in nix.physical("/nix/store").iterdir()} == {NOBODY if prefix else os.getuid()}
    # The user's store is another, its paths are the same.
    assert theirs.planned(*ENVIRONMENTS) == given.planned(*ENVIRONMENTS)
