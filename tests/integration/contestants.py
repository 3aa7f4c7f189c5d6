"""Made-up variants whose commands take milliseconds: what a run does with its cells is shown without real tools.

They are of `sh` and the Python that everything is measured with: nothing is fetched, installed or asked for. Each keeps
to what a toolchain has to do: no application runs from a checkout that was not installed, and what was built or
deployed runs elsewhere.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.provision.state_folder import Layout

#: Whose members and standard changes they have: those of the variant that has no packaging either.
_MODEL = "pythonpath"

_VARIANT = """\
schema_version = 1
title = "{title}"
summary = "A made-up toolchain: a script of a few lines."
environments = ["{{root}}/.environment"]
lock_files = ["{{root}}/tool.lock"]

[toolchain]
manager = "tool"

[environment]
PYTHON = "{{python}}"
STATE = "{{state}}"
GATES = "{gates}"

[caches]
TOOL_CACHE = "{{cache}}/tool"

[phases.lock]
steps = [["sh", "tool.sh", "lock"]]

[phases.install]
steps = [["sh", "tool.sh", "install"]{asking}]

[phases.refresh]
steps = [["sh", "tool.sh", "refresh"]]

[phases.run]
steps = [["sh", "tool.sh", "run", "{{module}}"]]

[phases.build]
steps = [["sh", "tool.sh", "build", "{{dist}}"]]

[phases.deploy]
steps = [
  ["mkdir", "-p", "{{deploy}}"],
  ["cp", "-R", "{{need}}/src/.", "{{app}}/src/.", "{{deploy}}"],
]
run = ["env", "PYTHONPATH={{deploy}}", "{{python}}", "-B", "-m", "{{module}}"]

[unsupported]
tool-install = "There is no tool."
nix = "There is nothing to build."

[nix]
strategies = []
"""

_ASKING = """, ["{python}", "-B", "-c", "import sys, urllib.request as u; u.urlopen(sys.argv[1]).read()", "{index}"]"""

#: Sources are read as they are and never compiled: an edit within the same second would not be seen otherwise.
_TOOL = """\
#!/bin/sh
set -eu
step=$1
shift

if [ -e "$GATES/$step" ] && read -r free gate < "$GATES/$step"; then
    times=0
    if [ -e "$STATE/$step.$gate" ]; then read -r times < "$STATE/$step.$gate"; fi
    times=$((times + 1))
    echo "$times" > "$STATE/$step.$gate"
    if [ "$times" -gt "$free" ]; then
        : > "$GATES/$step.held.$$"
        while [ -e "$GATES/$step" ]; do sleep 0.02; done
    fi
fi

case $step in
lock)
    for sources in */src; do
        echo "name = \\"${sources%/src}\\""
    done > tool.lock
    ;;
install)
    [ -e tool.lock ]
    mkdir -p .environment "$TOOL_CACHE"
    echo installed > "$TOOL_CACHE/installed"
    cp "$TOOL_CACHE/installed" .environment
    ;;
refresh)
    [ -e .environment/installed ]
    ;;
run)
    [ -e .environment/installed ]
    path=
    for sources in */src; do
        path="$path${path:+:}$PWD/$sources"
    done
    PYTHONPATH=$path exec "$PYTHON" -B -S -m "$1"
    ;;
build)
    "$PYTHON" -B -S - "$1" <<'END'
import sys
from pathlib import Path
from zipfile import ZipFile

dist = Path(sys.argv[1])
dist.mkdir(parents=True, exist_ok=True)
for sources in Path().glob("*/src"):
    name = sources.parent.name.replace("-", "_")
    info = f"{name}-0.1.0.dist-info"
    files = {str(path.relative_to(sources)): path.read_text(encoding="utf-8") for path in sources.rglob("*.py")}
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: 0.1.0\\n"
    files[f"{info}/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    files[f"{info}/RECORD"] = "".join(f"{path},,\\n" for path in (*files, f"{info}/RECORD"))
    with ZipFile(dist / f"{name}-0.1.0-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    (dist / f"{name}-0.1.0.tar.gz").write_bytes(b"made up")
END
    ;;
esac
"""


@dataclass(frozen=True, kw_only=True)
class Contestants:
    """A folder of made-up variants, and one of gates that hold their steps."""

    folder: Path
    gates: Path
    names: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """What a command is told to take them and nothing else, in the lane that they are in."""
        return [
            "--variants-dir",
            str(self.folder),
            *(word for name in self.names for word in ("--variant", name)),
            "--lane",
            "local",
        ]

    def hold(self, step: str, *, after: int) -> None:
        """From now on have a step wait in the midst of it, once it was done so many times in the same checkout."""
        (self.gates / step).write_text(f"{after} {time.monotonic_ns()}\n", encoding="utf-8")

    def held(self, step: str) -> bool:
        """Whether one has come to wait."""
        return any(self.gates.glob(f"{step}.held.*"))

    def release(self, step: str) -> None:
        """Let all that wait go on, and hold no more."""
        (self.gates / step).unlink()
        for told in self.gates.glob(f"{step}.held.*"):
            told.unlink()


@contextmanager
def write_contestants(folder: Path, *names: str, asks_index: bool = False) -> Iterator[Contestants]:
    """Variants of these names below a folder, or two; whatever happens, none of their steps is held in the end.

    With ``asks_index`` installing asks the index for its page.
    """
    names = names or ("instant", "instant-too")
    gates = folder / "gates"
    gates.mkdir(parents=True)
    for name in names:
        variant = folder / "variants" / name
        shutil.copytree(Layout.here().variants / _MODEL, variant, ignore=shutil.ignore_patterns("run.sh"))
        text = _VARIANT.format(title=name.capitalize(), gates=gates, asking=_ASKING if asks_index else "")
        (variant / "variant.toml").write_text(text, encoding="utf-8")
        (variant / "tool.sh").write_text(_TOOL, encoding="utf-8")
    written = Contestants(folder=folder / "variants", gates=gates, names=names)
    try:
        yield written
    finally:
        for gate in gates.iterdir():
            gate.unlink()
