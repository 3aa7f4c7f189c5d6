"""harness.run.merge: several runs become one, with nothing lost and nothing doubled; what does not fit is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ResultsError
from harness.plan.cells import Selection, digest_of, make_plan, order_of, takes_part, variant_of
from harness.records.facts import Lane, VariantFacts
from harness.records.format import Cell, Finding, Plan, Probe, RunInfo, RunStatus, Sample
from harness.records.journal import Journal
from harness.records.reading import read_findings, read_info, read_samples
from harness.run.merge import merge_runs, place
from tests.made_up import made_up_info, made_up_sample
from tests.runs import Line, change_lines

SELECTION = Selection(
    strategies={"uv": (), "venv": ()},
    scenarios={"lock": Lane.LOCAL, "run": Lane.LOCAL, "build": Lane.LOCAL},
    lanes=frozenset({Lane.LOCAL}),
    blocks=4,
    seed=5,
    control=frozenset(),
    experiments=("leaks-path",),
)


def facts(name: str, digest: str = "d") -> VariantFacts:
    return VariantFacts(
        title=name, summary="", manager=name, backend="", digest=digest, tools={name: "1.0"}, commands={}
    )


def written(
    results: Path,
    run_id: str,
    *,
    selection: Selection = SELECTION,
    host: str = "one",
    change: Callable[[RunInfo], RunInfo] = lambda info: info,
    value: str = "clean",
    seconds: float = 1.0,
) -> Path:
    """A complete run's folder, with every sample of its plan."""
    plan = make_plan(selection)
    info = made_up_info(plan, run_id)
    info = change(
        replace(
            info,
            status=RunStatus.COMPLETE,
            finished_at="2026-01-01T01:00:00+00:00",
            host=replace(info.host, host_id=host),
            variants={name: facts(name) for name in ("uv", "venv")},
            probes=(Probe(block=-1, wall_s=0.2, user_s=0.2), Probe(block=0, wall_s=0.2, user_s=0.2)),
        )
    )
    journal = Journal.create(results, info)
    for block in range(plan.blocks):
        for position, cell in enumerate(order_of(plan, block)):
            if takes_part(plan, cell, block):
                journal.add_samples([sample(cell, block, position, info, seconds)])
                log = journal.folder / f"logs/block-{block}/{cell.variant}.log"
                log.parent.mkdir(parents=True, exist_ok=True)
                log.write_text(f"{run_id} {cell.variant}", encoding="utf-8")
    journal.add_finding(
        Finding(run_id=run_id, variant="uv", lane=Lane.LOCAL, finding="leaks-path", value=value, evidence="seen")
    )
    return journal.folder


def sample(cell: Cell, block: int, position: int, info: RunInfo, seconds: float) -> Sample:
    return made_up_sample(
        cell,
        run_id=info.run_id,
        host_id=info.host.host_id,
        variant_digest=info.variants[variant_of(cell)].digest,
        block=block,
        position=position,
        wall_s=seconds,
        log_path=f"logs/block-{block}/{cell.variant}.log",
    )


def shards(results: Path, number: int) -> list[Path]:
    """The parts of one plan, each made on a machine of its own."""
    return [
        written(results, f"part-{part}", selection=replace(SELECTION, shard=(part, number)), host=f"host-{part}")
        for part in range(1, number + 1)
    ]


def test_the_parts_of_a_plan_become_the_plan(tmp_path: Path) -> None:
    made = merge_runs(shards(tmp_path, 3), tmp_path, "whole")

    info, samples = read_info(made.folder), read_samples(made.folder)
    plan = make_plan(SELECTION)
    assert Counter((item.block, item.cell) for item in samples) == Counter(
        (block, cell) for block in range(plan.blocks) for cell in plan.cells
    )
    assert info.plan.digest == plan.digest
    assert info.plan.shard is None
    assert set(info.machines) == {"host-1", "host-2", "host-3"}
    assert [(item.run_id, item.shard, item.first_block) for item in info.merged] == [
        (f"part-{part}", (part, 3), 0) for part in (1, 2, 3)
    ]
    assert {item.run_id for item in samples} == {"whole"}
    assert made.told == ("3 runs of 3 machines are one: 24 samples",)


