"""Reads a lock: a requirements file in which every project has one exact version and hashes, and no address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import NormalizedName, canonicalize_name

from harness.errors import VariantError

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One project at one version; ``hashes`` are the SHA-256 of every file of it that may be taken."""

    name: NormalizedName
    version: str
    hashes: frozenset[str]
    marker: str = ""

    def applies(self, environment: Mapping[str, str] | None = None) -> bool:
        """Whether it is wanted here: on the running Python, or in an environment as PEP 508 describes one."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment) if environment else None)


def read_lock(path: Path) -> tuple[Pin, ...]:
    """The pins of the lock at ``path``.

    Raises:
        VariantError: a line is not a pinned requirement with hashes.
    """
    return parse_lock(path.read_text(encoding="utf-8"), source="/".join(path.parts[-3:]))


def parse_lock(text: str, *, source: str) -> tuple[Pin, ...]:
    """The pins of a lock's text; ``source`` names it in errors.

    Raises:
        VariantError: a line is not a pinned requirement with hashes.
    """
    return tuple(_pin(line, f"{source}, line {number}") for number, line in _logical_lines(text))


def render_lock(pins: Iterable[Pin]) -> str:
    """A lock's text, as :func:`parse_lock` reads it."""
    return "".join(
        f"{pin.name}=={pin.version}{f' ; {pin.marker}' if pin.marker else ''}"
        + "".join(f" \\\n    --hash=sha256:{digest}" for digest in sorted(pin.hashes))
        + "\n"
        for pin in pins
    )


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    parts: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), start=1):
        content = line if parts else line.strip()
        if not parts and (not content or content.startswith("#")):
            continue
        first = first if parts else number
        parts.append(line.rstrip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            yield first, " ".join(parts)
            parts = []
    if parts:
        yield first, " ".join(parts)


def _pin(line: str, where: str) -> Pin:
    hashes = frozenset(_HASH.findall(line))
    text = _HASH.sub("", line).strip()
    hint = "Locks are made from variant.toml: python -m harness update NAME --keep-pins"
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise VariantError(f"{where}: {text!r} is not a requirement: {error}", hint=hint) from error
    exact = [item.version for item in requirement.specifier if item.operator == "==" and "*" not in item.version]
    if requirement.url or len(exact) != 1 or len(requirement.specifier) != 1:
        raise VariantError(f"{where}: {text!r} does not name one exact version", hint=hint)
    if not hashes:
        raise VariantError(f"{where}: {text!r} has no --hash=sha256:…", hint=hint)
    return Pin(
        name=canonicalize_name(requirement.name),
        version=exact[0],
        hashes=hashes,
        marker=str(requirement.marker) if requirement.marker else "",
    )
