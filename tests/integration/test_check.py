"""``check`` with real tools: the core and what is not on record is carried out; what is broken is named with its cause.

`results/verified.json` has what `make verify` carried out of every variant: all phases, all ways through Nix, all
experiments, the standard changes among them. What stands there need not be carried out for each commit; see
tests/recorded.py for what is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.monorepo.variants import load_variants
from harness.monorepo.variants.templates import code_half
from harness.provision.state_folder import Layout
from harness.run.check.proving import NIX, PHASES
from tests import recorded
from tests.runs import harness

pytestmark = [pytest.mark.integration, pytest.mark.tools]

LAYOUT = Layout.here()
VARIANTS = load_variants(LAYOUT.variants)
#: The one that is fast enough for every experiment, the six changes among them.
EXAMINED = "uv"
#: Those in which every breakage below shows: they can do what is broken.
BREAKABLE = [
    variant.name for variant in VARIANTS if not {"add-dependency", "build", "nix"} & set(variant.spec.unsupported)
]


def check(*words: str) -> tuple[int, dict[str, Any]]:
    """The exit status, and what is said of each variant by its name."""
    done = harness("check", "--json", *words)
    assert done.stdout.startswith("["), done.stderr
    return done.returncode, {item["variant"]: item for item in json.loads(done.stdout)}


def wrong(item: dict[str, Any]) -> dict[str, dict[str, str]]:
    """The failures of a variant, by step."""
    return {step["step"]: step["failure"] for step in item["steps"] if step["verdict"] == "failed"}


def words_for(steps: Sequence[str]) -> list[str]:
    return [word for name in steps for word in ("--step", name)]


@pytest.mark.parametrize("name", [*recorded.core(), *recorded.carried_out()])
def test_a_variant_is_as_it_has_to_be(name: str) -> None:
    status, checked = check(name, *(("--findings",) if name == EXAMINED else words_for((*PHASES, *NIX))))
    item = checked[name]

    assert wrong(item) == {}
    assert status == 0
    assert item["standing"] in ("passed", "unsupported")
    assert all(step["detail"] for step in item["steps"])
    verdicts = {step["step"].split(" (")[0]: step["verdict"] for step in item["steps"]}
    wanted = {"schema", "sources", "locks", "provision", "writes", "unchanged", *PHASES}
    if recorded.variants()[name].spec.nix.strategies:
        wanted |= {*NIX}
    if name == EXAMINED:
        wanted |= {"finding changes"}
    assert wanted <= verdicts.keys()
    assert "skipped" not in verdicts.values()


def test_the_files_of_every_other_variant_hold_up() -> None:
    names = sorted({*recorded.variants()} - {*recorded.core(), *recorded.carried_out()})
    status, checked = check("--quick", *names) if names else (0, {})

    assert {name: wrong(item) for name, item in checked.items()} == {name: {} for name in names}
    assert status == 0


def test_every_variant_is_on_record_or_carried_out() -> None:
    proven = {name for name, variant in recorded.variants().items() if recorded.on_record(variant)}

    assert proven | {*recorded.core(), *recorded.carried_out()} == {*recorded.variants()}


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
    """An edit of the code of its own, which counts in the place of the template's, for another text."""
    edited = code_half("add-dependency").replace('NAME = "PolyWolf"', 'NAME = "AnotherWolf"')
    with (folder / "changes" / "add-dependency.patch").open("a", encoding="utf-8") as file:
        file.write(edited)


def _nix(folder: Path) -> None:
    edit(folder / "overlay.nix", "myproject-shared =", "myproject-sharde =")
    edit(folder / "variant.toml", "[nix]\n", '[nix]\nown = ["overlay.nix"]\n')


#: What is broken, and for each the step that fails and the words that name the cause.
BREAKAGES: dict[Callable[[Path], None], tuple[str, str]] = {
    _source: ("sources", "Sources are the same in every variant"),
    _pin: ("locks", "The pin was changed after the lock was made"),
    _command: ("build", "is in no package of the toolchain: misspelled"),
    _patch: ("changes", "The patch was made for another text"),
    _nix: ("nix-eval (handwritten)", "overlay"),
}


def break_one(model: str, place: Path) -> list[str]:
    """Copies of a variant below ``place``, each broken in another way; their names."""
    names = []
    for number, breakage in enumerate(BREAKAGES):
        names.append(f"{model}-broken-{number}")
        done = harness("new", names[-1], "--from", model, "--variants-dir", str(place))
        assert done.returncode == 0, done.stderr
        breakage(place / names[-1])
    return names


@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param([EXAMINED], id=EXAMINED),
        pytest.param(random.SystemRandom().sample(BREAKABLE, 2), id="two-at-random", marks=pytest.mark.verify),
    ],
)
def test_what_is_broken_is_named_with_its_cause(chosen: list[str], tmp_path: Path) -> None:
    broken = {model: break_one(model, tmp_path) for model in chosen}
    names = [name for some in broken.values() for name in some]
    steps = words_for(("build", "add-dependency", "nix-eval"))
    status, checked = check("--variants-dir", str(tmp_path), *steps, *names)

    assert status == 1
    for model, some in broken.items():
        for name, (step, cause) in zip(some, BREAKAGES.values(), strict=True):
            failures = wrong(checked[name])
            assert checked[name]["standing"] == "failed"
            assert step in failures, (model, checked[name])
            assert cause in failures[step]["cause"], (model, failures[step])
            assert failures[step]["ran"]
            assert failures[step]["expected"]
            assert failures[step]["came"]


@pytest.mark.verify
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
