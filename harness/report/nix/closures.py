"""Closures, split into what every variant has and what each adds: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from harness.report.model import Question
from harness.report.nix.model import ClosureView, PathSize

#: The findings that are closures, in the order of the page.
CLOSURES = ("closure-runtime", "closure-build", "closure-devshell")


def closures(questions: Iterable[Question]) -> Iterator[ClosureView]:
    """Every closure that is known path by path; strategies with which it is just the same share one."""
    asked = list(questions)
    for name in CLOSURES:
        alike: dict[tuple[tuple[str, tuple[tuple[str, int], ...]], ...], list[Question]] = {}
        for question in asked:
            if question.name == name and any(answer.sizes for answer in question.answers.values()):
                parts = ((variant, tuple(sorted(item.sizes.items()))) for variant, item in question.answers.items())
                alike.setdefault(tuple(parts), []).append(question)
        for same in alike.values():
            yield _view(same[0], tuple(question.how for question in same if question.how))


def _view(question: Question, strategies: tuple[str, ...]) -> ClosureView:
    sizes = {variant: answer.sizes for variant, answer in question.answers.items() if answer.sizes}
    shared = shared_part(sizes)
    return ClosureView(
        slug=f"{question.slug}-paths",
        title=question.facts.title,
        question=question.facts.question,
        strategies=strategies,
        shared=_ordered(shared),
        added={
            variant: _ordered({name: size for name, size in paths.items() if name not in shared})
            for variant, paths in sizes.items()
        },
        missing={
            variant: f"{answer.value}: {answer.evidence}"
            for variant, answer in question.answers.items()
            if not answer.sizes
        },
    )


def shared_part(sizes: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """What has the same name and the same size with every variant; nothing where there is but one."""
    if len(sizes) < 2:
        return {}
    first, *others = sizes.values()
    return {name: size for name, size in first.items() if all(other.get(name) == size for other in others)}


def _ordered(paths: Mapping[str, int]) -> tuple[PathSize, ...]:
    ordered = sorted(paths.items(), key=lambda item: (-item[1], item[0]))
    return tuple(PathSize(name=name, size=size) for name, size in ordered)
