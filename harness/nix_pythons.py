"""Which Python each variant is built with through Nix: its own, imported for provider ``host``, or a reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.errors import NixUnavailableError
from harness.nix import Nix
from harness.provision.host_python import HostPython, forget_others, import_python
from harness.provision.interpreters import Interpreter, own_python, python_of
from harness.provision.layout import Layout
from harness.provision.nix_base import base_of, write_json
from harness.provision.supplies import Progress
from harness.provision.wheelhouse import Wheelhouse
from harness.strategies import NIXPKGS
from harness.variants import Variant


def named_pythons(variants: Sequence[Variant]) -> dict[str, str]:
    """The variants that name a Python, with the reason why provider ``nixpkgs`` cannot build them."""
    return {
        variant.name: f"Provider {NIXPKGS} builds with the Python of nixpkgs, and this is about Python {wanted}."
        for variant in variants
        if (wanted := variant.spec.toolchain.python and python_of(variant).version)
    }


def host_bases(
    nix: Nix, variants: Sequence[Variant], layout: Layout, progress: Progress
) -> tuple[dict[str, Path], dict[str, str]]:
    """Import each variant's Python, and write down for each what provider ``host`` builds with, or why it cannot.

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
    bases = {}
    for python, host in imported.items():
        wheelhouse = Wheelhouse(layout.wheelhouse, python=python)
        infrastructure = wheelhouse.wheels(layout.infrastructure)
        packages = [wheel for lock in layout.third_party for wheel in wheelhouse.wheels(lock)]
        for variant in variants:
            if pythons[variant.name] == python:
                build, toolchain = wheelhouse.wheels(variant.build_lock), wheelhouse.wheels(variant.toolchain_lock)
                described = base_of(host, build, packages, toolchain, infrastructure)
                bases[variant.name] = write_json(described, layout.nix / "bases", variant.name)
    return bases, {name: failed[python].message for name, python in pythons.items() if python in failed}
