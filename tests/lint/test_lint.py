"""What looks at the code without running it, beside the first tests: ruff, mypy, and the layers of the harness."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

LINTERS = {
    "mypy": ("mypy",),
    "import-linter": ("lint-imports", "--no-logo"),
    "ruff": ("ruff", "check", "."),
    "ruff-format": ("ruff", "format", "--check", "."),
}


@pytest.mark.parametrize("name", LINTERS)
def test_nothing_is_found(name: str) -> None:
    program, *words = LINTERS[name]
    done = subprocess.run([BIN / program, *words], cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
