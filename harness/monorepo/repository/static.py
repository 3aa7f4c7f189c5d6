"""What names in a Python file stand for, as far as that can be told without running it; pure."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

#: What cannot be told.
UNREAD = object()

#: Longer than any that a person wrote: doubling a text forty times would fill the memory.
MOST = 20_000

_OPENERS = {"open", "Path", "PurePath"}
_KEPT_BY_METHODS = {"read", "read_text", "readlines", "splitlines", "split", "strip", "open", "resolve", "absolute"}
_KEPT_BY_CALLS = {"sorted", "list", "tuple", "set", "str", "abspath", "realpath", "filter"}
_LISTERS = {"parse_requirements"}
_ENDINGS = (".txt", ".in")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class NamedFile:
    """A file that is opened by a name that is known: what stands in it is meant."""

    path: str


@dataclass(frozen=True)
class Names:
    """What a file's names stand for where ``call`` is made. A list may have expressions in it that cannot be told."""

    known: dict[str, Any]
    functions: dict[str, ast.FunctionDef]

    @classmethod
    def at(cls, tree: ast.Module, call: ast.Call) -> Names:
        """Follow the file's statements in their order, down to the call."""
        names = cls({"__file__": "setup.py"}, {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)})
        names._follow(tree.body, call)
        return names

    def value(self, node: ast.expr) -> Any:
        """What an expression stands for, or ``UNREAD``."""
        try:
            found = self._value(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, AttributeError):
            return UNREAD
        return UNREAD if isinstance(found, str | list) and len(found) > MOST else found

    def beginning(self, node: ast.expr) -> str:
        """The text that an expression begins with, if it is put together from texts."""
        whole = self.value(node)
        if isinstance(whole, str):
            return whole
        match node:
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                start = self.value(left)
                return start + self.beginning(right) if isinstance(start, str) else self.beginning(left)
            case ast.BinOp(left=left, op=ast.Mod()):
                return self.beginning(left)
            case ast.Call(func=ast.Attribute(value=value, attr="format")):
                return self.beginning(value)
            case ast.JoinedStr(values=values):
                start = ""
                for each in values:
                    part = self.value(each)
                    if not isinstance(part, str):
                        break
                    start += part
                return start
        return ""

    def _follow(self, statements: Sequence[ast.stmt], call: ast.Call) -> bool:
        """Whether the call was reached."""
        for statement in statements:
            reached = _holds([statement], call)
            if reached and isinstance(statement, _FUNCTIONS):
                # It is called when all of the file is known; names of its own come on top.
                after = statements[statements.index(statement) + 1 :]
                self._follow([each for each in after if not isinstance(each, _FUNCTIONS)], call)
            if isinstance(statement, ast.With):
                for item in statement.items:
                    if isinstance(item.optional_vars, ast.Name):
                        self.known[item.optional_vars.id] = self.value(item.context_expr)
                self._follow(statement.body, call)
            elif reached and isinstance(statement, ast.If | ast.Try | ast.FunctionDef | ast.AsyncFunctionDef):
                for node in ast.walk(statement):
                    if isinstance(node, ast.arg):
                        # What a function is given may be anything, also where a name of the file is called so.
                        self.known[node.arg] = UNREAD
                blocks = (statement.body, getattr(statement, "orelse", []), getattr(statement, "finalbody", []))
                for block in blocks:
                    if _holds(block, call):
                        self._follow(block, call)
            elif not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                self._take(statement)
            if reached:
                return True
        return False

    def _take(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=targets, value=value):
                found = self._held(value)
                for target in targets:
                    self._assign(target, value, found)
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
                self.known[name] = self._held(value)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                self.known[name] = self._sum(self.known.get(name, UNREAD), self.value(value), value)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method), args=[*args])) if (
                name in self.known and method in {"append", "extend", "insert"}
            ):
                added = self.value(args[-1]) if args else UNREAD
                if method != "extend":
                    added = [args[-1] if added is UNREAD else added] if args else UNREAD
                self.known[name] = self._sum(self.known[name], added, statement.value)
            case _:
                self._doubted(statement)

    def _assign(self, target: ast.expr, value: ast.expr, found: Any) -> None:
        if isinstance(target, ast.Name):
            self.known[target.id] = found
        elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
            for each, part in zip(target.elts, value.elts, strict=True):
                self._assign(each, part, self._held(part))
        elif isinstance(target, ast.Tuple | ast.Subscript):
            self._doubted(target)

    def _held(self, value: ast.expr) -> Any:
        """What a name stands for: the expression itself, where that is all that is known of it."""
        found = self.value(value)
        return value if found is UNREAD and self.beginning(value) else found

    def _doubted(self, statement: ast.AST) -> None:
        """Whether this is carried out, and how often, is not known: lists keep what they had, other names nothing."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.known[node.id] = UNREAD
            elif (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and isinstance(node.func.value, ast.Name)
                and isinstance(self.known.get(node.func.value.id), list)
            ):
                self.known[node.func.value.id] = [*self.known[node.func.value.id], node]

    def _sum(self, left: Any, right: Any, node: ast.expr) -> Any:
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        sides = [
            list(side) if isinstance(side, list | tuple) else [side] if isinstance(side, NamedFile) else None
            for side in (left, right)
        ]
        if sides[0] is None and sides[1] is None:
            return UNREAD
        # What is known of one side is kept; the other is named where it is used.
        return [item for side in sides for item in ([node] if side is None else side)][:MOST]

    def _value(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name) if name in self.known:
                found = self.known[name]
                return UNREAD if isinstance(found, ast.expr) else found
            case ast.List(elts=elts) | ast.Tuple(elts=elts) | ast.Set(elts=elts):
                return self._elements(elts)
            case ast.Dict(keys=keys, values=values):
                pairs = [(self.value(key) if key else UNREAD, self.value(each)) for key, each in zip(keys, values)]  # noqa: B905
                return UNREAD if any(UNREAD in pair for pair in pairs) else dict(pairs)
            case ast.JoinedStr(values=parts):
                texts = [self.value(part) for part in parts]
                return "".join(texts) if all(isinstance(text, str) for text in texts) else UNREAD
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self._as_text(self.value(value))
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                unread = right if self.value(right) is UNREAD else left
                return self._sum(self.value(left), self.value(right), unread)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return posixpath.join(self.value(left), self.value(right))
            case ast.BinOp(left=left, op=ast.Mod(), right=right):
                given = self.value(right)
                return self._filled(self.value(left), r"%[sd]", given if isinstance(given, list) else [given])
            case ast.Attribute(value=value, attr="parent"):
                return posixpath.dirname(self.value(value))
            case ast.ListComp(elt=elt, generators=[only]) | ast.GeneratorExp(elt=elt, generators=[only]):
                return self._listed(elt, only)
            case ast.Call():
                return self._called(node)
        return ast.literal_eval(node)

    def _elements(self, elements: Iterable[ast.expr]) -> list[Any]:
        found: list[Any] = []
        for element in elements:
            inner = element.value if isinstance(element, ast.Starred) else element
            value = self.value(inner)
            if isinstance(element, ast.Starred) and isinstance(value, list):
                found += value
            elif value is UNREAD and isinstance(inner, ast.Name) and isinstance(self.known.get(inner.id), ast.expr):
                found.append(self.known[inner.id])
            else:
                found.append(inner if value is UNREAD else value)
        return found

    def _as_text(self, value: Any) -> Any:
        return str(value) if isinstance(value, str) or type(value) in {int, float} else UNREAD

    def _filled(self, text: Any, hole: str, given: Sequence[Any]) -> Any:
        """A pattern with its plain holes filled; widths and the like are not carried out: they may be of any size."""
        texts = [self._as_text(each) for each in given]
        pieces = re.split(hole, text)
        if UNREAD in texts or len(pieces) != len(texts) + 1 or any(sign in "".join(pieces) for sign in "%{}"):
            return UNREAD
        return pieces[0] + "".join(a + b for a, b in zip(texts, pieces[1:], strict=True))

    def _listed(self, element: ast.expr, only: ast.comprehension) -> Any:
        """A list made of a file's lines is that file; one that only strips another list's texts is that list."""
        found = self.value(only.iter)
        plain = isinstance(element, ast.Name) or (
            isinstance(element, ast.Call) and isinstance(element.func, ast.Attribute) and element.func.attr == "strip"
        )
        return found if isinstance(found, NamedFile) or (plain and not only.ifs) else UNREAD

    def _called(self, call: ast.Call) -> Any:
        name = name_of(call)
        arguments = [self.value(each) for each in call.args]
        texts = [each for each in arguments if isinstance(each, str)]
        if isinstance(call.func, ast.Attribute):
            owner = self.value(call.func.value)
            if name == "format" and not call.keywords:
                return self._filled(owner, r"\{\}", arguments)
            if name == "join" and len(texts) == len(arguments):
                # os.path.join; a text that joins others has one argument, a list.
                return posixpath.join(*texts)
            if isinstance(owner, NamedFile) or (isinstance(owner, str) and name in {"read_text", "open"}):
                return (
                    (owner if isinstance(owner, NamedFile) else NamedFile(owner))
                    if name in _KEPT_BY_METHODS
                    else UNREAD
                )
            if isinstance(owner, str) and name in {"strip", "resolve", "absolute"} and not arguments:
                return owner.strip()
        if name == "dirname":
            return posixpath.dirname(arguments[0])
        if name in _OPENERS | _LISTERS and texts:
            return texts[0] if name.endswith("Path") else NamedFile(texts[0])
        if name in _KEPT_BY_CALLS and arguments:
            return arguments[-1] if name == "filter" else arguments[0]
        return self._read_by(self.functions.get(name), texts)

    def _read_by(self, function: ast.FunctionDef | None, texts: Sequence[str]) -> Any:
        """What a function of the file reads, if it is a simple reader: it opens one file, which it is told or names."""
        if function is None or not any(
            isinstance(node, ast.Call) and name_of(node) in {"open", "read_text"} for node in ast.walk(function)
        ):
            return UNREAD
        named = [node.value for node in ast.walk(function) if isinstance(node, ast.Constant)]
        paths = [each for each in (texts or named) if isinstance(each, str) and each.endswith(_ENDINGS)]
        return NamedFile(paths[0]) if len(paths) == 1 else UNREAD


def _holds(statements: Iterable[ast.stmt], call: ast.Call) -> bool:
    return any(node is call for statement in statements for node in ast.walk(statement))


def name_of(call: ast.Call) -> str:
    """The last part of the name that is called."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def flattened(value: Any, lines: Callable[[str], Sequence[str]]) -> list[Any]:
    """The elements of a list, with what its files hold in their place."""
    items = value if isinstance(value, list | tuple | set) else [value]
    return [part for item in items for part in (lines(item.path) if isinstance(item, NamedFile) else [item])]
