"""harness.monorepo.growing.statements: which lines are repeated, and what does not keep to one statement a line."""

from __future__ import annotations

import pytest

from harness.monorepo.growing.statements import Repeat, beside_members, complaints, in_member


def repeats(text: str) -> list[Repeat]:
    return [line.repeat for line in beside_members(text)]


def test_lines_that_say_the_same_of_all_three_are_one_statement() -> None:
    text = "members:\n  - shared\n  - hello\n  - goodbye\nend\n"

    lines = beside_members(text)

    assert [line.repeat for line in lines] == [Repeat.ONCE, Repeat.MEMBERS, Repeat.ONCE]
    assert lines[1].said("one-more", "one-more") == "  - one-more\n"


def test_lines_that_stand_apart_are_of_libraries_and_of_applications() -> None:
    text = "[libraries]\nadd shared\n[applications]\nadd hello\nadd goodbye\n"

    assert repeats(text) == [Repeat.ONCE, Repeat.LIBRARIES, Repeat.ONCE, Repeat.APPLICATIONS]


def test_a_line_of_the_library_alone_is_of_what_others_need() -> None:
    assert repeats("needed = shared;\nstart hello\nstart goodbye\n") == [Repeat.NEEDED, Repeat.APPLICATIONS]


def test_comments_and_longer_words_name_nobody() -> None:
    assert repeats("# shared and hello\nhelloing sharedly re_shared\n") == [Repeat.ONCE, Repeat.ONCE]


def test_modules_are_called_as_such_where_modules_are_meant() -> None:
    text = 'pname = "hello"\ncd src/hello\npython -m hello\npythonImportsCheck = [\n  "hello"\n]\nname = "hello"\n'

    said = "".join(line.said("my-app", "") for line in in_member(text, "hello"))

    assert said == (
        'pname = "my-app"\ncd src/my_app\npython -m my_app\npythonImportsCheck = [\n  "my_app"\n]\nname = "my-app"\n'
    )


def test_what_names_another_member_is_a_dependency_and_a_comment_is_not() -> None:
    text = '# shared it is\nname = "hello"\n[a]\n  "shared",\n[b.c]\nshared = 1\n'

    lines = in_member(text, "hello", ["b.c"])

    assert [line.repeat for line in lines] == [
        Repeat.ONCE, Repeat.ONCE, Repeat.ONCE, Repeat.NEEDS, Repeat.ONCE, Repeat.ALL_NEEDS,
    ]  # fmt: skip
    assert lines[0].said("x", "y") == "# shared it is\n"
    assert lines[5].said("x", "y") == "y = 1\n"


@pytest.mark.parametrize(
    ("text", "prototype", "number", "wrong"),
    [
        ('members = ["shared", "hello"]\n', "", 1, "it names hello and shared: give each a line of its own"),
        ('a = 1\ndependencies = ["shared"]\n', "hello", 2, "the list that names shared is on one line"),
        ("shared hello goodbye\n", "", 1, "it names goodbye and hello and shared"),
    ],
)
def test_what_states_several_things_in_a_line_is_named(text: str, prototype: str, number: int, wrong: str) -> None:
    ((line, told),) = complaints(text, prototype)

    assert line == number
    assert told.startswith(wrong)


@pytest.mark.parametrize(
    ("text", "prototype"),
    [
        ("# shared, hello and goodbye\n", ""),
        ('name = "hello"\n', "hello"),
        ('dependencies = [\n  "shared",\n]\n', "hello"),
        ('shared = { path = "../shared" }\n', "hello"),
        ('shared = ["a"]\n', "hello"),
        ("myproject-shared = pyFinal.callPackage ./shared/package.nix { };\n", ""),
    ],
)
def test_one_statement_a_line_is_fine(text: str, prototype: str) -> None:
    assert not list(complaints(text, prototype))
