"""The Nix lane, made ready: a private store with this machine's Python, and what is refused."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from harness.errors import NixUnavailableError, ProvisionError, StateError
from harness.measure.command import Command, Execution, Executor
from harness.measure.environment import prepare_home, scrubbed
from harness.measure.executor import LauncherExecutor
from harness.monorepo.shapes import CANONICAL, Shape
from harness.monorepo.variants import Variant
from harness.nix import Expression, Nix, Run, find_nix
from harness.nix.garbage import keep, keep_only, keep_within
from harness.nix.host.host_python import examined
from harness.provision.interpreters import base_python
from harness.provision.nix.pythons import HostBases, host_bases, named_pythons
from harness.provision.nix.tree import NixPackage, read_statements, write_names
from harness.provision.outside import ThirdParty
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock
from harness.provision.supplies import Progress
from harness.records.spelling import size
from harness.records.strategies import HANDWRITTEN, HOST, UV2NIX, offered

#: Where Nix is looked for: what every command of a run finds its programs in, and where Nix' own installer puts it.
NIX_PATHS = ("/usr/bin", "/bin", "/nix/var/nix/profiles/default/bin", "/run/current-system/sw/bin")


_SETUP_LIMIT_S = 900.0


@dataclass(frozen=True, kw_only=True)
class NixSide:
    """The Nix lane, ready: a private store, and for each variant the files that ``nix/default.nix`` reads.

    Provider ``host`` has a base for each variant, others have none. ``refused`` has those that cannot be built with
    their own Python, each with the reason.
    """

    nix: Nix
    entry: Path
    names: Mapping[str, Path]
    bases: Mapping[str, Path]
    statements: Mapping[str, Mapping[str, NixPackage] | str]
    provider: str = HOST
    refused: Mapping[str, str] = field(default_factory=dict)
    looks_with: Callable[[Executor], Run] = field(repr=False)
    outside_bases: Mapping[tuple[str, str], Path] = field(default_factory=dict)

    def base_for(self, variant: Variant, shape: Shape) -> Path | None:
        """The base that members of a shape are built with: one with the shape's own third party, if that counts."""
        return self.outside_bases.get((variant.name, shape.name), self.bases.get(variant.name))

    def names_for(self, variant: Variant, shape: Shape) -> Path:
        """The file that tells Nix the names of a shape's members; written if they are not the canonical ones."""
        if shape.is_canonical:
            return self.names[variant.name]
        return write_names(variant.spec.nix, shape, self.nix.folder / "bases", f"{variant.name}-names")

    def states(self, variant: Variant, shape: Shape) -> Mapping[str, NixPackage] | str:
        """What the package.nix of each member states, or why that cannot be read."""
        found = self.statements.get(variant.name, "")
        if shape.is_canonical or isinstance(found, str):
            return found
        expression = Expression(
            entry=self.entry,
            tree=variant.folder,
            names=self.names_for(variant, shape),
            base=self.base_for(variant, shape),
            provider=self.provider,
        )
        with LauncherExecutor() as executor:
            return read_statements(replace(self.nix, run=self.looks_with(executor)), expression)


def looked_for(layout: Layout, executor: Executor) -> Run:
    """Runs Nix' programs for set-up: scrubbed environment, log in the state folder."""
    home = layout.nix / "home"
    prepare_home(home)
    (layout.nix / "conf").mkdir(exist_ok=True)
    env = scrubbed(home=home, path=NIX_PATHS, extra={}, host=os.environ)

    def run(argv: Sequence[str], extra: Mapping[str, str]) -> Execution:
        return executor.run(
            Command(
                argv=tuple(argv),
                cwd=layout.nix,
                env={**env, **extra},
                timeout_s=_SETUP_LIMIT_S,
                log_path=layout.nix / "setup.log",
            )
        )

    return run


def private_store(layout: Layout, executor: Executor) -> Nix:
    """The Nix on this machine, at work in the state folder's store.

    Raises:
        NixUnavailableError: there is none.
    """
    layout.nix.mkdir(parents=True, exist_ok=True)
    run = looked_for(layout, executor)
    return Nix(program=find_nix(":".join(NIX_PATHS), run), folder=layout.nix, run=run)


def tend(nix: Nix, limit_bytes: int) -> str:
    """Collect the store's garbage if it takes more than its limit, and say in a line what came of it.

    Raises:
        NixUnavailableError: Nix cannot collect.
    """
    try:
        done = keep_within(nix, limit_bytes)
    except StateError as error:
        raise NixUnavailableError(
            f"The Nix store is above its limit, and {error.message}", hint="python -m harness clean --store"
        ) from error
    if done is None:
        return ""
    left = f"{size(done.after_bytes)} are left" + (", all of it needed" if done.after_bytes > limit_bytes else "")
    return f"Nix store: above its limit of {size(limit_bytes)}; {size(done.freed_bytes)} freed, {left}"


