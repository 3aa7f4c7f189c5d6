"""From where the user's own pip takes packages, told to uv, which does not read pip's configuration.

It needs nothing but the standard library: ``bootstrap`` asks it before anything else is installed, by
``python -m harness.provision.pip_settings``, which answers as a shell understands it.
"""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from harness.errors import ProvisionError

# Sections of pip's configuration, by what wins when packages are downloaded; any other section comes first and loses.
_RANKS = {"global": 1, "download": 2, ":env:": 3}

#: What pip calls an option, what uv's variable for it is called, and what stands there between two values.
_PLACES = {
    "index-url": ("UV_DEFAULT_INDEX", " "),
    "extra-index-url": ("UV_INDEX", " "),
    "find-links": ("UV_FIND_LINKS", ","),
}
_OTHERS = {
    "cert": "SSL_CERT_FILE",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "no-index": "UV_NO_INDEX",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "trusted-host": "UV_INSECURE_HOST",
}

#: Options that decide what is installed or who is let in, and that uv has no variable for.
_UNTOLD = frozenset({"client-cert", "keyring-provider", "no-binary", "only-binary", "use-feature"})


def pip_configuration() -> dict[str, str]:
    """What the user's pip is configured with, by option name.

    Where an option is set several times, what ``pip download`` goes by wins: its own section over the global one,
    variables over both.

    Raises:
        ProvisionError: pip cannot read its configuration.
    """
    done = subprocess.run([sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProvisionError(
            f"pip cannot read its own configuration:\n{done.stderr.strip()[-1000:]}",
            hint="pip config debug says which files it reads.",
        )
    settings = []
    for line in done.stdout.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        settings.append((_RANKS.get(section, 0), option, value.strip("'\"").replace("\\n", " ")))
    return {option: value for _, option, value in sorted(settings, key=lambda setting: setting[0])}


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """The variables that tell uv where packages come from, by pip's options: uv does not read pip's configuration.

    Places on this machine that are not there are left out, as pip passes over them too.
    """
    settings = {variable: pip[option] for option, variable in _OTHERS.items() if pip.get(option)}
    for option, (variable, between) in _PLACES.items():
        there = [place for place in pip.get(option, "").split() if _is_there(place)]
        if there:
            settings[variable] = between.join(there)
    if "UV_INDEX" in settings:
        # pip asks every index and takes the best it is told of; uv would stop at the first that knows the name.
        settings["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    return settings


def untold(pip: Mapping[str, str]) -> list[str]:
    """The options of pip's that matter and that uv cannot be told."""
    return sorted(_UNTOLD & pip.keys())


def is_remote(place: str) -> bool:
    """Whether packages come from there over a network."""
    return "://" in place and not place.startswith("file://")


def _is_there(place: str) -> bool:
    return is_remote(place) or Path(place.removeprefix("file://")).exists()


def main() -> None:
    """Print the variables for uv as a shell sets them; exit status 1 where it cannot be told all that matters."""
    pip = pip_configuration()
    if left := untold(pip):
        sys.exit(f"pip is configured with what uv cannot be told: {', '.join(left)}")
    for name, value in uv_settings(pip).items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


if __name__ == "__main__":
    main()
