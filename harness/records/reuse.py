"""Findings that an earlier run established and that still hold, so that they need not be established again. Pure.

A finding holds where nothing differs that it could come from: the code that conducts experiments, what it asks, the
variant's files, the versions of all tools, the kind of machine. Times are never taken over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.records.facts import Outcome, VariantFacts
from harness.records.format import Finding, RunInfo


@dataclass(frozen=True, kw_only=True)
class TakenOver:
    """The findings that hold; ``left`` says of each variant none is taken of why, by its name."""

    findings: tuple[Finding, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)


def take_over(earlier: RunInfo, findings: Sequence[Finding], now: RunInfo, wanted: Collection[str]) -> TakenOver:
    """What of an earlier run's findings holds in a run that is about to begin; ``wanted`` are the names it asks for.

    A finding keeps the id of the run that established it, and has no log: that lies with that run.
    """
    changed = _difference(_circumstances(earlier), _circumstances(now))
    left = {
        name: why
        for name in now.variants
        if (why := changed or _changed(earlier.variants.get(name), now.variants[name]))
    }
    held = tuple(
        replace(item, log_path="")
        for item in findings
        if item.variant in now.variants
        and item.variant not in left
        and item.finding in wanted
        and item.value != Outcome.FAILED
        and earlier.findings.get(item.finding) == now.findings.get(item.finding)
    )
    return TakenOver(findings=held, left=left)


def _changed(then: VariantFacts | None, now: VariantFacts) -> str:
    """What of a variant is not as it was; empty if all is."""
    if then is None:
        return "it was not in that run"
    if then.digest != now.digest:
        return "its files are not what they were"
    return _difference({"its Python": then.python}, {"its Python": now.python})


def _difference(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """The first thing that differs, in words; empty if nothing does."""
    for what in sorted({*then, *now}):
        before, after = then.get(what) or "none", now.get(what) or "none"
        if before != after:
            return f"{what} was {before} and is {after}"
    return ""


def _circumstances(run: RunInfo) -> dict[str, str]:
    """All that findings of every variant hang on, by what it is called in words."""
    return {
        "the harness": run.harness_version,
        "the code of the experiments": run.experiments_digest[:12],
        "the provider": run.plan.provider,
        "the system": run.host.kind,
        "Nix": run.tools.get("nix") or run.nix_unavailable,
        **{f"the version of {name}": version for name, version in run.tools.items() if name != "nix"},
    }
