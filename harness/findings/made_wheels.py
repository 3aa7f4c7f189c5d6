"""What a stranger could publish: tiny wheels on an index of an experiment's own, kept out of the lab's caches."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from harness.measure.trees import set_aside
from harness.workspace.experiment import Lab


def make_wheel(folder: Path, project: str, version: str, modules: Mapping[str, str]) -> Path:
    """Write a pure wheel with these modules (paths and texts) to ``folder/<project>/``; its path."""
    name = project.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    files = {
        **modules,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {project}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: harness\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text.encode())}\n" for path, text in files.items())
    files[f"{info}/RECORD"] = record + f"{info}/RECORD,,\n"
    wheel = folder / project / f"{name}-{version}-py3-none-any.whl"
    wheel.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return wheel


@contextmanager
def caches_set_aside(lab: Lab) -> Iterator[None]:
    """Have the toolchain's caches empty meanwhile; what a stranger serves does not stay in those of the lab."""
    with set_aside(lab.workspace.cache):
        yield


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
