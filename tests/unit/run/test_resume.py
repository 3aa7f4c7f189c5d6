"""Losing nothing: runs that are killed at any point, resumed, and held against one that was left alone."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import ResultsError
from harness.measure.command import Command, Execution
from harness.measure.trees import remove_tree
from harness.monorepo.variants import load_variants
from harness.plan.cells import Selection, make_plan, schedule
from harness.plan.shards import Unit
from harness.provision.state_folder import Layout
from harness.records import journal as journal_module
from harness.records.facts import Lane, Outcome, VariantFacts
from harness.records.format import SAMPLE, Cell, Plan, RunStatus, Sample
from harness.records.journal import Journal
from harness.records.reading import read_done
from harness.run.contestants.variants import VariantContestants
from harness.run.hands import execute
from harness.run.recorder import Recorder
from harness.run.request import VariantAssignment
from harness.run.resume import resumed
from harness.scenarios import all_scenarios
from harness.workspace.prepared import Bench, Unready
from harness.workspace.warm_up import phases_needed, warm_up
from tests.made_up import Toolbox, made_up_attempt, made_up_bench, made_up_info
from tests.runs import info_of

SCENARIOS = dict.fromkeys(("lock", "noop", "refresh", "deploy"), Lane.LOCAL)
PLAN = make_plan(
    Selection(
        strategies={"one": (), "two": ()},
        scenarios=SCENARIOS,
        lanes=frozenset({Lane.LOCAL}),
        blocks=3,
        reference="one",
        control=frozenset({"lock"}),
    )
)


def go_on(folder: Path, scratch: Path, answers: Callable[[Command], Execution | None] = lambda command: None) -> None:
    """Run what is left of the plan, as a session does, with a made-up toolchain."""
    benches: dict[str, Bench | Unready] = {}
    toolbox = Toolbox(workspaces=[], answers=answers)
    for name in sorted({cell.variant for cell in PLAN.cells}):
        remove_tree(scratch / name / "variants")
        bench = made_up_bench(scratch / name)
        toolbox.workspaces += [bench.warm, bench.settled, bench.cold]
        warm_up(bench, made_up_attempt(toolbox, scratch), phases_needed(SCENARIOS))
        benches[name] = bench
    journal, done = Journal.resume(folder)
    attempt = made_up_attempt(toolbox, scratch)
    recorder = Recorder(journal, done)
    for block, cells in schedule(PLAN, done=done.samples.keys(), settled=frozenset, time_is_up=lambda: False):
        unit = Unit(block=block, shape="canonical", cells=tuple(cells))
        execute(unit, benches, all_scenarios(), attempt, recorder)


def begin(results: Path) -> Path:
    return Journal.create(results, made_up_info(PLAN)).folder


def in_a_child(action: Callable[[], None]) -> int:
    """Do something in a process of its own; how that ended."""
    pid = os.fork()
    if pid == 0:
        try:
            action()
        except BaseException:
            os._exit(70)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def killed_after(folder: Path, scratch: Path, bytes_left: int) -> Callable[[], None]:
    """Run until so many more bytes of samples were written, then SIGKILL, be it in the middle of a line."""
    left = [bytes_left]

    def append(path: Path, line: bytes) -> None:
        text = line + b"\n"
        with path.open("ab", buffering=0) as file:
            if len(text) > left[0]:
                file.write(text[: left[0]])
                os.kill(os.getpid(), signal.SIGKILL)
            file.write(text)
        left[0] -= len(text)

    def action() -> None:
        journal_module._append = append
        go_on(folder, scratch)

    return action


def samples_of(folder: Path) -> list[Sample]:
    return [SAMPLE.validate_json(line) for line in (folder / "samples.jsonl").read_bytes().splitlines()]


Executed = Counter[tuple[int, int, Cell, Outcome]]


def executed(folder: Path) -> Executed:
    return Counter((item.block, item.position, item.cell, item.outcome) for item in samples_of(folder))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Executed, int]:
    folder = begin(tmp_path_factory.mktemp("undisturbed"))
    go_on(folder, tmp_path_factory.mktemp("scratch"))
    return executed(folder), (folder / "samples.jsonl").stat().st_size


@pytest.mark.parametrize("seed", [*range(8), *(pytest.param(seed, marks=pytest.mark.verify) for seed in range(8, 50))])
def test_killed_anywhere_and_resumed_it_is_the_same_run(
    seed: int, tmp_path: Path, undisturbed: tuple[Executed, int]
) -> None:
    whole, size = undisturbed
    chance = random.Random(seed)  # noqa: S311 - points to be killed at, no secret
    folder = begin(tmp_path / "results")

    for _ in range(chance.randint(1, 3)):
        there = (folder / "samples.jsonl").stat().st_size
        budget = chance.randrange(max(1, size - there - 1))
        assert in_a_child(killed_after(folder, tmp_path / "scratch", budget)) == -signal.SIGKILL
    go_on(folder, tmp_path / "scratch")

    assert executed(folder) == whole
    assert set(whole.values()) == {1}
    assert {cell for _, _, cell, _ in whole} == set(PLAN.cells)
    assert {outcome for _, _, _, outcome in whole} == {Outcome.OK}


@pytest.mark.parametrize("times", [1, 2, 4])
def test_killed_while_a_deployment_is_verified_later_ones_succeed(
    times: int, tmp_path: Path, undisturbed: tuple[Executed, int]
) -> None:
    folder = begin(tmp_path / "results")
    starts = [0]

    def kill(command: Command) -> None:
        starts[0] += "deployed" in command.argv[0]
        if starts[0] == times:
            os.kill(os.getpid(), signal.SIGKILL)

    assert in_a_child(lambda: go_on(folder, tmp_path / "scratch", kill)) == -signal.SIGKILL
    go_on(folder, tmp_path / "scratch")

    assert executed(folder) == undisturbed[0]


def test_a_run_that_is_complete_has_nothing_left(tmp_path: Path) -> None:
    folder = begin(tmp_path / "results")
    go_on(folder, tmp_path / "one")
    before = (folder / "samples.jsonl").read_bytes()
    go_on(folder, tmp_path / "two")

    assert (folder / "samples.jsonl").read_bytes() == before


def some_samples(tmp_path: Path) -> Path:
    folder = begin(tmp_path / "results")
    go_on(folder, tmp_path / "scratch")
    return folder


def test_a_torn_last_line_is_told_and_taken_away(tmp_path: Path) -> None:
    folder = some_samples(tmp_path)
    whole = (folder / "samples.jsonl").read_bytes()
    (folder / "samples.jsonl").write_bytes(whole + b'{"schema_ver')

    journal, done = Journal.resume(folder)

    assert done.torn
    assert (journal.folder / "samples.jsonl").read_bytes() == whole
    assert not read_done(folder).torn


def test_a_damaged_line_in_the_middle_is_named_and_nothing_is_touched(tmp_path: Path) -> None:
    folder = some_samples(tmp_path)
    lines = (folder / "samples.jsonl").read_bytes().splitlines(keepends=True)
    lines[2] = lines[2][:40] + b"\n"
    (folder / "samples.jsonl").write_bytes(b"".join(lines))

    with pytest.raises(ResultsError, match=r"run/samples\.jsonl, line 3"):
        Journal.resume(folder)
    assert (folder / "samples.jsonl").read_bytes() == b"".join(lines)


def test_a_doubled_sample_is_named(tmp_path: Path) -> None:
    folder = some_samples(tmp_path)
    lines = (folder / "samples.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "samples.jsonl").write_bytes(b"".join([*lines, lines[0]]))

    with pytest.raises(ResultsError, match=f"line {len(lines) + 1}"):
        Journal.resume(folder)


def a_real_run(tmp_path: Path) -> tuple[Path, Plan]:
    """A run.json that the checkout's own variant ``uv`` stands in."""
    plan = make_plan(Selection(strategies={"uv": ()}, scenarios={"run": Lane.LOCAL}, lanes=frozenset({Lane.LOCAL})))
    (variant,) = load_variants(Layout.here().variants, ["uv"])
    facts = VariantFacts(
        title="", summary="", manager="", backend="", digest=variant.digest, tools={}, commands={}, unsupported={}
    )
    info = replace(made_up_info(plan), variants={"uv": facts}, status=RunStatus.INTERRUPTED)
    return Journal.create(tmp_path, info).folder, plan


