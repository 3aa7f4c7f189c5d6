"""What goes to workers and what comes back, and whether that is what they were asked for: values, and pure."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from harness.errors import StateError
from harness.monorepo.variants import Variant, folder_digest
from harness.plan.cells import variant_of
from harness.plan.shards import Unit
from harness.records.facts import HostFacts, Outcome
from harness.records.format import RUN_INFO, Finding, Probe, RunInfo, Sample
from harness.records.uninterrupted import uninterrupted
from harness.run.info import circumstances, differences
from harness.run.jobs import ConductJob, Job, LookJob

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
    probes: tuple[Probe, ...] = ()
    said: tuple[str, ...] = ()


RETURNED: TypeAdapter[Returned] = TypeAdapter(Returned)


class RubbishError(Exception):
    """What came back is not what was asked for; the message says what is wrong with it."""


def read_returned(data: object) -> Returned:
    """What was sent back, as a value.

    Raises:
        RubbishError: it is nothing that a worker of this harness sends.
    """
    if not isinstance(data, bytes):
        raise RubbishError(f"{type(data).__name__} where a message was expected")
    try:
        return RETURNED.validate_json(data, strict=True)
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(str(part) for part in found["loc"])
        raise RubbishError(f"no message of this harness ({where or 'as a whole'}: {found['msg']})") from None


def examine(job: Job, returned: Returned, info: RunInfo) -> None:
    """See that an answer is one to the job, of this run, and whole.

    Raises:
        RubbishError: it is not.
    """
    if isinstance(job, Unit):
        _examine_samples(job, returned, info)
    elif returned.samples:
        raise RubbishError("samples that nobody asked for")
    for finding in returned.findings:
        if isinstance(job, Unit):
            raise RubbishError("findings that nobody asked for")
        if finding.run_id != info.run_id:
            raise RubbishError(f"a finding of the run {finding.run_id!r}")
        if finding.variant not in info.variants or finding.finding not in info.findings:
            raise RubbishError(f"a finding that is not of this run: {finding.finding} of {finding.variant}")
        if isinstance(job, ConductJob) and finding.variant not in dict(job.experiments):
            raise RubbishError(f"a finding about {finding.variant}")
        if isinstance(job, LookJob) and finding.shape != job.shape:
            raise RubbishError(f"a finding about the shape {finding.shape!r}")
    for path in returned.logs:
        if not path.startswith("logs/") or ".." in path.split("/"):
            raise RubbishError(f"a log at {path!r}")


def _examine_samples(unit: Unit, returned: Returned, info: RunInfo) -> None:
    keys = [(sample.block, sample.cell) for sample in returned.samples]
    if len(set(keys)) < len(keys):
        raise RubbishError("the same sample twice")
    if missing := unit.keys - set(keys):
        raise RubbishError(f"{len(keys)} samples, of which {len(missing)} are missing")
    if more := set(keys) - unit.keys:
        raise RubbishError(f"{len(more)} samples that nobody asked for")
    for sample in returned.samples:
        name = variant_of(sample.cell)
        if sample.run_id != info.run_id:
            raise RubbishError(f"a sample of the run {sample.run_id!r}")
        if sample.host_id != returned.host.host_id:
            raise RubbishError(f"a sample of the machine {sample.host_id!r}, from {returned.host.host_id!r}")
        if sample.variant_digest != info.variants[name].digest:
            raise RubbishError(f"a sample of another state of {name}")
        if (sample.wall_s is not None) is not (sample.outcome is Outcome.OK):
            raise RubbishError(f"a sample that is {sample.outcome} and took {sample.wall_s} s")


def other_versions(found: Mapping[str, str], info: RunInfo) -> str:
    """In what the versions of a worker are not those of the plan, in words; empty if they are."""
    differing = differences(found, circumstances(info))
    return "; ".join(f"{what} is {there} there and {here} in the plan" for what, there, here in differing)


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
