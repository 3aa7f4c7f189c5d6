"""harness.monorepo.changes.standard: what each change is, the members there are afterwards, and what they print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.monorepo.changes import STANDARD, StandardChange
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape

each_change = pytest.mark.parametrize("change", STANDARD.values(), ids=list(STANDARD))

#: Names no change brings in or takes away.
FREE = st.text("abcdefgh", min_size=1, max_size=6).filter(lambda name: name not in ("hello", "shared", "common"))


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """The canonical members and some more, libraries before those that need them."""
    libraries = ["shared", *draw(st.lists(FREE.map("lib-{}".format), unique=True, max_size=3))]
    applications = ["hello", *draw(st.lists(FREE.map("app-{}".format), unique=True, max_size=3))]
    needs = st.lists(st.sampled_from(libraries), unique=True).map(tuple)
    members = [
        *(Member(name=name, kind=Kind.LIBRARY) for name in libraries),
        *(Member(name=name, kind=Kind.APPLICATION, needs=draw(needs)) for name in applications),
    ]
    return Shape(name="made-up", members=tuple(members))


def needs(shape: Shape) -> dict[str, tuple[str, ...]]:
    return {member.name: member.needs for member in shape.members}


def test_the_six_changes_are_there_under_their_names() -> None:
    assert set(STANDARD) == {
        "add-dependency", "add-application", "add-library", "raise-version", "rename-library", "share-tooling",
    }  # fmt: skip
    assert all(change.name == name for name, change in STANDARD.items())


@each_change
def test_a_change_is_told_in_sentences(change: StandardChange) -> None:
    assert change.facts.what.endswith(".")
    assert change.facts.effect.endswith(".")
    assert change.facts.title
    assert len({other.facts.title for other in STANDARD.values()}) == len(STANDARD)


@each_change
def test_what_a_change_builds_on_is_a_change_that_builds_on_none(change: StandardChange) -> None:
    if change.base:
        assert STANDARD[change.base].base == ""
        assert list(STANDARD).index(change.base) < list(STANDARD).index(change.name)


def test_only_raising_a_version_builds_on_another_change() -> None:
    assert {name: change.base for name, change in STANDARD.items() if change.base} == {
        "raise-version": "add-dependency"
    }


@pytest.mark.parametrize(
    ("name", "members"),
    [
        ("add-dependency", {"shared": (), "hello": ("shared",), "goodbye": ("shared",)}),
        (
            "add-application",
            {"shared": (), "hello": ("shared",), "goodbye": ("shared",), "farewell": ("shared",)},
        ),
        (
            "add-library",
            {"shared": (), "greetings": (), "hello": ("shared", "greetings"), "goodbye": ("shared",)},
        ),
        ("raise-version", {"shared": (), "hello": ("shared",), "goodbye": ("shared",)}),
        ("rename-library", {"common": (), "hello": ("common",), "goodbye": ("common",)}),
        ("share-tooling", {"shared": (), "hello": ("shared",), "goodbye": ("shared",)}),
    ],
)
def test_the_members_there_are_afterwards(name: str, members: dict[str, tuple[str, ...]]) -> None:
    after = STANDARD[name].reshape(CANONICAL)

    assert needs(after) == members
    assert list(needs(after)) == list(members)


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("add-dependency", {"hello": "Hello, Poly-Wolf\n", "goodbye": "Goodbye, Poly-Wolf\n"}),
        ("add-library", {"hello": "Welcome, PolyWolf\n", "goodbye": "Goodbye, PolyWolf\n"}),
        ("raise-version", {"hello": "Hello, Wolf\n", "goodbye": "Goodbye, Wolf\n"}),
        ("rename-library", {"hello": "Hello, PolyWolf\n", "goodbye": "Goodbye, PolyWolf\n"}),
        (
            "add-application",
            {"hello": "Hello, PolyWolf\n", "goodbye": "Goodbye, PolyWolf\n", "farewell": "Farewell, PolyWolf\n"},
        ),
    ],
)
def test_what_applications_print_afterwards(name: str, lines: dict[str, str]) -> None:
    change = STANDARD[name]

    assert {app.name: change.line(app.name) for app in change.reshape(CANONICAL).applications} == lines


def test_an_effect_differs_from_what_was_there_before_or_is_something_new_to_run() -> None:
    """Otherwise a change that was never made would be seen to work."""
    for change in STANDARD.values():
        before = STANDARD[change.base].line if change.base else (lambda name: f"{name.capitalize()}, PolyWolf\n")
        after = change.reshape(CANONICAL)
        new_line = any(change.line(app.name) != before(app.name) for app in CANONICAL.applications)
        new_member = {member.name for member in after.members} != {member.name for member in CANONICAL.members}
        assert new_line or new_member or change.tests, change.name


@each_change
@given(shape=shapes())
def test_members_stay_in_an_order_in_which_they_can_be_built(change: StandardChange, shape: Shape) -> None:
    seen: set[str] = set()
    for member in change.reshape(shape).members:
        assert set(member.needs) <= seen, member.name
        seen.add(member.name)


@each_change
@given(shape=shapes())
def test_what_there_was_before_is_left_alone(change: StandardChange, shape: Shape) -> None:
    before = needs(shape)
    change.reshape(shape)

    assert needs(shape) == before


@given(shape=shapes())
def test_an_added_application_changes_no_other_member(shape: Shape) -> None:
    after = STANDARD["add-application"].reshape(shape)

    assert [member for member in after.members if member.name != "farewell"] == list(shape.members)
    assert after.members[-1] == Member(name="farewell", kind=Kind.APPLICATION, needs=("shared",))


@given(shape=shapes())
def test_an_added_library_is_needed_by_hello_alone(shape: Shape) -> None:
    after = STANDARD["add-library"].reshape(shape)

    assert [member.name for member in after.members if "greetings" in member.needs] == ["hello"]
    assert after.member("greetings") == Member(name="greetings", kind=Kind.LIBRARY)
    assert {name: need for name, need in needs(after).items() if name not in ("hello", "greetings")} == {
        name: need for name, need in needs(shape).items() if name != "hello"
    }
    assert after.member("hello").needs == (*shape.member("hello").needs, "greetings")


@given(shape=shapes())
def test_renaming_renames_everywhere_and_nothing_else(shape: Shape) -> None:
    after = STANDARD["rename-library"].reshape(shape)
    renamed = {"shared": "common"}

    assert needs(after) == {
        renamed.get(name, name): tuple(renamed.get(need, need) for need in need_of)
        for name, need_of in needs(shape).items()
    }
    assert [member.kind for member in after.members] == [member.kind for member in shape.members]
