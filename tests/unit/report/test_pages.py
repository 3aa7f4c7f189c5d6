"""What pages are looked through with finds what it is there to find."""

from __future__ import annotations

import pytest

from tests.unit.report.pages import Table, faults, figures_of, tables_of

SOUND = """<section aria-labelledby="a"><h2 id="a">A</h2><a href="#a">a</a>
<div role="group" aria-label="Figures"><table><tr><th scope="col">One<th scope="col">Two
<tr><th colspan="2">both<tr><th scope="row">x<td>1 <b>s</b></table></div></section>"""


def test_a_sound_page_has_no_faults() -> None:
    assert list(faults(SOUND)) == []
    assert tables_of(SOUND) == [Table(heads=["One", "Two"], widths=[2, 2, 2])]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<section", '<p id="a"><section', "two ids are a"),
        ('href="#a"', 'href="#b"', "a link leads nowhere: #b"),
        ("<section", '<p role="group" aria-label="Figures"><section', "two groups are called Figures"),
        ('<h2 id="a"', '<h2 id="b"', "no heading is a"),
        ('href="#a"', 'href="https://a.example/b"', "an outside address: https://a.example/b"),
        ("<td>1", "<td>2<td>1", "table 1, ['One', 'Two'], has rows of [2, 3] columns"),
        ('scope="col"', 'scope="row"', "table 1, [], has rows of [2] columns"),
    ],
)
def test_a_fault_is_named(old: str, new: str, fault: str) -> None:
    assert fault in list(faults(SOUND.replace(old, new)))


def test_figures_are_those_of_tables() -> None:
    assert figures_of("3 s\n| a | 1.5 ms (2.00×) |\n|---|\n| b | 12 files, 3.0 MiB |") == {"1.5 ms", "2.00×", "3.0 MiB"}
