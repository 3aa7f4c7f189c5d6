"""harness.monorepo.growing: what members require from outside, stated as each variant's author would."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.monorepo.growing import grown_files
from harness.monorepo.growing.statements import Way, in_member, toml_text
from harness.monorepo.shapes import Kind, Member, Shape
from harness.monorepo.variants import Variant, load_variants
from harness.provision.state_folder import Layout

VARIANTS = load_variants(Layout.here().variants)

ATTRS, MARKED, TOOLS = "attrs>=23", 'click[x]>=8; sys_platform != "win32"', "setuptools"
OUTSIDE = {ATTRS: "attrs", MARKED: "click_8", TOOLS: "setuptools"}
SHAPE = Shape(
    name="made-up",
    members=(
        Member(name="base", kind=Kind.LIBRARY, requirements=(ATTRS, "left-out", MARKED)),
        Member(name="plain", kind=Kind.LIBRARY),
        Member(name="serve", kind=Kind.APPLICATION, needs=("plain", "base"), requirements=(ATTRS, TOOLS)),
        Member(name="alone", kind=Kind.APPLICATION, requirements=("left-out",)),
    ),
)


def grown(variant: Variant, outside: dict[str, str]) -> dict[str, str]:
    texts = {name: path.read_text(encoding="utf-8") for name, path in variant.files().items()}
    return grown_files(texts, SHAPE, variant.spec.growing, outside)


def items(text: str, key: str) -> list[str]:
    """The items of a list in a package.nix."""
    if f"  {key} = [\n" not in text:
        return []
    return text.split(f"  {key} = [\n")[1].split("  ];\n")[0].split()


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_each_member_states_what_counts_behind_the_members_it_needs(variant: Variant) -> None:
    files = grown(variant, OUTSIDE)

    without = [path for path in grown(variant, {}) if path not in files]
    assert not without
    expected = {"base": [ATTRS, MARKED], "plain": [], "serve": ["", "", ATTRS, TOOLS], "alone": []}
    for member, wanted in expected.items():
        if f"{member}/pyproject.toml" not in files:
            assert variant.name == "pythonpath"
            continue
        document = tomllib.loads(files[f"{member}/pyproject.toml"])
        stated = document["project"].get("dependencies", [])
        assert stated == [text or stated[place] for place, text in enumerate(wanted)]
        # What an environment of hatch is told by itself stays a list of members.
        assert "attrs" not in str(document.get("tool", {}))
        if f"{member}/package.nix" in files:
            package = files[f"{member}/package.nix"]
            attributes = [OUTSIDE[text] for text in wanted if text]
            assert items(package, "dependencies")[wanted.count("") :] == attributes
            asked = [line.strip(" ,") for line in package.split("}:")[0].splitlines()]
            assert set(attributes) <= set(asked)
            assert len(asked) == len(set(asked))
    beside = {path: text for path, text in files.items() if "/" not in path}
    assert beside == {path: text for path, text in grown(variant, {}).items() if "/" not in path}


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_without_the_third_party_requirements_count_for_nothing(variant: Variant) -> None:
    files = grown(variant, {})

    assert not [path for path, text in files.items() if "attrs" in text or "left-out" in text]
    # A member that needs nothing is a shared one, with nothing to hold dependencies.
    assert "dependencies" not in files.get("base/package.nix", "")


def test_what_needs_something_from_outside_alone_has_the_files_of_what_needs_members() -> None:
    variant = next(item for item in VARIANTS if item.name == "uv")

    stated = grown(variant, OUTSIDE)["base/pyproject.toml"]

    assert stated.startswith('[project]\nname = "base"\n')
    assert 'description = "What all applications share"\n' in stated
    assert 'dependencies = [\n  "attrs>=23",\n  "click[x]>=8; sys_platform != \\"win32\\"",\n]\n' in stated
    assert set(tomllib.loads(stated)) == {"project", "build-system"}


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_survives_toml(text: str) -> None:
    assert tomllib.loads(f"a = {toml_text(text)}\n") == {"a": text}


@pytest.mark.parametrize(
    ("before", "line", "way"),
    [
        ("[project]\ndependencies = [\n", '  "shared",\n', Way.TEXT),
        ("[project]\ndependencies = [\n", '  "shared @ {root:parent:uri}/shared", # by path\n', Way.TEXT),
        ("[tool.hatch.envs.default]\ndependencies = [\n", '  "shared",\n', None),
        ("[project]\noptional = [\n", '  "shared",\n', None),
        ("[tool.uv.sources]\n", "shared = { workspace = true }\n", None),
        ("{\n", "  myproject-shared,\n", Way.ARGUMENT),
        ("}:\n  dependencies = [\n", "    myproject-shared\n", Way.NAME),
        ("}:\n  nativeCheckInputs = [\n", "    myproject-shared\n", None),
    ],
)
def test_a_place_for_what_is_from_outside_is_in_a_list_of_dependencies(before: str, line: str, way: Way | None) -> None:
    found = in_member(before + line, "hello")[-1].outside

    assert (found.way if found else None) is way
    if found is not None and way is Way.TEXT:
        assert list(found.said({'a; x == "y"': "a"}, ())) == ['  "a; x == \\"y\\"",\n']


def test_an_attribute_is_named_once_and_an_argument_only_if_it_is_not_there() -> None:
    lines = in_member("{\n  myproject-shared,\n}:\n  dependencies = [\n    myproject-shared\n  ];\n", "hello")
    wanted = {"a<2": "a", "a>1": "a", "setuptools": "setuptools"}

    argument, name = (line.outside for line in lines if line.outside is not None)

    assert list(argument.said(wanted, {"setuptools,"})) == ["  a,\n"]
    assert list(name.said(wanted, {"setuptools,"})) == ["    a\n", "    setuptools\n"]
