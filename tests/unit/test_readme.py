"""README.md: what it shows is what the reference reports have."""

from __future__ import annotations

import re

from harness.monorepo.variants import load_variants
from harness.monorepo.variants.file import Profile
from harness.provision.state_folder import Layout

CHECKOUT = Layout.here().checkout
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
_TOOLCHAINS = "## The toolchains there are"
REPORTS = [
    line
    for name in ("report", "report/backends", "report/scale")
    for line in (CHECKOUT / name / "report.md").read_text(encoding="utf-8").splitlines()
]


def test_its_figures_are_those_of_the_reference_reports() -> None:
    rows = [line for line in README[: README.index(_TOOLCHAINS)].splitlines() if line.startswith("| ")]

    assert len(rows) > 5
    assert [row for row in rows if row not in REPORTS] == []


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert targets
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []


def test_every_variant_is_named_in_it_with_its_idiom() -> None:
    told = README[README.index(_TOOLCHAINS) :]
    for variant in load_variants(CHECKOUT / "variants"):
        if variant.spec.profile is Profile.CORE:
            assert f"`{variant.name}`" in told
        else:
            assert f"| `{variant.name}` | {variant.spec.summary} |" in told
