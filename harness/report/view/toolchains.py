"""Each toolchain's own part, and a line for who stays with a tool. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from harness.records.facts import DocumentedFacts, Tone, VariantFacts
from harness.records.spelling import digits
from harness.report.prose import command, inside, join
from harness.report.statistics.compare import Verdict
from harness.report.view import figures
from harness.report.view.breaks import decided_by
from harness.report.view.model import Reason, SituationInFull, Staying, Toolchain
from harness.report.view.parts import Parts, Timed
from harness.report.view.situations import lacks
from harness.report.view.tools import recommended, tool_of

#: How many times slower than the reference something has to be shown to be, to be called a surprise.
SURPRISING = 3.0

#: What an address may have (RFC 3986, 2.2 and 2.3); what is quoted already stays so.
_IN_ADDRESSES = ":/?#[]@!$&()*+,;=-._~%"

#: Tools that readers are already with, as they call them.
_STAYING = {"hatch": "hatch", "pdm": "pdm", "poetry": "poetry", "pip": "pip"}


def toolchains(parts: Parts) -> tuple[Toolchain, ...]:
    """One part for each variant, in the order of its tools."""
    surprises = {name: tuple(_surprises(name, parts)) for name in parts.variants}
    several = len(parts.variants) > 1
    common = set.intersection(*(set(map(_same, found)) for found in surprises.values())) if several else set()
    titles = {
        name: facts.title for part in parts.ordered for run in part.facts.runs for name, facts in run.scenarios.items()
    }
    names = sorted(parts.variants, key=lambda name: (tool_of(parts.variants[name]), name))
    return tuple(
        Toolchain(
            variant=name,
            tool=tool_of(parts.variants[name]),
            title=parts.variants[name].title,
            summary=parts.variants[name].summary,
            versions=parts.variants[name].versions,
            documented=_linked(parts.variants[name].documented),
            environment_of=parts.variants[name].environment_of,
            commands=_commands(parts.variants[name], titles),
            files=tuple(path for path in parts.variants[name].files if not path.startswith("changes/")),
            surprises=tuple(item for item in surprises[name] if _same(item) not in common),
            unsupported=parts.variants[name].unsupported,
        )
        for name in names
    )


def _linked(documented: DocumentedFacts | None) -> DocumentedFacts | None:
    """The page as an address that leads to the web and nowhere else, whatever a run's file says."""
    if documented is None or not documented.page.startswith("https://"):
        return None
    return replace(documented, page=quote(documented.page, safe=_IN_ADDRESSES))


def _same(reason: Reason) -> tuple[str, str]:
    return reason.title, reason.word


def _commands(facts: VariantFacts, titles: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What is typed, by scenario; commands that several scenarios share are told once."""
    found: dict[str, tuple[str, ...]] = {}
    for name, steps in facts.commands.items():
        told = tuple(command(argv) for argv in steps)
        if told and told not in found.values() and not name.startswith("nix-"):
            found[titles.get(name, name)] = told
    return found


def _surprises(variant: str, parts: Parts) -> Iterator[Reason]:
    """Findings that are a hazard, and what was shown to be much slower than the reference."""
    for part in parts.ordered:
        for asked in part.questions:
            question, answer = asked.question, asked.of(variant)
            if answer is not None and (answer.tone is Tone.BAD or answer.wavers) and decided_by(question) != "Messages":
                figure = figures.of_answer(answer, asked, variant)
                where = f" ({question.where})" if question.where else ""
                title = question.facts.title + where
                yield Reason(
                    title=title,
                    word=figure.word,
                    meaning=figure.meaning if answer.wavers else answer.meaning_and_cure,
                    proof=figure.proof,
                )
        for section in part.facts.sections:
            for view in section.scenarios:
                row = view.row(variant)
                compared = row.comparison if row is not None else None
                if compared is None or compared.verdict is not Verdict.SLOWER or compared.ratio is None:
                    continue
                if compared.ratio.median > SURPRISING:
                    timed = Timed(part=part, section=section, scenario=view)
                    yield Reason(
                        title=f"{view.title}{' through Nix' if section.strategy else ''}",
                        word=f"{digits(compared.ratio.median)} times as long as {part.source.reference}",
                        meaning="",
                        proof=figures.samples_anchor(timed, variant),
                    )


def staying(parts: Parts, situations: Sequence[SituationInFull]) -> tuple[Staying, ...]:
    """For who stays with a tool: its best idiom in what is asked most, and what no idiom of it does."""
    return tuple(filter(None, (_stay(tool, parts, situations) for tool in _STAYING)))


def _stay(tool: str, parts: Parts, situations: Sequence[SituationInFull]) -> Staying | None:
    names = [name for name, facts in parts.variants.items() if tool_of(facts) == tool]
    if not names:
        return None
    known = [item for item in situations if item.candidates]
    failed = {name: _excluded(name, known) for name in names}
    times = {name: _median(parts, name) for name in names}
    first = recommended(parts.variants)[tool]
    best = min(names, key=lambda name: (len(failed[name]), times[name] or float("inf"), name != first))
    others = [name for name in names if name != best]
    worst = max(others, key=lambda name: (len(failed[name]), times[name] or 0.0), default="")
    tried = {item.title for item in known for candidate in item.candidates if candidate.variant == best}
    gained = [title for title in failed.get(worst, []) if title in tried.difference(failed[best])]
    gains = f"over {worst}: {join([*map(inside, gained)])}" if gained else ""
    if worst and not gained and (own := times[best]) and (other := times[worst]) and other > own:
        gains = f"installs {digits(other / own)} times as fast as {worst}"
    # What was not tried with the best of them is nobody's lack.
    lacking = [title for title in lacks(known, names) if title in tried]
    return Staying(tool=tool, best=best, gains=gains, lacks=join([*map(inside, lacking)]) if lacking else "")


def _excluded(variant: str, situations: Sequence[SituationInFull]) -> list[str]:
    return [
        item.title
        for item in situations
        for candidate in item.candidates
        if candidate.variant == variant and candidate.excluded
    ]


def _median(parts: Parts, variant: str) -> float | None:
    timed = parts.timed("install-warm")
    return figures.of_timed(timed[0], variant).value if timed else None
