"""harness.monorepo.shapes and what is beside it: what a shape may be, the rule that makes one, and its file."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.cli import schemas
from harness.errors import ShapeError
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape, graph
from harness.monorepo.shapes.checks import MOST_MEMBERS, checked, complaints, is_name
from harness.monorepo.shapes.file import KEYS, MEMBER_KEYS, load_shape, read_shape, shape_json_schema, written
from harness.monorepo.shapes.text import MOST_FURTHER, layered, parse_shape
from tests.places import CHECKOUT

DOCS = CHECKOUT / "docs" / "shapes.md"


def library(name: str, *needs: str, **more: Any) -> Member:
    return Member(name=name, kind=Kind.LIBRARY, needs=needs, **more)


def said_of(*members: Member) -> str:
    with pytest.raises(ShapeError) as caught:
        checked(Shape(name="made-up", members=members), source="shape")
    assert caught.value.hint
    return caught.value.message


def test_the_canonical_shape_is_one() -> None:
    assert checked(CANONICAL, source="canonical") is CANONICAL
    assert graph.depth(CANONICAL.graph) == 1


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([], "members: a shape has from 1 to 10,000 members, not 0"),
        ([library("a"), library("b", "c")], "members[1].dependencies[0]: there is no member 'c'"),
        ([library("a"), library("b", "a", "a")], "members[1].dependencies[1]: 'a' is named twice"),
        ([library("a"), library("a")], "members[1].name: 'a' is the name of members[0] too"),
        ([library("My_Lib")], "members[0].name: 'My_Lib' is not normalised: write 'my-lib'"),
        ([library("-a")], "members[0].name: '-a' cannot be a project's name"),
        ([library("a\n")], "members[0].name: 'a\\n' cannot be a project's name"),
        ([library("\u017f")], "members[0].name: '\u017f' cannot be a project's name"),
        ([library("a", requirements=("? 1",))], "members[0].requirements[0]: '? 1' is not a requirement as PEP 508"),
        ([library("a"), library("b", requirements=("A>1",))], "members[1].requirements[0]: 'A' is a member"),
        ([library("a", modules=-1)], "members[0].modules: -1 is not from 0 to"),
        ([library("b", "a"), library("a", "b")], "members[1].dependencies: a cycle: a -> b -> a"),
        ([library("a", "a")], "members[0].dependencies: a cycle: a -> a"),
    ],
)
def test_what_is_wrong_with_members_is_named_by_key(members: list[Member], said: str) -> None:
    assert said in said_of(*members)


def test_an_error_names_the_first_few_of_many_mistakes() -> None:
    said = said_of(*(library(f"a{number}", "nothing") for number in range(100)))

    assert said.count("there is no member") == 5
    assert said.endswith("and 95 more")


def test_the_rule_always_makes_the_same_shape() -> None:
    # As it came out when the rule was written: Python promises that the sequence it draws from stays.
    shape = parse_shape("apps=3,libs=6,depth=3,seed=7")

    assert shape.name == "apps=3,libs=6,depth=3,seed=7"
    assert {member.name: member.needs for member in shape.members} == {
        "lib-1": (),
        "lib-2": (),
        "lib-3": (),
        "lib-4": ("lib-1", "lib-2"),
        "lib-5": ("lib-1",),
        "lib-6": ("lib-4",),
        "app-1": ("lib-5", "lib-6"),
        "app-2": ("lib-6",),
        "app-3": ("lib-3", "lib-4", "lib-6"),
    }
    assert parse_shape("seed=7, depth=3, libs=6, apps=3") == shape
    assert parse_shape("apps=3,libs=6,depth=3,seed=8") != shape


@given(apps=st.integers(1, 30), libs=st.integers(0, 40), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_a_layered_shape_is_what_its_rule_says(apps: int, libs: int, seed: int, data: st.DataObject) -> None:
    depth = data.draw(st.integers(min(1, libs), libs))
    shape = checked(layered(apps=apps, libs=libs, depth=depth, seed=seed), source="layered")

    assert (len(shape.applications), len(shape.libraries)) == (apps, libs)
    assert graph.depth(shape.graph) == depth
    assert graph.ordered(shape.graph) == tuple(member.name for member in shape.members)
    needed = graph.fan_in(shape.graph)
    assert all(needed[member.name] for member in shape.libraries)
    assert not any(needed[member.name] for member in shape.applications)
    assert parse_shape(shape.name) == shape


def test_a_member_needs_few_unless_it_takes_in_what_nothing_needs() -> None:
    shape = layered(apps=50, libs=1, depth=1, seed=1)

    assert {member.needs for member in shape.applications} == {("lib-1",)}
    assert max(graph.fan_out(layered(apps=200, libs=9, depth=3).graph).values()) <= 1 + MOST_FURTHER + 9
    assert parse_shape("apps=1,libs=0").members[0].needs == ()
    assert parse_shape("apps=5,libs=20").name == "apps=5,libs=20,depth=3,seed=0"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cannonical", "there is no shape named 'cannonical'"),
        ("", "there is no shape named ''"),
        ("apps=3", "libs is missing"),
        ("libs=3", "apps is missing"),
        ("apps=3,libs=3,dept=1", "there is no key 'dept'"),
        ("apps=3,libs=3,", "there is no key ''"),
        ("apps=3,apps=3,libs=3", "apps is given twice"),
        ("apps=0,libs=3", "apps: '0' is not a whole number from 1"),
        ("apps=-1,libs=3", "apps: '-1' is not a whole number"),
        ("apps=1.5,libs=3", "apps: '1.5' is not"),
        ("apps=٣,libs=3", "apps: '٣' is not"),
        ("apps=1,libs=3,seed=4294967296", "seed: '4294967296' is not a whole number from 0"),
        ("apps=6000,libs=6000", "apps and libs: 12,000 members are too many"),
        ("apps=1,libs=3,depth=4", "depth: 4 layers cannot be made of 3 libraries"),
        ("apps=1,libs=3,depth=0", "depth: 0 layers"),
        ("apps=1,libs=0,depth=1", "depth: 1 layers"),
        ("nothing-there.json", "nothing-there.json: cannot be read"),
    ],
)
def test_a_slip_in_the_text_is_one_error_that_names_the_key(text: str, said: str) -> None:
    with pytest.raises(ShapeError) as caught:
        parse_shape(text)

    assert caught.value.message.startswith("--shape: ")
    assert said in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_status == 2


@given(st.text())
def test_any_text_is_a_shape_or_one_error(text: str) -> None:
    refused = ""
    try:
        shape = parse_shape(text)
    except ShapeError as error:
        refused = error.message
    assert refused.startswith("--shape: ") if refused else not list(complaints(shape.members))


_NAMES = st.from_regex(r"\A[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,3})?\Z")


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Any shape: each member may need those before it."""
    names = draw(st.lists(_NAMES, min_size=1, max_size=8, unique=True))
    members = []
    for index, name in enumerate(names):
        needs = draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else []
        members.append(
            Member(
                name=name,
                kind=draw(st.sampled_from(Kind)),
                needs=tuple(needs),
                modules=draw(st.integers(0, 10**6)),
                requirements=draw(st.sampled_from([(), ("third.party>=1",), ('x-y[z]; sys_platform == "ü"',)])),
            )
        )
    title = draw(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=50))
    return Shape(name=title, members=tuple(members))


