"""harness.findings.growth: what one more application asks for, in variants whose files say it."""

from __future__ import annotations

import pytest

from harness.findings.growth import FACTS, look_at_growth, one_more
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape
from harness.monorepo.shapes.text import layered
from harness.monorepo.variants import load_variants
from harness.provision.state_folder import Layout
from harness.records.facts import Lane

VARIANTS = {variant.name: variant for variant in load_variants(Layout.here().variants)}


def counts(name: str, shape: Shape = CANONICAL) -> dict[tuple[str | None, str], str]:
    seen = look_at_growth(VARIANTS[name], shape)
    return {(item.strategy, item.finding): item.value for item in seen if item.value != "unsupported"}


def test_one_more_needs_what_the_last_one_needs() -> None:
    shape = one_more(one_more(CANONICAL))

    assert [member.name for member in shape.members[3:]] == ["one-more", "one-more-1"]
    assert {member.needs for member in shape.members[3:]} == {("shared",)}


@pytest.mark.parametrize("shape", [CANONICAL, layered(apps=40, libs=20)], ids=["canonical", "sixty"])
@pytest.mark.parametrize(
    ("name", "files", "lines"),
    [("uv", "1", "1"), ("venv", "1", "1"), ("poetry", "0", "0"), ("poetry-monorepo", "1", "2"), ("una", "1", "1")],
)
def test_what_others_have_to_know_of_it(name: str, files: str, lines: str, shape: Shape) -> None:
    found = counts(name, shape)

    assert (found[None, "member-files"], found[None, "member-lines"]) == (files, lines)


def test_through_nix_it_is_stated_again_where_it_is_written_by_hand() -> None:
    found = counts("uv")

    assert (found["handwritten", "member-files"], found["handwritten", "member-lines"]) == ("1", "1")
    assert int(found["handwritten", "member-own-lines"]) > 20
    assert [found["derived", name] for name in ("member-files", "member-lines", "member-own-lines")] == ["0", "0", "0"]


def test_without_nix_files_there_is_one_answer_that_says_why() -> None:
    found = [item for item in look_at_growth(VARIANTS["una"], CANONICAL) if item.lane is Lane.NIX]

    assert {(item.strategy, item.value) for item in found} == {(None, "unsupported")}
    assert {item.finding for item in found} == set(FACTS)
    assert all(item.evidence for item in found)


def test_where_a_table_states_all_that_is_needed_it_has_more_lines_the_deeper_the_graph() -> None:
    chain = Shape(
        name="chain",
        members=(
            Member(name="a", kind=Kind.LIBRARY),
            Member(name="b", kind=Kind.LIBRARY, needs=("a",)),
            Member(name="c", kind=Kind.LIBRARY, needs=("b",)),
            Member(name="top", kind=Kind.APPLICATION, needs=("c",)),
        ),
    )

    own = {name: int(counts(name, chain)[None, "member-own-lines"]) for name in ("hatch-sources", "hatch")}
    short = {name: int(counts(name)[None, "member-own-lines"]) for name in own}

    assert own["hatch"] == short["hatch"]
    # Two more members below it, each in the environment's dependencies and in its sources.
    assert own["hatch-sources"] == short["hatch-sources"] + 4


def test_the_evidence_has_the_lines() -> None:
    (line,) = [
        item.evidence
        for item in look_at_growth(VARIANTS["venv"], CANONICAL)
        if item.lane is Lane.LOCAL and item.finding == "member-lines"
    ]

    assert line == "requirements.txt: -e ./one-more"
