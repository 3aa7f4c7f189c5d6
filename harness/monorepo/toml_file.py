"""A TOML file that a person wrote, read as what it has to be, and what is wrong with one in a person's words."""

from __future__ import annotations

import difflib
import reprlib
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from harness.errors import VariantError


@dataclass(frozen=True, kw_only=True)
class Words:
    """What a kind of file calls what it is made of: its lists, what has keys, and ``keys`` by their dotted names."""

    sequence: str
    mapping: str
    keys: Collection[str] = ()


def explained(error: ValidationError, words: Words) -> list[str]:
    """Each of the complaints, with the key's dotted name first."""
    return [_explained(problem, words) for problem in error.errors(include_url=False)]


def _explained(problem: Mapping[str, Any], words: Words) -> str:
    key = ""
    for part in problem["loc"]:
        key += f"[{part}]" if isinstance(part, int) else f".{part}" if key else str(part)
    key = key or "the file"
    # Whole files have been given where a word was asked for.
    given = reprlib.repr(problem.get("input"))
    match problem["type"]:
        case "missing":
            return f"{key}: this key is required"
        case "unexpected_keyword_argument":
            near = difflib.get_close_matches(key, words.keys, n=1, cutoff=0.8)
            return f"{key}: there is no such key" + (f"; did you mean {near[0]!r}?" if near else "")
        case "tuple_type":
            return f"{key}: expected {words.sequence}, got {given}"
        case "dataclass_type":
            return f"{key}: expected {words.mapping}, got {given}"
        case "value_error":
            # What is wrong with the file as a whole names its keys itself.
            return f"{key}: {problem['ctx']['error']}" if problem["loc"] else str(problem["ctx"]["error"])
        case _:
            return f"{key}: {problem['msg'][:1].lower()}{problem['msg'][1:]}, got {given}"


_WORDS = Words(sequence="a list of strings (an argument list, never a shell string)", mapping="a table")


T = TypeVar("T")


def parse_checked(text: str, kind: TypeAdapter[T], *, source: str, hint: str, keys: Collection[str] = ()) -> T:
    """Read the text of a TOML file as what it has to be; ``hint`` says where its ``keys`` are described.

    Raises:
        VariantError: it is not TOML, or a key is missing, unknown or of the wrong kind.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise VariantError(f"{source}: not valid TOML: {error}", hint="Mend the line it names.") from error
    except RecursionError as error:
        raise VariantError(f"{source}: it is nested too deeply to be read.", hint=hint) from error
    try:
        return kind.validate_python(data)
    except ValidationError as error:
        told = "; ".join(explained(error, replace(_WORDS, keys=keys)))
        raise VariantError(f"{source}: {told}", hint=hint) from error
