"""harness.findings: what is counted, and what is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.findings import UNSUPPORTED, Observation, Subject, inspect
from harness.findings.configuration_lines import is_configuration
from harness.findings.statements import mentions, requirement_name
from harness.monorepo.shapes import CANONICAL, Kind, Member, Shape
from harness.monorepo.variants import load_variant
from harness.provision.nix.tree import NixPackage
from harness.records.facts import Lane
from tests.made_up import write_variant


def pyproject(name: str, *, needs: str = "", more: str = "") -> str:
    return (
        f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = [{needs}]\n'
        f'[build-system]\nrequires = ["backend>=1"]\n{more}'
    )


def subject(folder: Path, *, hello: str, nix: bool = True) -> Subject:
    write_variant(folder)
    (folder / "shared/pyproject.toml").write_text(pyproject("shared"), encoding="utf-8")
    (folder / "hello/pyproject.toml").write_text(hello, encoding="utf-8")
    (folder / "goodbye/pyproject.toml").write_text(pyproject("goodbye", needs='"shared"'), encoding="utf-8")
    (folder / "hello/package.nix").write_text("# a comment\n{ backend }:\n\nbackend\n", encoding="utf-8")
    packages = {
        member.name: NixPackage(
            arguments=("lib", "backend", *(f"myproject-{need}" for need in member.needs)),
            pname=member.name,
            version="0.1.0",
            build_system=("backend",),
            dependencies=tuple(f"myproject-{need}" for need in member.needs),
        )
        for member in CANONICAL.members
    }
    return Subject(
        variant=load_variant(folder),
        shape=CANONICAL,
        nix_packages=packages if nix else {},
        nix_unavailable="" if nix else "There is no nix.",
    )


def answers(found: Subject) -> dict[tuple[str, Lane], Observation]:
    return {(item.finding, item.lane): item for item in inspect(found)}


def test_lines_that_say_something_are_counted_by_lane(tmp_path: Path) -> None:
    found = answers(subject(tmp_path / "made-up", hello=pyproject("hello", needs='"shared"', more="# a comment\n\n")))

    assert found["configuration-lines", Lane.LOCAL].value == "18"
    assert found["configuration-lines", Lane.NIX].value == "2"
    assert "hello/package.nix: 2 lines" in found["configuration-lines", Lane.NIX].evidence


def test_one_statement_needs_no_agreement(tmp_path: Path) -> None:
    found = answers(subject(tmp_path / "made-up", hello=pyproject("hello", needs='"shared"')))

    assert found["dependency-statements", Lane.LOCAL].value == "1"
    assert found["dependency-statements", Lane.LOCAL].evidence == "hello/pyproject.toml project.dependencies: shared"
    assert found["must-agree-by-hand", Lane.LOCAL].value == "0"


def test_the_dependency_that_is_looked_at_is_one_that_there_is(tmp_path: Path) -> None:
    library, alone = (
        Member(name=name, kind=kind) for name, kind in (("shared", Kind.LIBRARY), ("a", Kind.APPLICATION))
    )
    hello = Member(name="hello", kind=Kind.APPLICATION, needs=("shared",))
    found = subject(tmp_path / "made-up", hello=pyproject("hello", needs='"shared"'), nix=False)

    def looked(*members: Member) -> Observation:
        return answers(replace(found, shape=Shape(name="other", members=members)))["dependency-statements", Lane.LOCAL]

    # The first application needs nothing; then nothing needs anything.
    assert looked(alone, library, hello).value == "1"
    assert looked(alone, library).value == UNSUPPORTED
    assert looked(alone, library).evidence == "No member of this shape needs another."


def test_a_source_table_states_the_dependency_again(tmp_path: Path) -> None:
    hello = pyproject("hello", needs='"shared"', more="[tool.uv.sources]\nshared = { workspace = true }\n")
    found = answers(subject(tmp_path / "made-up", hello=hello))

    assert found["dependency-statements", Lane.LOCAL].value == "2"
    assert "tool.uv.sources.shared" in found["dependency-statements", Lane.LOCAL].evidence
    assert found["must-agree-by-hand", Lane.LOCAL].value == "1"


def test_nix_states_again_what_pyproject_says(tmp_path: Path) -> None:
    found = answers(subject(tmp_path / "made-up", hello=pyproject("hello", needs='"shared"')))

    assert found["dependency-statements", Lane.NIX].value == "2"
    # Of each member its name, version and backend, and that each of two applications needs the library.
    assert found["must-agree-by-hand", Lane.NIX].value == "11"
    assert "version of goodbye" in found["must-agree-by-hand", Lane.NIX].evidence


def test_a_file_that_nix_derives_packages_with_states_nothing_again(tmp_path: Path) -> None:
    of = subject(tmp_path / "made-up", hello=pyproject("hello", needs='"shared"'))
    toml = of.variant.folder / "variant.toml"
    toml.write_text(
        toml.read_text(encoding="utf-8") + '\n[nix]\nstrategies = ["handwritten", "derived", "uv2nix"]\n',
        encoding="utf-8",
    )
    (of.variant.folder / "derived.nix").write_text("# shared\n{ derive }:\nderive { root = ./.; }\n", encoding="utf-8")
    (of.variant.folder / "uv2nix.nix").write_text(
        '{ myproject-shared = ./shared; version = "0.1.0"; }\n', encoding="utf-8"
    )
    found = {
        (item.finding, item.strategy): item
        for item in inspect(replace(of, variant=load_variant(of.variant.folder)))
        if item.lane is Lane.NIX
    }

    assert found["must-agree-by-hand", "handwritten"].value == "11"
    assert found["must-agree-by-hand", "derived"].value == "0"
    assert found["dependency-statements", "derived"].value == "0"
    assert found["configuration-lines", "derived"].value == "2"
    # The name of the library, and a version that may be any member's.
    assert found["must-agree-by-hand", "uv2nix"].value == "4"
    assert "version of goodbye" in found["must-agree-by-hand", "uv2nix"].evidence
    assert found["configuration-lines", "uv2nix"].value == "1"


def test_without_nix_its_findings_are_unsupported_with_the_reason(tmp_path: Path) -> None:
    found = answers(subject(tmp_path / "made-up", hello=pyproject("hello"), nix=False))

    for name in ("dependency-statements", "must-agree-by-hand"):
        assert (found[name, Lane.NIX].value, found[name, Lane.NIX].evidence) == ("unsupported", "There is no nix.")
    assert found["dependency-statements", Lane.LOCAL].value == "0"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("shared", "shared"),
        ("Shared >= 1; python_version > '3'", "shared"),
        ("shared @ {root:parent:uri}/shared", "shared"),
        ("shared @ file:///${PROJECT_ROOT}/../shared", "shared"),
        ("-e file:///${PROJECT_ROOT}/../shared#egg=shared", "shared"),
        ("src/hello", None),
        ("", None),
    ],
)
def test_the_name_a_requirement_is_about(text: str, name: str | None) -> None:
    assert requirement_name(text) == name


def test_mentions_are_found_at_any_depth_but_not_in_names() -> None:
    data = {
        "project": {"name": "shared", "dependencies": ["other"]},
        "tool": {"x": {"dependencies": {"Shared": {"path": "../shared"}}, "list": [{"shared": 1}]}},
        "dependency-groups": {"dev": ["shared[extra]"]},
    }

    assert [key for key, _ in mentions(data, "shared")] == [
        "tool.x.dependencies.Shared",
        "tool.x.list[].shared",
        "dependency-groups.dev",
    ]


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("pyproject.toml", True),
        ("requirements.txt", True),
        ("hello/package.nix", True),
        ("README.md", False),
        (".gitignore", False),
        ("hello/src/hello/__main__.py", False),
    ],
)
def test_what_counts_as_configuration(path: str, counts: bool) -> None:
    assert is_configuration(path) is counts
