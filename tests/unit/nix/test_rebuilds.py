"""harness.nix.rebuilds: what is built again, why, and whether it had to be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.nix.contents import content
from harness.nix.rebuilds import Rebuilt, labelled, needed, rebuilt
from harness.nix.values import Derivation

HASH = {"old": "0" * 32, "new": "1" * 32}


def path(age: str, name: str) -> str:
    return f"/nix/store/{HASH[age]}-{name}"


def derivation(
    age: str, name: str, *, inputs: Mapping[str, str] | None = None, source: str = "", **settings: str
) -> Derivation:
    """How a thing is built; ``inputs`` are the ages of what it takes."""
    needs = inputs or {}
    return Derivation(
        path=path(age, f"{name}.drv"),
        outputs={"out": path(age, name)},
        inputs={path(then, f"{needed}.drv"): ("out",) for needed, then in needs.items()},
        sources=frozenset({path(source, "source")} if source else ()),
        settings={
            "out": path(age, name),
            "needs": " ".join(path(then, item) for item, then in needs.items()),
            **settings,
        },
    )


BEFORE = {
    "members.shared": derivation("old", "shared-0.1.0", source="old"),
    "members.hello": derivation("old", "hello-0.1.0", inputs={"shared-0.1.0": "old", "python3": "old"}, source="old"),
}


def test_a_source_is_a_first_cause_and_an_input_hands_it_on() -> None:
    after = {
        "members.shared": derivation("new", "shared-0.1.0", source="new"),
        "members.hello": derivation(
            "new", "hello-0.1.0", inputs={"shared-0.1.0": "new", "python3": "old"}, source="old"
        ),
    }
    missing = {path("new", "shared-0.1.0"), path("new", "hello-0.1.0")}

    assert rebuilt(BEFORE, after, missing) == (
        Rebuilt(attribute="members.shared", reasons=("its source is another: source",)),
        Rebuilt(attribute="members.hello", reasons=("its input members.shared is another",)),
    )


def test_what_is_there_is_not_built_even_if_it_is_described_otherwise() -> None:
    after = {**BEFORE, "members.shared": derivation("new", "shared-0.1.0", source="new")}

    assert rebuilt(BEFORE, after, missing=set()) == ()


def test_settings_are_named_unless_they_only_follow_an_input() -> None:
    raised = derivation("new", "shared-0.1.0", source="old", version="0.2.0")
    toolless = derivation("new", "hello-0.1.0", inputs={"shared-0.1.0": "old", "python3": "new"}, source="old")
    after = {"members.shared": raised, "members.hello": toolless}
    found = rebuilt(BEFORE, after, {path("new", "shared-0.1.0"), path("new", "hello-0.1.0")})

    assert [item.reasons for item in found] == [
        ("its settings are others: version",),
        ("its input python3 is another",),
    ]


def test_what_an_input_is_called_by_now_is_no_setting_of_what_takes_it() -> None:
    after = {
        "members.shared": derivation("new", "shared-0.2.0", source="old", version="0.2.0"),
        "members.hello": derivation(
            "new", "hello-0.1.0", inputs={"shared-0.2.0": "new", "python3": "old"}, source="old"
        ),
    }
    found = rebuilt(BEFORE, after, {path("new", "shared-0.2.0"), path("new", "hello-0.1.0")})

    assert [item.reasons for item in found] == [
        ("its settings are others: version",),
        ("its input members.shared is another",),
    ]


def test_what_was_not_there_before_is_new() -> None:
    after = {**BEFORE, "members.farewell": derivation("new", "farewell-0.1.0")}

    assert rebuilt(BEFORE, after, {path("new", "farewell-0.1.0")}) == (
        Rebuilt(attribute="members.farewell", reasons=("it is new",)),
    )


def test_all_that_is_needed_has_a_label_that_outlives_an_edit() -> None:
    environments = [derivation(age, "python3-env") for age in ("old", "new")]
    twins = [derivation(age, "hook") for age in ("old", "new")]
    python = derivation("old", "python3-3.11")
    graph = {item.path: item for item in (*twins, *environments, python)}
    asked = {"environments.hello": environments[0].path, "environments.goodbye": environments[1].path}

    assert list(labelled(graph, asked).items()) == [
        ("environments.hello", environments[0]),
        ("environments.goodbye", environments[1]),
        *((twin.path, twin) for twin in twins),
        ("python3-3.11", python),
    ]


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_contents_are_the_same_if_only_hashes_differ(tmp_path: Path) -> None:
    old = write(tmp_path / "old", {"lib/a.py": "x", "propagated": f"{path('old', 'shared')} "})
    new = write(tmp_path / "new", {"lib/a.py": "x", "propagated": f"{path('new', 'shared')} "})
    for folder, age in ((old, "old"), (new, "new")):
        (folder / "link").symlink_to(path(age, "shared") + "/lib")

    assert content(old) == content(new)
    (new / "link").unlink()
    (new / "link").symlink_to(path("new", "other") + "/lib")
    assert content(old) != content(new)


def test_contents_differ_by_bytes_names_kinds_and_by_what_may_be_executed(tmp_path: Path) -> None:
    same = content(write(tmp_path / "a", {"bin/tool": "x", "b": "y"}))
    assert same == content(write(tmp_path / "b", {"bin/tool": "x", "b": "y"}))
    others = [
        write(tmp_path / "bytes", {"bin/tool": "z", "b": "y"}),
        write(tmp_path / "name", {"bin/toil": "x", "b": "y"}),
        write(tmp_path / "more", {"bin/tool": "x", "b": "y", "c": ""}),
        write(tmp_path / "mode", {"bin/tool": "x", "b": "y"}),
        write(tmp_path / "kind", {"bin/tool": "x"}),
    ]
    (tmp_path / "mode" / "bin" / "tool").chmod(0o755)
    (tmp_path / "kind" / "b").mkdir()
    found = [content(folder) for folder in others]

    assert len({same, *found}) == len(others) + 1


def test_a_single_file_and_a_link_have_contents_too(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("Hello\n", encoding="utf-8")
    link.symlink_to(file)

    assert content(file) != content(link)


def test_an_environment_had_to_be_built_if_a_member_it_links_to_had() -> None:
    changed = {
        "members.shared": True,
        "members.hello": False,
        "members.alone": False,
        "environments.hello": False,
        "environments.alone": True,
    }
    links = {"environments.hello": ["members.hello", "members.shared"], "environments.alone": ["members.alone"]}

    assert needed(changed, links) == {
        "members.shared": True,
        "members.hello": False,
        "members.alone": False,
        "environments.hello": True,
        "environments.alone": False,
    }
