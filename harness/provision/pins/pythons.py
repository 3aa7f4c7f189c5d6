"""The same variant under other Pythons: a copy of its folder that names one, as a column of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import InputError
from harness.monorepo.variants.file import wanted_python
from harness.monorepo.variants.model import Variant, load_variant
from harness.provision.interpreters import Interpreter, find_python, python_of
from harness.provision.pins.pinning import copied

_TOOLCHAIN = re.compile(r"^\[toolchain\]\s*(#.*)?$")
_KEY = re.compile(r"^python\s*=")


def under_pythons(variants: Sequence[Variant], wanted: Sequence[str], place: Path) -> list[Variant]:
    """A variant more for each of ``variants`` and each Python (``3.12``, or a path) that it has not anyway.

    They are made below ``place``. Locks hold for every Python, so theirs are those of their models.

    Raises:
        InputError: a Python is not on this machine or cannot be used, be it one of ``wanted`` or one that a variant
            names; or two of them would be columns of the same name.
    """
    has = {variant.name: python_of(variant) for variant in variants}
    # One that was named twice, by its version and by its path, is one column.
    pythons = {python: text for text in reversed(list(map(_spelt, wanted))) for python in [_found(text)]}
    made: dict[str, tuple[Variant, Interpreter]] = {}
    for python, text in reversed(pythons.items()):
        for variant in variants:
            if has[variant.name] == python:
                continue
            name = name_of(variant, text, python)
            if name in has or (name in made and made[name][1] != python):
                raise InputError(
                    f"--python: {text} would be a second column {name}.", hint="Give one of the two alone in a run."
                )
            made[name] = (_copy(variant, text, python, place), python)
    return [copy for copy, _ in made.values()]


def name_of(variant: Variant, wanted: str, python: Interpreter) -> str:
    """What a variant under another Python is called: ``uv-python-3.12``, by the exact version if a path was given."""
    version = re.sub(r"[^a-z0-9.]+", "-", python.version.lower()).strip("-") if "/" in wanted else wanted
    return f"{variant.name}-python-{version}"


def _spelt(text: str) -> str:
    """What was given on the command line as ``variant.toml`` has it: paths from / on."""
    return str(Path(text).expanduser().absolute()) if "/" in text else text


def _found(wanted: str) -> Interpreter:
    try:
        wanted_python(wanted)
    except ValueError as error:
        raise InputError(f"--python: {error}.", hint="Write 3.12 or 3.12.1, or the path of an interpreter.") from error
    return find_python(wanted, where="--python")


def _copy(variant: Variant, wanted: str, python: Interpreter, place: Path) -> Variant:
    shown = python.version if "/" in wanted else wanted

    def change(draft: Path) -> None:
        file = draft / "variant.toml"
        lines = "\n".join(_with_python(file.read_text(encoding="utf-8").splitlines(), variant, wanted, shown))
        file.write_text(f"{lines}\n", encoding="utf-8")
        if load_variant(draft).spec.toolchain.python != wanted:
            raise InputError(
                f"--python: {variant.name}/variant.toml has no line [toolchain] to put the Python below.",
                hint="Write its table [toolchain] on lines of its own.",
            )

    return copied(variant, place / name_of(variant, wanted, python), change, told_apart=wanted)


def _with_python(lines: Sequence[str], variant: Variant, wanted: str, shown: str) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.startswith("["):
            inside = _TOOLCHAIN.match(line) is not None
        if line.startswith("title = "):
            yield f"title = {json.dumps(f'{variant.spec.title}, Python {shown}', ensure_ascii=False)}"
        elif line.startswith("summary = "):
            yield f'summary = "The variant {variant.name}, with Python {shown}."'
        elif inside and _KEY.match(line):
            continue
        else:
            yield line
        if inside and _TOOLCHAIN.match(line):
            yield f"python = {json.dumps(wanted, ensure_ascii=False)}"
