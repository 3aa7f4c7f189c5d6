"""Evidence behind a click: what an experiment saw, a cell's samples, a toolchain's files; a bundle each. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.records.format import CONTROL_SUFFIX
from harness.report import words
from harness.report.anchors import anchored
from harness.report.friction import as_question
from harness.report.prose import command
from harness.report.statistics.frames import ABSENT
from harness.report.tables import CELL
from harness.report.view import figures
from harness.report.view.model import Proof
from harness.report.view.parts import Part, Parts, Timed

#: By anchor of a scenario and by variant: the end of the log of its last sample.
Logs = Mapping[str, Mapping[str, str]]


def proofs(parts: Parts) -> Iterator[Proof]:
    """All evidence, each named by the anchor that figures have."""
    for part in parts.ordered:
        yield from _evidence(part)
        yield from _samples(part)
    for name, facts in parts.variants.items():
        for path, text in facts.files.items():
            if not path.startswith("changes/"):
                yield Proof(
                    anchor=file_anchor(name, path), bundle=figures.bundle(name), title=f"{name}: {path}", text=text
                )


def file_anchor(variant: str, path: str) -> str:
    """Where a toolchain's file stands among the proofs."""
    return f"{figures.bundle(variant)}/{anchored('file', path)}"


def _evidence(part: Part) -> Iterator[Proof]:
    for question in (item.question for item in part.questions):
        for variant, answer in question.answers.items():
            told = f"{question.facts.question}\n{answer.value.replace('-', ' ')}: {answer.meaning}"
            yield Proof(
                anchor=figures.evidence_anchor(question, variant),
                bundle=figures.bundle(variant),
                title=f"{variant}: {question.facts.title}",
                text=f"{told}\n\n{words.excerpt(answer.evidence)}".strip(),
            )
    for change in part.facts.changes:
        question = as_question(change, "works")
        for row in change.rows:
            works = question.answers.get(row.variant)
            if works is not None:
                yield Proof(
                    anchor=figures.evidence_anchor(question, row.variant),
                    bundle=figures.bundle(row.variant),
                    title=f"{row.variant}: {change.facts.title}",
                    text=f"{change.facts.what}\n\n{words.excerpt(works.evidence)}".strip(),
                )


def _samples(part: Part) -> Iterator[Proof]:
    """A cell's samples in the order of the rounds, its commands, and the end of its last log."""
    samples = part.facts.frames.samples
    rows: dict[tuple[str, ...], list[str]] = {}
    columns = [*CELL, "block", "outcome", "wall_s", "reason"]
    for *key, block, outcome, wall, reason in samples[columns].itertuples(index=False):
        took = words.seconds(float(wall)) if wall == wall else f"{outcome}: {reason}"
        rows.setdefault(tuple(map(str, key)), []).append(f"round {int(block) + 1}: {took}")
    for section in part.facts.sections:
        for view in section.scenarios:
            timed = Timed(part=part, section=section, scenario=view)
            logs = part.facts.logs.get(anchored(section.slug, view.name), {})
            for row in view.rows:
                if row.variant.endswith(CONTROL_SUFFIX) or not row.outcomes:
                    continue
                cell = (
                    row.variant,
                    section.lane.value,
                    view.name,
                    section.shape,
                    section.provider or ABSENT,
                    section.strategy or ABSENT,
                )
                typed = list(dict.fromkeys(f"$ {command(argv)}" for argv in view.commands.get(row.variant, ())))
                told = [f"Before: {view.before}", f"Measured: {view.measured}", f"Verified: {view.verified}"]
                lines = [*told, "", *typed, "", *rows.get(cell, [])]
                if log := logs.get(row.variant):
                    lines += ["", "The end of the last log:", log]
                yield Proof(
                    anchor=figures.samples_anchor(timed, row.variant),
                    bundle=figures.bundle(row.variant),
                    title=f"{row.variant}: {view.title}",
                    text="\n".join(lines).strip(),
                )
