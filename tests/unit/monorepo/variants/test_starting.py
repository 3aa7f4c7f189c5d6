"""harness.monorepo.variants.starting: a new variant from one that there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import VariantError
from harness.monorepo.variants import load_variant, load_variants
from harness.monorepo.variants.file import parse_variant_file
from harness.monorepo.variants.keys import KEYS
from harness.monorepo.variants.starting import annotated, start
from harness.provision.state_folder import Layout

LAYOUT = Layout.here()
SCHEMA = LAYOUT.checkout / "schemas" / "variant.schema.json"
VARIANTS = load_variants(LAYOUT.variants)


def test_all_files_are_there_and_variant_toml_alone_differs(tmp_path: Path) -> None:
    model = load_variant(LAYOUT.variants / "pdm")
    made = load_variant(start("mine", model, tmp_path / "ours", schema=SCHEMA))

    assert {name: path.read_bytes() for name, path in made.files().items()} == {
        name: path.read_bytes() for name, path in model.files().items()
    }
    assert made.toolchain_lock.read_bytes() == model.toolchain_lock.read_bytes()
    assert sorted(path.name for path in (made.folder / "changes").iterdir()) == sorted(
        path.name for path in (model.folder / "changes").iterdir()
    )
    assert made.spec.title == "mine"
    assert [path.name for path in (tmp_path / "ours").iterdir()] == ["mine"]


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_its_file_means_the_same_and_explains_its_keys(variant: object) -> None:
    model = load_variant(LAYOUT.variants / getattr(variant, "name", ""))
    text = annotated((model.folder / "variant.toml").read_text(encoding="utf-8"), "mine", model.name)
    spec = parse_variant_file(text, source="mine")

    assert spec.phases == model.spec.phases
    assert spec.toolchain == model.spec.toolchain
    assert spec.unsupported == model.spec.unsupported
    assert spec.profile.value == "all"
    packages = ["toolchain.packages"] if model.spec.toolchain.packages else []
    for key in ("title", *packages, "phases.*.steps", "nix.strategies"):
        assert KEYS[key] in " ".join(text.replace("\n# ", " ").split())
    assert max(len(line) for line in text.splitlines() if line.startswith("#")) <= 120


def test_editors_are_led_to_the_schema_inside_the_checkout_alone(tmp_path: Path) -> None:
    model = load_variant(LAYOUT.variants / "uv")
    checkout = tmp_path / "checkout"
    (checkout / "schemas").mkdir(parents=True)
    schema = checkout / "schemas" / "variant.schema.json"
    schema.touch()

    inside = start("mine", model, checkout / "variants", schema=schema)
    outside = start("mine", model, tmp_path / "elsewhere", schema=schema)

    assert (
        (inside / "variant.toml").read_text(encoding="utf-8").startswith("#:schema ../../schemas/variant.schema.json\n")
    )
    assert "#:schema" not in (outside / "variant.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["Mine", "my_variant", "-x", "../x", ""])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(VariantError, match="cannot be a variant's name"):
        start(name, load_variant(LAYOUT.variants / "uv"), tmp_path, schema=SCHEMA)
    assert not list(tmp_path.iterdir())


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()

    with pytest.raises(VariantError, match="is there already"):
        start("mine", load_variant(LAYOUT.variants / "uv"), tmp_path, schema=SCHEMA)
    assert not list((tmp_path / "mine").iterdir())


def test_every_key_of_the_file_is_explained() -> None:
    from harness.monorepo.variants.file import variant_json_schema

    schema = variant_json_schema()
    assert all(facts.get("description") for facts in schema["properties"].values())
    assert all(
        facts.get("description")
        for name in ("ToolchainSpec", "VersionCheck", "Phases", "Phase", "DeployPhase", "NixSpec")
        for facts in schema["$defs"][name]["properties"].values()
    )
