"""What other code sees of Nix: no text that Nix printed, but these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StateError
from harness.records.strategies import HANDWRITTEN, HOST


@dataclass(frozen=True, kw_only=True)
class NixProgram:
    """An installed Nix: the folder of its programs, its version, and a shell for the sandbox if there is one."""

    programs: Path
    version: str
    shell: Path | None

    @property
    def release(self) -> tuple[int, int]:
        """The first two numbers of its version."""
        first, second, *_ = [*self.version.split("."), "0"]
        digits = ["".join(character for character in part if character.isdigit()) or "0" for part in (first, second)]
        return int(digits[0]), int(digits[1])

    # What is experimental is called otherwise from one version to the next: all of that is here.

    @property
    def show(self) -> tuple[str, ...]:
        """The command that prints derivations; it had another name until it became part of a family."""
        return ("derivation", "show") if self.release >= (2, 15) else ("show-derivation",)

    @property
    def path_info(self) -> tuple[str, ...]:
        """The command that prints sizes and references as JSON; today's Nix wants to be told in which form."""
        return ("path-info", "--json", *(("--json-format", "1") if self.release >= (2, 34) else ()))


@dataclass(frozen=True, kw_only=True)
class Expression:
    """What ``nix/default.nix`` is asked about: a monorepo's tree, its names, and a salt.

    ``base`` is the file that provider ``host`` reads; others have none.
    """

    entry: Path
    tree: Path
    names: Path
    base: Path | None = None
    provider: str = HOST
    strategy: str = HANDWRITTEN
    salt: str = ""

    def arguments(self, attributes: Iterable[str]) -> tuple[str, ...]:
        """The arguments that select ``attributes`` of it."""
        chosen = [word for attribute in attributes for word in ("-A", attribute)]
        return (
            str(self.entry),
            *chosen,
            *("--argstr", "tree", str(self.tree)),
            *("--argstr", "names", str(self.names)),
            *(("--argstr", "base", str(self.base)) if self.base else ()),
            *("--argstr", "provider", self.provider),
            *("--argstr", "strategy", self.strategy),
            *("--argstr", "salt", self.salt),
        )


@dataclass(frozen=True, kw_only=True)
class StorePath:
    """One path of a store, and the size of its contents as Nix serialises them (NAR), in bytes.

    ``references`` are the other paths that it names, as far as they were asked for.
    """

    path: str
    nar_bytes: int
    references: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """What it is called, without the store's folder and without the hash."""
        return name_of(self.path)


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """How something is built: what Nix hands to its builder. Everything named by a path is named by its whole path.

    ``outputs`` maps the name of an output (``out``) to its path, ``inputs`` each derivation that is needed to those of
    its outputs that are. ``sources`` are the files it takes, ``settings`` the variables its builder sees, and ``args``,
    what the builder is called with.
    """

    path: str
    outputs: Mapping[str, str]
    inputs: Mapping[str, tuple[str, ...]]
    sources: frozenset[str]
    settings: Mapping[str, str]

    @property
    def name(self) -> str:
        """What it is called, without hash and ending."""
        return name_of(self.path).removesuffix(".drv")

    @property
    def main(self) -> str:
        """The path of its main output, which alone is called as the derivation is.

        Raises:
            StateError: no path of an output is known before it is built.
        """
        if not self.outputs:
            raise StateError(f"Where {self.name} will be is known only when it is built.")
        return self.outputs.get("out") or next(iter(self.outputs.values()))


def name_of(store_path: str) -> str:
    """What a path of the store is called, without the store's folder and without the hash."""
    return Path(store_path).name.partition("-")[2]
