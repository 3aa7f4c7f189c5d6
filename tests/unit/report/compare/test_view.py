"""One run against another, from folders to all that is said of them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from harness.errors import HarnessError, InputError
from harness.records.facts import Tone
from harness.records.format import Probe, RunInfo, RunStatus
from harness.report.compare.model import Basis, Compared, Machine
from harness.report.compare.terminal import comparison, ending
from harness.report.compare.view import as_data
from harness.report.compare.words import failures, passed
from harness.report.statistics.across import Change, Doubt
from tests.runs import change_info, change_lines
from tests.unit.report.made_up_nights import FIRST, made_up_night
from tests.unit.report.reading import page_of, read_compared, view_of

ALL = ("hatch", "uv", "pdm", "poetry", "venv")
HOSTILE = '<script>alert(1)</script>" onmouseover="x|`# [a](b)'


def night(folder: Path, name: str, *, seed: int = 1, **options: Any) -> Path:
    """A made-up run of ten blocks in three scenarios; the same but for its seed, if nothing else is given."""
    given: dict[str, Any] = {"blocks": 10, "noise": 0.02, "started_at": FIRST + timedelta(days=seed), **options}
    return made_up_night(folder, run_id=name, seed=seed, **given)


def probes(seconds: Sequence[float]) -> Callable[[RunInfo], RunInfo]:
    taken = tuple(Probe(block=place - 1, wall_s=value, user_s=value) for place, value in enumerate(seconds))
    return lambda info: replace(info, probes=taken)


def pair(folder: Path, **options: Any) -> tuple[Path, Path]:
    """A base, and a new run that is the same but for its seed and what is given."""
    return night(folder, "base", seed=1), night(folder, "new", seed=2, **options)


def on_another_machine(run: Path) -> None:
    change_info(run, lambda info: replace(info, host=replace(info.host, host_id="elsewhere", cpu_model="Another CPU")))
    change_lines(run, lambda line: {**line, "host_id": "elsewhere"})


def named(compared: Compared) -> dict[str, Change]:
    return {item.cell: item.held.verdict for item in compared.changed}


def test_what_changed_is_found_and_nothing_else(tmp_path: Path) -> None:
    compared = read_compared(*pair(tmp_path, factors={("uv", "install-cold"): 1.25, ("pdm", "nix-build"): 0.7}))
    assert named(compared) == {
        "uv · local · install-cold": Change.SLOWER,
        "pdm · nix · nix-build (host, handwritten)": Change.FASTER,
    }
    assert (compared.basis, compared.machine) == (Basis.SECONDS, Machine.SAME)
    assert compared.opening[0].startswith("Judged by seconds. The machine was as fast in both runs: 3 cells of venv")
    tally = compared.tally
    assert compared.counts == (
        f"Of 15 cells that both runs measured, 1 is faster, 1 is slower, {tally[Change.UNCHANGED]} are unchanged and"
        f" {tally[Change.UNDECIDED]} are undecided."
    )


def test_a_slower_machine_is_told_from_slower_tools(tmp_path: Path) -> None:
    compared = read_compared(*pair(tmp_path, factors={**dict.fromkeys(ALL, 1.2), ("uv", "run"): 1.3}))
    assert (compared.basis, compared.machine) == (Basis.RATIO, Machine.CHANGED)
    assert named(compared) == {"uv · local · run": Change.SLOWER}
    (item,) = compared.changed
    assert item.held.ratio is not None
    assert item.held.ratio.low < 1.3 < item.held.ratio.high
    assert compared.opening[0].startswith("The machine itself, or what all variants share, changed between the runs:")
    assert "judged is the ratio to venv inside each block, in new over base" in compared.opening[0]
    assert not any(cell.variant == "venv" for cell in compared.cells)
    assert "3 are venv's, by which the others are judged" in compared.counts


def test_without_the_reference_a_slower_machine_leaves_a_scenario_undecided(tmp_path: Path) -> None:
    base, new = pair(tmp_path, factors={**dict.fromkeys(ALL, 1.2), ("uv", "run"): 1.3})
    bad: dict[str, Any] = {"outcome": "unsupported", "wall_s": None, "sizes": {}, "reason": "Not here."}
    change_lines(
        new,
        lambda line: line | bad if (line["variant"], line["scenario"]) == ("venv", "run") else line,
    )
    compared = read_compared(base, new)
    assert compared.basis is Basis.RATIO
    held = {item.cell: item.held for item in compared.cells}["uv · local · run"]
    assert (held.verdict, held.doubt) == (Change.UNDECIDED, Doubt.NO_MEASURE)
    assert held.reason == "The reference has no successful sample here in run new."


@pytest.mark.parametrize("pairs", [4, pytest.param(24, marks=pytest.mark.verify)])
def test_false_changes_stay_rare_whatever_the_machine_does(tmp_path: Path, pairs: int) -> None:
    rng = np.random.default_rng(5)
    wrong, cells = 0, 0
    for place, factor in enumerate(rng.uniform(0.85, 1.2, pairs)):
        folder = tmp_path / str(place)
        base = night(folder, "base", seed=100 + place, noise=0.03)
        new = night(folder, "new", seed=200 + place, noise=0.03, factors=dict.fromkeys(ALL, float(factor)))
        compared = read_compared(base, new)
        wrong += len(compared.changed)
        cells += len(compared.cells)
    assert wrong <= max(1, 0.01 * cells)
    assert cells >= 9 * pairs


def test_probes_show_a_slower_machine_where_the_reference_changed(tmp_path: Path) -> None:
    base, new = pair(tmp_path, versions={"venv": {"pip": "26.0"}}, factors={"uv": 1.5})
    change_info(base, probes([0.2, 0.201, 0.199, 0.2, 0.202, 0.2, 0.201]))
    change_info(new, probes([0.24, 0.241, 0.239, 0.24, 0.242, 0.24, 0.241]))
    compared = read_compared(base, new)
    assert compared.machine is Machine.CHANGED
    assert not compared.changed
    assert {item.held.doubt for item in compared.cells} == {Doubt.NO_MEASURE}
    assert "its versions differ (pip 25.3 → 26.0)" in compared.opening[0]
    assert "no cell is judged" in compared.opening[0]


def test_steady_probes_carry_a_verdict_where_the_reference_changed(tmp_path: Path) -> None:
    base, new = pair(tmp_path, versions={"venv": {"pip": "26.0"}}, factors={"uv": 1.5, "venv": 1.4})
    for run in (base, new):
        change_info(run, probes([0.2, 0.201, 0.199, 0.2, 0.202, 0.2, 0.201]))
    compared = read_compared(base, new)
    assert compared.machine is Machine.SAME
    assert {item.variant for item in compared.changed} == {"uv", "venv"}
    assert {(item.of, item.name) for item in compared.versions} == {("venv", "pip"), ("venv", "files")}


def test_where_the_machine_cannot_be_checked_it_is_said(tmp_path: Path) -> None:
    compared = read_compared(*pair(tmp_path, versions={"venv": {"pip": "26.0"}}))
    assert compared.machine is Machine.UNKNOWN
    assert "Whether the machine was as fast in both runs is not known" in compared.opening[0]


def test_a_noisy_machine_is_neither_cleared_nor_blamed(tmp_path: Path) -> None:
    base, new = (night(tmp_path, f"run-{seed}", seed=seed, noise=0.2) for seed in (1, 2))
    compared = read_compared(base, new)
    assert compared.machine is Machine.OPEN
    assert "No change of the machine was shown, but none is ruled out either" in compared.opening[0]
    assert "have an interval that reaches over an edge of the noise band of ±3%" in compared.doubts[0]


def test_what_moves_with_the_reference_in_one_scenario_is_not_the_tool(tmp_path: Path) -> None:
    # The reference's own move is too small to be shown, yet it is most of what uv seems to lose.
    base = night(tmp_path, "base", seed=1, noise=0.005)
    new = night(tmp_path, "new", seed=2, noise=0.005, factors={("venv", "run"): 1.029, ("uv", "run"): 1.05})
    compared = read_compared(base, new)
    assert compared.basis is Basis.SECONDS
    (cell,) = [item for item in compared.cells if item.cell == "uv · local · run"]
    assert (cell.held.verdict, cell.held.doubt) == (Change.UNDECIDED, Doubt.SHARED)


def test_a_scenario_in_which_the_reference_differed_from_itself_has_no_verdict(tmp_path: Path) -> None:
    base, new = pair(tmp_path, factors={"uv": 1.3})

    def disturb(line: dict[str, Any]) -> dict[str, Any]:
        return {
            **line,
            "wall_s": line["wall_s"] * (1.3 if (line["variant"], line["scenario"]) == ("venv~aa", "run") else 1),
        }

    change_lines(new, disturb)
    compared = read_compared(base, new)
    held = {item.cell: item.held for item in compared.cells}
    assert held["uv · local · run"].doubt is Doubt.NOISY
    assert "of run new, differed from itself here" in held["uv · local · run"].reason
    assert held["uv · local · install-cold"].verdict is Change.SLOWER


def test_a_scenario_that_means_something_else_is_not_compared(tmp_path: Path) -> None:
    base, new = pair(tmp_path, factors={"uv": 2.0})
    change_info(
        new,
        lambda info: replace(
            info, scenarios={**info.scenarios, "run": replace(info.scenarios["run"], measured="Something else.")}
        ),
    )
    compared = read_compared(base, new)
    assert {item.scenario for item in compared.by_doubt[Doubt.OTHER_MEANING]} == {"run"}
    assert "run" not in {item.scenario for item in compared.changed}


def test_runs_of_other_lengths_are_compared_and_too_few_blocks_are_not(tmp_path: Path) -> None:
    base = night(tmp_path, "base", seed=1, blocks=25)
    assert named(read_compared(base, night(tmp_path, "long", seed=2, blocks=7, factors={("uv", "run"): 1.4})))
    few = read_compared(base, night(tmp_path, "few", seed=3, blocks=5, factors={"uv": 3.0}))
    assert not few.changed
    assert len(few.by_doubt[Doubt.FEW_BLOCKS]) == len(few.cells) == 15
    assert few.doubts[0] == "15 undecided cells have a figure in fewer than 6 blocks of a run."
    assert few.doubts[-1].startswith("Undecided, and furthest from unchanged by what was seen: uv")
    assert passed(few, 0.05).endswith("; 15 of 15 cells could not be judged.")


def test_two_machines_are_refused_unless_asked_for(tmp_path: Path) -> None:
    base, new = pair(tmp_path, factors={**dict.fromkeys(ALL, 0.5), ("uv", "run"): 1.4})
    on_another_machine(new)
    with pytest.raises(InputError, match="different machines") as error:
        read_compared(base, new)
    assert (error.value.exit_status, "--across-machines" in error.value.hint) == (2, True)
    compared = read_compared(base, new, across_machines=True)
    assert (compared.basis, compared.machine) == (Basis.RATIO, Machine.OTHER)
    assert named(compared) == {"uv · local · run": Change.SLOWER}
    assert compared.opening[0].startswith("The runs are of two machines, so seconds are not judged")
    assert ("", "the processor") in {(item.of, item.name) for item in compared.versions}


@pytest.mark.parametrize("what", ["name", "versions", "files"])
def test_two_machines_with_different_references_are_refused(tmp_path: Path, what: str) -> None:
    base, new = pair(tmp_path, versions={"venv": {"pip": "26.0"}} if what == "versions" else None)
    if what == "name":
        change_info(new, lambda info: replace(info, plan=replace(info.plan, reference="uv")))
    if what == "files":
        change_info(
            new,
            lambda info: replace(
                info, variants={**info.variants, "venv": replace(info.variants["venv"], digest="other")}
            ),
        )
    on_another_machine(new)
    with pytest.raises(InputError, match="the reference is not the same in both"):
        read_compared(base, new, across_machines=True)


def test_the_same_run_twice_is_refused_kindly(tmp_path: Path) -> None:
    run = night(tmp_path, "only")
    with pytest.raises(InputError, match="BASE and NEW are both run 'only'") as error:
        read_compared(run, run)
    assert error.value.exit_status == 2


def test_two_runs_with_one_id_are_told_apart_by_their_time(tmp_path: Path) -> None:
    base, new = night(tmp_path / "x", "ci", seed=1), night(tmp_path / "y", "ci", seed=2)
    compared = read_compared(base, new)
    assert (compared.base.name, compared.new.name) == (
        "ci of 2026-01-02T02:00:00+00:00",
        "ci of 2026-01-03T02:00:00+00:00",
    )


def test_runs_with_nothing_in_common_are_refused(tmp_path: Path) -> None:
    base = night(tmp_path, "base", seed=1, variants=("uv", "venv"))
    new = night(tmp_path, "new", seed=2, variants=("pdm",))
    with pytest.raises(InputError, match="no cell and no finding in common"):
        read_compared(base, new)


def test_cells_of_one_run_alone_are_counted(tmp_path: Path) -> None:
    base = night(tmp_path, "base", seed=1, variants=("uv", "venv"))
    new = night(tmp_path, "new", seed=2, variants=("pdm", "venv"), scenarios=("run",))
    compared = read_compared(base, new)
    assert [item.cell for item in compared.cells] == ["venv · local · run"]
    assert compared.only_new == ("pdm · local · run",)
    assert len(compared.only_base) == 5
    assert "5 cells measured in run base alone: 3 of uv and 2 of venv." in shown(compared)
    assert failures(compared, 0.05) == ()


def test_lost_cells_come_first_and_fail(tmp_path: Path) -> None:
    base, new = pair(tmp_path)
    bad: dict[str, Any] = {"outcome": "failed", "wall_s": None, "sizes": {}, "reason": "It broke."}

    def spoil(line: dict[str, Any]) -> dict[str, Any]:
        if (line["variant"], line["scenario"]) == ("hatch", "run") and line["block"] == 3:
            return line | bad
        return line | bad if (line["variant"], line["scenario"]) == ("uv", "run") else line

    change_lines(new, spoil)
    compared = read_compared(base, new)
    lost, partly = compared.outcomes
    assert (lost.cell, lost.before, lost.after, lost.lost) == ("uv · local · run", "10 ok", "10 failed", True)
    assert (partly.after, partly.lost) == ("9 ok, 1 failed", False)
    assert compared.without_figures == 1
    assert "1 has no successful sample in one of the runs" in compared.counts
    assert failures(compared, 0.05) == (
        "uv · local · run was ok (10 ok) and has no successful sample any more (10 failed): It broke.",
    )
    assert not any(item.lost for item in read_compared(new, base).outcomes)


def test_sizes_are_exact_unless_they_differ_inside_a_run(tmp_path: Path) -> None:
    base, new = pair(tmp_path)

    def grow(line: dict[str, Any]) -> dict[str, Any]:
        sizes = dict(line["sizes"])
        if line["variant"] == "uv" and "environment_bytes" in sizes:
            sizes["environment_bytes"] += 1
        if line["variant"] == "pdm" and "cache_bytes" in sizes:
            sizes["cache_bytes"] += line["block"] % 3
        return line | {"sizes": sizes}

    change_lines(new, grow)
    compared = read_compared(base, new)
    (change,) = compared.sizes
    assert (change.cell, change.name) == ("uv · local · install-cold", "environment_bytes")
    assert change.after - change.before == 1
    assert compared.sizes_wavering == 1
    assert "1 differs by no more than from block to block" in shown(compared, width=200)


def test_findings_that_changed_have_their_tone_before_and_after(tmp_path: Path) -> None:
    base, new = pair(tmp_path)

    def answers(value: str) -> Callable[[dict[str, Any]], dict[str, Any] | None]:
        def change(line: dict[str, Any]) -> dict[str, Any] | None:
            here = (line["variant"], line["finding"]) == ("uv", "stale-value")
            return line | {"value": value} if here else line

        return change

    change_lines(base, answers("fresh"), "findings.jsonl")
    change_lines(new, answers("stale"), "findings.jsonl")
    compared = read_compared(base, new)
    (item,) = compared.findings
    assert (item.variant, item.finding, item.hazard) == ("uv", "stale-value", True)
    assert (item.before.tone, item.after.tone) == (Tone.GOOD, Tone.BAD)
    assert failures(compared, 0.05) == ("uv: Stale value is a hazard now: stale, after fresh.",)
    assert failures(read_compared(new, base), 0.05) == ()
    change_lines(base, answers("other"), "findings.jsonl")
    assert len(failures(read_compared(base, new), 0.05)) == 1
    change_info(
        new,
        lambda info: replace(
            info,
            findings={**info.findings, "stale-value": replace(info.findings["stale-value"], experiment="Another.")},
        ),
    )
    compared = read_compared(base, new)
    assert (compared.findings[0].redefined, failures(compared, 0.05)) == (True, ())
    change_lines(new, lambda line: None if line["variant"] == "uv" else line, "findings.jsonl")
    compared = read_compared(base, new)
    assert (compared.findings, compared.answers_base > 0, compared.answers_new) == ((), True, 0)


def test_only_what_is_wholly_above_the_threshold_fails(tmp_path: Path) -> None:
    base = night(tmp_path, "base", seed=1)
    compared = read_compared(base, night(tmp_path, "new", seed=2, factors={("uv", "run"): 1.2, ("pdm", "run"): 0.5}))
    (sentence,) = failures(compared, 0.05)
    assert sentence.startswith("uv · local · run is slower, 1.")
    assert sentence.endswith("more than 5%.")
    assert failures(compared, 0.20) == ()
    assert failures(compared, 0.005)[0].endswith("more than 0.5%.")


def test_runs_that_did_not_end_are_named(tmp_path: Path) -> None:
    base, new = pair(tmp_path)
    change_info(new, lambda info: replace(info, status=RunStatus.INTERRUPTED))
    change_info(base, lambda info: replace(info, status=RunStatus.RUNNING))
    with (new / "samples.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"torn')
    opening = read_compared(base, new).opening
    assert "Run base is still going on, and every figure may change." in opening
    assert "Run new was interrupted before its end." in opening
    assert any(sentence.startswith("new: The last line of samples.jsonl") for sentence in opening)


@pytest.mark.parametrize("damage", ["{", '{"schema_version": 99}'])
def test_damaged_runs_give_the_error_of_reading_them(tmp_path: Path, damage: str) -> None:
    base, new = pair(tmp_path)
    (new / "run.json").write_text(damage, encoding="utf-8")
    with pytest.raises(HarnessError, match=r"damaged|schema version 99") as error:
        read_compared(base, new)
    assert error.value.exit_status == 2


def test_a_run_without_a_single_sample_is_compared_by_findings_alone(tmp_path: Path) -> None:
    base, new = pair(tmp_path)
    (new / "samples.jsonl").write_text("", encoding="utf-8")
    compared = read_compared(base, new)
    assert compared.counts == "Of 0 cells that both runs measured, none could be compared."
    assert compared.answers_held > 0
    shown(compared)


def test_as_data_it_is_unrounded_and_plain(tmp_path: Path) -> None:
    compared = read_compared(*pair(tmp_path, factors={"uv": 1.3}))
    data = json.loads(json.dumps(as_data(compared, fail_on=0.05, failures=("x",)), allow_nan=False))
    assert (data["fail_on"], data["failures"]) == (0.05, ["x"])
    for item, plain in zip(compared.cells, data["cells"], strict=True):
        assert item.held.ratio is not None
        assert plain["held"]["ratio"] == vars(item.held.ratio)
        assert plain["held"]["verdict"] in {"faster", "slower", "unchanged", "undecided"}


def shown(compared: Compared, width: int = 80) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(comparison(compared))
    console.print(ending(compared, 0.05, failures(compared, 0.05)))
    return console.export_text()


def test_the_terminal_has_counts_first_and_80_columns(tmp_path: Path) -> None:
    base, new = pair(tmp_path, factors={"uv": 1.3, "pdm": 0.8}, versions={"uv": {"uv": "0.14.0"}})
    lines = shown(read_compared(base, new)).splitlines()
    assert lines[0].startswith("Of 15 cells that both runs measured, 3 are faster, 3 are slower,")
    assert max(map(len, lines)) <= 80
    text = "\n".join(lines)
    for title in ("Changed cells", "Versions and files that differ", "undecided cells"):
        assert title in text
    assert re.search(r"uv +local · install-cold +\d+ ms +\d+ ms +1\.\d\d× ▼ +1\.\d\d–1\.\d\d", text)
    assert "…" not in text
    assert "failed: uv · local · install-cold is slower" in text


def test_the_report_has_a_section_that_holds_it_against_the_base(tmp_path: Path) -> None:
    base = night(tmp_path, "base", seed=1, variants=("uv", "venv"))
    new = night(
        tmp_path, "new", seed=2, variants=("uv", "venv"), factors={"uv": 1.3}, versions={"uv": {"uv": "0.14.0"}}
    )
    compared = read_compared(base, new)
    page = page_of(replace(view_of(new), compared=compared))
    section = page[page.index('<h2 id="compared">') :].split("</section>")[0]
    for table in re.findall(r"<table>.*?</table>", section, flags=re.DOTALL):
        assert '<th scope="col"' in table
        assert table.count('<th scope="row"') == table.count("<tr>") - 1
    assert compared.counts in section
    assert len(re.findall(r">slower</span>", section)) == 3


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    variant = HOSTILE.replace("/", "\\")
    base = night(tmp_path, "base", seed=1, variants=(variant, "venv"))
    new = night(tmp_path, "new", seed=2, variants=(variant, "venv"), factors={variant: 1.4})
    change_info(
        base,
        lambda info: replace(
            info,
            run_id=HOSTILE,
            git_revision=HOSTILE,
            tools={"nix": HOSTILE},
            variants={**info.variants, variant: replace(info.variants[variant], tools={HOSTILE: HOSTILE})},
        ),
    )
    change_lines(base, lambda line: line | {"run_id": HOSTILE})
    change_lines(new, lambda line: line | {"value": HOSTILE}, "findings.jsonl")
    compared = read_compared(base, new)
    page = page_of(replace(view_of(new), compared=compared))
    section = page[page.index('<h2 id="compared">') :].split("</section>")[0]
    assert "<script" not in section
    assert 'onmouseover="' not in section
    assert "&lt;script&gt;" in section
    shown(compared)
