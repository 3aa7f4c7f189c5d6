"""All documentation: its links lead somewhere; docs/method.md names for each rule what sees to it and what holds it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.__main__ import NAMES
from tests.places import CHECKOUT

FOLDERS = (".", "docs", "docs/other-toolchains", "benchmarks", "nix")
PAGES = sorted(page for folder in FOLDERS for page in (CHECKOUT / folder).glob("*.md"))
METHOD = CHECKOUT / "docs" / "method.md"


def links(text: str) -> list[str]:
    """What a page links to inside the repository."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """What a page's headings are linked by, as GitHub does it."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads(page: Path, target: str) -> bool:
    """Whether a link of a page leads somewhere."""
    name, _, anchor = target.partition("#")
    found = page.parent / name if name else page
    return found.exists() and (not anchor or anchor in anchors(found))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(CHECKOUT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert [target for target in links(page.read_text(encoding="utf-8")) if not leads(page, target)] == []


def test_a_link_that_leads_nowhere_is_seen() -> None:
    assert leads(METHOD, "data.md#the-machine-in-runjson")
    assert not leads(METHOD, "data.md#nothing")
    assert not leads(METHOD, "nothing.md")
    assert links("[a](b.md#c) and [d](https://e.org)") == ["b.md#c"]


def rules() -> Iterator[tuple[str, str, str]]:
    """Each rule with what sees to it and what holds it."""
    for line in METHOD.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if len(cells) == 4 and cells[0] not in ("rule", "---"):
            yield cells[0], cells[2], cells[3]


def test_there_is_a_file_and_a_test_for_every_rule() -> None:
    found = list(rules())
    assert len(found) == 11
    for rule, files, tests in found:
        assert links(files), rule
        assert all(target.startswith("../harness/") for target in links(files)), rule
        named = re.findall(r"`(test_\w+)`", tests)
        code = "".join((METHOD.parent / target).read_text(encoding="utf-8") for target in links(tests))
        assert named, rule
        assert [name for name in named if f"def {name}(" not in code] == []


def test_the_commands_that_make_its_figures_are_there() -> None:
    text = METHOD.read_text(encoding="utf-8")
    assert set(re.findall(r"`python -m benchmarks ([\w-]+)`", text)) == {"hot-loop", "verdicts"}
    assert {"hot-loop", "verdicts"} <= set(NAMES)
