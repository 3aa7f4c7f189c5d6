"""monorepo.variants.templates: what variants repeat is stated once, and each has what it gives but for its own."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest

from harness.monorepo.changes import STANDARD
from harness.monorepo.variants import Variant, load_variant, load_variants, templates, variant_folders
from harness.monorepo.variants.file import NixSpec, VariantFile, parse_variant_file
from harness.monorepo.variants.templates import TEMPLATES, filled, halves_used, nix_files
from harness.provision.state_folder import Layout
from harness.records.strategies import HANDWRITTEN, STRATEGIES
from tests.made_up import VARIANT_TOML, made_up_variant

LAYOUT = Layout.here()
VARIANTS = load_variants(LAYOUT.variants)

#: More than these no variant keeps by hand.
MOST = 20

each_variant = pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)


def told(spec: VariantFile, **nix: object) -> VariantFile:
    return replace(spec, nix=NixSpec(**nix))


def stated(more: str = "", backend: str = "backend") -> VariantFile:
    """What a made-up ``variant.toml`` states, with more below it."""
    text = VARIANT_TOML.replace('backend = "backend"', f'backend = "{backend}"')
    return parse_variant_file(text + more, source="made-up")


def by_hand(folder: Path, spec: VariantFile) -> tuple[str, ...]:
    """The files of a variant that a person writes: not the sources, which all share, nor what ``update`` writes."""
    given = nix_files(spec)
    paths = (path.relative_to(folder) for path in sorted(folder.rglob("*")) if path.is_file())
    return tuple(
        path.as_posix()
        for path in paths
        if path.parts[0] != "locks" and path.as_posix() not in given and not {"src", "__pycache__"} & {*path.parts}
    )


@each_variant
def test_its_nix_files_are_those_of_the_templates_but_for_its_own(variant: Variant) -> None:
    given = nix_files(variant.spec)
    own = {path for path in variant.texts() if path.endswith(".nix")} - given.keys()

    assert {path: (variant.folder / path).read_text(encoding="utf-8") for path in given} == given, (
        f"After a change of a template: make templates. What {variant.name} is to have otherwise it names in [nix] own."
    )
    assert not [path for path in own if not templates.is_own(variant.spec, path)]


@each_variant
def test_a_variant_is_few_files_by_hand(variant: Variant) -> None:
    assert 0 < len(by_hand(variant.folder, variant.spec)) <= MOST, by_hand(variant.folder, variant.spec)


def test_contributing_says_how_many_files_one_writes_for_a_variant() -> None:
    text = (LAYOUT.checkout / "CONTRIBUTING.md").read_text(encoding="utf-8")
    said = re.search(r"Adding a variant is about (\d+) files that one writes, (\d+) at most", text)
    assert said is not None

    counts = [len(by_hand(variant.folder, variant.spec)) for variant in VARIANTS]
    assert int(said[1]) == round(median(counts))
    assert int(said[2]) == MOST


def test_what_is_written_by_hand_is_told_from_what_is_shared_and_what_is_made() -> None:
    variant = next(item for item in VARIANTS if item.name == "venv")
    names = by_hand(variant.folder, variant.spec)

    assert {"variant.toml", "changes.toml", "hello/pyproject.toml", "changes/add-library.patch"} <= set(names)
    assert not [path for path in names if path.endswith((".nix", ".py")) or path.startswith("locks/")]
    own = told(variant.spec, own=("*/package.nix",))
    assert set(by_hand(variant.folder, own)) - set(names) >= {"hello/package.nix"}


def test_the_templates_are_no_variant() -> None:
    assert TEMPLATES.parent == LAYOUT.variants
    assert TEMPLATES.name not in variant_folders(LAYOUT.variants)


@pytest.mark.parametrize("change", STANDARD)
def test_there_are_both_halves_of_every_change(change: str) -> None:
    assert (TEMPLATES / "changes" / f"{change}.code.patch").is_file()
    assert (TEMPLATES / "changes" / f"{change}.nix.patch.in").is_file()
    assert len(list((TEMPLATES / "changes").iterdir())) == 2 * len(STANDARD)


# Filling


def test_a_template_is_filled_from_variant_toml() -> None:
    nix = '[nix]\nattribute = "ours-{member}-py"\ndevshell = ["uv", "python3Packages.pip"]\n'
    spec = stated(nix, backend="uv_build")
    text = "a @backend@ and @manager@\n  pkgs.@devshell@\n@attribute shared@ = @attribute ${name}@;\nme@example.org\n"

    assert filled(text, spec) == (
        "a uv-build and tool\n"
        "  pkgs.uv\n"
        "  pkgs.python3Packages.pip\n"
        "ours-shared-py = ours-${name}-py;\n"
        "me@example.org\n"
    )


def test_nothing_is_left_to_fill() -> None:
    spec = told(stated(), strategies=tuple(STRATEGIES), devshell=("uv",))

    given = nix_files(spec)
    halves = [templates.nix_half(change, spec) for change in STANDARD]

    assert len(given) == len(list(TEMPLATES.rglob("*.nix.in")))
    for text in (*given.values(), *halves):
        # Lines such as "@@ -2,6 +2,7 @@" are a patch's own.
        assert not re.search(r"@\w[^@\n]*@", re.sub(r"^@@.*", "", text, flags=re.MULTILINE)), text


@pytest.mark.parametrize(
    ("strategies", "expected"),
    [
        ((HANDWRITTEN,), {"flake.nix", "overlay.nix", "package.nix"}),
        (("derived",), {"derived.nix"}),
        (("pyproject-nix", "uv2nix"), {"pyproject-nix.nix", "uv2nix.nix"}),
        ((), set()),
    ],
)
def test_a_variant_has_the_files_of_the_strategies_that_it_offers(
    strategies: tuple[str, ...], expected: set[str]
) -> None:
    unsupported = "" if strategies else '[unsupported]\nnix = "No."\n'
    spec = stated(f"[nix]\nstrategies = {list(strategies)}\n{unsupported}")

    assert {Path(path).name for path in nix_files(spec)} == expected


def test_files_of_its_own_are_not_the_templates() -> None:
    spec = told(stated(), own=("overlay.nix", "*/package.nix"))

    assert set(nix_files(spec)) == {"flake.nix"}


def test_without_a_backend_or_members_there_is_nothing_to_fill_in() -> None:
    assert nix_files(stated(backend="")) == {}
    assert nix_files(replace(stated(), unavailable="It is sold on disks.")) == {}


# What names a variant exactly


@pytest.fixture
def own_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the templates that may be written to, in the place of the checkout's."""
    copy = tmp_path / "templates"
    shutil.copytree(TEMPLATES, copy)
    monkeypatch.setattr(templates, "TEMPLATES", copy)
    return copy


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("changes/add-library.code.patch", {"pythonpath", "uv"}),
        ("changes/add-library.nix.patch.in", {"uv"}),
        # What it gives is committed beside the variant, and counts there.
        ("overlay.nix.in", set()),
        ("README.md", set()),
    ],
)
def test_a_changed_template_changes_the_digest_of_those_that_use_it(
    own_templates: Path, file: str, changed: set[str]
) -> None:
    folders = [LAYOUT.variants / name for name in ("pythonpath", "uv")]
    before = {folder.name: load_variant(folder).digest for folder in folders}
    with (own_templates / file).open("a", encoding="utf-8") as template:
        template.write("\n")

    assert {folder.name for folder in folders if load_variant(folder).digest != before[folder.name]} == changed


def test_a_variant_that_says_nothing_of_changes_uses_no_template_of_them(own_templates: Path, tmp_path: Path) -> None:
    variant = made_up_variant(tmp_path)
    assert list(halves_used(variant.folder, variant.spec)) == []

    (variant.folder / "changes.toml").write_text("", encoding="utf-8")

    assert len(list(halves_used(variant.folder, variant.spec))) == 2 * len(STANDARD)


def test_a_copy_elsewhere_finds_the_templates_of_the_checkout(tmp_path: Path) -> None:
    copy = tmp_path / "ours" / "uv"
    shutil.copytree(LAYOUT.variants / "uv", copy)

    assert load_variant(copy).digest == load_variant(LAYOUT.variants / "uv").digest