@given(shapes())
def test_a_shapes_file_comes_back_to_the_byte(shape: Shape) -> None:
    text = written(shape)
    again = read_shape(text, source="made-up")

    assert written(again) == text
    assert again.members[0].needs == ()
    jsonschema.validate(json.loads(text), json.loads(schemas.rendered()["shape.schema.json"]))


def test_names_are_normalised_and_members_put_in_order_when_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    members = [
        {"name": "The.App", "kind": "application", "dependencies": ["My_Lib"], "requirements": ["Third_Party>1"]},
        {"name": "my-lib", "kind": "library", "modules": 12},
    ]
    path.write_text(json.dumps({"schema_version": 1, "name": "mine", "members": members}), encoding="utf-8")

    shape = parse_shape(str(path))

    assert shape.members == (
        library("my-lib", modules=12),
        Member(name="the-app", kind=Kind.APPLICATION, needs=("my-lib",), requirements=("third-party>1",)),
    )


def _member(**keys: Any) -> dict[str, Any]:
    return {"name": "a", "kind": "library", **keys}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "the file: expected an object with keys, got []"),
        ({"schema_version": 2, "name": "x", "members": [_member()]}, "schema_version: input should be 1, got 2"),
        ({"schema_version": 1, "name": "", "members": [_member()]}, "name: "),
        ({"schema_version": 1, "name": "x\u0007", "members": [_member()]}, "name: "),
        ({"schema_version": 1, "name": "x"}, "members: this key is required"),
        ({"schema_version": 1, "name": "x", "members": []}, "members: a shape has from 1"),
        ({"schema_version": 1, "name": "x", "members": {}}, "members: expected a list, got {}"),
        (
            {"schema_version": 1, "name": "x", "members": [_member(), _member(name="b"), {}, 3]},
            "members[2].name: this key is required; members[2].kind: this key is required; "
            "members[3]: expected an object with keys, got 3",
        ),
        (
            {"schema_version": 1, "name": "x", "members": [_member(name=n) for n in "xyz"] + [_member(dependencies=3)]},
            "members[3].dependencies: expected a list, got 3",
        ),
        ({"schema_version": 1, "name": "x", "members": [_member(dependencies=[3])]}, "members[0].dependencies[0]: "),
        ({"schema_version": 1, "name": "x", "members": [_member(modules=True)]}, "members[0].modules: "),
        ({"schema_version": 1, "name": "x", "members": [_member(modules="1")]}, "members[0].modules: "),
        ({"schema_version": 1, "name": "x", "members": [_member(kind="app")]}, "members[0].kind: "),
        ({"schema_version": 1, "name": "x", "members": [_member(more=1)]}, "members[0].more: there is no such key"),
        (
            {"schema_version": 1, "name": "x", "members": [_member(), _member(name="A")]},
            "members[1].name: 'a' is the name of members[0] too",
        ),
        (
            {"schema_version": 1, "name": "x", "members": [_member(requirements=["a" + "(" * 3000])]},
            "members[0].requirements[0]: ",
        ),
    ],
)
def test_a_damaged_file_is_one_error_with_the_keys_dotted_name(tmp_path: Path, data: Any, said: str) -> None:
    path = tmp_path / "damaged.json"
    path.write_text(json.dumps(data), encoding="utf-8")

    with pytest.raises(ShapeError, match=re.escape(said)) as caught:
        load_shape(path)

    assert caught.value.message.startswith(f"--shape: {path}: ")


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[" * 100_000, b'{"a": 1' + b"0" * 5000 + b"}"])
def test_what_is_not_json_is_said_to_be_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.json"
    path.write_bytes(content)

    with pytest.raises(ShapeError, match=r"not valid JSON|cannot be read"):
        load_shape(path)


