"""Variants as the contestants of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from harness.errors import ResultsError
from harness.findings import Observation, Subject, inspect
from harness.findings.growth import look_at_growth
from harness.measure.trees import remove_tree
from harness.monorepo.growing import grow
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.monorepo.variants.lock import read_lock, render_lock
from harness.plan.cells import lanes_of
from harness.provision.equipment import Equipment, equipped
from harness.provision.interpreters import python_of
from harness.provision.nix.tree import NixPackage
from harness.provision.outside import Resolving, ThirdParty, counting, lock_name, names_of, resolved
from harness.provision.resolving import resolver
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from harness.records.facts import Lane
from harness.records.format import FindingKey, Plan, RunInfo
from harness.run.contestants.base import Contestants, Stage
from harness.run.experiments import conduct_all, left_of
from harness.run.info import run_begun, with_variants
from harness.run.jobs import ConductJob, Receiver, as_finding
from harness.run.request import VariantAssignment, makes_changes, shard_of
from harness.run.warm import warm_variant
from harness.scenarios import all_scenarios
from harness.scenarios.base import Measurable
from harness.workspace.make import Labs, make_benches
from harness.workspace.prepared import Bench


@dataclass(frozen=True, kw_only=True)
class VariantContestants(Contestants[Bench]):
    """The variants of a run."""

    assignment: VariantAssignment

    @property
    def scenarios(self) -> Mapping[str, Measurable[Bench]]:
        """What is measured of variants."""
        return all_scenarios()

    @contextmanager
    def equipped(self, layout: Layout, early: Path, console: Console) -> Iterator[Equipment]:
        """Toolchains, Nix if it is asked for, and the third party of shapes, which is resolved before."""
        assignment, plan = self.assignment, self.assignment.plan
        outside = third_party_of(assignment, early, resolver, console)
        with equipped(
            toolchains_of(assignment.variants),
            layout,
            console,
            nix=assignment.variants if Lane.NIX in lanes_of(plan) else None,
            provider=plan.provider,
            outside=outside,
            builders=assignment.builders,
            changes=makes_changes(plan),
        ) as equipment:
            yield equipment

    def info(self, layout: Layout, nix_version: str = "", nix_unavailable: str = "") -> RunInfo:
        """With the members of each shape, changes and strategies."""
        info = run_begun(self.assignment, layout, {name: scenario.facts for name, scenario in all_scenarios().items()})
        return with_variants(info, self.assignment, layout.checkout, nix_version, nix_unavailable)

    def in_words(self, shape: str) -> str:
        """Its members."""
        return self._shape(shape).in_words

    def _shape(self, name: str) -> Shape:
        return next(shape for shape in self.assignment.shapes if shape.name == name)

    def stage(
        self,
        shape: str,
        plan: Plan,
        equipment: Equipment,
        folder: Path,
        *,
        first: bool,
        known: Collection[FindingKey],  # noqa: ARG002 - looking at files costs nothing
    ) -> Stage[Bench]:
        """Variants with the members of a shape."""
        members = self._shape(shape)
        committed, lanes = self.assignment.variants, lanes_of(self.assignment.plan)
        variants = tuple(
            grow(item, members, folder / "grown" / item.name, equipment.requirements(item, members))
            for item in committed
        )
        return Stage(
            look=lambda: looked(committed, variants, members, lanes, equipment, whole=first),
            make_benches=lambda: make_benches(variants, members, plan, equipment, folder),
            warm=warm_variant,
        )

    def experiments(self, known: Collection[FindingKey]) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Those of the plan; a shard conducts those with some variants."""
        plan = self.assignment.plan
        left = left_of(plan, shard_of(self.assignment.variants, plan.shard), known)
        return tuple((task.variant.name, tuple(task.experiments)) for task in left)

    def conduct(self, job: ConductJob, layout: Layout, equipment: Equipment, receiver: Receiver) -> None:
        """Conduct experiments, with two variants at a time."""
        plan, journal = self.assignment.plan, receiver.journal
        variants = {variant.name: variant for variant in self.assignment.variants}
        labs = Labs.of_run(equipment, layout, layout.scratch(self.assignment.run_id), journal.folder, plan.provider)

        def found(variant: Variant, observation: Observation) -> None:
            log = journal.relative(labs.log(variant))
            receiver.finding(as_finding(journal.info.run_id, variant.name, observation, log_path=log))

        asked_for = ((variants[name], replace(plan, experiments=names)) for name, names in job.experiments)
        conduct_all(
            [task for variant, part in asked_for for task in left_of(part, [variant], ())],
            labs.lab,
            frozenset(plan.lanes),
            found,
            lambda variant, name: receiver.begins(f"{variant.name} · {name}"),
        )
        if not self.assignment.keep:
            remove_tree(labs.scratch)


