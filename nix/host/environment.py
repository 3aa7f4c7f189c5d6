"""Builder: an environment as `python -m venv` lays it out, made of links into the store."""

import os
import sys
from pathlib import Path


def place(entry: Path, target: Path, python: Path, own: Path) -> None:
    """Link to ``entry``; a script for the interpreter is copied instead, to be run by the environment's ``own``.

    A folder that several packages have a part of (a namespace) becomes one of the environment's own, with links in it.
    """
    if target.is_dir() and entry.is_dir():
        if target.is_symlink():
            parts = sorted(target.readlink().iterdir())
            target.unlink()
            target.mkdir()
            for part in parts:
                place(part, target / part.name, python, own)
        for part in sorted(entry.iterdir()):
            place(part, target / part.name, python, own)
        return
    if target.is_symlink() or target.exists():
        where = target.relative_to(os.environ["out"])
        sys.exit(f"error: {entry} cannot be in the environment: another package has a {where}")
    first = f"#!{python}\n".encode()
    if entry.is_file() and entry.parent.name == "bin" and (script := entry.read_bytes()).startswith(first):
        target.write_bytes(f"#!{own}\n".encode() + script.removeprefix(first))
        target.chmod(0o755)
    else:
        target.symlink_to(entry)


def main() -> None:
    """Link the interpreter and every package's modules and programs into ``$out``."""
    out = Path(os.environ["out"])
    python = Path(os.environ["python"])
    site = out / os.environ["siteDir"]
    programs = out / "bin"
    for folder in (site, programs):
        folder.mkdir(parents=True)
    (out / "pyvenv.cfg").write_text(f"home = {python}/bin\ninclude-system-site-packages = false\n", encoding="utf-8")
    for name in ("python", "python3"):
        (programs / name).symlink_to(python / "bin" / "python3")
    for package in map(Path, os.environ["packages"].split()):
        for source, target in ((package / os.environ["siteDir"], site), (package / "bin", programs)):
            for entry in sorted(source.glob("*")):
                place(entry, target / entry.name, python / "bin" / "python3", programs / "python3")


if __name__ == "__main__":
    main()
