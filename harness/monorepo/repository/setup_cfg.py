"""``setup.cfg``: what setuptools reads there, but for what it would have to run or open other files for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from configparser import ConfigParser, Error

from harness.monorepo.repository.facts import SCRIPTS, Notes, ProjectFacts
from harness.monorepo.repository.modules import below, by_pattern
from harness.monorepo.repository.requirements import asked, listed_in, named, wanted_of
from harness.monorepo.shapes.checks import normalised


def read(text: str, notes: Notes) -> ProjectFacts:
    """What a ``setup.cfg`` says."""
    parser = ConfigParser(interpolation=None, default_section="")
    try:
        parser.read_string(text)
    except (Error, ValueError, AttributeError) as error:
        # On a continuation line where none can be, configparser stumbles over its own bookkeeping.
        line = getattr(error, "lineno", 0) or 0
        notes.tell("", "not valid as setup.cfg", "Mend the line; nothing of the file is read.", line=line)
        return ProjectFacts()
    return _SetupCfgReader(parser, text, notes).facts()


class _SetupCfgReader:
    def __init__(self, parser: ConfigParser, text: str, notes: Notes) -> None:
        self._parser = parser
        self._lines = text.splitlines()
        self._notes = notes

    def facts(self) -> ProjectFacts:
        required = self._required()
        extras = "options.extras_require"
        points = {group for group, text in self._section("options.entry_points") if text.strip()}
        return ProjectFacts(
            name=named(self._value("metadata", "name").strip(), "metadata.name", self._notes, line=self._line("name")),
            wanted=wanted_of(required, "options.install_requires", self._notes),
            packages=tuple(self._packages()),
            scripts="options.entry_points" if points & SCRIPTS else "",
            plugins="options.entry_points" if points - SCRIPTS else "",
            builds="metadata" if self._parser.has_section("metadata") else "",
            extras={
                normalised(extra): asked(_listed(text, commas=False), extras, self._notes)
                for extra, text in self._section(extras)
            },
            unnamed=self._parser.get("metadata", "name", fallback="").strip().startswith("attr:"),
            uncounted=(extras,) if self._parser.has_section(extras) else (),
            states_dependencies=bool(required),
        )

    def _section(self, name: str) -> list[tuple[str, str]]:
        return [(key, text or "") for key, text in self._parser.items(name)] if self._parser.has_section(name) else []

    def _required(self) -> list[str]:
        """What is required, by what a file of requirements says too that is named."""
        stated = self._parser.get("options", "install_requires", fallback="") or ""
        if match := re.match(r"file:(.*)", stated.strip(), re.DOTALL):
            files = [file for line in match[1].splitlines() for file in line.split(",") if file.strip()]
            return [text for file in files for text in listed_in(file.strip(), "options.install_requires", self._notes)]
        return _listed(self._value("options", "install_requires"), commas=False)

    def _value(self, section: str, key: str) -> str:
        """A key's text, written with _ or -; an empty one, and a note, if it lies elsewhere."""
        for spelling in (key, key.replace("_", "-")):
            value = self._parser.get(section, spelling, fallback=None)
            if not value:
                continue
            if match := re.match(r"(file|attr):", value.strip()):
                self._notes.tell(
                    f"{section}.{spelling}",
                    f"{match[1]}: what it names is not opened" if match[1] == "file" else "attr: no code is run",
                    "State it in setup.cfg or in [project] of pyproject.toml.",
                    line=self._line(spelling),
                )
                return ""
            return value
        return ""

    def _line(self, key: str) -> int:
        pattern = re.compile(rf"\s*{re.escape(key)}\s*[=:]", re.IGNORECASE)
        return next((number for number, line in enumerate(self._lines, 1) if pattern.match(line)), 0)

    def _packages(self) -> Iterator[str]:
        roots: dict[str, str] = {}
        for line in _listed(self._value("options", "package_dir")):
            package, _, folder = line.partition("=")
            roots[package.strip()] = folder.strip()
        stated = self._value("options", "packages").strip()
        if stated.startswith(("find:", "find_namespace:")):
            where = _listed(self._value("options.packages.find", "where"))
            stated_roots = [text for text in (*where, roots.get("", "")) if text not in {"", "."}]
            yield from by_pattern(stated_roots, _listed(self._value("options.packages.find", "include")))
            return
        for package in _listed(stated):
            yield below(roots, package)
        for module in _listed(self._value("options", "py_modules")):
            yield f"{below(roots, module)}.py"


def _listed(value: str, *, commas: bool = True) -> list[str]:
    """A list as setup.cfg has it: a line each, or with commas between them."""
    pieces = value.split(",") if commas and "\n" not in value.strip() else value.splitlines()
    return [piece.strip() for piece in pieces if piece.strip() and not piece.strip().startswith("#")]
