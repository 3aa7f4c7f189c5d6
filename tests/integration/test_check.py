"""``check`` with real tools: every committed variant is proven; whatever is broken is named with its cause.

Unless ``--every-step`` is given, the core makes one of the standard changes here and the others none: what a change
edits is applied to every variant in tests/unit/changes, test_run.py makes all of them under three toolchains, and to
type them all under every toolchain takes as long as all else together.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.changes import STANDARD
from harness.checking.proving import CARRIED_OUT
from harness.provision.layout import Layout
from harness.variants import load_variants
from harness.variants.file import Profile

pytestmark = pytest.mark.integration

LAYOUT = Layout.here()
VARIANTS = load_variants(LAYOUT.variants)
NAMES = [variant.name for variant in VARIANTS]
CORE = {variant.name for variant in VARIANTS if variant.spec.profile is Profile.CORE}
#: What is carried out of every variant: all but the changes.
COMMON = [name for name in CARRIED_OUT if name.removeprefix("nix-") not in STANDARD]
#: What the core makes besides: the change that takes an edit, a lock and an installation, in both lanes.
CHANGES = ["add-dependency", "nix-add-dependency"]
#: Those in which every breakage below shows: they can do what is broken.
BREAKABLE = [
    variant.name for variant in VARIANTS if not {"add-dependency", "build", "nix"} & set(variant.spec.unsupported)
]


def harness(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", *words], cwd=LAYOUT.checkout, capture_output=True, text=True, check=False
    )


def check(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and what is said of each variant by its name."""
    done = harness("check", "--json", *words)
    assert done.stdout.startswith("["), done.stderr
    return done.returncode, {item["variant"]: item for item in json.loads(done.stdout)}


