"""Variants as the contestants of a run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from harness.findings import Observation, Subject, inspect
from harness.findings.growth import look_at_growth
from harness.monorepo.growing import grow
from harness.monorepo.shapes import Shape
from harness.monorepo.variants import Variant
from harness.plan.cells import lanes_of
from harness.provision.equipment import Equipment, equipped
from harness.provision.nix.tree import NixPackage
from harness.provision.resolving import resolver
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from harness.records.facts import Lane
from harness.records.format import FindingKey, Plan, RunInfo
from harness.records.journal import Journal
from harness.records.reading import Resumed
from harness.run.contestants.base import Contestants, Stage
from harness.run.experiments import conduct_all, left_of
from harness.run.per_shape import as_finding
from harness.run.progress import ExperimentProgress
from harness.run.request import VariantAssignment, makes_changes, shard_of
from harness.run.start import info_of
from harness.run.third_party import third_party_of
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

    def info(self, layout: Layout, equipment: Equipment) -> RunInfo:
        """With the members of each shape, changes and strategies."""
        return info_of(
            self.assignment, layout, nix_version=equipment.nix_version, nix_unavailable=equipment.nix_unavailable
        )

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
        members = next(item for item in self.assignment.shapes if item.name == shape)
        committed, lanes = self.assignment.variants, lanes_of(self.assignment.plan)
        variants = grown(committed, members, folder / "grown", equipment)
        return Stage(
            words=members.in_words,
            seen=looked(committed, variants, members, lanes, equipment, whole=first),
            make_benches=lambda: make_benches(variants, members, plan, equipment, folder),
            warm=warm_variant,
        )

    def conduct(self, layout: Layout, journal: Journal, done: Resumed, equipment: Equipment, console: Console) -> None:
        """Conduct the plan's experiments, two variants at a time."""
        plan = self.assignment.plan
        left = left_of(plan, shard_of(self.assignment.variants, plan.shard), done.findings)
        if not left:
            return
        labs = Labs.of_run(equipment, layout, layout.scratch(self.assignment.run_id), journal.folder, plan.provider)

        def found(variant: Variant, observation: Observation) -> None:
            log = journal.relative(labs.log(variant))
            journal.add_finding(as_finding(journal.info.run_id, variant.name, observation, log_path=log))

        with ExperimentProgress(sum(len(task.experiments) for task in left), console) as progress:
            conduct_all(
                left, labs.lab, frozenset(plan.lanes), found, lambda variant, name: progress.begins(variant.name, name)
            )


def grown(variants: Sequence[Variant], shape: Shape, folder: Path, equipment: Equipment) -> tuple[Variant, ...]:
    """The variants with the members of a shape, each in a folder of its own below ``folder``."""
    return tuple(grow(item, shape, folder / item.name, equipment.requirements(item, shape)) for item in variants)


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
