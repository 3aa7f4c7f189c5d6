"""harness.run.shapes_asked: what ``run --shape`` takes, and what of it cannot be measured."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.errors import ShapeError, VariantError
from harness.measure.trees import remove_tree
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape
from harness.run.shapes_asked import asked_shape, see_grown
from tests.made_up import made_up_variant


def test_a_name_a_rule_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "ours.json"
    file.write_text(
        json.dumps({"schema_version": 1, "name": "ours", "members": [{"name": "a", "kind": "application"}]}),
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    # A folder of that name is no reason to measure anything else.
    (tmp_path / "canonical").mkdir()

    assert asked_shape("canonical").shape is CANONICAL
    assert len(asked_shape("apps=2,libs=3").shape.members) == 5
    assert asked_shape(str(file)).shape.name == "ours"


def test_a_repositorys_folder_is_read_and_what_could_not_be_is_told(tmp_path: Path) -> None:
    root = tmp_path / "some-repository"
    for name, text in {"good": 'name = "good"\n', "bad": "name =\n"}.items():
        (root / name).mkdir(parents=True)
        (root / name / "pyproject.toml").write_text(f"[project]\n{text}", encoding="utf-8")

    asked = asked_shape(str(root))

    assert asked.shape.name == "some-repository"
    assert asked.shape.source == str(root)
    assert [member.name for member in asked.shape.members] == ["good"]
    assert any("bad/pyproject.toml" in note for note in asked.notes)


def test_what_is_nothing_of_the_kind_is_answered_with_all_there_is() -> None:
    with pytest.raises(ShapeError, match="there is no shape named 'cannonical'") as caught:
        asked_shape("cannonical")

    assert "Did you mean 'canonical'?" in caught.value.hint
    assert "a repository's folder" in caught.value.hint


def library(name: str) -> Member:
    return Member(name=name, kind=Kind.LIBRARY)


def application(name: str) -> Member:
    return Member(name=name, kind=Kind.APPLICATION)


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ([Shape(name="x", members=(library("a"),))], "--shape: x has no application"),
        ([Shape(name="x", members=(application("a"),))] * 2, "--shape: two shapes are called 'x'"),
        ([Shape(name="canonical", members=(application("a"),))], "--shape: two shapes are called 'canonical'"),
        ([CANONICAL, Shape(name="x", members=(application("json"),))], "the member 'json' cannot be grown"),
    ],
)
def test_what_cannot_be_measured_is_refused(shapes: list[Shape], said: str) -> None:
    with pytest.raises(ShapeError, match=said) as caught:
        see_grown(shapes, ())

    assert caught.value.hint


def test_several_shapes_with_something_to_run_are_fine() -> None:
    see_grown([CANONICAL, Shape(name="x", members=(library("a"), application("b")))], ())


def test_a_repository_that_lost_its_dependencies_is_measured_only_if_one_says_so(tmp_path: Path) -> None:
    (tmp_path / "setup.py").write_text("setup(name='a', install_requires=made())", encoding="utf-8")

    with pytest.raises(ShapeError, match=r"of 1 of 1 member could not be read.*: a") as caught:
        asked_shape(str(tmp_path))

    assert "--unread-ok" in caught.value.hint
    assert len(asked_shape(str(tmp_path), unread_ok=True).shape.members) == 1


def test_notes_that_say_the_same_are_one_line(tmp_path: Path) -> None:
    for name in "abcde":
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text("[build-system]\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")

    (note,) = asked_shape(str(tmp_path)).notes

    assert note.endswith("(a/pyproject.toml, build-system; b/pyproject.toml, build-system; c/pyproject.toml, "
                         "build-system; and 2 more)")  # fmt: skip


@pytest.mark.parametrize("text", ["", "NAME = 1\n", None])
def test_a_variant_whose_library_says_no_name_is_refused_before_anything_is_done(
    tmp_path: Path, text: str | None
) -> None:
    variant = made_up_variant(tmp_path, "odd")
    module = variant.folder / "shared" / "src" / "shared" / "__init__.py"
    remove_tree(module)
    if text is not None:
        module.write_text(text, encoding="utf-8")

    with pytest.raises(VariantError, match=r"^odd: shared/src/shared/__init__.py has no line NAME"):
        see_grown([CANONICAL], [variant])
