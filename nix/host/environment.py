"""Builder: an environment as `python -m venv` lays it out, made of links into the store."""

import os
import sys
from pathlib import Path


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
                link = target / entry.name
                if link.is_symlink():
                    sys.exit(f"error: both {link.readlink().parent} and {package} have a {entry.name}")
                link.symlink_to(entry)


if __name__ == "__main__":
    main()
