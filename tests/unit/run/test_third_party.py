"""``run --third-party``: what is included, what is left out, and how a resumed run has the same."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name
from rich.console import Console

from harness.errors import InputError, ResultsError, ShapeError, VariantError
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape
from harness.monorepo.variants import load_variants
from harness.monorepo.variants.lock import Pin, read_lock
from harness.plan.cells import Selection, make_plan
from harness.provision.resolving import NoSolutionError
from harness.provision.state_folder import Layout
from harness.records.facts import Lane
from harness.records.journal import Journal
from harness.run.contestants.variants import VariantContestants, third_party_of
from harness.run.info import shape_facts, variant_facts
from harness.run.recorder import open_journal
from harness.run.request import VariantAssignment
from harness.run.resume import resumed
from harness.run.shapes_asked import left_out, see_stated, third_party_in_words
from tests.made_up import made_up_info, made_up_variant
from tests.runs import invoke

SHAPE = Shape(
    name="ours",
    members=(
        Member(name="base", kind=Kind.LIBRARY, requirements=("attrs>=23", 'tomli; python_version < "3"')),
        Member(name="web", kind=Kind.APPLICATION, needs=("base",), requirements=("Flask[x]", "attrs>=23")),
    ),
)


class Found:
    """An index that has everything, in version 1, or nothing."""

    def __init__(self, *, nothing: bool = False) -> None:
        self.nothing = nothing
        self.asked: list[list[str]] = []

    def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """The closure."""
        self.asked.append(list(requirements))
        if self.nothing:
            raise NoSolutionError("it was not found")
        names = [canonicalize_name(text.split("[")[0].split(">")[0]) for text in requirements]
        return tuple(Pin(name=name, version="1", hashes=frozenset({"a" * 64})) for name in names)

    def elsewhere(self, requirements: Sequence[str], here: Sequence[Pin]) -> tuple[Pin, ...]:
        """Nothing more."""
        return ()


def assignment(
    tmp_path: Path, *shapes: Shape, third_party: bool = True, leave_out: Sequence[str] = ()
) -> VariantAssignment:
    variant = made_up_variant(tmp_path)
    selection = Selection(
        strategies={variant.name: ()},
        scenarios={"lock": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        shapes=[shape.name for shape in shapes],
        blocks=1,
    )
    return VariantAssignment(
        variants=(variant,),
        shapes=shapes,
        plan=make_plan(selection),
        results=tmp_path / "results",
        report=None,
        run_id="run",
        command_line=("run",),
        third_party=third_party,
        leave_out=tuple(leave_out),
    )


def test_each_shape_is_resolved_into_a_lock_and_what_is_not_needed_here_is_told(tmp_path: Path) -> None:
    index = Found()
    console = Console(record=True, width=200)
    asked = assignment(tmp_path, CANONICAL, SHAPE, leave_out=["flask"])

    outside = third_party_of(asked, tmp_path / "scratch", lambda: index, console)

    assert set(outside) == {"ours"}
    assert outside["ours"].requirements == ("attrs>=23",)
    assert [pin.name for pin in read_lock(outside["ours"].lock)] == ["attrs"]
    assert index.asked == [["attrs>=23"], ["attrs>=23"]]
    assert console.export_text() == 'ours: not needed on this machine: tomli; python_version < "3"\n'


def test_without_the_third_party_nothing_is_resolved(tmp_path: Path) -> None:
    asked = assignment(tmp_path, SHAPE, third_party=False)

    assert third_party_of(asked, tmp_path / "scratch", pytest.fail, Console()) == {}


def test_what_cannot_be_had_leaves_nothing_behind(tmp_path: Path) -> None:
    asked = assignment(tmp_path, SHAPE)

    with pytest.raises(ShapeError, match="2 of 2 outside requirements of ours cannot be had"):
        third_party_of(asked, tmp_path / "scratch", lambda: Found(nothing=True), Console())

    assert not (tmp_path / "scratch").exists()
    assert not (tmp_path / "results").exists()


def test_a_resumed_run_has_the_lock_that_is_kept_with_it(tmp_path: Path) -> None:
    asked = assignment(tmp_path, SHAPE)
    first = third_party_of(asked, tmp_path / "scratch", Found, Console())
    again = replace(asked, resumes=True)
    with pytest.raises(ResultsError, match=r"--resume: the run run has no third-party-ours\.txt"):
        third_party_of(again, tmp_path / "scratch", pytest.fail, Console())

    open_journal(asked, made_up_info(asked.plan), first, Console())
    second = third_party_of(again, tmp_path / "scratch", pytest.fail, Console())

    assert second["ours"].lock == asked.folder / "third-party-ours.txt"
    assert second["ours"].lock.read_bytes() == first["ours"].lock.read_bytes()
    assert second["ours"].requirements == first["ours"].requirements


@pytest.mark.parametrize("third_party", [False, True])
def test_the_record_says_what_was_included(tmp_path: Path, third_party: bool) -> None:
    layout = Layout.here()
    (variant,) = load_variants(layout.variants, ["uv"])
    selection = Selection(
        strategies={"uv": ()},
        scenarios={"lock": Lane.LOCAL},
        lanes=frozenset({Lane.LOCAL}),
        shapes=["canonical", "ours"],
        blocks=1,
    )
    facts = {
        shape.name: shape_facts(shape, third_party=third_party, leave_out=["flask"]) for shape in (CANONICAL, SHAPE)
    }
    info = made_up_info(make_plan(selection))
    info = replace(info, shapes=facts, variants={"uv": variant_facts(variant, ())})
    folder = Journal.create(tmp_path, info).folder

    contestants = resumed(folder, None, layout)
    assert isinstance(contestants, VariantContestants)
    rest = contestants.assignment

    assert not facts["canonical"].third_party
    assert (facts["ours"].third_party, facts["ours"].left_out) == (third_party, ("flask",) if third_party else ())
    assert (rest.third_party, rest.leave_out) == (third_party, ("flask",) if third_party else ())
    assert rest.shapes[1].members == SHAPE.members


def test_names_to_be_left_out_are_normalised_and_known() -> None:
    assert left_out([CANONICAL, SHAPE], ["FLASK", "flask", "attrs"], third_party=True) == ("flask", "attrs")
    assert left_out([SHAPE], [], third_party=False) == ()
    with pytest.raises(InputError, match="--leave-out: no member requires 'falsk' from outside") as caught:
        left_out([SHAPE], ["falsk"], third_party=True)
    assert "Did you mean 'flask'?" in caught.value.hint
    with pytest.raises(InputError, match="without --third-party all outside requirements are left out"):
        left_out([SHAPE], ["flask"], third_party=False)


def test_nixpkgs_has_versions_of_its_own() -> None:
    see_stated([], [Lane.LOCAL], "nixpkgs")
    see_stated([], [Lane.NIX], "host")
    with pytest.raises(InputError, match="--third-party: provider nixpkgs has its own versions") as caught:
        see_stated([], [Lane.LOCAL, Lane.NIX], "nixpkgs")
    assert "--provider host" in caught.value.hint


def test_every_variant_of_ours_has_a_place_for_what_is_from_outside_and_another_is_named(tmp_path: Path) -> None:
    see_stated(load_variants(Layout.here().variants), [Lane.LOCAL, Lane.NIX], "host")
    variant = made_up_variant(tmp_path)
    see_stated([variant], [Lane.LOCAL], "host")
    (variant.folder / "hello" / "pyproject.toml").write_text('[project]\ndependencies = ["shared"]\n', encoding="utf-8")

    with pytest.raises(VariantError, match=r"--third-party: hello/pyproject\.toml of made-up has no place"):
        see_stated([variant], [Lane.LOCAL], "host")


def test_a_line_says_whether_the_third_party_counts() -> None:
    one = Shape(name="one", members=(Member(name="a", kind=Kind.APPLICATION, requirements=("attrs",)),))

    assert list(third_party_in_words([CANONICAL, SHAPE, one], third_party=False)) == [
        "ours: 3 outside requirements are left out, so only the inner graph counts; --third-party would include them",
        "one: 1 outside requirement is left out, so only the inner graph counts; --third-party would include it",
    ]
    assert list(third_party_in_words([SHAPE], ["flask"], third_party=True)) == [
        "ours: 3 outside requirements, but for flask: resolved and fetched before anything is measured"
    ]


@pytest.fixture
def asked(tmp_path: Path) -> list[str]:
    """A run of a shape that requires something from outside, only planned."""
    file = tmp_path / "ours.json"
    member = {"name": "web", "kind": "application", "requirements": ["Flask>=3", "attrs"]}
    file.write_text(json.dumps({"schema_version": 1, "name": "ours", "members": [member]}), encoding="utf-8")
    return ["run", "--plan", "--variant", "uv", "--shape", str(file), "--results", str(tmp_path / "results")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "ours: 2 outside requirements are left out, so only the inner graph counts; --third-party would"),
        (["--third-party"], "ours: 2 outside requirements: resolved and fetched before anything is measured"),
        (["--third-party", "--leave-out", "flask"], "ours: 2 outside requirements, but for flask: resolved"),
    ],
)
def test_a_plan_says_whether_the_third_party_counts_and_asks_no_index(
    asked: list[str], words: list[str], said: str
) -> None:
    result = invoke(*asked, *words)

    assert result.exit_code == 0
    assert said in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--leave-out", "flask"], "--leave-out flask: without --third-party"),
        (["--third-party", "--leave-out", "flsk"], "Did you mean 'flask'? Known: attrs, flask."),
        (["--third-party", "--provider", "nixpkgs"], "--third-party: provider nixpkgs"),
    ],
)
def test_a_slip_is_one_clear_error_with_status_2(asked: list[str], words: list[str], said: str, tmp_path: Path) -> None:
    result = invoke(*asked, *words)

    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "results").exists()


def test_a_run_goes_on_with_the_third_party_that_it_was_planned_with(tmp_path: Path) -> None:
    for words in (["--third-party"], ["--leave-out", "flask"]):
        result = invoke("run", "--resume", "nope", "--results", str(tmp_path), *words)

        assert result.exit_code == 2
        assert f"{words[0]} cannot be given with --resume" in result.stderr
