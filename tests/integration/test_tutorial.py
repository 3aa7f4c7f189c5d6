"""CONTRIBUTING's worked example, run as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.provision.state_folder import Layout

pytestmark = [pytest.mark.integration, pytest.mark.tools, pytest.mark.verify]

CHECKOUT = Layout.here().checkout
FOLDER = "export OURS=~/our-toolchains\n"


def commands() -> str:
    """All shell blocks of the example, in order."""
    text = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    example = text[text.index("### A worked example") : text.index("### Keep it fresh")]
    return "".join(re.findall(r"^```sh\n(.*?)^```$", example, re.MULTILINE | re.DOTALL))


def test_the_worked_example_ends_with_a_variant_that_passes(tmp_path: Path) -> None:
    script = commands()
    assert script.startswith(FOLDER)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script.replace(FOLDER, "", 1)],
        cwd=CHECKOUT,
        env={
            **os.environ,
            "OURS": str(tmp_path / "ours"),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    last = done.stdout.strip().splitlines()[-1].split()
    assert last[:2] == ["our-flit", "passed"]
    assert (
        (tmp_path / "ours" / "our-flit" / "locks" / "toolchain.txt").read_text(encoding="utf-8").startswith("certifi==")
    )
