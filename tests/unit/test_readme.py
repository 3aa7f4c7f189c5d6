"""README.md: it names the core. Tests of the page hold its tables, those of all documentation its links."""

from __future__ import annotations

from harness.monorepo.variants import load_variants
from harness.monorepo.variants.file import Profile
from harness.provision.state_folder import Layout

CHECKOUT = Layout.here().checkout
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")


def test_the_core_is_named_in_it() -> None:
    core = [item.name for item in load_variants(CHECKOUT / "variants") if item.spec.profile is Profile.CORE]
    assert core
    assert [name for name in core if f"`{name}`" not in README] == []
