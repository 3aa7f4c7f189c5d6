"""Checks variants: each is looked at, those that hold up are provisioned together and proven two at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Lock

from rich.console import Console

from harness.errors import HarnessError, VariantError
from harness.findings import experiments
from harness.measure.confined import ConfinedExecutor, unavailable
from harness.measure.crew import Crew
from harness.measure.trees import remove_tree
from harness.monorepo.changes import STANDARD
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant, load_variant
from harness.plan.cells import Selection, make_plan
from harness.provision.equipment import Equipment, equipped
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from harness.records.facts import Lane
from harness.records.format import Plan
from harness.records.strategies import HOST
from harness.records.uninterrupted import uninterrupted
from harness.run.check.causes import likely_cause
from harness.run.check.circumstances import circumstances
from harness.run.check.experiments import find_out
from harness.run.check.looking import FOR_READERS, look
from harness.run.check.model import Checked, Report, Result, StepFailure, StepVerdict
from harness.run.check.proving import Means, chosen, prove
from harness.run.check.record import Record, read_verified
from harness.scenarios import all_scenarios
from harness.workspace.make import STEP_LIMIT_S, Labs, make_benches, nonce
from harness.workspace.prepared import Unready
from harness.workspace.steps import Attempt


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """What is to be checked: folders by name, held against ``reference``, one of ours.

    With ``quick`` nothing is installed or run; with ``steps``, of what is carried out only they and what they need.
    With ``findings`` every experiment is conducted too, in the place of the standard changes alone, of which one
    experiment makes all. ``provider`` is where Nix takes Python and backends from. ``record`` is the file with what
    was proven already, which is not proven again, and which is told what is proven now.
    """

    folders: Mapping[str, Path]
    reference: Path
    quick: bool = False
    steps: tuple[str, ...] = ()
    provider: str = HOST
    findings: bool = False
    record: Path | None = None


def check(asked: CheckRequest, layout: Layout, console: Console, report: Report) -> list[Checked]:
    """Check variants; ``report`` is told of each step as it ends, by one thread at a time."""
    one_by_one = Lock()

    def tell(result: Result) -> None:
        with one_by_one:
            report(result)

    if asked.record is not None:
        read_verified(asked.record)  # What is no record is refused before anything is done.
    reference = load_variant(asked.reference)
    found: dict[str, list[Result]] = {name: [] for name in asked.folders}
    variants: dict[str, Variant] = {}
    for name, folder in asked.folders.items():
        variant = _read(folder, found[name], tell)
        if variant is None:
            continue
        variants[name] = variant
        if not variant.spec.unavailable:
            for result in look(variant, reference):
                found[name].append(result)
                tell(result)
    if not asked.quick:
        sound = [
            variant
            for name, variant in variants.items()
            if not variant.spec.unavailable
            and not any(result.failed and result.step not in FOR_READERS for result in found[name])
        ]
        for name, results in _prove_all(sound, asked, layout, console, tell).items():
            found[name] += results
    return [
        Checked(
            variant=name,
            results=tuple(results),
            broken=variants[name].spec.broken if name in variants else "",
            unavailable=variants[name].spec.unavailable if name in variants else "",
            whole=not asked.quick and not asked.steps,
        )
        for name, results in found.items()
    ]


def _read(folder: Path, results: list[Result], tell: Report) -> Variant | None:
    """The variant in a folder, if its variant.toml is as it has to be; either way that is a step."""
    try:
        variant = load_variant(folder)
    except VariantError as error:
        failure = StepFailure(
            ran=f"{folder.name}/variant.toml",
            expected="what schemas/variant.schema.json describes, in a folder that is complete",
            came=error.message,
            cause=error.hint,
        )
        results.append(Result(variant=folder.name, step="schema", verdict=StepVerdict.FAILED, failure=failure))
        tell(results[-1])
        return None
    step = Result(variant=folder.name, step="schema", verdict=StepVerdict.PASSED, detail=variant.spec.summary)
    if variant.spec.unavailable:
        step = Result(
            variant=folder.name, step="schema", verdict=StepVerdict.UNSUPPORTED, detail=variant.spec.unavailable
        )
    results.append(step)
    tell(step)
    return variant


def _prove_all(
    variants: Sequence[Variant], asked: CheckRequest, layout: Layout, console: Console, tell: Report
) -> dict[str, list[Result]]:
    """Provision variants together and prove them; where that cannot be, each by itself, to see whose fault it is."""
    if not variants:
        return {}
    try:
        return _proven(variants, asked, layout, console, tell)
    except HarnessError as error:
        if len(variants) > 1:
            alone = [_prove_all([variant], asked, layout, console, tell) for variant in variants]
            return {name: results for part in alone for name, results in part.items()}
        name = variants[0].name
        return {name: [_not_provisioned(name, error.message, tell)]}


def _not_provisioned(name: str, came: str, tell: Report) -> Result:
    failure = StepFailure(
        ran=f"python -m harness setup --variant {name}",
        expected="wheels fetched and the toolchain installed, as locks/ pin them",
        came=came,
        cause=likely_cause(came),
    )
    result = Result(variant=name, step="provision", verdict=StepVerdict.FAILED, failure=failure)
    tell(result)
    return result


def _proven(
    variants: Sequence[Variant], asked: CheckRequest, layout: Layout, console: Console, tell: Report
) -> dict[str, list[Result]]:
    plan = _plan(variants, asked)
    kept = _Kept(asked.record, layout)
    scratch = layout.scratch("check")
    logs = layout.checks
    logs.mkdir(parents=True, exist_ok=True)
    salt = nonce()
    crew = Crew()
    with ExitStack() as stack:
        toolchains = toolchains_of(variants)
        equipment = stack.enter_context(equipped(toolchains, layout, console, nix=variants, provider=asked.provider))
        remove_tree(scratch)
        stack.callback(uninterrupted()(remove_tree), scratch)
        benches = make_benches(variants, CANONICAL, plan, equipment, scratch)
        kept.learn(equipment.nix_version)
        labs = _labs(equipment, layout, scratch, asked.provider)

        def work(variant: Variant) -> list[Result]:
            bench = benches[variant.name]
            if isinstance(bench, Unready):
                return [_not_provisioned(variant.name, bench.reason, tell)]
            provisioned = Result(
                variant=variant.name, step="provision", verdict=StepVerdict.PASSED, detail="the toolchain is installed"
            )
            tell(provisioned)
            log = logs / f"{variant.name}.log"
            log.unlink(missing_ok=True)
            own = scratch / variant.name
            own.mkdir(parents=True, exist_ok=True)
            refused = unavailable()
            with crew.executor() as free, crew.executor() as launcher:
                means = Means(
                    scenarios=all_scenarios(),
                    free=free,
                    confined=None if refused else ConfinedExecutor(executor=launcher, folders=[own]),
                    not_confined=refused,
                    nix_changes=salt,
                    known=kept.stands(variant),
                    passed=partial(kept.passed, variant),
                )
                attempt = Attempt(executor=free, log_path=log, limit_s=STEP_LIMIT_S, nonce=nonce)
                cells = [cell for cell in plan.cells if cell.variant == variant.name]
                results = [provisioned, *prove(bench, attempt, cells, means, tell)]
                if asked.findings and not any(result.failed for result in results):
                    results += find_out(
                        variant.name,
                        experiments(),
                        lambda: labs.lab(variant, free),
                        tell,
                        known=means.known,
                        passed=means.passed,
                        log=str(labs.log(variant)),
                    )
                return results

        return dict(zip((variant.name for variant in variants), crew.do(work, variants), strict=True))


def _labs(equipment: Equipment, layout: Layout, scratch: Path, provider: str) -> Labs:
    """What experiments are conducted in, apart from what phases are proven in."""
    return Labs(
        equipment=equipment,
        layout=layout,
        shape=CANONICAL,
        scratch=scratch / "experiments",
        logs=layout.checks / "experiments",
        provider=provider,
    )


class _Kept:
    """What is on record, for several threads; without a file nothing is, and nothing is kept."""

    def __init__(self, path: Path | None, layout: Layout) -> None:
        self._path = path
        self._layout = layout
        self._record: Record | None = None
        self._lock = Lock()

    def learn(self, nix_version: str) -> None:
        """Read the record, now that it is known which Nix there is.

        Raises:
            InputError: it is no such file.
        """
        if self._path is not None:
            now = circumstances(self._layout.checkout, self._layout.state, nix_version)
            self._record = Record(self._path, now, datetime.now(UTC).date().isoformat())

    def stands(self, variant: Variant) -> Mapping[str, str]:
        """The steps of a variant that need not be carried out, each with its day."""
        return self._record.stands(variant) if self._record else {}

    def passed(self, variant: Variant, step: str) -> None:
        """Keep that a step passed."""
        with self._lock:
            if self._record:
                self._record.passed(variant, step)


def _plan(variants: Sequence[Variant], asked: CheckRequest) -> Plan:
    known = all_scenarios()
    return make_plan(
        Selection(
            strategies={variant.name: variant.spec.nix.strategies for variant in variants},
            scenarios={
                name: known[name].lane
                for name in chosen(asked.steps)
                if not asked.findings or name.removeprefix("nix-") not in STANDARD
            },
            lanes=frozenset(Lane),
            provider=asked.provider,
            blocks=1,
            control=frozenset(),
        )
    )
