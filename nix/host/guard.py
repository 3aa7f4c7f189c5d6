"""Runs a builder, and leaves nothing at ``$out`` if it fails.

Nix 2.8 moves what a failed build in the sandbox left behind to its path on the machine itself, whatever the store: a
refused member would end up in the user's own /nix/store.
"""

import os
import runpy
import shutil
import sys
from pathlib import Path


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def main() -> None:
    """Run the script that is the first argument as it would run by itself."""
    script = sys.argv.pop(1)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            remove(Path(os.environ["out"]))
        raise
    except BaseException:
        remove(Path(os.environ["out"]))
        raise


if __name__ == "__main__":
    main()
