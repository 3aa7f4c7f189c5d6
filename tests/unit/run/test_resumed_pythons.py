"""A run that is resumed goes on with the very Pythons that it began with, or not at all."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from harness.errors import ResultsError
from harness.monorepo.shapes import CANONICAL
from harness.plan.cells import Selection, make_plan
from harness.provision.interpreters import own_python
from harness.provision.pins.pythons import under_pythons
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.format import RUN_INFO
from harness.records.journal import Journal
from harness.run.contestants.variants import VariantContestants
from harness.run.recorder import open_journal
from harness.run.request import VariantAssignment
from tests.made_up import made_up_variant, write_python

OWN, OTHER = own_python().version, "3.98.1"


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VariantAssignment:
    """A run with a variant under two Pythons that was cut off at once, to be resumed."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    write_python(tmp_path / "bin" / "python3.98", OTHER)
    variant = made_up_variant(tmp_path, "mine")
    variants = (variant, *under_pythons([variant], ["3.98"], tmp_path / "pinned"))
    plan = make_plan(
        Selection(strategies={item.name: () for item in variants}, scenarios={}, lanes=frozenset({Lane.LOCAL}))
    )
    return VariantAssignment(
        variants=variants,
        shapes=(CANONICAL,),
        plan=plan,
        results=tmp_path / "results",
        report=None,
        run_id="cut",
        command_line=("run",),
    )


def journal(assignment: VariantAssignment) -> Journal:
    layout = Layout(checkout=Layout.here().checkout, state=assignment.results.parent)
    info = VariantContestants(assignment=assignment).info(layout)
    return open_journal(assignment, info, {}, Console(file=io.StringIO()))[0]


def test_run_json_says_which_python_each_variant_was_measured_with(begun: VariantAssignment) -> None:
    variants = journal(begun).info.variants

    assert {name: facts.python for name, facts in variants.items()} == {"mine": OWN, "mine-python-3.98": OTHER}
    assert variants["mine-python-3.98"].versions["Python"] == OTHER
    assert 'python = "3.98"' in variants["mine-python-3.98"].files["variant.toml"]


def test_with_the_same_pythons_it_goes_on(begun: VariantAssignment) -> None:
    journal(begun)

    assert journal(replace(begun, resumes=True)).info.run_id == "cut"


@pytest.mark.parametrize(("name", "now"), [("mine-python-3.98", OTHER), ("mine", OWN)])
def test_another_version_is_refused_in_words(begun: VariantAssignment, name: str, now: str) -> None:
    journal(begun)
    file = begun.folder / "run.json"
    info = RUN_INFO.validate_json(file.read_bytes())
    variants = {**info.variants, name: replace(info.variants[name], python="3.98.0")}
    file.write_bytes(RUN_INFO.dump_json(replace(info, variants=variants)))

    with pytest.raises(ResultsError, match=rf"the Python of {name} .* is not what it was: 3\.98\.0 then, {now} now"):
        journal(replace(begun, resumes=True))


def test_a_run_of_a_harness_that_did_not_record_them_goes_on(begun: VariantAssignment) -> None:
    journal(begun)
    file = begun.folder / "run.json"
    info = RUN_INFO.validate_json(file.read_bytes())
    variants = {name: replace(facts, python="") for name, facts in info.variants.items()}
    file.write_bytes(RUN_INFO.dump_json(replace(info, variants=variants)))

    assert journal(replace(begun, resumes=True)).info.run_id == "cut"


def test_a_variant_that_is_set_aside_has_none(begun: VariantAssignment) -> None:
    aside = begun.variants[0]
    aside = replace(aside, spec=replace(aside.spec, broken="it is"))
    layout = Layout(checkout=Layout.here().checkout, state=begun.results.parent)
    info = VariantContestants(assignment=replace(begun, variants=(), aside=(aside,))).info(layout)

    assert info.variants["mine"].python == ""
