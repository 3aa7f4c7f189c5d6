"""Whether what changes edit by hand applies to the committed files: tried on a copy, nothing else is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from harness.measure.trees import temporary_folder
from harness.monorepo.changes import load_change
from harness.monorepo.changes.change_file import VariantChange
from harness.monorepo.changes.patch import Patch, apply_command
from harness.monorepo.variants import Variant


def refused(variant: Variant, change: VariantChange) -> tuple[Patch, str] | None:
    """The first patch of a change that does not apply, with what Git says; nothing if all do.

    What is edited after something was typed is passed over: commands write files that it may be about.
    """
    base = load_change(variant, change.change.base) if change.change.base else None
    with temporary_folder(Path(tempfile.gettempdir()), "harness-patches-") as temporary:
        root = temporary / "checkout"
        for name, path in variant.files().items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / name)
        for patch in _edits(variant, [*filter(None, [base]), change]):
            done = subprocess.run(
                apply_command(patch.written(temporary)),
                cwd=root,
                env={"PATH": os.environ.get("PATH", os.defpath), "GIT_CEILING_DIRECTORIES": str(temporary)},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                return patch, " ".join(done.stderr.split()).removeprefix("error: ")
    return None


def _edits(variant: Variant, changes: list[VariantChange]) -> Iterator[Patch]:
    typed = False
    for change in changes:
        for deed in change.deeds:
            typed = typed or not deed.patch
            if not typed:
                yield change.patch(deed)
        yield from filter(None, map(change.nix_patch, variant.spec.nix.strategies))