def rest_of(folder: Path) -> VariantAssignment:
    contestants = resumed(folder, None, Layout.here())
    assert isinstance(contestants, VariantContestants)
    return contestants.assignment


def test_an_unchanged_run_can_be_resumed(tmp_path: Path) -> None:
    folder, plan = a_real_run(tmp_path)
    assignment = rest_of(folder)

    assert assignment.plan == plan
    assert [variant.name for variant in assignment.variants] == ["uv"]
    assert assignment.resumes


def change(folder: Path, old: str, new: str) -> None:
    text = (folder / "run.json").read_text(encoding="utf-8")
    assert old in text
    (folder / "run.json").write_text(text.replace(old, new), encoding="utf-8")


def test_a_changed_plan_is_refused_with_both_digests(tmp_path: Path) -> None:
    folder, plan = a_real_run(tmp_path)
    change(folder, '"blocks": 6', '"blocks": 7')

    with pytest.raises(
        ResultsError, match=rf"its plan .* is not what it was: {plan.digest[:12]} then, [0-9a-f]{{12}} now"
    ):
        rest_of(folder)


def test_a_changed_variant_is_refused_with_both_digests(tmp_path: Path) -> None:
    folder, _ = a_real_run(tmp_path)
    info = info_of(folder)
    change(folder, info.variants["uv"].digest, "f" * 64)

    with pytest.raises(
        ResultsError, match=f"the variant uv .* ffffffffffff then, {info.variants['uv'].digest[:12]} now"
    ):
        rest_of(folder)


def test_an_earlier_run_of_a_variant_that_was_renamed_is_refused_with_both_names(tmp_path: Path) -> None:
    folder, _ = a_real_run(tmp_path)
    change(folder, '"uv": {', '"hatch": {')

    with pytest.raises(ResultsError, match="`hatch` of earlier runs is now `hatch-direct`"):
        rest_of(folder)


def test_a_run_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder, _ = a_real_run(tmp_path)
    (folder / "run.json").write_text("{", encoding="utf-8")

    with pytest.raises(ResultsError, match=r"run/run\.json is damaged"):
        rest_of(folder)
