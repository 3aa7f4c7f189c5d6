"""What many members cost, in short: the largest size, who takes least and most, and who could not."""

from __future__ import annotations

from harness.report.model import Report
from harness.report.situations.briefs import briefs


def said(report: Report) -> list[str]:
    (found,) = (brief for brief in briefs(report) if brief.slug == "brief-scale")
    return ["".join(phrase.text for phrase in sentence) for sentence in found.sentences]


def test_the_largest_size_is_told_from_the_least_to_the_most_and_who_could_not(report: Report) -> None:
    told = said(report)

    assert len(told) == 4
    assert told[0] == "Install cold with 300 members, Local lane: from 650 ms with uv to 120 s with venv."
    assert told[2].startswith(
        "Nix build with 300 members, Nix lane (host, written by hand): from 239 s with uv to 271 s"
    )
    assert told[2].endswith("271 s with pdm; timed out with venv.")


def test_a_sentence_leads_to_the_curves_it_is_about(report: Report) -> None:
    (found,) = (brief for brief in briefs(report) if brief.slug == "brief-scale")
    slugs = {panel.slug for lane in (report.scale.lanes if report.scale else ()) for panel in lane.panels}

    assert {sentence[0].anchor for sentence in found.sentences} <= slugs


def test_one_size_is_no_growth(small: Report) -> None:
    assert "brief-scale" not in {brief.slug for brief in briefs(small)}
