"""README.md: its links lead somewhere, and it names the core. Its tables are held by the tests of the page."""

from __future__ import annotations

import re

from harness.monorepo.variants import load_variants
from harness.monorepo.variants.file import Profile
from harness.provision.state_folder import Layout

CHECKOUT = Layout.here().checkout
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert targets
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []


def test_the_core_is_named_in_it() -> None:
    core = [item.name for item in load_variants(CHECKOUT / "variants") if item.spec.profile is Profile.CORE]
    assert core
    assert [name for name in core if f"`{name}`" not in README] == []
