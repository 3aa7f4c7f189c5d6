"""harness.scenarios.lock: a lock file names a member in each of the formats that toolchains write."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import VerificationError
from harness.workspace.verify import verify_locks
from tests.made_up import made_up_bench

FORMATS = {
    "toml": '[[package]]\nname = "{name}"\nversion = "0.1.0"\n',
    "inline": 'packages = [\n    {{ name = "{name}", directory = {{ path = "{name}" }} }},\n]\n',
    "pinned": "{name}==0.1.0\n    # via -r requirements.in\n",
    "reference": "{name} @ file:../{name}\n",
    "editable": "-e ./{name}\n",
    "editable-address": "-e file:./{name}\n    # via -r requirements.in\n",
    "json": '{{\n    "default": {{\n        "{name}": {{\n            "editable": true\n        }}\n    }}\n}}\n',
}


def verify(tmp_path: Path, text: str) -> None:
    bench = made_up_bench(tmp_path)
    bench.warm.root.mkdir(parents=True)
    (bench.warm.root / "tool.lock").write_text(text, encoding="utf-8")
    verify_locks(bench, bench.warm)


@pytest.mark.parametrize("form", FORMATS)
def test_every_member_is_found(tmp_path: Path, form: str) -> None:
    verify(tmp_path, "".join(FORMATS[form].format(name=name) for name in ("shared", "hello", "goodbye")))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("other", ["shared-more", "not-shared", "sharedlib"])
def test_another_name_is_not_taken_for_it(tmp_path: Path, form: str, other: str) -> None:
    with pytest.raises(VerificationError, match="No lock file names the member 'shared'"):
        verify(tmp_path, "".join(FORMATS[form].format(name=name) for name in (other, "hello", "goodbye")))
