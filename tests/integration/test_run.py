"""The main path with real tools: every scenario with two variants, every experiment with one."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from harness.findings import experiments, inspections, wanted
from harness.findings.growth import FACTS as GROWTH
from harness.monorepo.changes import STANDARD
from harness.monorepo.variants import load_variants
from harness.plan.cells import CONTROLLED, planned
from harness.provision.state_folder import Layout
from harness.records.facts import Lane, Outcome
from harness.records.format import CONTROL_SUFFIX, FINDING, Finding, RunStatus
from harness.records.strategies import DERIVED, offered, refusal
from harness.scenarios import all_scenarios
from tests.runs import harness, read_run

pytestmark = [pytest.mark.integration, pytest.mark.tools]

CHECKOUT = Layout.here().checkout
#: Two that are fast: `check` carries out every phase of every other, in test_check.py.
MEASURED = ("uv", "uv-hatchling")
#: The way through Nix that is timed; `check` goes the others, in test_check.py.
WAY = "handwritten"
VARIANTS = {variant.name: variant for variant in load_variants(Layout.here().variants, MEASURED)}
#: Who every experiment is conducted with: fast too, and no workspace, as it names its members by path. In `make test`
#: uv does that, as a check.
EXAMINED = ("uv-pip",)
OFFERED = {variant.name: variant for variant in load_variants(Layout.here().variants, EXAMINED)}


Run = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One block in which no change waits for its turn."""
    results = tmp_path_factory.mktemp("results")
    chosen = [word for name in all_scenarios() for word in ("--scenario", name)]
    chosen += [word for name in MEASURED for word in ("--variant", name)]
    chosen += ["--strategy", WAY]
    done = harness("run", "--blocks", "1", "--results", str(results), "--run-id", "whole", "--seed", "1", *chosen)
    return results / "whole", done


