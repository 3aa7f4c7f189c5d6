"""What was proven of each variant, kept in a file that goes with the repository: by whom, when, in which circumstances.

A step that stands on record need not be carried out again: it passed with the same files, the same code of the harness
and the same versions. The file is written anew after every step, so a check that is cut off goes on where it was, in
another checkout too.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from harness.errors import InputError
from harness.monorepo.variants import Variant

#: The version of the file's format.
SCHEMA_VERSION = 1

_STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Circumstances:
    """What a proof depends on beside the variant's files.

    ``harness`` is a SHA-256 over the code that carried it out, ``tools`` has the versions of Python, pip, uv and Nix,
    ``machine`` the kind of system.
    """

    harness: str
    tools: Mapping[str, str]
    machine: str

    @property
    def name(self) -> str:
        """A short name that these circumstances have in the file."""
        told = json.dumps([self.harness, sorted(self.tools.items()), self.machine])
        return hashlib.sha256(told.encode()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class DatedProof:
    """When something was proven (a day, ISO 8601), and the name of the circumstances."""

    on: str
    by: str


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Proven:
    """What was proven of a variant as its files were: each step by its name, as ``check`` calls it."""

    digest: str
    steps: Mapping[str, DatedProof] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, config=_STRICT)
class Verified:
    """All that is on record: variants by name, modules of tests by path; ``circumstances`` by their short names."""

    schema_version: int = SCHEMA_VERSION
    circumstances: Mapping[str, Circumstances] = field(default_factory=dict)
    variants: Mapping[str, Proven] = field(default_factory=dict)
    tests: Mapping[str, DatedProof] = field(default_factory=dict)

    def stands(self, variant: Variant, now: Circumstances) -> dict[str, str]:
        """The steps of a variant that need not be carried out in these circumstances, each with its day."""
        return {name: proof.on for name, proof in self.steps_of(variant).items() if proof.by == now.name}

    def steps_of(self, variant: Variant) -> Mapping[str, DatedProof]:
        """The steps that were proven of a variant with just these files, in whatever circumstances."""
        known = self.variants.get(variant.name)
        return known.steps if known is not None and known.digest == variant.digest else {}


_VERIFIED: TypeAdapter[Verified] = TypeAdapter(Verified)


def read_verified(path: Path) -> Verified:
    """What a file has on record; nothing if there is no such file.

    Raises:
        InputError: it is not such a file.
    """
    if not path.exists():
        return Verified()
    try:
        found = _VERIFIED.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise InputError(
            f"{path}: is no record of what was proven: {str(error).splitlines()[0]}",
            hint="Take the file away to prove everything anew, or bring back the one that git has.",
        ) from error
    if found.schema_version != SCHEMA_VERSION:
        raise InputError(
            f"{path}: schema_version is {found.schema_version}, and this harness knows {SCHEMA_VERSION}.",
            hint="Take the file away to prove everything anew.",
        )
    return found


class Record:
    """A file of proofs that grows as steps pass. Not safe for two threads at once."""

    def __init__(self, path: Path, now: Circumstances, today: str) -> None:
        self._path = path
        self._now = now
        self._today = today
        self.verified = read_verified(path)

    @property
    def _proof(self) -> DatedProof:
        return DatedProof(on=self._today, by=self._now.name)

    def stands(self, variant: Variant) -> dict[str, str]:
        """The steps of a variant that need not be carried out now, each with its day."""
        return self.verified.stands(variant, self._now)

    def passed(self, variant: Variant, step: str) -> None:
        """Put down that a step passed, at once."""
        known = Proven(digest=variant.digest, steps={**self.verified.steps_of(variant), step: self._proof})
        self._write(variants={**self.verified.variants, variant.name: known}, tests=self.verified.tests)

    def tested(self, module: str) -> None:
        """Put down that all tests of a module passed, at once."""
        self._write(variants=self.verified.variants, tests={**self.verified.tests, module: self._proof})

    def module_stands(self, module: str) -> bool:
        """Whether the tests of a module passed in these circumstances."""
        proof = self.verified.tests.get(module)
        return proof is not None and proof.by == self._now.name

    def _write(self, *, variants: Mapping[str, Proven], tests: Mapping[str, DatedProof]) -> None:
        # Circumstances that no proof is of any more say nothing.
        used = {proof.by for proven in variants.values() for proof in proven.steps.values()}
        used |= {proof.by for proof in tests.values()}
        known = {**self.verified.circumstances, self._now.name: self._now}
        self.verified = Verified(
            circumstances={name: known[name] for name in sorted(used) if name in known},
            variants=dict(sorted(variants.items())),
            tests=dict(sorted(tests.items())),
        )
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f".{self._path.name}-{os.getpid()}")
        temporary.write_bytes(_VERIFIED.dump_json(self.verified, indent=1) + b"\n")
        temporary.replace(self._path)