def ask_for_nix(layout: Layout) -> tuple[str, str]:
    """Nix' version if it can build here and this machine's Python can be imported, or an empty one and why not.

    While a run is under way nothing is built beside it: then the version is told with the reason why it is all.
    """
    with LauncherExecutor() as executor:
        try:
            nix = private_store(layout, executor)
            examined(base_python())
            with CacheLock(layout.state):
                nix.probe(secrets.token_hex(8))
            return nix.program.version, ""
        except NixUnavailableError as error:
            return "", str(error).replace("\n", " ")
        except ProvisionError as error:
            return nix.program.version, f"its sandbox was not tried: {error.message}"


def prepare_nix(
    variants: Sequence[Variant],
    layout: Layout,
    executor: Executor,
    progress: Progress,
    provider: str = HOST,
    outside: Mapping[str, ThirdParty] = MappingProxyType({}),
) -> NixSide:
    """Put all that members are built from into a private store: of this machine and pinned wheels, or of nixpkgs.

    Raises:
        NixUnavailableError: there is no Nix, its sandbox is not permitted, Python cannot be imported, or nixpkgs cannot
            be had.
    """
    nix = private_store(layout, executor)
    progress.doing("trying Nix' sandbox")
    nix.probe(secrets.token_hex(8))
    hosts = provider == HOST
    if hosts:
        bases = host_bases(nix, variants, layout, progress, outside)
    else:
        bases = HostBases(refused=named_pythons(variants))
    refused = dict(bases.refused)
    names = {}
    statements: dict[str, Mapping[str, NixPackage] | str] = dict(refused)
    for variant in variants:
        if variant.name in refused:
            continue
        progress.doing(f"putting what {variant.name} is built with into the Nix store")
        names[variant.name] = write_names(variant.spec.nix, CANONICAL, layout.nix / "bases", f"{variant.name}-names")
        expression = Expression(
            entry=layout.nix_entry,
            tree=variant.folder,
            names=names[variant.name],
            base=bases.own.get(variant.name),
            provider=provider,
        )
        try:
            more = [path for (name, _), path in bases.outside.items() if name == variant.name]
            _put_in(nix, expression, variant, more) if hosts else _bring(nix, expression, variant)
        except NixUnavailableError as error:
            if not variant.spec.toolchain.python:
                raise
            # It is this Python that Nix cannot build with: others are measured all the same.
            refused[variant.name] = statements[variant.name] = error.message
            continue
        written = HANDWRITTEN in variant.spec.nix.strategies
        statements[variant.name] = read_statements(nix, expression) if written else _not_written(variant)
    keep_only(nix, {variant.name for variant in variants} | {folder.name for folder in layout.variants.iterdir()})
    return NixSide(
        nix=nix,
        entry=layout.nix_entry,
        names=names,
        bases=bases.own,
        statements=statements,
        provider=provider,
        refused=refused,
        looks_with=lambda own: looked_for(layout, own),
        outside_bases=bases.outside,
    )


def _not_written(variant: Variant) -> str:
    """Why nothing is stated in package.nix."""
    return variant.spec.unsupported.get("nix", "No member has a package.nix: Nix reads what other files state.")


def _put_in(nix: Nix, expression: Expression, variant: Variant, outside: Sequence[Path]) -> None:
    """Have a variant's base in the store, those with a shape's third party too, and keep them there.

    Raises:
        NixUnavailableError: it cannot be built.
    """
    try:
        # The toolchain is not built for every run; where it is, it is kept for as long as its pins are.
        kept = [*nix.realise_all(expression, "base"), *nix.instantiate(expression, ["devshell"]).values()]
        for base in outside:
            # What cannot be installed there fails again in each cell that needs it, which gives the reason.
            with suppress(StateError):
                kept += nix.realise_all(replace(expression, base=base), "base")
        keep(nix, variant.name, kept)
    except StateError as error:
        raise NixUnavailableError(f"Nix cannot build here: {error.message}", hint=_SANDBOX_HINT) from error


def _bring(nix: Nix, expression: Expression, variant: Variant) -> None:
    """Download nixpkgs and all that a variant's members are built with, by building them once, and keep it.

    What is measured later downloads nothing. Members of a strategy that reads a lock file are not built: the lock file
    is not there yet.

    Raises:
        NixUnavailableError: it cannot be downloaded, or cannot be built.
    """
    online = replace(nix, substitute=True)
    environments = [f"environments.{member.name}" for member in CANONICAL.applications]
    try:
        kept = list(online.instantiate(expression, ["devshell"]).values())
        for strategy in offered(variant.spec.nix.strategies, expression.provider):
            if strategy != UV2NIX:
                chosen = replace(expression, strategy=strategy)
                online.realise(chosen, environments)
                kept += online.instantiate(chosen, environments).values()
        keep(nix, variant.name, kept)
    except StateError as error:
        raise NixUnavailableError(
            f"Provider nixpkgs cannot be prepared: {error.message}",
            hint="It downloads nixpkgs as flake.lock pins it, and built packages: that takes a connection. "
            "Without one use --provider host.",
        ) from error


_SANDBOX_HINT = "Builds need user namespaces, or root: see `python -m harness doctor`."
