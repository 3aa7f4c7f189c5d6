"""Asks where the user's pip looks which exact versions meet requirements, and tells why none do from not being able to.

uv resolves, by pip's own configuration. What it says is put into words without an address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from subprocess import CompletedProcess

from harness.errors import ProvisionError
from harness.monorepo.variants.lock import Pin, parse_lock
from harness.provision.interpreters import own_python
from harness.provision.pins.relock import UNIVERSAL, compiled
from harness.provision.pip_settings import pip_configuration

#: Requirements and uv's options to its answer: a lock on its standard output.
Ask = Callable[[Sequence[str], Sequence[str]], CompletedProcess[str]]

_NO_SOLUTION = 1
_LONGEST = 400
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s`'\")]*")
_CONCLUSION = re.compile(r",? we can conclude that your requirements are unsatisfiable\.?")
#: Said of what was asked for alone: it says nothing new.
_REQUIRED = re.compile(r" and you require [^ ]+$")


class NoSolutionError(ProvisionError):
    """Requirements that cannot be met, alone or together; the message is the reason."""


@dataclass(frozen=True)
class Resolver:
    """Resolves requirements to pins, of which only wheels are taken."""

    ask: Ask

    def here(self, requirements: Sequence[str]) -> tuple[Pin, ...]:
        """The closure of requirements for the harness's own Python on this machine, without markers.

        Raises:
            NoSolutionError: no versions meet them, or one has no wheel that suits this machine.
            ProvisionError: it could not be looked for: there is no network, or the index does not answer.
        """
        if not requirements:
            return ()
        pins = self._pins(requirements, ("--python", str(own_python().path), *_WHEELS))
        # Which of them apply where is decided when they are used: by what asks for them, with its own markers.
        return tuple(replace(pin, marker="") for pin in pins)

    def elsewhere(self, requirements: Sequence[str], here: Sequence[Pin]) -> tuple[Pin, ...]:
        """What the closure has besides on other platforms and Pythons, each with the marker that says where.

        Tools that lock for all platforms ask for it too, whether or not this machine could use it. Nothing, where there
        is no solution for all of them.

        Raises:
            NoSolutionError: there is one, but not with the versions ``here``, which are all that is served.
            ProvisionError: it could not be looked for.
        """
        exact = [f"{pin.name}=={pin.version}" for pin in here]
        known = {pin.name for pin in here}
        # Locking goes by a project's own archive where there is no wheel at all, so that does too.
        for options in ((*UNIVERSAL, *_WHEELS), UNIVERSAL):
            try:
                pins = self._pins([*requirements, *exact], options)
            except NoSolutionError as error:
                reason = error.message
            else:
                return tuple(pin for pin in pins if pin.name not in known)
        try:
            self._pins(requirements, UNIVERSAL)
        except NoSolutionError:
            return ()
        raise NoSolutionError(reason)

    def _pins(self, requirements: Sequence[str], options: Sequence[str]) -> tuple[Pin, ...]:
        done = self.ask(requirements, options)
        if done.returncode == _NO_SOLUTION:
            raise NoSolutionError(_reason(done.stderr))
        if done.returncode:
            raise ProvisionError(
                f"--third-party: what your pip is configured to look at cannot be asked: {_reason(done.stderr)}",
                hint="Mend the connection or the configuration (pip config list), or leave --third-party out.",
            )
        return parse_lock(done.stdout, source="what uv resolved")


_WHEELS = ("--only-binary", ":all:")


def resolver() -> Resolver:
    """A resolver that goes by the user's pip.

    Raises:
        ProvisionError: pip cannot read its configuration.
    """
    pip = pip_configuration()
    alone = ("--no-index",) if pip.get("no-index", "false").lower() in ("1", "on", "true", "yes") else ()
    return Resolver(lambda requirements, options: compiled(requirements, (*options, *alone), pip))


def _reason(said: str) -> str:
    """What uv said, as one line without an address."""
    first = said.strip().split("\n\n")[0]
    causes = re.split(r"^\s*(?:error|cause):", first, flags=re.MULTILINE)[1:]
    text = " ".join((" ".join(causes[1:]) or first).split())
    text = _CONCLUSION.sub("", _ADDRESS.sub("an address", text)).removeprefix("Because ").rstrip(" .")
    text = _REQUIRED.sub("", text)
    return f"{text[:_LONGEST]} …" if len(text) > _LONGEST else text
