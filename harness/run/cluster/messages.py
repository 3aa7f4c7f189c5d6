"""What goes to workers and what comes back: values that can be sent, and nothing that acts."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass as validated

from harness.errors import StateError
from harness.monorepo.variants import Variant, folder_digest
from harness.plan.shards import Unit
from harness.records.facts import HostFacts
from harness.records.format import RUN_INFO, Finding, Probe, RunInfo, Sample
from harness.records.uninterrupted import uninterrupted

#: So much of a log's end, in characters, is sent back.
LOG_CHARACTERS = 200_000


@dataclass(frozen=True, kw_only=True)
class Order:
    """What every worker is told: the run as ``run.json`` has it, and the folders of its variants.

    ``code`` names exactly the harness that gave the order. ``locks`` are those of the third party, by their file's
    name. So many ``local_workers`` share the machine of whoever gave it; 0 if each has one to itself.
    """

    info: RunInfo
    variants: bytes
    code: str
    locks: Mapping[str, str]
    local_workers: int = 0

    @property
    def key(self) -> str:
        """What tells set-ups apart: one that was made for an order of the same key serves this one too."""
        with uninterrupted():
            run = RUN_INFO.dump_json(self.info, include={"run_id", "plan", "shapes", "builders"})
        return hashlib.sha256(b"\0".join([run, self.variants, self.code.encode()])).hexdigest()


@dataclass(frozen=True, kw_only=True)
class MeasureJob:
    """Execute one block of one scenario with all its variants."""

    unit: Unit

    @property
    def name(self) -> str:
        """What it is called."""
        return self.unit.name


@dataclass(frozen=True, kw_only=True)
class LookJob:
    """Establish what can be seen of each variant with a shape's members; unless ``whole``, what is of growth alone."""

    shape: str
    whole: bool

    @property
    def name(self) -> str:
        """What it is called."""
        return f"looking at the variants ({self.shape})"


@dataclass(frozen=True, kw_only=True)
class Conduct:
    """Conduct experiments with one variant."""

    variant: str
    experiments: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{len(self.experiments)} experiments with {self.variant}"


Job = MeasureJob | LookJob | Conduct

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)


@validated(frozen=True, kw_only=True, config=_STRICT)
class Returned:
    """What a worker sends back.

    ``worker`` is its number on its machine, ``cores`` are the processors it keeps to. ``circumstances`` are the
    versions it has, by what they are called in words. With a ``refusal``, in words, there is nothing else. ``said`` are
    lines for the person. ``logs`` are the ends of logs, by their path below a run's folder.
    """

    worker: str
    host: HostFacts
    cores: tuple[int, ...] = ()
    circumstances: dict[str, str] = Field(default_factory=dict)
    nix_unavailable: str = ""
    refusal: str = ""
    samples: tuple[Sample, ...] = ()
    findings: tuple[Finding, ...] = ()
    logs: dict[str, str] = Field(default_factory=dict)
    probe: Probe | None = None
    said: tuple[str, ...] = ()


RETURNED: TypeAdapter[Returned] = TypeAdapter(Returned)


def packed(variants: Sequence[Variant]) -> bytes:
    """The folders of variants as one archive, the same for the same files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:xz") as archive:
        for variant in variants:
            for path in sorted(variant.folder.rglob("*")):
                relative = path.relative_to(variant.folder)
                if not path.is_file() or "__pycache__" in relative.parts:
                    continue
                entry = tarfile.TarInfo(f"{variant.name}/{relative.as_posix()}")
                entry.mode = 0o755 if path.stat().st_mode & 0o100 else 0o644
                content = path.read_bytes()
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def unpack(archive: bytes, folder: Path) -> None:
    """Put the folders of an archive that :func:`packed` made below ``folder``.

    Raises:
        StateError: it holds anything but files below it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:xz") as packed_ones:
        for entry in packed_ones:
            path = PurePosixPath(entry.name)
            if not entry.isfile() or path.is_absolute() or ".." in path.parts:
                raise StateError(f"The coordinator sent {entry.name!r}, which is no file of a variant.")
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            # Not extractall: before 3.11.4 (Debian 12 has 3.11.2) it knows no filters, and later it wants one.
            with target.open("wb") as file:
                shutil.copyfileobj(packed_ones.extractfile(entry) or io.BytesIO(), file)
            target.chmod(entry.mode & 0o755)


def measuring_digest(checkout: Path) -> str:
    """What names exactly the code of a checkout that figures come from."""
    folders = ("harness", "nix", "variants/__templates__")
    text = "\0".join(folder_digest(checkout / name) for name in folders)
    return hashlib.sha256(text.encode()).hexdigest()
