"""A small repository of somebody else's, with requirements from outside."""

from __future__ import annotations

import json
from pathlib import Path


def write_shop(root: Path, requirement: str) -> None:
    """A library that needs something from outside alone; an application that needs it, with a marker and an extra."""
    needs = ["core", "requests[socks]>=2.32", 'six; sys_platform == "linux"', 'pywin32; sys_platform == "win32"']
    texts = {
        "core": f"dependencies = [{json.dumps(requirement)}]",
        "serve": f'dependencies = {needs!r}\n[project.scripts]\nserve = "serve:main"',
    }
    for name, text in texts.items():
        (root / name).mkdir(parents=True)
        project = f'[project]\nname = "{name}"\nversion = "1"\n{text}\n'
        (root / name / "pyproject.toml").write_text(project, encoding="utf-8")
