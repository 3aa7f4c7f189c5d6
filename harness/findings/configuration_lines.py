"""``configuration-lines``: how much a person writes and maintains before any code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from harness.findings.base import Inspection, Observation, Subject
from harness.records.facts import FindingFacts, Lane
from harness.records.strategies import strategies_of

_DOCUMENTATION = {".md", ".rst", ".txt"}


def look(subject: Subject) -> Iterable[Observation]:
    """Count lines that are neither blank nor comments, in the local lane's files and in those of each Nix strategy."""
    counts: dict[str | None, dict[str, int]] = {None: {}, **{name: {} for name in subject.variant.spec.nix.strategies}}
    for relative, path in subject.variant.files().items():
        if is_configuration(relative):
            lines = sum(1 for _ in statements(path.read_text(encoding="utf-8")))
            for strategy in strategies_of(relative) if relative.endswith(".nix") else (None,):
                if strategy in counts:
                    counts[strategy][relative] = lines
    for strategy, files in counts.items():
        yield Observation(
            finding="configuration-lines",
            lane=Lane.NIX if strategy else Lane.LOCAL,
            strategy=strategy,
            value=str(sum(files.values())),
            evidence="\n".join(f"{name}: {lines} lines" for name, lines in files.items()) or "There is no file of it.",
        )


def is_configuration(relative: str) -> bool:
    """Whether a file of a variant configures its toolchain: neither Python source, nor documentation, nor Git's."""
    path = PurePosixPath(relative)
    documentation = path.suffix in _DOCUMENTATION and "requirements" not in path.name
    return path.suffix != ".py" and not documentation and not path.name.startswith(".git")


def statements(text: str) -> Iterator[str]:
    """The lines that say something, in TOML, requirements files and Nix alike: a comment begins with ``#``."""
    for line in text.splitlines():
        if (stripped := line.strip()) and not stripped.startswith("#"):
            yield stripped


FINDING = Inspection(
    facts={
        "configuration-lines": FindingFacts(
            title="Lines of configuration",
            question="How many lines does a person write and maintain before any code?",
            experiment="Lines of the committed files that are neither Python source nor documentation are counted, "
            "blank lines and comments aside: those of Nix in its lane, for each strategy the files that it takes, all "
            "others in the local one.",
            group="friction",
            lanes=(Lane.LOCAL, Lane.NIX),
            per_strategy=True,
        )
    },
    look=look,
)