def test_every_block_of_a_scenario_is_of_one_machine(tmp_path: Path) -> None:
    samples = read_samples(merge_runs(shards(tmp_path, 2), tmp_path, "whole").folder)

    for key in {(item.block, item.scenario) for item in samples}:
        assert len({item.host_id for item in samples if (item.block, item.scenario) == key}) == 1


def test_the_same_plan_on_two_machines_gets_blocks_of_its_own(tmp_path: Path) -> None:
    runs = [
        written(tmp_path, name, host=name, selection=replace(SELECTION, seed=seed)) for seed, name in enumerate("ab")
    ]
    made = merge_runs(runs, tmp_path, "whole")

    info, samples = read_info(made.folder), read_samples(made.folder)
    assert {item.host_id: {s.block for s in samples if s.host_id == item.host_id} for item in samples} == {
        "a": {0, 1, 2, 3},
        "b": {4, 5, 6, 7},
    }
    assert info.plan.blocks == 8
    assert info.plan.digest == digest_of(info.plan)
    assert [item.first_block for item in info.merged] == [0, 4]
    assert [(probe.block, probe.host_id) for probe in info.probes] == [(-1, "a"), (0, "a"), (-1, "b"), (4, "b")]


def test_parts_and_repetitions_of_a_plan_go_together(tmp_path: Path) -> None:
    runs = shards(tmp_path / "one", 2) + shards(tmp_path / "two", 2)
    renamed = []
    for number, folder in enumerate(runs):
        info = read_info(folder)
        name = f"run-{number}"
        Journal(folder, info).write_info(replace(info, run_id=name, host=replace(info.host, host_id=f"h{number}")))
        change_lines(folder, partial(_called, name))
        renamed.append(folder)
    made = merge_runs(renamed, tmp_path, "whole")

    samples = read_samples(made.folder)
    keys = [(item.block, item.cell) for item in samples]
    assert len(keys) == len(set(keys)) == 2 * len(make_plan(SELECTION).cells) * 4


def _called(run_id: str, line: Line) -> Line:
    return {**line, "run_id": run_id}


def test_logs_lie_where_samples_say(tmp_path: Path) -> None:
    made = merge_runs(shards(tmp_path, 2), tmp_path, "whole")

    for item in read_samples(made.folder):
        text = (made.folder / item.log_path).read_text(encoding="utf-8")
        assert text.endswith(item.variant)
        assert text.startswith(f"part-{item.host_id.removeprefix('host-')}")


def test_a_finding_of_all_is_there_once_and_one_they_disagree_on_is_told(tmp_path: Path) -> None:
    alike = merge_runs([written(tmp_path, "a"), written(tmp_path, "b", host="two")], tmp_path, "alike")
    assert [(item.value, item.evidence) for item in read_findings(alike.folder)] == [("clean", "seen")]

    differing = [written(tmp_path, "c"), written(tmp_path, "d", host="two", value="leaks")]
    made = merge_runs(differing, tmp_path, "differing")
    assert [(item.value, item.evidence) for item in read_findings(made.folder)] == [
        ("clean", "Run c, machine one:\nseen"),
        ("leaks", "Run d, machine two:\nseen"),
    ]
    assert "the machines disagree on leaks-path of uv (local): clean, leaks" in made.told


def other_uv(info: RunInfo) -> RunInfo:
    return replace(info, variants={**info.variants, "uv": facts("uv", "other")})


def other_python(info: RunInfo) -> RunInfo:
    return replace(info, variants={name: replace(item, python="3.12.1") for name, item in info.variants.items()})


