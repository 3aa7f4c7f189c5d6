"""What ``run.json`` says of a run: the values of :mod:`harness.records.format`, put together."""

from __future__ import annotations

import ast
import hashlib
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from harness import VERSION
from harness.findings import Experiment, Inspection, experiments, inspections
from harness.findings.growth import FACTS as GROWTH
from harness.monorepo.changes import STANDARD, texts_of_patches
from harness.monorepo.shapes import Shape
from harness.monorepo.shapes.facts import facts_of_shape
from harness.monorepo.variants import Variant, folder_digest
from harness.provision.interpreters import python_of
from harness.provision.outside import names_of
from harness.provision.state_folder import Layout
from harness.records.facts import DocumentedFacts, ScenarioFacts, ShapeFacts, VariantFacts
from harness.records.format import RunInfo, RunStatus
from harness.records.host import host_facts
from harness.records.strategies import STRATEGIES
from harness.run.request import Assignment, VariantAssignment
from harness.run.sample import now
from harness.scenarios import all_scenarios
from harness.scenarios.base import Scenario

#: The code that findings come from; what it reaches by import belongs to it.
EXPERIMENTS = ("harness.workspace.experiment", "harness.findings")


def variant_facts(variant: Variant, scenarios: Iterable[Scenario]) -> VariantFacts:
    """What a reader of the results has to know of a variant."""
    files = variant.texts()
    own = [path for name in ("variant.toml", "changes.toml") if (path := variant.folder / name).is_file()]
    files.update({path.name: path.read_text(encoding="utf-8") for path in own})
    files.update(texts_of_patches(variant))
    shown = variant.spec.documented
    return VariantFacts(
        title=variant.spec.title,
        summary=variant.spec.summary,
        manager=variant.spec.toolchain.manager,
        backend=variant.spec.toolchain.backend,
        digest=variant.digest,
        tools=variant.spec.toolchain.pins,
        commands={scenario.name: steps for scenario in scenarios if (steps := scenario.steps(variant))},
        unsupported=dict(variant.spec.unsupported),
        files=files,
        broken=variant.spec.broken,
        unavailable=variant.spec.unavailable,
        python="" if variant.set_aside else python_of(variant).version,
        documented=DocumentedFacts(page=shown.page, read=shown.read.isoformat()) if shown else None,
        environment_of=variant.environment_of,
    )


def shape_facts(shape: Shape, *, third_party: bool = False, leave_out: Sequence[str] = ()) -> ShapeFacts:
    """The members of a shape, for a reader of the results; with ``third_party`` it is said what of that is left out."""
    outside = names_of(shape) if third_party else ()
    left_out = tuple(name for name in outside if name in leave_out)
    return replace(facts_of_shape(shape), third_party=bool(outside), left_out=left_out)


def tools_here(nix_version: str) -> dict[str, str]:
    """The versions of what the harness itself works with; ``nix_version`` is empty where there is no Nix."""
    tools = {"python": platform.python_version(), "pip": version("pip"), "uv": version("uv")}
    return {**tools, **({"nix": nix_version} if nix_version else {})}


def git_revision(checkout: Path) -> str:
    """The checkout's commit, with a mark if files differ from it; empty outside a repository."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            # Without that option git would write its index anew: a run only looks at its checkout.
            ["git", "--no-optional-locks", "-C", str(checkout), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    revision = git("rev-parse", "--short=12", "HEAD")
    return f"{revision}+changes" if revision and git("status", "--porcelain") else revision


def run_begun(assignment: Assignment, layout: Layout, scenarios: Mapping[str, ScenarioFacts]) -> RunInfo:
    """``run.json`` of a run that begins here and now, whoever takes part: nothing yet of its contestants and tools."""
    used = {cell.scenario for cell in assignment.plan.cells}
    return RunInfo(
        run_id=assignment.run_id,
        status=RunStatus.RUNNING,
        started_at=now().isoformat(timespec="seconds"),
        command_line=assignment.command_line,
        harness_version=VERSION,
        git_revision=git_revision(layout.checkout),
        plan=assignment.plan,
        host=host_facts(layout.state),
        tools={},
        variants={},
        scenarios={name: facts for name, facts in scenarios.items() if name in used},
    )


def with_variants(
    info: RunInfo, assignment: VariantAssignment, checkout: Path, nix_version: str, nix_unavailable: str
) -> RunInfo:
    """The same with all there is to say of a run's variants, and of what they are measured with."""
    variants = [*assignment.variants, *assignment.aside]
    kinds: dict[str, Inspection | Experiment] = {**inspections()}
    kinds.update({name: kind for name, kind in experiments().items() if name in info.plan.experiments})
    own = [scenario for name, scenario in all_scenarios().items() if name in info.scenarios]
    return replace(
        info,
        tools=tools_here(nix_version),
        variants={variant.name: variant_facts(variant, own) for variant in variants},
        findings={**{name: facts for kind in kinds.values() for name, facts in kind.facts.items()}, **GROWTH},
        changes={name: change.facts for name, change in STANDARD.items()},
        strategies={
            name: facts
            for name, facts in STRATEGIES.items()
            if any(name in variant.spec.nix.strategies for variant in variants)
        },
        shapes={
            shape.name: shape_facts(shape, third_party=assignment.third_party, leave_out=assignment.leave_out)
            for shape in assignment.shapes
        },
        nix_unavailable=nix_unavailable,
        experiments_digest=digest_of_code(checkout, EXPERIMENTS),
        builders=assignment.builders,
    )


#: What the Python of a variant is called, before its name.
PYTHON = "the Python of "


def circumstances(info: RunInfo) -> dict[str, str]:
    """The versions that figures of one run have in common, by what they are called in words."""
    pythons = {f"{PYTHON}{name}": facts.python for name, facts in info.variants.items() if facts.python}
    return {**info.tools, **pythons}


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """In what versions differ, and what is in the one and in the other."""
    for what in sorted({*one, *other}):
        said = one.get(what) or "absent", other.get(what) or "absent"
        if said[0] != said[1]:
            yield what, *said


def digest_of_code(checkout: Path, roots: Iterable[str]) -> str:
    """A SHA-256 over all code that ``roots`` reach by import, what changes are made from, and what Nix builds with."""
    files = reached(checkout, roots)
    digest = hashlib.sha256()
    for path in sorted({*files.values(), *(checkout / "harness" / "monorepo" / "changes").glob("*.txt")}):
        digest.update(f"{path.relative_to(checkout).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    digest.update(folder_digest(checkout / "nix").encode())
    return digest.hexdigest()


def reached(checkout: Path, roots: Iterable[str]) -> dict[str, Path]:
    """The modules of the harness that ``roots`` reach by import, each with its file; of a package all its modules."""
    found: dict[str, Path] = {}
    waiting = [name for root in roots for name in (root, *_modules_of(checkout, root))]
    while waiting:
        name = waiting.pop()
        path = _file_of(checkout, name) if name.partition(".")[0] == "harness" else None
        if path is None or name in found:
            continue
        found[name] = path
        waiting += _imported(path)
        waiting.append(name.rpartition(".")[0])
    return found


def _modules_of(checkout: Path, name: str) -> list[str]:
    folder = checkout.joinpath(*name.split("."))
    return [f"{name}.{path.stem}" for path in sorted(folder.glob("*.py")) if path.stem != "__init__"]


def _file_of(checkout: Path, name: str) -> Path | None:
    place = checkout.joinpath(*name.split("."))
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)


def _imported(path: Path) -> Iterator[str]:
    """The names that a module imports, wherever in it; of ``from a import b`` both ``a`` and ``a.b``."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
