"""What every experiment that builds members says where nothing is built, and where building fails."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.findings import leaks_path, metadata, missing_init, reproducible, two_publishers
from harness.findings.base import FAILED, UNSUPPORTED, Experiment
from harness.measure.command import Execution
from tests.unit.findings.made_up_builds import POOR, Market, established, market_lab, refusal

BUILDING = [module.FINDING for module in (leaks_path, metadata, missing_init, reproducible, two_publishers)]


@pytest.mark.parametrize("experiment", BUILDING)
def test_without_a_build_phase(tmp_path: Path, experiment: Experiment) -> None:
    found = established(experiment, market_lab(tmp_path, Market(), text=POOR))

    assert found.keys() == experiment.facts.keys()
    assert {(item.value, item.evidence) for item in found.values()} == {(UNSUPPORTED, "it builds nothing")}


# To missing-init a refusal is an answer.
@pytest.mark.parametrize("experiment", [item for item in BUILDING if item is not missing_init.FINDING])
def test_a_build_that_fails(tmp_path: Path, experiment: Experiment) -> None:
    def refuses(root: Path, name: str, env: Mapping[str, str]) -> Execution:
        return refusal("out of clay")

    found = established(experiment, market_lab(tmp_path, Market(builder=refuses)))

    assert {item.value for item in found.values()} == {FAILED}
    assert all("out of clay" in item.evidence for item in found.values())
