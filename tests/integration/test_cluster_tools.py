"""A run on a real Dask cluster with real tools: both lanes, and all that may be asked for beside our variants."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.provision.interpreters import others, own_python
from harness.records.format import CONTROL_SUFFIX
from harness.records.reading import read_info, read_samples
from tests.integration.cluster import whole
from tests.integration.processes import finished, started
from tests.integration.shop import write_shop

pytestmark = [pytest.mark.integration, pytest.mark.tools, pytest.mark.verify]

#: A version of uv that our variant is not at.
OTHER_UV = "0.13.8"


def test_what_is_asked_for_beside_our_variants_reaches_the_workers(tmp_path: Path) -> None:
    own, shop, results = tmp_path / "own", tmp_path / "shop", tmp_path / "results"
    assert finished(started("new", "mine", "--from", "uv", "--variants-dir", str(own)))[0] == 0
    write_shop(shop, "more-itertools>=9.1,<11")
    second = [python for python in others() if python.version != own_python().version][-1:]
    words = ["--variant", "uv", "--variant", "mine", "--variants-dir", str(own), "--pin", f"uv=={OTHER_UV}"]
    words += [word for python in second for word in ("--python", str(python.path))]
    words += ["--shape", str(shop), "--third-party", "--strategy", "handwritten", "--blocks", "1"]
    words += [word for name in ("lock", "install-cold", "nix-build") for word in ("--scenario", name)]
    run = started("run", *words, "--cluster", "local:2", "--results", str(results), "--run-id", "asked")
    status, said = finished(run)

    assert status == 0, said
    info, samples = read_info(results / "asked"), read_samples(results / "asked")
    whole(info, samples)
    assert {item.worker for item in samples} == {"0", "1"}
    pythons = {name: facts.python for name, facts in info.variants.items()}
    assert pythons.keys() >= {"uv", "mine", f"uv-{OTHER_UV}"}
    assert {python.version for python in second} < set(pythons.values())
    assert info.variants[f"uv-{OTHER_UV}"].tools["uv"] == OTHER_UV
    installed = [item for item in samples if item.scenario == "install-cold"]
    assert {item.variant.removesuffix(CONTROL_SUFFIX) for item in installed} == set(info.variants)
    for item in installed:
        assert "more-itertools" in (results / "asked" / item.log_path).read_text(encoding="utf-8")