@given(shapes(), st.data())
def test_a_cut_or_changed_file_is_a_shape_or_one_error(shape: Shape, data: st.DataObject) -> None:
    text = written(shape)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.text(max_size=3)) + text[place + data.draw(st.integers(0, 20)) :]

    refused = ""
    try:
        again = read_shape(damaged, source="damaged")
    except ShapeError as error:
        refused = error.message
    if refused:
        assert refused.startswith("damaged: ")
    else:
        assert written(read_shape(written(again), source="again")) == written(again)


def test_what_is_no_shape_is_not_written() -> None:
    with pytest.raises(ShapeError, match="a cycle: a -> b -> a"):
        written(Shape(name="made-up", members=(library("a", "b"), library("b", "a"))))


def test_there_is_an_end_to_members_and_names() -> None:
    assert is_name("a" * 200)
    assert not is_name("a" * 201)
    many = replace(CANONICAL, members=tuple(library(f"a{number}") for number in range(MOST_MEMBERS + 1)))
    assert [*complaints(many.members)] == ["members: a shape has from 1 to 10,000 members, not 10,001"]


def test_every_key_has_its_line_in_the_schema_and_the_docs() -> None:
    schema = shape_json_schema()
    text = DOCS.read_text(encoding="utf-8")

    assert set(schema["properties"]) == set(KEYS)
    assert set(schema["$defs"]["MemberFile"]["properties"]) == set(MEMBER_KEYS)
    for name, line in {**KEYS, **{f"members[].{name}": line for name, line in MEMBER_KEYS.items()}}.items():
        assert f"| `{name}` | {line} |" in text


def test_the_docs_shapes_of_one_library_a_chain_and_a_diamond_are_such() -> None:
    text = DOCS.read_text(encoding="utf-8")
    section = text[text.index("### Fan-in") : text.index("## The file")]
    rules = re.findall(r"`(apps=[^`]+)`", section)
    shared, chain = map(parse_shape, rules)
    diamond = read_shape(textwrap.dedent(section[section.index("    {") :]), source="docs")

    assert {member.needs for member in shared.applications} == {("lib-1",)}
    # Some need what lies further down too, and the longest way is through all of them.
    assert graph.depth(chain.graph) == len(chain.members) - 1 == 20
    assert graph.fan_in(diamond.graph) == {"base": 2, "left": 1, "right": 1, "top": 0}
    assert diamond.needs_of("top") == ("base", "left", "right")
    assert diamond.core.name == "base"


def test_the_core_is_the_member_at_the_bottom_that_most_applications_stand_on() -> None:
    def core(*members: Member) -> str:
        return Shape(name="x", members=members).core.name

    few, many, top = library("few"), library("many"), library("top", "many")
    apps = [Member(name=f"app-{need}", kind=Kind.APPLICATION, needs=(need,)) for need in ("few", "many", "top")]

    assert core(few, many, top, *apps) == "many"
    # Of two that are as good, the first; and an application, where nothing lies below any.
    assert core(few, many, *apps[:2]) == "few"
    assert core(library("nobody-needs"), Member(name="alone", kind=Kind.APPLICATION)) == "alone"
    # Nobody stands on an application that needs nothing, if it is the first of all or not.
    assert core(Member(name="alone", kind=Kind.APPLICATION), few, apps[0]) == "few"


def test_what_is_needed_through_others_is_needed() -> None:
    shape = layered(apps=3, libs=9, depth=4, seed=2)

    for member in shape.members:
        found = set(shape.needs_of(member.name))
        assert found == set(member.needs).union(*(shape.needs_of(need) for need in member.needs))
    assert set(shape.needed) == {need for member in shape.members for need in member.needs}
    assert shape.in_words == "9 libraries and 3 applications; the longest chain of dependencies has 4"
    with pytest.raises(KeyError):
        shape.needs_of("nobody")
