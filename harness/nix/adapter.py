"""The one place that talks to Nix: argument lists in, typed values out.

The commands that answer alike in Nix 2.8 and 2.3x are used where they can tell (nix-instantiate, nix-build, nix-store);
what only the experimental ones tell is asked for here, and read in :mod:`harness.nix.answers`. Everything happens in a
store of its own; the user's store, configuration and caches are neither read nor written.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import NixUnavailableError, StateError
from harness.measure.command import Execution
from harness.nix import answers
from harness.nix.complaints import complaint, remedy
from harness.nix.values import Derivation, Expression, NixProgram, StorePath

HOW_TO_GET_IT = "On Debian and Ubuntu: apt-get install nix-bin bash-static"

#: Runs an argument list in an environment, outside what is measured.
Run = Callable[[Sequence[str], Mapping[str, str]], Execution]

# Built by Nix itself, so that it needs no program, yet in a sandbox like any other derivation.
_PROBE = """
{ nonce }: derivation {
  name = "sandbox-probe";
  system = "builtin";
  builder = "builtin:buildenv";
  derivations = [ ];
  manifest = "/none";
  inherit nonce;
}
"""

_VERSION = re.compile(r"\(Nix\) (\S+)")

#: The exit status of building again what is in the store, if all of it can be built and some has other bytes.
DIFFERS = 104

# So many store paths fit on a command line with room to spare.
_AT_ONCE = 500


def find_nix(search_path: str, run: Run) -> NixProgram:
    """The Nix on ``search_path``.

    Raises:
        NixUnavailableError: there is none, or it does not answer.
    """
    for name in ("nix-build", "nix-instantiate", "nix-store", "nix-hash"):
        if shutil.which(name, path=search_path) is None:
            raise NixUnavailableError(f"{name} is not installed.", hint=HOW_TO_GET_IT)
    program = Path(str(shutil.which("nix-build", path=search_path)))
    answer = run([str(program), "--version"], {"PATH": search_path})
    match = _VERSION.search(answer.stdout)
    if not answer.ok or match is None:
        raise NixUnavailableError(f"`nix-build --version` answered {answer.stdout + answer.stderr!r}.")
    shell = shutil.which("bash-static", path=search_path)
    return NixProgram(programs=program.parent, version=match[1], shell=Path(shell) if shell else None)


@dataclass(frozen=True, kw_only=True)
class Nix:
    """A private store, and the Nix that works in it.

    ``folder`` holds the store and an empty configuration. Builds run in the sandbox and may use ``jobs`` at once. With
    ``substitute`` what others have built is downloaded: for set-up, never while anything is measured. ``builders`` are
    other machines to build on, as Nix' own option takes them; without any, none that its configuration may name.
    """

    program: NixProgram
    folder: Path
    run: Run
    jobs: str = "auto"
    substitute: bool = False
    builders: str = ""

    @property
    def store(self) -> Path:
        """What ``--store`` names; the store's own paths lie below ``nix/store`` in it."""
        return self.folder / "store"

    def physical(self, store_path: str) -> Path:
        """Where on this machine's disk a path of the store is."""
        return self.store / store_path.removeprefix("/")

    @property
    def options(self) -> tuple[str, ...]:
        """What every command is told."""
        shell = f"/bin/sh={self.program.shell}" if self.program.shell else ""
        return (
            *("--store", str(self.store)),
            *("--option", "substitute", "true" if self.substitute else "false"),
            *("--option", "sandbox", "true"),
            # Where the kernel permits no sandbox, Nix would build without one and say nothing.
            *("--option", "sandbox-fallback", "false"),
            *("--option", "sandbox-paths", shell),
            *("--option", "build-users-group", ""),
            *("--option", "max-jobs", self.jobs),
            *(("--option", "builders", self.builders) if self.builders else ()),
        )

    def environment(self, scrubbed: Mapping[str, str]) -> dict[str, str]:
        """A scrubbed environment, with Nix told to read no configuration and no channels."""
        return {
            **scrubbed,
            "NIX_CONF_DIR": str(self.folder / "conf"),
            "NIX_USER_CONF_FILES": "",
            "NIX_PATH": "",
            "PATH": f"{self.program.programs}:{scrubbed.get('PATH', '/usr/bin:/bin')}",
        }

    # Commands to be measured

    def instantiate_command(self, expression: Expression, attributes: Iterable[str]) -> tuple[str, ...]:
        """Evaluates; prints a derivation a line, in the order of ``attributes``."""
        return (self._program("nix-instantiate"), *self.options, *expression.arguments(attributes))

    def build_command(self, expression: Expression, attributes: Iterable[str]) -> tuple[str, ...]:
        """Evaluates and builds; prints an output a line, in the order of ``attributes``."""
        return (self._program("nix-build"), *self.options, "--no-out-link", *expression.arguments(attributes))

    def check_command(self, derivations: Iterable[str]) -> tuple[str, ...]:
        """Builds again what is in the store already; ends with ``DIFFERS`` where it is not the same bytes.

        What differs lies beside what is in the store then, see :meth:`other`.
        """
        told = ("--realise", "--check", "--keep-going", "--keep-failed")
        return (self._program("nix-store"), *self.options, *told, *derivations)

    def other(self, output: str) -> Path:
        """Where on disk an output lies that was built again and is not the same bytes."""
        return self.physical(f"{output}.check")

    # Questions, not measured

    def probe(self, nonce: str) -> None:
        """See that this store and the sandbox work, by a build that takes no time; ``nonce`` was never used before.

        What a Nix left that was killed while it made the store is mended: nobody else may be at work there.

        Raises:
            NixUnavailableError: they do not; Nix' own words say why.
        """
        schema = self.physical("/nix/var/nix/db/schema")
        if schema.is_file() and not schema.stat().st_size:
            # Nix writes the number of its database's format last, and for ever refuses a file without one.
            schema.unlink()
        command = (self._program("nix-build"), *self.options, "--no-out-link", "--expr", _PROBE)
        answer = self._call((*command, "--argstr", "nonce", nonce))
        if not answer.ok:
            said = complaint(answer.stderr)
            raise NixUnavailableError(f"Nix cannot build in {self.store}: {said}", hint=remedy(said))

    def instantiate(self, expression: Expression, attributes: Sequence[str]) -> dict[str, str]:
        """The derivation of each attribute.

        Raises:
            StateError: it cannot be evaluated; Nix' own words say why.
        """
        lines = self._ask(self.instantiate_command(expression, attributes)).split()
        return dict(zip(attributes, lines, strict=True))

    def realise(self, expression: Expression, attributes: Sequence[str]) -> dict[str, str]:
        """The output of each attribute, built if it was not there.

        Raises:
            StateError: it cannot be built; Nix' own words say why.
        """
        lines = self._ask(self.build_command(expression, attributes)).split()
        return dict(zip(attributes, lines, strict=True))

    def realise_all(self, expression: Expression, attribute: str) -> list[str]:
        """The outputs of every derivation in a list, built if they were not there.

        Raises:
            StateError: one cannot be built.
        """
        return self._ask(self.build_command(expression, [attribute])).split()

    def evaluate(self, expression: Expression, attribute: str) -> str:
        """An attribute's value as JSON.

        Raises:
            StateError: it cannot be evaluated.
        """
        command = (self._program("nix-instantiate"), *self.options, "--eval", "--strict", "--json")
        return self._ask((*command, *expression.arguments([attribute])))

    def planned(self, derivations: Iterable[str]) -> dict[str, str]:
        """Every derivation that ``derivations`` need, themselves included, with its main output.

        :meth:`graph` has the others as well.

        Raises:
            StateError: where one of them will be is known only when it is built.
        """
        wanted = sorted(derivations)
        needed = [path for path in self._query("--requisites", wanted) if path.endswith(".drv")]
        outputs = self._query("--outputs", needed)
        if len(outputs) == len(needed):
            # Each has one at least, so each has just one.
            return dict(zip(needed, outputs, strict=True))
        return {path: derivation.main for path, derivation in self.graph(wanted).items()}

    def derivations(self, paths: Iterable[str]) -> dict[str, Derivation]:
        """How each of these is built, by path.

        Raises:
            StateError: one is not in the store, or Nix' answer is not understood.
        """
        return self._shown(sorted(paths))

    def graph(self, paths: Iterable[str]) -> dict[str, Derivation]:
        """How each of these, and all that it needs, is built, by path.

        Raises:
            StateError: one is not in the store, or Nix' answer is not understood.
        """
        return self._shown(sorted(paths), "--recursive")

    def _shown(self, paths: Sequence[str], *options: str) -> dict[str, Derivation]:
        found: dict[str, Derivation] = {}
        for chunk in _chunks(paths):
            found |= answers.derivations(self._ask(self._experimental(*self.program.show, *options, *chunk)))
        return found

    def closure(self, path: str) -> dict[str, StorePath]:
        """Everything that a path needs to run, itself included, with what each refers to, by path.

        Raises:
            StateError: it is not in the store, or Nix' answer is not understood.
        """
        return answers.path_infos(self._ask(self._experimental(*self.program.path_info, "--recursive", path)))

    def _experimental(self, *words: str) -> tuple[str, ...]:
        return (self._program("nix"), "--extra-experimental-features", "nix-command", *words, *self.options)

    def missing(self, paths: Iterable[str]) -> frozenset[str]:
        """Those of ``paths`` that the store does not have."""
        found: list[str] = []
        for chunk in _chunks(sorted(paths)):
            command = (self._program("nix-store"), *self.options, "--check-validity", "--print-invalid", *chunk)
            found += self._ask(command).split()
        return frozenset(found)

    def contents(self) -> frozenset[str]:
        """The name of everything in the store, whole or not, but for derivations and locks."""
        folder = self.store / "nix" / "store"
        names = (entry.name for entry in folder.iterdir()) if folder.is_dir() else ()
        return frozenset(name for name in names if not name.startswith(".") and not name.endswith((".drv", ".lock")))

    def runtime_closure(self, output: str) -> tuple[StorePath, ...]:
        """Everything an output needs to run."""
        return self._sized(self._query("--requisites", [output]))

    def build_closure(self, derivation: str) -> tuple[StorePath, ...]:
        """Everything needed to build a derivation: sources, build inputs and what they need in turn, and its output.

        Derivations themselves are descriptions and left out.
        """
        paths = self._query("--requisites", [derivation], "--include-outputs")
        return self._sized([path for path in paths if not path.endswith(".drv")])

    def build_log(self, derivation: str) -> str:
        """What a derivation's builder printed when it was built last, if Nix kept it."""
        answer = self._call((self._program("nix-store"), *self.options, "--read-log", derivation))
        return answer.stdout if answer.ok else ""

    def _sized(self, paths: Sequence[str]) -> tuple[StorePath, ...]:
        sizes = self._query("--size", paths)
        return tuple(StorePath(path=path, nar_bytes=int(size)) for path, size in zip(paths, sizes, strict=True))

    def _query(self, what: str, paths: Sequence[str], *more: str) -> list[str]:
        found: list[str] = []
        for chunk in _chunks(paths):
            found += self._ask((self._program("nix-store"), *self.options, "--query", what, *more, *chunk)).split()
        return found

    def _program(self, name: str) -> str:
        return str(self.program.programs / name)

    def _call(self, command: Sequence[str]) -> Execution:
        return self.run(command, self.environment({}))

    def _ask(self, command: Sequence[str]) -> str:
        answer = self._call(command)
        if not answer.ok:
            raise StateError(f"{Path(command[0]).name} failed: {complaint(answer.stderr)}")
        return answer.stdout


def _chunks(paths: Sequence[str]) -> Iterable[Sequence[str]]:
    return (paths[start : start + _AT_ONCE] for start in range(0, len(paths), _AT_ONCE))