def wrong(item: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The failures of a variant, by step."""
    return {step["step"]: step["failure"] for step in item["steps"] if step["verdict"] == "failed"}


@pytest.fixture(scope="module")
def proven(request: pytest.FixtureRequest) -> tuple[set[int], dict[str, Any]]:
    """Every variant, checked; and the exit statuses there were."""
    if request.config.getoption("--every-step"):
        status, checked = check()
        return {status}, checked
    found, checked = set(), {}
    for steps, names in (([*COMMON, *CHANGES], CORE), (COMMON, {*NAMES} - CORE)):
        status, those = check(*(word for name in steps for word in ("--step", name)), *sorted(names))
        found.add(status)
        checked |= those
    return found, checked


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_is_as_it_has_to_be(proven: tuple[set[int], dict[str, Any]], name: str) -> None:
    item = proven[1][name]

    assert wrong(item) == {}
    assert item["standing"] in ("passed", "unsupported")
    assert all(step["detail"] for step in item["steps"])


def test_it_ends_well_and_leaves_nothing_out(proven: tuple[set[int], dict[str, Any]]) -> None:
    statuses, checked = proven

    assert statuses == {0}
    assert set(checked) == set(NAMES)
    for name, wanted in (("hatch", [*COMMON, *CHANGES]), ("flit", COMMON)):
        steps = {step["step"]: step["verdict"] for step in checked[name]["steps"]}
        assert {"schema", "sources", "locks", "writes", "unchanged", *wanted} <= {step.split()[0] for step in steps}
        assert "skipped" not in steps.values()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{path}: {old}"
    path.write_text(text.replace(old, new), encoding="utf-8")


def _source(folder: Path) -> None:
    edit(folder / "hello" / "src" / "hello" / "__init__.py", "greeting", "welcome")


def _pin(folder: Path) -> None:
    text = (folder / "variant.toml").read_text(encoding="utf-8")
    start = text.index('packages = ["') + len('packages = ["')
    name = text[start : text.index("==", start)]
    edit(folder / "variant.toml", f'packages = ["{name}==', f'packages = ["{name}==0.')


def _command(folder: Path) -> None:
    text = (folder / "variant.toml").read_text(encoding="utf-8")
    start = text.index("[phases.build]")
    step = text.index('[["', start) + len('[["')
    (folder / "variant.toml").write_text(f"{text[:step]}no-such-tool-{text[step:]}", encoding="utf-8")


def _patch(folder: Path) -> None:
    edit(folder / "changes" / "add-dependency" / "edit.patch", 'NAME = "PolyWolf"', 'NAME = "AnotherWolf"')


def _nix(folder: Path) -> None:
    edit(folder / "overlay.nix", "myproject-shared =", "myproject-sharde =")


#: What is broken, and for each the step that fails and the words that name the cause.
BREAKAGES: dict[Callable[[Path], None], tuple[str, str]] = {
    _source: ("sources", "Sources are the same in every variant"),
    _pin: ("locks", "The pin was changed after the lock was made"),
    _command: ("build", "is in no package of the toolchain: misspelled"),
    _patch: ("add-dependency", "The patch was made for another text"),
    _nix: ("nix-eval (handwritten)", "overlay"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A folder of variants: two that were chosen at random, each broken in each way, and their names."""
    place = tmp_path_factory.mktemp("broken")
    chosen = random.SystemRandom().sample(BREAKABLE, 2)
    for model in chosen:
        for number, breakage in enumerate(BREAKAGES):
            done = harness("new", f"{model}-broken-{number}", "--from", model, "--variants-dir", str(place))
            assert done.returncode == 0, done.stderr
            breakage(place / f"{model}-broken-{number}")
    return place, chosen


@pytest.fixture(scope="module")
def found(broken: tuple[Path, list[str]]) -> dict[str, Any]:
    place, chosen = broken
    names = [f"{model}-broken-{number}" for model in chosen for number in range(len(BREAKAGES))]
    steps = [word for name in ("build", "add-dependency", "nix-eval") for word in ("--step", name)]
    status, checked = check("--variants-dir", str(place), *steps, *names)
    assert status == 1
    return checked


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("number", range(len(BREAKAGES)))
def test_what_is_broken_is_named_with_its_cause(
    broken: tuple[Path, list[str]], found: dict[str, Any], which: int, number: int
) -> None:
    step, cause = list(BREAKAGES.values())[number]
    item = found[f"{broken[1][which]}-broken-{number}"]

    failures = wrong(item)
    assert item["standing"] == "failed"
    assert step in failures, (broken[1], item)
    assert cause in failures[step]["cause"], (broken[1], failures[step])
    assert failures[step]["ran"]
    assert failures[step]["expected"]
    assert failures[step]["came"]


def test_a_new_variant_passes_as_it_is(tmp_path: Path) -> None:
    place = tmp_path / "ours"
    begun = harness("new", "mine", "--from", "uv", "--variants-dir", str(place))
    status, checked = check("mine", "--variants-dir", str(place))

    assert begun.returncode == 0, begun.stderr
    assert status == 0
    assert wrong(checked["mine"]) == {}


def test_a_variant_of_a_teams_own_stands_beside_ours_in_the_report(tmp_path: Path) -> None:
    place, results = tmp_path / "ours", tmp_path / "results"
    assert harness("new", "mine", "--from", "uv", "--variants-dir", str(place)).returncode == 0
    text = (place / "mine" / "variant.toml").read_text(encoding="utf-8")
    assert harness("new", "resting", "--from", "uv", "--variants-dir", str(place)).returncode == 0
    quarantined = place / "resting" / "variant.toml"
    quarantined.write_text(
        quarantined.read_text(encoding="utf-8").replace(
            "schema_version = 1", 'schema_version = 1\nbroken = "Its index is being moved."'
        ),
        encoding="utf-8",
    )

    words = ["run", "--variants-dir", str(place), "--scenario", "run", "--blocks", "1", "--results", str(results)]
    words += [word for name in ("mine", "resting", "uv") for word in ("--variant", name)]
    done = harness(*words, "--run-id", "ours")

    assert done.returncode == 0, done.stderr
    report = (results / "ours" / "report" / "report.md").read_text(encoding="utf-8")
    samples = (results / "ours" / "samples.jsonl").read_text(encoding="utf-8")
    assert '"variant":"mine"' in samples.replace(" ", "")
    assert "resting" not in samples
    assert "Its index is being moved." in report
    assert "#:schema" not in text
