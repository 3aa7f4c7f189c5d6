"""``setup.py``, read as text for the literals in its call of ``setup``. It is never run, nor anything it names."""

from __future__ import annotations

import ast
import re
import warnings
from collections import Counter
from typing import Any

from harness.monorepo.repository.facts import Notes, ProjectFacts
from harness.monorepo.repository.modules import below
from harness.monorepo.repository.requirements import wanted
from harness.monorepo.shapes.checks import is_name, normalised

_WAY_OUT = "State it in [project] of pyproject.toml, or write it as a literal."
_FINDERS = ("find_packages", "find_namespace_packages")
_UNREAD = object()

#: A name with its extras, up to where its version begins: that is what monorepos put together for their own members.
_NAMED = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]{}%]*\])?)\s*[=<>!~]")


def read(text: str, notes: Notes) -> ProjectFacts:
    """What a ``setup.py`` says by literals."""
    try:
        with warnings.catch_warnings():
            # Python warns of what is odd in the text; that is not ours to pass on.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", 0) or 0
        notes.tell("", "not valid as Python", "Mend the file; nothing of it is read.", line=line)
        return ProjectFacts()
    call = next((node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) == "setup"), None)
    if call is None:
        # A package may have a module of that name: that is no project.
        if "setuptools" in text or "distutils" in text:
            notes.tell("", "calls no setup()", "Say in [project] of pyproject.toml what the project is.")
        return ProjectFacts()
    return _SetupPyReader(call, _constants(tree), notes).facts()


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _beginning(node: ast.expr) -> str:
    """The text that an expression begins with, if it is put together from texts."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        node = node.left
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        node = node.func.value
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """What module-level names stand for, if each is assigned exactly once in the whole file."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    stores = Counter(node.id for node in names if isinstance(node.ctx, ast.Store))
    return {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name) and stores[target.id] == 1
    }


class _SetupPyReader:
    def __init__(self, call: ast.Call, constants: dict[str, ast.expr], notes: Notes) -> None:
        self._keywords = {item.arg: item.value for item in call.keywords if item.arg is not None}
        self._constants = constants
        self._notes = notes
        for item in call.keywords:
            if item.arg is None:
                self._tell("**", item.value, "arguments that are put together while it runs cannot be read")

    def facts(self) -> ProjectFacts:
        name = self._name()
        return ProjectFacts(
            name=name,
            unnamed=not name and "name" in self._keywords,
            wanted=tuple(
                item for text in self._required() if (item := wanted(text, "install_requires", self._notes)) is not None
            ),
            packages=tuple(self._packages()),
            scripts=self._scripts(),
            uncounted=("extras_require",) if "extras_require" in self._keywords else (),
            states_dependencies="install_requires" in self._keywords,
        )

    def _tell(self, key: str, node: ast.expr, said: str = "made while it runs: it cannot be read") -> None:
        self._notes.tell(key, said, _WAY_OUT, line=node.lineno)

    def _literal(self, key: str) -> Any:
        """What a keyword says; nothing if it is absent, and nothing with a note if it is no literal."""
        node = self._keywords.get(key)
        if node is None:
            return None
        value = self._value(node)
        if value is _UNREAD:
            self._tell(key, node)
            return None
        return value

    def _value(self, node: ast.expr) -> Any:
        node = self._constants.get(node.id, node) if isinstance(node, ast.Name) else node
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return _UNREAD

    def _name(self) -> str:
        name = self._literal("name")
        if name is None:
            return ""
        if isinstance(name, str) and is_name(name):
            return normalised(name)
        self._tell("name", self._keywords["name"], "what it says cannot be a project's name")
        return ""

    def _required(self) -> list[str]:
        """What is required; of a list that is no literal as a whole what is one, or begins as one."""
        node = self._keywords.get("install_requires")
        if node is None or self._value(node) is not _UNREAD:
            return self._texts("install_requires", self._literal("install_requires"))
        found: list[str] = []
        for item in self._parts(node):
            value = self._value(item)
            if isinstance(value, str):
                found.append(value)
            elif named := _NAMED.match(_beginning(item)):
                said = f"{named[1]}: its version is made while code runs; its name is kept"
                self._tell("install_requires", item, said)
                found.append(named[1])
            else:
                self._tell("install_requires", item)
        return found

    def _parts(self, node: ast.expr) -> list[ast.expr]:
        """The elements of a list that is written out, of names that stand for one, and of sums of such lists."""
        found: list[ast.expr] = []
        ahead, seen = [node], set()
        while ahead:
            each = ahead.pop()
            if isinstance(each, ast.Name) and each.id in self._constants and each.id not in seen:
                seen.add(each.id)
                ahead.append(self._constants[each.id])
            elif isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add):
                ahead += [each.right, each.left]
            elif isinstance(each, ast.List | ast.Tuple):
                found += each.elts
            else:
                found.append(each)
        return found

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
        roots = self._literal("package_dir")
        pairs = roots.items() if isinstance(roots, dict) else ()
        folders = {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}
        node = self._keywords.get("packages")
        if isinstance(node, ast.Call) and _called(node) in _FINDERS:
            where = next((item.value for item in node.keywords if item.arg == "where"), next(iter(node.args), None))
            found = self._value(where) if where is not None else ""
            return [text for text in (found, folders.get("")) if isinstance(text, str) and text not in {"", "."}][:1]
        modules = [f"{below(folders, text)}.py" for text in self._texts("py_modules", self._literal("py_modules"))]
        return [below(folders, text) for text in self._texts("packages", self._literal("packages"))] + modules

    def _scripts(self) -> str:
        if self._literal("scripts"):
            return "scripts"
        points = self._literal("entry_points")
        if isinstance(points, dict):
            return "entry_points" if points.get("console_scripts") or points.get("gui_scripts") else ""
        return "entry_points" if isinstance(points, str) and "_scripts]" in points else ""