@pytest.mark.parametrize(
    ("second", "told"),
    [
        (
            {"change": lambda info: replace(info, tools={**info.tools, "uv": "9.9"})},
            "uv is .* in one, 9.9 in the other",
        ),
        ({"change": other_uv}, "the files of uv are not the same"),
        ({"change": other_python}, "the Python of uv is absent in one, 3.12.1 in the other"),
        ({"change": lambda info: replace(info, harness_version="9")}, "the harness is 0 in one, 9 in the other"),
        ({"change": lambda info: replace(info, experiments_digest="9")}, "the code of the experiments"),
        ({"change": lambda info: replace(info, builders="ssh://a")}, "Nix builds on"),
        ({"selection": replace(SELECTION, scenarios={"lock": Lane.LOCAL})}, "the cells differ"),
        ({"selection": replace(SELECTION, strategies={"venv": ()})}, "the variants differ"),
        ({"selection": replace(SELECTION, only_first=frozenset({"lock"}))}, "what is in the first block alone differ"),
        ({"selection": replace(SELECTION, limit_s=7.0)}, "the limit is 300.0 in one and 7.0 in the other"),
    ],
)
def test_runs_that_did_not_measure_the_same_are_refused(tmp_path: Path, second: dict[str, object], told: str) -> None:
    runs = [written(tmp_path, "a"), written(tmp_path, "b", host="two", **second)]  # type: ignore[arg-type]

    with pytest.raises(ResultsError, match=told):
        merge_runs(runs, tmp_path, "whole")
    assert not (tmp_path / "whole").exists()


def test_a_run_named_twice_is_refused(tmp_path: Path) -> None:
    run = written(tmp_path, "a")

    with pytest.raises(ResultsError, match="the same run 'a'"):
        merge_runs([run, run], tmp_path, "whole")


def test_two_runs_of_one_name_are_refused(tmp_path: Path) -> None:
    runs = [written(tmp_path / "x", "a"), written(tmp_path / "y", "a", host="two")]

    with pytest.raises(ResultsError, match="two of the runs are called 'a'"):
        merge_runs(runs, tmp_path, "whole")


def test_one_run_is_one_already(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="one run already"):
        merge_runs([written(tmp_path, "a")], tmp_path, "whole")


def test_a_run_that_was_cut_off_is_refused_with_the_way_to_go_on(tmp_path: Path) -> None:
    cut = written(tmp_path, "b", host="two", change=lambda info: replace(info, status=RunStatus.INTERRUPTED))

    with pytest.raises(ResultsError, match="it is interrupted") as raised:
        merge_runs([written(tmp_path, "a"), cut], tmp_path, "whole")
    assert "--resume b" in raised.value.hint


def test_what_was_merged_is_not_merged_again(tmp_path: Path) -> None:
    merge_runs(shards(tmp_path, 2), tmp_path, "whole")

    with pytest.raises(ResultsError, match="made of 2 others"):
        merge_runs([tmp_path / "whole", written(tmp_path, "more", host="three")], tmp_path, "again")


def test_the_runs_are_left_alone_and_nothing_half_made_stays(tmp_path: Path) -> None:
    runs = shards(tmp_path, 2)
    before = {path: path.read_bytes() for run in runs for path in run.rglob("*") if path.is_file()}
    merge_runs(runs, tmp_path, "whole")

    assert {path: path.read_bytes() for path in before} == before
    assert {path.name for path in tmp_path.iterdir()} == {"part-1", "part-2", "whole"}


PLANS: Sequence[Plan] = [make_plan(replace(SELECTION, seed=seed)) for seed in range(2)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(PLANS),
            st.frozensets(st.tuples(st.integers(0, 3), st.sampled_from(PLANS[0].cells)), min_size=1),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_no_two_samples_ever_get_the_same_place(runs: list[tuple[Plan, frozenset[tuple[int, Cell]]]]) -> None:
    placed = [(block + first, cell) for (_, keys), first in zip(runs, place(runs), strict=True) for block, cell in keys]

    assert len(placed) == len(set(placed))
