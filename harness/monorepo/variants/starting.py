"""A new variant from one that there is: the same files, with a ``variant.toml`` that explains itself."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

from harness.errors import VariantError
from harness.measure.trees import temporary_folder
from harness.monorepo.variants.file import parse_variant_file
from harness.monorepo.variants.keys import KEYS
from harness.monorepo.variants.model import VARIANT_NAME, Variant

_KEY = re.compile(r"^([\w-]+) *=")
_TABLE = re.compile(r"^\[([\w.-]+)\] *$")
_WIDTH = 118

#: Tables in which a name is a variable or a scenario, not a key of the file.
_FREE = frozenset({"environment", "caches", "offline", "unsupported"})

#: Keys that say something of the variant it was made from, and not of the new one.
_LEFT_BEHIND = frozenset({"profile", "documented", "broken", "unavailable"})


def start(name: str, model: Variant, place: Path, *, schema: Path) -> Path:
    """Make the folder of a variant called ``name`` in ``place``, as a copy of ``model``; returns it.

    Its ``variant.toml`` leads editors to ``schema`` if that is in the same checkout.

    Raises:
        VariantError: there is such a folder already, or the name is not one a variant may have.
    """
    if not VARIANT_NAME.fullmatch(name):
        raise VariantError(
            f"new: {name!r} cannot be a variant's name.",
            hint="Use lower-case letters and digits, with single hyphens or dots between them.",
        )
    folder = place / name
    if folder.exists():
        raise VariantError(f"new: {folder} is there already.", hint="Choose another name, or remove it first.")
    place.mkdir(parents=True, exist_ok=True)
    text = annotated((model.folder / "variant.toml").read_text(encoding="utf-8"), name, model.name)
    if led := _leads_to(schema, folder):
        text = f"#:schema {led}\n{text}"
    parse_variant_file(text, source=f"{name}/variant.toml")
    with temporary_folder(place, ".new-") as temporary:
        made = temporary / name
        shutil.copytree(model.folder, made, ignore=shutil.ignore_patterns("__pycache__"))
        (made / "variant.toml").write_text(text, encoding="utf-8")
        made.rename(folder)
    return folder


def annotated(text: str, name: str, model: str) -> str:
    """The text of a ``variant.toml`` for a variant called ``name``, each key with what it is for above it."""
    lines = [line for line in text.splitlines() if not line.startswith("#:schema")]
    head = [
        f"# {name}, begun as a copy of {model}. Every step is an argument list; the only templating are placeholders:",
        "# {root} {app} {module} {member} {need} {cache} {state} {index} {python} {tools} {dist} {deploy}.",
        f"# What has to hold is proven by: python -m harness check {name}",
    ]
    body = list(_explained(lines, name))
    there = {found for line in body if (found := _named(line))}
    absent = [
        f"#   {key}: {KEYS[key]}"
        for key in ("documented", "generated", "offline", "broken", "unavailable")
        if key not in there
    ]
    return "\n".join([*head, *body, "", "# Not used here:", *absent, ""])


def _explained(lines: list[str], name: str) -> Iterator[str]:
    table = ""
    for line in lines:
        if found := _TABLE.match(line):
            table = found[1]
            yield line
            yield from _said(table)
        elif (found := _KEY.match(line)) and table not in _FREE:
            key = f"{table}.{found[1]}" if table else found[1]
            if key in _LEFT_BEHIND:
                continue
            yield from _said(key)
            yield f'title = "{name}"' if key == "title" else line
        else:
            yield line


def _said(key: str) -> Iterator[str]:
    known = KEYS.get(key) or KEYS.get(re.sub(r"^phases\.\w+\.", "phases.*.", key))
    if known:
        yield from textwrap.wrap(known, _WIDTH, initial_indent="# ", subsequent_indent="# ")


def _named(line: str) -> str:
    found = _TABLE.match(line) or _KEY.match(line)
    return found[1] if found else ""


def _leads_to(schema: Path, folder: Path) -> str:
    """The schema's path from the folder, if both lie in one checkout."""
    checkout = schema.resolve().parent.parent
    if not folder.resolve().is_relative_to(checkout):
        return ""
    return os.path.relpath(schema.resolve(), folder.resolve())
