"""Makes a lock from exact requirements: their closure, with hashes, for every platform, without an address."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import ProvisionError
from harness.monorepo.variants.lock import parse_lock
from harness.provision.pip_settings import is_remote, pip_configuration, uv_settings

_ADDRESS = re.compile(r"[a-z+]+://")

#: For every platform, and every Python that members may have.
UNIVERSAL = ("--universal", "--python-version", "3.11")


def relock(requirements: Sequence[str], lock: Path) -> None:
    """Write the closure of ``requirements`` to ``lock``, resolved as the user's pip configuration says where from.

    Raises:
        ProvisionError: they cannot be resolved, or an address would be written.
    """
    done = compiled(requirements, UNIVERSAL, pip_configuration())
    if done.returncode:
        raise ProvisionError(f"{', '.join(requirements)} cannot be resolved:\n{done.stderr.strip()[-1000:]}")
    if _ADDRESS.search(done.stdout):
        raise ProvisionError(
            f"The lock of {', '.join(requirements)} would hold an address, which must not be committed.",
            hint="Require names and versions only.",
        )
    parse_lock(done.stdout, source=lock.name)
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(done.stdout, encoding="utf-8")


def compiled(
    requirements: Sequence[str], options: Sequence[str], pip: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """What uv answers when it is to resolve requirements with these options: a lock with hashes, or why there is none.

    It is asked without what lies on this machine beside the index, and with it if that does not do. Its status is 1
    where there is no solution, 2 where it could not look for one.
    """
    command = [sys.executable, "-m", "uv", "pip", "compile", "-", *options]
    command += ["--generate-hashes", "--no-header", "--no-annotate", "--no-config", "--upgrade", "--quiet"]
    # As pip does: the best version of all indexes, not the best of the first that has any.
    command += ["--index-strategy", "unsafe-best-match"]

    def resolved(pip: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, **uv_settings(pip)}
        asked = "\n".join(requirements)
        return subprocess.run(command, input=asked, capture_output=True, text=True, check=False, env=env)

    done = resolved(_of_all_platforms(pip))
    return resolved(pip) if done.returncode and _of_all_platforms(pip) != pip else done


def _of_all_platforms(pip: Mapping[str, str]) -> dict[str, str]:
    """The options without what lies on this machine beside the index.

    There is often one wheel of a release there, which fits this machine; a lock holds the hashes of all of them.
    """
    beside = {
        option: " ".join(place for place in pip[option].split() if is_remote(place))
        for option in ("extra-index-url", "find-links")
        if option in pip
    }
    return {option: value for option, value in {**pip, **beside}.items() if value}
