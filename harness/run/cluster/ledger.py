"""Whether what a worker sent back is what it was asked for: pure, and the only way into the journal."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from harness.plan.cells import variant_of
from harness.records.facts import Outcome
from harness.records.format import RunInfo
from harness.run.cluster.messages import RETURNED, Conduct, Job, LookJob, MeasureJob, Returned
from harness.run.start import circumstances


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
    if isinstance(job, MeasureJob):
        _examine_samples(job, returned, info)
    elif returned.samples:
        raise RubbishError("samples that nobody asked for")
    for finding in returned.findings:
        if isinstance(job, MeasureJob):
            raise RubbishError("findings that nobody asked for")
        if finding.run_id != info.run_id:
            raise RubbishError(f"a finding of the run {finding.run_id!r}")
        if finding.variant not in info.variants or finding.finding not in info.findings:
            raise RubbishError(f"a finding that is not of this run: {finding.finding} of {finding.variant}")
        if isinstance(job, Conduct) and finding.variant != job.variant:
            raise RubbishError(f"a finding about {finding.variant}")
        if isinstance(job, LookJob) and finding.shape != job.shape:
            raise RubbishError(f"a finding about the shape {finding.shape!r}")
    for path in returned.logs:
        if not path.startswith("logs/") or ".." in path.split("/"):
            raise RubbishError(f"a log at {path!r}")


def _examine_samples(job: MeasureJob, returned: Returned, info: RunInfo) -> None:
    keys = [(sample.block, sample.cell) for sample in returned.samples]
    if len(set(keys)) < len(keys):
        raise RubbishError("the same sample twice")
    if missing := job.unit.keys - set(keys):
        raise RubbishError(f"{len(keys)} samples, of which {len(missing)} are missing")
    if more := set(keys) - job.unit.keys:
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


def differences(found: Mapping[str, str], info: RunInfo) -> tuple[str, ...]:
    """In what the versions of a worker are not those of the plan, each in words."""
    wanted = circumstances(info)
    return tuple(
        f"{what} is {found.get(what) or 'absent'} there and {wanted.get(what) or 'absent'} in the plan"
        for what in sorted({*wanted, *found})
        if (found.get(what) or "") != (wanted.get(what) or "")
    )