def third_party_of(
    assignment: VariantAssignment, folder: Path, resolver: Callable[[], Resolving], console: Console
) -> dict[str, ThirdParty]:
    """What the shapes of an assignment have from outside, by their names; nothing if that does not count.

    Each is resolved once, into a lock below ``folder``. A run that is resumed has its locks already. Requirements whose
    marker holds for none of the Pythons here are not needed, and are told.

    Raises:
        ShapeError: requirements cannot be had; the message has all of one shape.
        ProvisionError: the index cannot be asked.
        ResultsError: a lock of the run to be resumed is gone.
    """
    found: dict[str, ThirdParty] = {}
    if not assignment.third_party:
        return found
    environments = [python.markers for python in {python_of(item): None for item in assignment.variants}]
    builds = {str(pin.name): pin.version for item in assignment.variants for pin in read_lock(item.build_lock)}
    for shape in assignment.shapes:
        if not names_of(shape):
            continue
        wanted, useless = counting(shape, assignment.leave_out, environments)
        for text in useless:
            line = f"{shape.name}: not needed on this machine: {text}"
            console.print(line, markup=False, highlight=False, soft_wrap=True)
        lock = (assignment.folder if assignment.resumes else folder) / lock_name(shape.name)
        if not assignment.resumes:
            with console.status(f"{shape.name}: looking for what it requires from outside"):
                pins = resolved(shape, wanted, resolver(), builds)
            folder.mkdir(parents=True, exist_ok=True)
            lock.write_text(render_lock(pins), encoding="utf-8")
        elif not lock.is_file():
            raise ResultsError(
                f"--resume: the run {assignment.run_id} has no {lock.name}, so nobody knows what it had from outside.",
                hint="Put it back, or begin a new run.",
            )
        found[shape.name] = ThirdParty(requirements=tuple(wanted), lock=lock)
    return found


def looked(
    committed: Sequence[Variant],
    variants: Sequence[Variant],
    shape: Shape,
    lanes: frozenset[Lane],
    equipment: Equipment,
    *,
    whole: bool,
) -> Iterator[tuple[str, Observation]]:
    """What can be seen of each variant in these lanes without running it; unless ``whole``, what is about growth alone.

    ``committed`` are the variants that ``variants`` were grown from.
    """
    for prototype, variant in zip(committed, variants, strict=True):
        seen = [*look_at_growth(prototype, shape)]
        if whole:
            seen += inspect(subject_of(equipment, variant, shape))
        yield from ((variant.name, observation) for observation in seen if observation.lane in lanes)


def subject_of(equipment: Equipment, variant: Variant, shape: Shape) -> Subject:
    """What findings about a variant are established from."""
    stated: Mapping[str, NixPackage] | str = equipment.nix_unavailable or "Nix was not asked for."
    if equipment.nix is not None:
        # What could not be provisioned at all was not read either.
        stated = equipment.nix.states(variant, shape) or equipment.problems.get(variant.name, "")
    if isinstance(stated, str):
        return Subject(variant=variant, shape=shape, nix_packages={}, nix_unavailable=stated)
    return Subject(variant=variant, shape=shape, nix_packages=dict(stated))
