"""README.md: what it shows is what the reference report has."""

from __future__ import annotations

import re

from harness.provision.layout import Layout

CHECKOUT = Layout.here().checkout
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
REPORT = (CHECKOUT / "report" / "report.md").read_text(encoding="utf-8").splitlines()


def test_its_figures_are_those_of_the_reference_report() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| ")]

    assert len(rows) > 5
    assert [row for row in rows if row not in REPORT] == []


def test_its_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(([^)#]+)\)", README)

    assert targets
    assert [target for target in targets if not (CHECKOUT / target).exists()] == []
