"""Made-up changes: written beside a made-up variant, and made with real Git and a toolchain that is played."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from harness.measure.command import Command, Execution
from harness.monorepo.changes import VariantChange
from harness.monorepo.shapes import CANONICAL
from harness.monorepo.variants import Variant
from harness.workspace.changes import needed, reshaped
from harness.workspace.prepared import Bench
from harness.workspace.tree import Workspace
from tests.made_up import Toolbox, execution

EDIT = """\
--- a/shared/src/shared/__init__.py
+++ b/shared/src/shared/__init__.py
@@ -1 +1 @@
-NAME = "{old}"
+NAME = "{new}"
"""

NIX = """\
diff --git a/overlay.nix b/overlay.nix
new file mode 100644
--- /dev/null
+++ b/overlay.nix
@@ -0,0 +1 @@
+{ }
"""
"""A patch that writes a file of the strategy ``handwritten``."""

TYPED = 'do = [{ steps = [["tool", "add", "more-itertools"]] }]\n'


def edit(old: str = "PolyWolf", new: str = "Poly-Wolf") -> str:
    """A patch that gives ``NAME`` in ``shared`` another value."""
    return EDIT.format(old=old, new=new)


def write_change(variant: Variant, name: str, text: str = TYPED, **patches: str) -> Path:
    """A table of ``changes.toml`` and patches, by default the change's own alone; the folder of patches.

    ``edit`` is the change's own patch; in ``text``, tables are called as if there were no other change.
    """
    folder = variant.folder / "changes"
    folder.mkdir(exist_ok=True)
    with (variant.folder / "changes.toml").open("a", encoding="utf-8") as file:
        file.write(f"[{name}]\n" + text.replace("[[do]]", f"[[{name}.do]]").replace("[test]", f"[{name}.test]") + "\n")
    for stem, patch in {"edit": edit(), **patches}.items():
        (folder / f"{name if stem == 'edit' else stem}.patch").write_text(patch, encoding="utf-8")
    return folder


def written(bench: Bench, name: str = "add-dependency", text: str = TYPED, **patches: str) -> VariantChange:
    """A change written beside a bench's variant, and read."""
    write_change(bench.variant, name, text, **patches)
    return needed(bench.variant, name)


def after(bench: Bench, change: VariantChange) -> tuple[Bench, Workspace]:
    """A bench and its workspace with the members there are after a change."""
    return reshaped(bench, bench.warm, change.change.reshape(CANONICAL))


def git(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run Git in a folder, without anybody's settings."""
    return subprocess.run(
        ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@invalid", *argv],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )


def repository(folder: Path) -> Path:
    """``folder`` as the top of a repository of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    made = git(folder, "init", "--quiet", "--template=")
    assert made.returncode == 0, made.stderr
    return folder


@dataclass
class GitAndToolbox:
    """An executor that plays the toolchain and lets Git be Git."""

    toolbox: Toolbox

    def run(self, command: Command) -> Execution:
        """Run one command."""
        if command.argv[0] != "git":
            return self.toolbox.run(command)
        self.toolbox.commands.append(command)
        done = git(command.cwd, *command.argv[1:])
        return replace(execution(exit_code=done.returncode), stderr=done.stderr)
