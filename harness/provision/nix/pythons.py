"""Which Python each variant is built with through Nix: its own, imported for provider ``host``, or a reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from harness.errors import NixUnavailableError
from harness.monorepo.variants import Variant
from harness.monorepo.variants.lock import read_lock
from harness.nix import Nix
from harness.nix.host.host_python import HostPython, forget_others, import_python
from harness.provision.interpreters import Interpreter, own_python, python_of
from harness.provision.nix.base import attributes_of, base_of, outside_packages, write_json
from harness.provision.outside import ThirdParty
from harness.provision.state_folder import Layout
from harness.provision.supplies import Progress
from harness.provision.wheelhouse import Wheelhouse
from harness.records.strategies import NIXPKGS


def named_pythons(variants: Sequence[Variant]) -> dict[str, str]:
    """The variants that name a Python, with the reason why provider ``nixpkgs`` cannot build them."""
    return {
        variant.name: f"Provider {NIXPKGS} builds with the Python of nixpkgs, and this is about Python {wanted}."
        for variant in variants
        if (wanted := variant.spec.toolchain.python and python_of(variant).version)
    }


@dataclass(frozen=True, kw_only=True)
class HostBases:
    """The files that provider ``host`` reads: for each variant, and for each with a shape that has a third party.

    ``refused`` has the variants that cannot be built with their own Python, each with the reason.
    """

    own: Mapping[str, Path] = field(default_factory=dict)
    outside: Mapping[tuple[str, str], Path] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def host_bases(
    nix: Nix,
    variants: Sequence[Variant],
    layout: Layout,
    progress: Progress,
    outside: Mapping[str, ThirdParty] = MappingProxyType({}),
) -> HostBases:
    """Import each variant's Python, and write down for each what provider ``host`` builds with, or why it cannot.

    ``outside`` has the third party of shapes by their names. A shape that has one gets packages of its own, so that
    there is one version of each, under the name that members call it by.

    Raises:
        NixUnavailableError: none of the Pythons can be imported.
    """
    progress.doing("importing Python into a private Nix store")
    pythons = {variant.name: python_of(variant) for variant in variants}
    imported: dict[Interpreter, HostPython] = {}
    failed: dict[Interpreter, NixUnavailableError] = {}
    for python in dict.fromkeys(pythons.values()) or [own_python()]:
        try:
            imported[python] = import_python(python.path, layout.nix / "import", nix.program.programs)
        except NixUnavailableError as error:
            failed[python] = error
    if not imported:
        raise next(iter(failed.values()))
    forget_others(*imported.values())
    bases: dict[str, Path] = {}
    grown: dict[tuple[str, str], Path] = {}
    for python, host in imported.items():
        wheelhouse = Wheelhouse(layout.wheelhouse, python=python)
        infrastructure = wheelhouse.wheels(layout.infrastructure)
        outside_house = Wheelhouse(layout.outside_wheels, python=python)
        packages = [wheel for lock in layout.third_party for wheel in wheelhouse.wheels(lock)]
        for variant in variants:
            if pythons[variant.name] == python:
                build, toolchain = wheelhouse.wheels(variant.build_lock), wheelhouse.wheels(variant.toolchain_lock)
                described = base_of(host, build, packages, toolchain, infrastructure)
                bases[variant.name] = write_json(described, layout.nix / "bases", variant.name)
                for shape, found in outside.items():
                    attributes = attributes_of(read_lock(found.lock), read_lock(variant.build_lock))
                    own = outside_packages(outside_house.wheels(found.lock), attributes, found.extras, host.version)
                    described = base_of(host, build, (), toolchain, infrastructure, outside=own)
                    grown[variant.name, shape] = write_json(described, layout.nix / "bases", variant.name)
    refused = {name: failed[python].message for name, python in pythons.items() if python in failed}
    return HostBases(own=bases, outside=grown, refused=refused)
