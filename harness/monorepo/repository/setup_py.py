"""``setup.py``, read as text for what its call of ``setup`` is given. It is never run, nor anything it names."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from harness.monorepo.repository.facts import SCRIPTS, Notes, ProjectFacts, Wanted
from harness.monorepo.repository.modules import below, by_pattern
from harness.monorepo.repository.requirements import asked, listed_in, wanted_of
from harness.monorepo.repository.static import UNREAD, NamedFile, Names, flattened, name_of
from harness.monorepo.shapes.checks import is_name, normalised

_WAY_OUT = "State it in [project] of pyproject.toml, or write it as a literal."
_FINDERS = ("find_packages", "find_namespace_packages")

#: A name with its extras, up to where its version begins: that is what monorepos put together for their own members.
_NAMED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]{}%]*\])?)\s*[=<>!~]")


def read(text: str, notes: Notes) -> ProjectFacts:
    """What a ``setup.py`` says by literals, and by what can be told of its names."""
    try:
        with warnings.catch_warnings():
            # Python warns of what is odd in the text; that is not ours to pass on.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", 0) or 0
        notes.tell("", "not valid as Python", "Mend the file; nothing of it is read.", line=line)
        return ProjectFacts()
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and name_of(node) == "setup"), None)
    if call is None:
        # A package may have a module of that name: that is no project.
        if "setuptools" in text or "distutils" in text:
            notes.tell("", "calls no setup()", "Say in [project] of pyproject.toml what the project is.")
        return ProjectFacts()
    return _SetupPyReader(call, Names.at(tree, call), notes).facts()


class _SetupPyReader:
    def __init__(self, call: ast.Call, names: Names, notes: Notes) -> None:
        self._keywords = {item.arg: item.value for item in call.keywords if item.arg is not None}
        self._names = names
        self._notes = notes
        for item in call.keywords:
            if item.arg is None:
                self._tell("**", item.value, "arguments that are put together while it runs cannot be read", lost=True)

    def facts(self) -> ProjectFacts:
        name = self._name()
        return ProjectFacts(
            name=name,
            unnamed=not name and "name" in self._keywords,
            builds="setup()",
            wanted=wanted_of(self._required(), "install_requires", self._notes),
            packages=tuple(self._packages()),
            scripts=self._scripts(),
            plugins=self._plugins(),
            extras=self._extras(),
            uncounted=("extras_require",) if "extras_require" in self._keywords else (),
            states_dependencies="install_requires" in self._keywords,
        )

    def _tell(self, key: str, node: ast.expr, said: str = "", *, lost: bool = False) -> None:
        said = said or "made while it runs: it cannot be read"
        self._notes.tell(key, said, _WAY_OUT, line=node.lineno, lost=lost)

    def _literal(self, key: str) -> Any:
        """What a keyword says; nothing if it is absent, and nothing with a note if it is no literal."""
        node = self._keywords.get(key)
        if node is None:
            return None
        value = self._value(node)
        if value is UNREAD:
            self._tell(key, node)
            return None
        return value

    def _value(self, node: ast.expr) -> Any:
        """What a node says; a list of which a part cannot be told cannot be told itself."""
        value = self._names.value(node)
        parts = value if isinstance(value, list) else [value]
        return UNREAD if any(isinstance(part, ast.expr | NamedFile) for part in parts) else value

    def _name(self) -> str:
        name = self._literal("name")
        if name is None:
            return ""
        if isinstance(name, str) and is_name(name):
            return normalised(name)
        self._tell("name", self._keywords["name"], "what it says cannot be a project's name")
        return ""

    def _required(self) -> list[str]:
        """What is required; of a list that is not known as a whole what is known, or begins as a name."""
        node = self._keywords.get("install_requires")
        if node is None or self._value(node) is not UNREAD:
            return self._texts("install_requires", self._literal("install_requires"))
        value = self._names.value(node)
        found: list[str] = []
        for item in flattened(value, lambda path: listed_in(path, "install_requires", self._notes)):
            if isinstance(item, str):
                found.append(item)
            elif isinstance(item, ast.expr) and (named := _NAMED.match(self._names.beginning(item))):
                said = f"{named[1]}: its version is made while code runs; its name is kept"
                self._tell("install_requires", item, said)
                found.append(named[1])
            else:
                self._tell("install_requires", item if isinstance(item, ast.expr) else node, lost=True)
        return found

    def _extras(self) -> dict[str, tuple[Wanted, ...]]:
        """What extras require; they count where a member asks for one."""
        node = self._keywords.get("extras_require")
        stated = self._names.value(node) if node is not None else None
        if not isinstance(stated, dict):
            return {}
        return {
            normalised(extra): asked([text for text in texts if isinstance(text, str)], "extras_require", self._notes)
            for extra, texts in stated.items()
            if isinstance(extra, str) and isinstance(texts, list)
        }

    def _texts(self, key: str, value: Any) -> list[str]:
        if value is None:
            return []
        # As setuptools takes it: a list, or a text of lines.
        items = value.splitlines() if isinstance(value, str) else value
        if isinstance(items, list | tuple | set) and all(isinstance(item, str) for item in items):
            return [item.strip() for item in items if item.strip()]
        self._tell(key, self._keywords[key], f"expected a list of texts, got {type(value).__name__}")
        return []

    def _packages(self) -> list[str]:
        stated = self._literal("package_dir")
        pairs = stated.items() if isinstance(stated, dict) else ()
        folders = {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}
        node = self._keywords.get("packages")
        if isinstance(node, ast.Call) and name_of(node) in _FINDERS:
            given = {item.arg: self._value(item.value) for item in node.keywords}
            where = given.get("where", self._value(node.args[0]) if node.args else "")
            stated_in = given.get("include")
            include = stated_in if isinstance(stated_in, list) else []
            roots = [each for each in (where, folders.get("")) if isinstance(each, str) and each not in {"", "."}][:1]
            return by_pattern(roots, [text for text in include if isinstance(text, str)])
        modules = [f"{below(folders, text)}.py" for text in self._texts("py_modules", self._literal("py_modules"))]
        return [below(folders, text) for text in self._texts("packages", self._literal("packages"))] + modules

    def _scripts(self) -> str:
        if self._literal("scripts"):
            return "scripts"
        return "entry_points" if any(name in SCRIPTS for name in self._points()) else ""

    def _plugins(self) -> str:
        return "entry_points" if any(name not in SCRIPTS for name in self._points()) else ""

    def _points(self) -> list[str]:
        """The groups of entry points; of a table of which a part is unknown, those that are known."""
        points = self._literal("entry_points")
        if isinstance(points, str):
            return re.findall(r"^\s*\[([^\]]+)\]", points, re.MULTILINE)
        return [str(group) for group, stated in points.items() if stated] if isinstance(points, dict) else []
