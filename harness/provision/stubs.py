"""Stand-ins for wheels that no Python here can install: tools that lock for all platforms ask for what these say."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

from harness.monorepo.variants.lock import Pin
from harness.provision.interpreters import Interpreter

#: The platforms that wheels are usually made for.
_PLATFORMS = (
    *("macosx_10_9_x86_64", "macosx_11_0_arm64", "manylinux_2_17_aarch64", "manylinux_2_17_x86_64"),
    *("win32", "win_amd64", "win_arm64"),
)

#: What an index shows of a stand-in: its file has this build tag.
MARK = "0stub"


def write_stub(pin: Pin, folder: Path, pythons: Iterable[Interpreter]) -> Path:
    """Make a wheel in ``folder`` that says which project and version it is and has nothing in it.

    It fits none of the ``pythons``, so that none can install it. What the project requires in its turn is left out: the
    real wheel would have to be fetched to know it.
    """
    here = {tag for python in pythons for tag in python.tags}
    platforms = ".".join(platform for platform in _PLATFORMS if f"py3-none-{platform}" not in here)
    name = pin.name.replace("-", "_")
    about = f"{name}-{pin.version}.dist-info"
    said = f"Metadata-Version: 2.1\nName: {pin.name}\nVersion: {pin.version}\nSummary: Not for this machine: a stub.\n"
    tags = "".join(f"Tag: py3-none-{platform}\n" for platform in platforms.split("."))
    files = {
        f"{about}/METADATA": said,
        f"{about}/WHEEL": f"Wheel-Version: 1.0\nGenerator: harness\nRoot-Is-Purelib: true\nBuild: {MARK}\n{tags}",
    }
    lines = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{about}/RECORD"] = "".join(f"{line}\n" for line in (*lines, f"{about}/RECORD,,"))
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{pin.version}-{MARK}-py3-none-{platforms}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in files.items():
            # The time of a ZipInfo that is told none is the same every day, and so is the digest in lock files.
            archive.writestr(zipfile.ZipInfo(path), text)
    return wheel


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