@pytest.fixture(scope="module")
def examined(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Every experiment."""
    results = tmp_path_factory.mktemp("results")
    words = [word for name in EXAMINED for word in ("--variant", name)]
    words += [word for name in experiments() for word in ("--finding", name)]
    return results / "examined", harness("run", "--results", str(results), "--run-id", "examined", *words)


def test_every_cell_is_measured_and_verified(run: Run) -> None:
    folder, done = run
    info, samples = read_run(folder)

    bad = [sample for sample in samples if sample.outcome not in (Outcome.OK, Outcome.UNSUPPORTED)]
    if info.nix_unavailable:
        pytest.skip(f"no Nix lane on this machine: {info.nix_unavailable}")
    assert not bad, f"{bad}\n{done.stderr}"
    assert done.returncode == 0
    assert info.status is RunStatus.COMPLETE
    measured: defaultdict[str, set[str]] = defaultdict(set)
    for sample in samples:
        measured[sample.variant].add(sample.scenario)
    for name in VARIANTS:
        assert measured[name] == set(all_scenarios())
    assert len(samples) == planned(info.plan)
    assert measured[f"{info.plan.reference}{CONTROL_SUFFIX}"] == CONTROLLED - set(info.plan.only_first)


def test_what_is_unsupported_is_what_the_variant_says(run: Run) -> None:
    _, samples = read_run(run[0])

    for sample in samples:
        said = VARIANTS[sample.variant.removesuffix(CONTROL_SUFFIX)].spec.unsupported
        expected = (
            sample.scenario in said or "Nix" in sample.reason or bool(refusal(sample.strategy or DERIVED, "host"))
        )
        assert (sample.outcome is Outcome.UNSUPPORTED) == expected


def test_cold_asks_the_index_and_warm_does_not(run: Run) -> None:
    _, samples = read_run(run[0])
    requests = {(sample.variant, sample.scenario): sample.requests for sample in samples}

    for name, variant in VARIANTS.items():
        assert requests[name, "install-warm"] == 0
        assert requests[name, "tool-install"]
        if variant.spec.toolchain.backend != "uv_build":  # uv builds by itself and asks for nothing
            assert requests[name, "install-cold"]


def test_sizes_are_there(run: Run) -> None:
    info, samples = read_run(run[0])
    names: set[str] = set()
    # None of them may have been touched.
    counts = {"derivations_built", "members_reinstalled"}
    for sample in samples:
        names |= set(sample.sizes)
        assert all(size > 0 for name, size in sample.sizes.items() if name not in counts), sample

    local = {"toolchain_bytes", "environment_bytes", "deployed_bytes", "cache_bytes", "wheels_bytes", "sdists_bytes"}
    assert local <= names
    if not info.nix_unavailable:
        assert {"hello_runtime_closure_bytes", "goodbye_build_closure_bytes"} <= names


def test_the_logs_are_where_the_samples_say(run: Run) -> None:
    folder, _ = run
    for sample in read_run(folder)[1]:
        if sample.outcome is Outcome.OK:
            assert "$ " in (folder / sample.log_path).read_text(encoding="utf-8", errors="replace")


def findings(folder: Path) -> list[Finding]:
    return [FINDING.validate_json(line) for line in (folder / "findings.jsonl").read_bytes().splitlines()]


def test_after_an_edit_nix_builds_what_it_has_to_and_no_more(run: Run) -> None:
    info, samples = read_run(run[0])
    if info.nix_unavailable:
        pytest.skip(f"no Nix lane on this machine: {info.nix_unavailable}")
    built = {
        (sample.variant, sample.strategy, sample.scenario): sample.sizes["derivations_built"]
        for sample in samples
        if "derivations_built" in sample.sizes and sample.variant in VARIANTS
    }

    for name, variant in VARIANTS.items():
        assert WAY in variant.spec.nix.strategies
        # Three members and two environments; an application and its environment; nothing.
        assert built[name, WAY, "nix-refresh"] == 5
        assert built[name, WAY, "nix-refresh-application"] == 2
        assert built[name, WAY, "nix-refresh-outside"] == 0


def test_friction_is_counted_for_every_variant(run: Run) -> None:
    known = findings(run[0])

    for finding in ("configuration-lines", "dependency-statements", "must-agree-by-hand"):
        found = {(item.variant, item.lane, item.strategy): item.value for item in known if item.finding == finding}
        assert set(found) == {
            *((name, Lane.LOCAL, None) for name in VARIANTS),
            *((name, Lane.NIX, way) for name, variant in VARIANTS.items() for way in variant.spec.nix.strategies),
        }
        assert all(value == "unsupported" or int(value) >= 0 for value in found.values())
        # What nobody can state wrongly is what pyproject.toml alone states.
        assert {value for (_, _, way), value in found.items() if way == DERIVED} == (
            {"5"} if finding == "configuration-lines" else {"0"}
        )


@pytest.mark.verify
def test_every_finding_is_established(examined: Run) -> None:
    info, _ = read_run(examined[0])
    known = findings(examined[0])
    found = {(item.variant, item.lane, item.strategy, item.finding): item for item in known}
    asked = set()
    for variant in EXAMINED:
        strategies = OFFERED[variant].spec.nix.strategies
        for kinds, ways in ((inspections(), strategies), (experiments(), offered(strategies, "host"))):
            for kind in kinds.values():
                asked |= {(variant, *key) for key in wanted(kind.facts, list(Lane), ways)}
        asked |= {(variant, *key) for key in wanted(GROWTH, list(Lane), strategies)}

    assert set(found) == asked, examined[1].stderr
    assert len(known) == len(asked)
    assert not [item for item in found.values() if item.value == "failed"]
    assert all(item.evidence for item in found.values())
    if not info.nix_unavailable:
        unsupported = {item.finding for item in found.values() if item.value == "unsupported"}
        assert not {name for name in unsupported if name.partition(".")[0] in STANDARD}


@pytest.mark.verify
def test_every_change_works_and_what_is_derived_takes_next_to_no_edit_of_nix(examined: Run) -> None:
    info, _ = read_run(examined[0])
    found = {(item.variant, item.strategy, item.finding): item for item in findings(examined[0])}
    ways = [None, *(() if info.nix_unavailable else ("handwritten", DERIVED))]

    for variant in EXAMINED:
        for name in STANDARD:
            for way in ways:
                works = found[variant, way, f"{name}.works"]
                assert works.value == "works", works
            if not info.nix_unavailable:
                assert found[variant, "handwritten", f"{name}.forgotten"].value != "not-needed"
                assert int(found[variant, DERIVED, f"{name}.lines-added"].value) <= 1


@pytest.mark.verify
def test_pip_works_without_an_index_from_what_it_downloaded_beforehand(tmp_path: Path) -> None:
    asked = ("--variant", "venv", "--lane", "local", "--finding", "offline-install")
    done = harness("run", "--results", str(tmp_path), "--run-id", "offline", *asked)
    found = {item.finding: item for item in findings(tmp_path / "offline")}

    for name in ("offline-install", "offline-build", "offline-deploy"):
        assert found[name].value == "works-prepared", done.stderr
        assert "(the index is back for 1 command)\n$ pip download" in found[name].evidence


@pytest.mark.verify
def test_evidence_names_no_place_of_this_machine(examined: Run) -> None:
    text = (examined[0] / "findings.jsonl").read_text(encoding="utf-8")

    assert str(CHECKOUT) not in text
    assert str(Layout.here().state) not in text
    assert f"{Path.home()}/" not in text or str(Path.home()) == "/"


def test_the_report_and_the_terminal_say_what_came_out(run: Run) -> None:
    folder, done = run

    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert all(name in page for name in VARIANTS)
    assert "Warm install" in (folder / "report" / "report.md").read_text(encoding="utf-8")
    assert "install-cold" in done.stdout
    summary = done.stdout[done.stdout.index("Local lane") :]
    assert max(len(line) for line in summary.splitlines() if "report: " not in line) <= 80


def test_nothing_is_left_in_the_state_folder(run: Run) -> None:
    assert not Layout.here().scratch("whole").exists()
