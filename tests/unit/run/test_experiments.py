"""harness.run.experiments: what is left to find out, and what happens when it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import InapplicableError, StateError
from harness.findings import FAILED, UNSUPPORTED, Experiment, Observation
from harness.findings import conduct as conduct_one
from harness.measure.command import Executor
from harness.monorepo.variants import Variant
from harness.records.facts import FindingFacts, Lane
from harness.run.experiments import conduct_all, tasks
from harness.workspace.experiment import Lab
from tests.fakes import FakeExecutor
from tests.made_up import VARIANT_TOML, made_up_attempt, made_up_bench, made_up_variant

COUNT = FindingFacts(title="t", question="q", experiment="e", group="friction", lanes=(Lane.LOCAL, Lane.NIX))


def answering(name: str, *, error: Exception | None = None) -> Experiment:
    def conduct(lab: Lab) -> Iterator[Observation]:
        yield Observation(finding=name, lane=Lane.LOCAL, value="1", evidence="seen")
        if error:
            raise error
        yield Observation(finding=name, lane=Lane.NIX, value="2", evidence="seen")

    return Experiment(facts={name: COUNT}, conduct=conduct)


def lab_of(tmp_path: Path, executor: Executor) -> Lab:
    bench = made_up_bench(tmp_path)
    return Lab(
        bench=bench,
        attempt=made_up_attempt(executor, tmp_path),
        wheelhouse=tmp_path,
        open_index=lambda roots: pytest.fail(f"no index is wanted: {roots}"),
        hidden={},
    )


def variants(tmp_path: Path) -> list[Variant]:
    return [made_up_variant(tmp_path / name, name) for name in ("one", "two")]


def test_what_is_in_the_record_is_not_done_again(tmp_path: Path) -> None:
    known = {"count": answering("count"), "other": answering("other")}
    done = {
        ("one", Lane.LOCAL, None, "count", "canonical"),
        ("one", Lane.NIX, None, "count", "canonical"),
        ("one", Lane.LOCAL, None, "other", "canonical"),
    }

    left = {
        task.variant.name: list(task.experiments)
        for task in tasks(variants(tmp_path), known, frozenset(Lane), "host", done)
    }
    assert left == {"one": ["other"], "two": ["count", "other"]}
    local = {
        task.variant.name for task in tasks(variants(tmp_path / "x"), known, frozenset({Lane.LOCAL}), "host", done)
    }
    assert local == {"two"}


def conduct(tmp_path: Path, **known: Experiment) -> tuple[list[tuple[str, Observation]], list[tuple[str, str]]]:
    found: list[tuple[str, Observation]] = []
    begun: list[tuple[str, str]] = []
    folders = iter(range(9))
    conduct_all(
        list(tasks(variants(tmp_path), known, frozenset(Lane), "host", ())),
        lambda variant, executor: lab_of(tmp_path / f"lab{next(folders)}", executor),
        frozenset(Lane),
        lambda variant, observation: found.append((variant.name, observation)),
        lambda variant, name: begun.append((variant.name, name)),
    )
    return found, begun


def test_every_variant_gets_every_answer(tmp_path: Path) -> None:
    found, begun = conduct(tmp_path, count=answering("count"))

    assert sorted((name, item.lane, item.value) for name, item in found) == [
        ("one", Lane.LOCAL, "1"), ("one", Lane.NIX, "2"), ("two", Lane.LOCAL, "1"), ("two", Lane.NIX, "2"),
    ]  # fmt: skip
    assert sorted(begun) == [("one", "count"), ("two", "count")]


def test_an_experiment_that_cannot_go_on_fails_with_the_reason_and_the_next_is_conducted(tmp_path: Path) -> None:
    found, _ = conduct(tmp_path, a=answering("a", error=StateError("The disk is full.")), b=answering("b"))
    of_one = {(item.finding, item.lane): item for name, item in found if name == "one"}

    assert of_one["a", Lane.LOCAL].value == "1"
    assert of_one["a", Lane.NIX].value == FAILED
    assert of_one["a", Lane.NIX].evidence == "The disk is full."
    assert of_one["b", Lane.NIX].value == "2"


def test_a_lab_that_cannot_be_made_is_the_defect_of_its_variant_alone(tmp_path: Path) -> None:
    found: list[tuple[str, Observation]] = []

    def make(variant: Variant, executor: Executor) -> Lab:
        if variant.name == "one":
            raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
        return lab_of(tmp_path / "lab", executor)

    conduct_all(
        list(tasks(variants(tmp_path), {"a": answering("a")}, frozenset(Lane), "host", ())),
        make,
        frozenset(Lane),
        lambda variant, observation: found.append((variant.name, observation)),
        lambda *_: None,
    )

    assert {(name, item.value) for name, item in found} == {("one", FAILED), ("two", "1"), ("two", "2")}
    assert {item.evidence for name, item in found if name == "one"} == {
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"
    }


def test_what_an_experiment_is_about_may_not_be_there(tmp_path: Path) -> None:
    found, _ = conduct(tmp_path, a=answering("a", error=InapplicableError("shared has no pyproject.toml.")))
    (left,) = [item for name, item in found if name == "one" and item.lane is Lane.NIX]

    assert (left.value, left.evidence) == (UNSUPPORTED, "shared has no pyproject.toml.")


def test_what_a_variant_says_it_cannot_do_is_not_tried(tmp_path: Path) -> None:
    lab = lab_of(tmp_path, object())  # type: ignore[arg-type]
    text = f'{VARIANT_TOML}\n[unsupported]\na = "The tool has no such thing."\n'
    lab = replace(lab, bench=replace(lab.bench, variant=made_up_variant(tmp_path / "says", text=text)))

    found = list(conduct_one(Experiment(facts={"a": COUNT}, conduct=lambda lab: pytest.fail("it was tried")), lab))

    assert [(item.lane, item.value, item.evidence) for item in found] == [
        (lane, UNSUPPORTED, "The tool has no such thing.") for lane in (Lane.LOCAL, Lane.NIX)
    ]


def test_without_a_strategy_one_answer_says_why_there_is_none(tmp_path: Path) -> None:
    reason = "There is nothing that Nix could build."
    text = VARIANT_TOML + f'[unsupported]\nnix = "{reason}"\n[nix]\nstrategies = []\n'
    facts = replace(COUNT, per_strategy=True)
    experiment = Experiment(
        facts={"count": facts},
        conduct=lambda lab: [Observation(finding="count", lane=Lane.LOCAL, value="1", evidence="seen")],
    )
    bench = made_up_bench(tmp_path, text)
    lab = replace(lab_of(tmp_path / "lab", FakeExecutor()), bench=bench)

    answers = list(conduct_one(experiment, lab))

    assert [(item.lane, item.strategy, item.value) for item in answers] == [
        (Lane.LOCAL, None, "1"),
        (Lane.NIX, None, UNSUPPORTED),
    ]
    assert answers[1].evidence == reason


def test_a_variant_without_a_lab_has_a_reason_for_each_finding(tmp_path: Path) -> None:
    found: list[Observation] = []

    def no_lab(variant: Variant, executor: Executor) -> Lab:
        raise StateError(f"{variant.name} is not installed.")

    left = list(tasks(variants(tmp_path)[:1], {"count": answering("count")}, frozenset(Lane), "host", ()))
    conduct_all(left, no_lab, frozenset(Lane), lambda _, item: found.append(item), lambda *_: None)

    assert [(item.value, item.evidence) for item in found] == [(FAILED, "one is not installed.")] * 2


def test_a_defect_of_an_experiment_is_not_taken_for_an_answer(tmp_path: Path) -> None:
    found, _ = conduct(tmp_path, count=answering("count", error=ZeroDivisionError("odd")))
    assert {(item.value, item.evidence) for _, item in found} == {(FAILED, "ZeroDivisionError: odd")}
    silent = Experiment(facts={"count": COUNT}, conduct=lambda lab: ())
    found, _ = conduct(tmp_path / "again", count=silent)
    assert {item.value for _, item in found} == {FAILED}
    assert all("left out count" in item.evidence for _, item in found)


def test_an_answer_that_depends_on_the_strategy_is_wanted_for_each_that_the_provider_has(tmp_path: Path) -> None:
    facts = FindingFacts(
        title="t", question="q", experiment="e", group="nix", lanes=(Lane.LOCAL, Lane.NIX), per_strategy=True
    )
    per_strategy = Experiment(facts={"count": facts}, conduct=lambda lab: ())
    toml = VARIANT_TOML + '[nix]\nstrategies = ["handwritten", "derived", "pyproject-nix"]\n'
    variant = made_up_variant(tmp_path / "one", "one", toml)
    strategies = ("handwritten", "derived")

    (task,) = tasks([variant], {"count": per_strategy}, frozenset(Lane), "host", ())

    assert task.strategies == strategies
    known = {
        ("one", lane, strategy, "count", "canonical")
        for lane, strategy in ((Lane.LOCAL, None), *((Lane.NIX, strategy) for strategy in strategies))
    }
    assert list(tasks([variant], {"count": per_strategy}, frozenset(Lane), "host", known)) == []
    for left_out in known:
        assert list(tasks([variant], {"count": per_strategy}, frozenset(Lane), "host", known - {left_out}))
