"""Every value of ``python-hello`` and ``pythonpath``: the interpreter is a real one."""

from pathlib import Path

import pytest

from harness.findings.base import FAILED
from harness.findings.python_hello import FINDING
from tests.unit.findings.made_up_builds import Market, established, market_lab

LINE = 'print("Hello, PolyWolf")\n'
NEEDS = 'from shared import NAME\nprint(f"Hello, {NAME}")\n'


@pytest.mark.parametrize(
    ("files", "as_folder", "on_path"),
    [
        ({"hello/src/hello/__main__.py": NEEDS}, "no-main", "runs"),
        ({"hello/__main__.py": LINE}, "runs", "no-main"),
        ({"hello/__main__.py": NEEDS, "hello/src/hello/__main__.py": NEEDS}, "import-error", "runs"),
        ({"hello/src/hello/__main__.py": "import not_there\n"}, "no-main", "import-error"),
    ],
)
def test_values(tmp_path: Path, files: dict[str, str], as_folder: str, on_path: str) -> None:
    lab = market_lab(tmp_path, Market())
    for place, text in files.items():
        (lab.bench.variant.folder / place).write_text(text, encoding="utf-8")

    found = established(FINDING, lab)

    assert found["python-hello"].value == as_folder
    assert found["pythonpath"].value == on_path
    assert found["pythonpath"].evidence.startswith("PYTHONPATH={root}/shared/src:{root}/hello/src:{root}/goodbye/src\n")


def test_the_words_are_kept(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market())
    (lab.bench.variant.folder / "hello" / "__main__.py").write_text(NEEDS, encoding="utf-8")

    found = established(FINDING, lab)

    assert "ModuleNotFoundError: No module named 'shared'" in found["python-hello"].evidence


def test_another_failure(tmp_path: Path) -> None:
    lab = market_lab(tmp_path, Market())
    (lab.bench.variant.folder / "hello" / "__main__.py").write_text("raise SystemExit('no')\n", encoding="utf-8")

    found = established(FINDING, lab)

    assert [item.value for item in found.values()] == [FAILED, FAILED]
    assert "unforeseen" in found["python-hello"].evidence
