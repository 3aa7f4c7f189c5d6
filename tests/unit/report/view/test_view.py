"""What the one report says, by rule, of runs that agree, disagree, lack something or went wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic_core import to_json

from harness.errors import InputError
from harness.records.facts import DocumentedFacts, Environment, Lane, ValueFacts
from harness.records.facts import Tone as Bearing
from harness.records.format import Finding, RunStatus
from harness.records.reading import read_info
from harness.report.view.figures import NOT_MEASURED, spelled
from harness.report.view.model import Candidate, Pick, RunKind, SituationInFull, View
from harness.report.view.rules import RULES, rules_table
from harness.report.writer import write_report
from tests.places import CHECKOUT
from tests.runs import change_info, change_lines
from tests.unit.report.made_up_backends import made_up_backends
from tests.unit.report.made_up_run import SECONDS, made_up_run
from tests.unit.report.made_up_scale import LAWS, made_up_scale_run
from tests.unit.report.reading import view_of


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_run(tmp_path_factory.mktemp("canonical"), mishaps=False, noise=0.01)


@pytest.fixture(scope="module")
def scale(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_up_scale_run(tmp_path_factory.mktemp("scale"), blocks=3)


@pytest.fixture(scope="module")
def all_three(canonical: Path, scale: Path, tmp_path_factory: pytest.TempPathFactory) -> View:
    backends = made_up_backends(tmp_path_factory.mktemp("backends"), files=(1, 100))
    return view_of(canonical, scale, backends)


def pick(view: View, slug: str) -> Pick:
    return next(item for item in view.picks if item.slug == slug)


def situation(view: View, slug: str) -> SituationInFull:
    return next(item for item in view.situations if item.slug == slug)


def candidate(view: View, slug: str, variant: str) -> Candidate:
    return next(item for item in situation(view, slug).candidates if item.variant == variant)


def answered(run: Path, finding: str, answers: dict[str, str], values: dict[str, Bearing]) -> None:
    """Let a run have asked one finding more."""
    title = finding.replace("-", " ").capitalize()
    facts = next(iter(read_info(run).findings.values()))
    closed = {value: ValueFacts(meaning=f"It {value}.", tone=tone) for value, tone in values.items()}
    facts = replace(facts, title=title, group="freshness", lanes=(Lane.LOCAL,), values=closed)
    change_info(run, lambda info: replace(info, findings={**info.findings, finding: facts}))
    with (run / "findings.jsonl").open("a", encoding="utf-8") as file:
        for variant, value in answers.items():
            item = Finding(
                run_id=run.name, variant=variant, lane=Lane.LOCAL, finding=finding, value=value, evidence="It is so."
            )
            file.write(to_json(item).decode() + "\n")


def test_the_fastest_that_fits_is_picked_and_says_from_what(all_three: View) -> None:
    wheels = pick(all_three, "wheels")
    assert (wheels.winners, wheels.measure, wheels.source) == (("uv",), "Build sdists and wheels", "canonical")
    assert wheels.key is not None
    assert wheels.key.value == pytest.approx(1.1, rel=0.05)
    kinds = [source.kind for source in all_three.sources]
    assert kinds == [RunKind.CANONICAL, RunKind.SCALE, RunKind.BACKENDS]


def test_without_a_run_on_scale_many_members_are_not_measured(canonical: Path) -> None:
    alone = pick(view_of(canonical), "many-members")
    assert (alone.winners, alone.why) == ((), NOT_MEASURED)


def test_what_hit_the_limit_on_scale_is_excluded_there_and_not_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LAWS["lock"], "pdm", (0.5, 0.8, 1.45))
    canonical = made_up_run(tmp_path / "canonical", scenarios=("install-warm", "build"), mishaps=False)
    scale = made_up_scale_run(tmp_path / "scale", blocks=1)
    # Under the name of the scenario that the situation rests on, pdm cannot bear 100 members; it can elsewhere.
    for name in ("run.json", "samples.jsonl"):
        path = scale / name
        path.write_text(path.read_text(encoding="utf-8").replace('"lock"', '"install-warm"'), encoding="utf-8")
    view = view_of(canonical, scale)
    many = pick(view, "many-members")
    assert many.winners == ("uv",)
    assert many.measure == "Warm install, 100 members"
    column = {row.variant: row.cells["many"] for row in view.table.rows}
    assert spelled(column["pdm"]) == "hit the 5-minute limit"
    assert [reason.word for reason in candidate(view, "many-members", "pdm").excluded] == ["hit the 5-minute limit"]
    assert not candidate(view, "wheels", "pdm").excluded
    (panel,) = [panel for panel in view.growth if panel.title == "Warm install"]
    assert any(point.limit for curve in panel.curves if curve.variant == "pdm" for point in curve.points)
    assert any("pdm hit the 5-minute limit at" in sentence for sentence in panel.told)
    for row in view.table.rows:
        own = [item for item in situation(view, "many-members").candidates if item.variant == row.variant]
        assert [spelled(item.figure) for item in own] in ([], [spelled(row.cells["many"])]), "both say the same"


def test_on_scale_only_a_large_difference_picks_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LAWS["lock"], "venv", (0.05, 0.0025, 1.0))
    scale = made_up_scale_run(tmp_path, blocks=1)
    for name in ("run.json", "samples.jsonl"):
        path = scale / name
        path.write_text(path.read_text(encoding="utf-8").replace('"lock"', '"install-warm"'), encoding="utf-8")
    assert set(pick(view_of(scale), "many-members").winners) == {"uv", "venv"}


def test_a_curve_says_how_it_grows_only_where_that_is_clear(scale: Path) -> None:
    panels = {panel.title: panel for panel in view_of(scale).growth}
    grows = {curve.variant: curve.grows for curve in panels["Lock"].curves}
    assert grows["pdm"].word.startswith("N^1.")
    assert "95% interval" in grows["pdm"].meaning
    assert "Between the last two sizes N^" in grows["pdm"].meaning


def test_backends_have_their_hooks_by_size_and_say_what_is_done_inside(all_three: View) -> None:
    grids = {grid.slug: grid for grid in all_three.backends}
    titles = [column.title for column in grids["backend-hooks"].columns]
    assert titles[:2] == ["Wheel hook, 1 file", "Wheel hook, 100 files"]
    front = {row.variant: row.cells["front-uv"] for row in grids["backend-front-ends"].rows}
    assert "uv has the backend inside" in front["uv-build"].meaning
    assert "inside" not in front["setuptools"].meaning
    assert front["uv-build"].value is not None
    assert {"installed-start", "editable-start"} <= {column.slug for column in grids["backend-editables"].columns}
    assert all(row.cells["backend-wheel-1"].source == "backends" for row in grids["backend-hooks"].rows)


def test_a_hazard_excludes_or_is_the_price(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("build", "refresh", "run"), mishaps=False, noise=0.01)
    hazard = {"no": Bearing.BAD, "yes": Bearing.GOOD}
    answered(run, "installs-elsewhere", {"uv": "no", "hatch": "yes", "poetry": "yes"}, hazard)
    answered(run, "reproducible-wheel", {"poetry": "no", "hatch": "yes"}, hazard)
    view = view_of(run)
    assert [reason.title for reason in candidate(view, "wheels", "uv").excluded] == ["Installs elsewhere"]
    wheels = pick(view, "wheels")
    assert wheels.winners == ("poetry",)
    assert wheels.price == "It no"
    assert pick(view, "inner-loop").winners == ("venv",)


def test_a_step_that_failed_excludes_and_no_step_is_no_answer(tmp_path: Path) -> None:
    view = view_of(made_up_run(tmp_path, scenarios=("refresh", "run", "build")))
    excluded = candidate(view, "inner-loop", "hatch").excluded
    assert [reason.word for reason in excluded] == ["failed"]
    assert candidate(view, "wheels", "uv").excluded[0].word == "failed 1 of 6 times"
    assert pick(view, "container").why == NOT_MEASURED


def test_an_offline_failure_of_the_plain_command_is_not_held_against_a_tool(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("install-warm", "build"), mishaps=False)
    answers = {"uv": "works", "hatch": "fails"}
    tones = {"works": Bearing.GOOD, "fails": Bearing.BAD}
    answered(run, "offline-install", answers, tones)
    view = view_of(run)
    hatch = candidate(view, "offline", "hatch")
    assert not hatch.excluded
    assert "was not tried" in hatch.unknown[0]
    assert "others not testable" in pick(view, "offline").why
    answered(run, "offline-install", answers, {**tones, "works-prepared": Bearing.FAIR})
    assert candidate(view_of(run), "offline", "hatch").excluded


def test_no_clear_winner_names_those_that_cannot_be_told_apart(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("nix-build", "nix-refresh"), noise=0.2, mishaps=False)
    nix = pick(view_of(run), "nix")
    assert 2 <= len(nix.winners) <= 3
    assert nix.price == ""
    assert "do not differ enough" in nix.why


def test_one_round_is_said_to_be_no_verdict_and_a_run_that_goes_on_to_go_on(tmp_path: Path) -> None:
    running = made_up_run(tmp_path, blocks=1, status=RunStatus.RUNNING)
    alerts = " ".join(view_of(running).alerts)
    assert "One round: no verdict on small differences" in alerts
    assert "is still going on" in alerts


@pytest.mark.parametrize(("blocks", "why"), [(1, "1 round is too few to tell"), (2, "2 rounds are too few to tell")])
def test_before_three_rounds_it_is_they_that_tell_nobody_apart(tmp_path: Path, blocks: int, why: str) -> None:
    wheels = pick(view_of(made_up_run(tmp_path, blocks=blocks, mishaps=False, noise=0.01)), "wheels")
    assert len(wheels.winners) > 1
    assert wheels.why.endswith(why)


def test_of_nothing_nothing_is_said(tmp_path: Path) -> None:
    view = view_of(made_up_run(tmp_path, blocks=0))
    assert all(not item.winners for item in view.picks)
    assert view.bars == ()
    assert view.container.missing == "Images were not measured in these runs."
    assert "No sample succeeded" not in " ".join(view.alerts)


def test_every_figure_is_from_a_run_in_view_and_every_proof_is_there(all_three: View) -> None:
    sources = {source.slug for source in all_three.sources}
    anchors = {proof.anchor for proof in all_three.proofs}
    grids = (*all_three.nix, *all_three.changes, *all_three.backends)
    rows = [*all_three.table.rows, *(row for grid in grids for row in grid.rows)]
    figures = [figure for row in rows for figure in row.cells.values()]
    assert {figure.source for figure in figures if figure.value is not None} <= sources
    assert {figure.proof for figure in figures if figure.proof} <= anchors
    assert {proof for item in all_three.breaks for given in item.answers for proof in given.proof.values()} <= anchors


def test_what_all_answer_alike_stands_last(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("run",), blocks=1, mishaps=False)
    # Asked first, and answered alike by all.
    change_info(run, lambda info: replace(info, findings={"alike": info.findings["stale-value"], **info.findings}))
    answered(run, "alike", dict.fromkeys(("uv", "venv", "hatch"), "fresh"), {"fresh": Bearing.GOOD})
    editing = [item for item in view_of(run).breaks if item.group == "Editing"]
    assert [(item.title, len(item.answers) > 1) for item in editing] == [("Stale value", True), ("Alike", False)]


def test_runs_of_one_kind_are_read_together(tmp_path: Path) -> None:
    first = made_up_run(tmp_path, run_id="first", scenarios=("run",), mishaps=False)
    second = made_up_run(tmp_path, run_id="second", scenarios=("run",), mishaps=False, seed=8)
    (source,) = view_of(first, second).sources
    assert (source.run_ids, source.rounds) == (("first", "second"), 12)


def test_a_report_of_several_runs_needs_a_place_of_its_own(tmp_path: Path) -> None:
    runs = [made_up_run(tmp_path, run_id=name, scenarios=("run",)) for name in ("a", "b")]
    with pytest.raises(InputError, match="belongs to none of their folders"):
        write_report(runs)
    assert not list(tmp_path.glob("*/report"))


def test_the_rules_in_the_documentation_are_those_that_are_used() -> None:
    text = (CHECKOUT / "docs" / "situations.md").read_text(encoding="utf-8")
    assert rules_table() in text
    assert len({rule.slug for rule in RULES}) == len(RULES)


def test_who_has_no_wrapper_is_said_to_have_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SECONDS, "run-direct", (0.03, 0.03, 0.03, 0.03, 0.03))
    run = made_up_run(tmp_path, scenarios=("run", "run-direct"), mishaps=False)
    direct = (("python", "-m", "{module}"),)
    wrapped = {"run": (("tool", "run"),), "run-direct": direct}
    facts = {
        name: replace(item, commands={"run": direct, "run-direct": direct} if name == "venv" else wrapped)
        for name, item in read_info(run).variants.items()
    }
    change_info(run, lambda info: replace(info, variants=facts))

    measures = view_of(run).measures
    told = {
        row.variant: [row.cells[column.slug].meaning for column in measures.columns if "run" in column.slug]
        for row in measures.rows
    }
    assert ["no wrapper" in meaning for meaning in told["venv"]] == [True, False]
    assert ["no wrapper" in meaning for meaning in told["uv"]] == [False, False]


def test_what_is_unequal_and_what_a_size_holds_is_said_beside_the_figure(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("install-warm", "tool-install"), mishaps=False)
    whom = {"poetry": Environment.EACH_APPLICATION}
    facts = {
        name: replace(item, environment_of=whom.get(name, Environment.ALL_MEMBERS))
        for name, item in read_info(run).variants.items()
    }
    change_info(run, lambda info: replace(info, variants=facts))
    change_lines(
        run,
        lambda line: (
            line | {"sizes": {**line["sizes"], "toolchain_bytes/uv": 3 << 20, "toolchain_bytes/plug": 2048}}
            if line["variant"] == "hatch" and line["sizes"]
            else line
        ),
    )

    view = view_of(run)
    told = {
        row.variant: {slug.removeprefix("local-canonical-"): figure.meaning for slug, figure in row.cells.items()}
        for row in view.measures.rows
    }
    unequal = "Unequal work: an environment for each application, where venv makes one for all members."
    assert told["poetry"]["install-warm"].startswith(unequal)
    assert "Unequal" not in told["uv"]["install-warm"]
    assert "Unequal" not in told["poetry"]["tool-install"]
    assert told["hatch"]["tool-install-toolchain_bytes"] == "Of this uv 3.00 MiB and plug 2.00 KiB."
    assert not [slug for slug in told["hatch"] if "/" in slug]


def test_what_lies_behind_the_time_of_a_build_is_said_beside_it(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, scenarios=("build",), mishaps=False)
    answered(run, "build-isolated", {"uv": "not-isolated"}, {"not-isolated": Bearing.NEUTRAL})
    answered(run, "build-from-sdist", {"uv": "from-sdist"}, {"from-sdist": Bearing.NEUTRAL})

    rows = {row.variant: row.cells["local-canonical-build"].meaning for row in view_of(run).measures.rows}
    assert rows["uv"].startswith("Built not isolated, the wheel from sdist.")
    assert "Built" not in rows["venv"]


def test_a_page_of_documentation_is_a_link_to_the_web_or_none(tmp_path: Path) -> None:
    run = made_up_run(tmp_path, blocks=1, variants=("uv", "venv", "pdm"))
    pages = {"uv": "javascript:alert(1)", "venv": 'https://docs.invalid/a"b\u00e9', "pdm": "https://docs.invalid/%20#x"}
    documented = {name: DocumentedFacts(page=page, read="2026-12-01") for name, page in pages.items()}
    change_info(
        run,
        lambda info: replace(
            info, variants={name: replace(info.variants[name], documented=documented[name]) for name in pages}
        ),
    )
    found = {item.variant: item.documented and item.documented.page for item in view_of(run).toolchains}
    assert found == {
        "uv": None,
        "venv": "https://docs.invalid/a%22b%C3%A9",
        "pdm": "https://docs.invalid/%20#x",
    }
