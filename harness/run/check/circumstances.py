"""What a proof on record depends on beside the variant's own files: the code that carried it out, versions, machine."""

from __future__ import annotations

from pathlib import Path

from harness.records.host import host_facts
from harness.run.check.record import Circumstances
from harness.run.info import digest_of_code, tools_here

#: The code that carries steps out and judges them; what it reaches by import belongs to it. What is put in place before
#: (wheels, toolchains) and how things are shown does not: set-up has a step of its own, which is never on record.
ROOTS = ("harness.run.check.proving", "harness.workspace.experiment", "harness.scenarios", "harness.findings")


def circumstances(checkout: Path, folder: Path, nix_version: str) -> Circumstances:
    """Those of a proof that is made now, in ``folder``, with this Nix (empty where there is none)."""
    host = host_facts(folder)
    return Circumstances(
        harness=proving_digest(checkout),
        tools=tools_here(nix_version),
        machine=host.kind,
    )


def proving_digest(checkout: Path) -> str:
    """What names exactly the code that carries steps out."""
    return digest_of_code(checkout, ROOTS)
