"""harness.monorepo.variants.lock: what a lock may hold, and that everything else is refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from harness.errors import VariantError
from harness.monorepo.variants.lock import Pin, parse_lock, read_lock, render_lock
from tests.places import CHECKOUT

A = "a" * 64
B = "b" * 64


def pin(name: str = "tool", version: str = "1.0", *hashes: str, marker: str = "") -> Pin:
    return Pin(name=canonicalize_name(name), version=version, hashes=frozenset(hashes or (A,)), marker=marker)


def test_a_lock_is_read_line_by_line() -> None:
    text = f"""\
# Made by a machine.

tool==1.0 --hash=sha256:{A}
  # A comment may be indented.
Other_Tool==2.0.post1 \\
    --hash=sha256:{A} \\
    --hash=sha256:{B}
"""

    assert parse_lock(text, source="lock") == (pin(), pin("other-tool", "2.0.post1", A, B))


def test_names_are_normalised_and_extras_are_of_no_matter() -> None:
    assert parse_lock(f"My.Tool[locked]==1.0 --hash=sha256:{A}", source="lock") == (pin("my-tool"),)


def test_a_lock_may_end_in_a_continued_line() -> None:
    assert parse_lock(f"tool==1.0 \\\n  --hash=sha256:{A} \\\n", source="lock") == (pin(),)
    assert parse_lock(f"tool==1.0 \\\n  --hash=sha256:{A} \\", source="lock") == (pin(),)


def test_lines_may_end_as_on_windows() -> None:
    assert parse_lock(f"tool==1.0 \\\r\n  --hash=sha256:{A}\r\n# end\r\n", source="lock") == (pin(),)


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "   \n\t\n"])
def test_a_lock_may_be_empty(text: str) -> None:
    assert parse_lock(text, source="lock") == ()


def test_a_marker_says_where_a_pin_applies() -> None:
    (found,) = parse_lock(
        f"tool==1.0 ; python_full_version < '3.12' and sys_platform == 'linux' \\\n --hash=sha256:{A}", source="lock"
    )

    assert found.applies({"python_full_version": "3.11.2", "sys_platform": "linux"})
    assert not found.applies({"python_full_version": "3.12.0", "sys_platform": "linux"})
    assert not found.applies({"python_full_version": "3.11.2", "sys_platform": "darwin"})


def test_a_marker_is_asked_of_the_running_python() -> None:
    assert pin().applies()
    assert pin(marker='python_version >= "3"').applies()
    assert not pin(marker='python_version < "3"').applies()


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"tool --hash=sha256:{A}", "does not name one exact version"),
        (f"tool>=1.0 --hash=sha256:{A}", "does not name one exact version"),
        (f"tool~=1.0 --hash=sha256:{A}", "does not name one exact version"),
        (f"tool==1.* --hash=sha256:{A}", "does not name one exact version"),
        (f"tool===1.0 --hash=sha256:{A}", "does not name one exact version"),
        (f"tool==1.0,==1.1 --hash=sha256:{A}", "does not name one exact version"),
        (f"tool==1.0,!=1.1 --hash=sha256:{A}", "does not name one exact version"),
        (f"tool @ https://example.invalid/tool.whl --hash=sha256:{A}", "does not name one exact version"),
        ("tool==1.0", "has no --hash=sha256:…"),
        (f"tool==1.0 --hash=sha256:{A[:-1]}", "is not a requirement"),
        (f"tool==1.0 --hash=sha256:{A}a", "is not a requirement"),
        (f"tool==1.0 --hash=sha256:{A.upper()}", "is not a requirement"),
        (f"tool==1.0 --hash=md5:{A[:32]}", "is not a requirement"),
        (f"tool==1.0 --hash=sha256:{A} # why", "is not a requirement"),
        ("--index-url https://example.invalid/simple", "is not a requirement"),
        ("--requirement other.txt", "is not a requirement"),
        ("-e ./tool", "is not a requirement"),
        ("./tool-1.0-py3-none-any.whl", "is not a requirement"),
        (f"--hash=sha256:{A}", "is not a requirement"),
    ],
)
def test_what_is_no_pin_is_refused_with_file_and_line(line: str, complaint: str) -> None:
    text = f"first==1.0 \\\n    --hash=sha256:{A}\n\n{line}\nlast==1.0 --hash=sha256:{A}\n"

    with pytest.raises(VariantError) as refused:
        parse_lock(text, source="locks/build.txt")

    assert refused.value.message.startswith("locks/build.txt, line 4: ")
    assert complaint in refused.value.message
    assert "harness update" in refused.value.hint


def test_a_continued_line_is_named_by_its_first() -> None:
    with pytest.raises(VariantError, match=r"^lock, line 2: "):
        parse_lock(f"\ntool>=1.0 \\\n    --hash=sha256:{A}\n", source="lock")


def test_a_file_is_named_by_the_folders_it_lies_in(tmp_path: Path) -> None:
    lock = tmp_path / "uv" / "locks" / "build.txt"
    lock.parent.mkdir(parents=True)
    lock.write_text(f"tool==1.0 --hash=sha256:{A}\nother\n", encoding="utf-8")

    with pytest.raises(VariantError, match=r"^uv/locks/build\.txt, line 2: "):
        read_lock(lock)

    lock.write_text(f"tool==1.0 --hash=sha256:{A}\n", encoding="utf-8")
    assert read_lock(lock) == (pin(),)


def test_the_committed_locks_hold_no_address() -> None:
    locks = [*CHECKOUT.glob("variants/*/locks/*.txt"), CHECKOUT / "nix" / "host" / "infrastructure.txt"]

    assert len(locks) > 10
    for lock in locks:
        # The baseline installs and builds nothing.
        assert read_lock(lock) or "pythonpath" in lock.parts, lock
        assert "://" not in lock.read_text(encoding="utf-8"), lock


_names = st.from_regex(r"[a-z0-9]([a-z0-9]|-(?=[a-z0-9]))*", fullmatch=True).map(canonicalize_name)
_versions = st.lists(st.integers(0, 99), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))
_digests = st.text("0123456789abcdef", min_size=64, max_size=64)
_markers = st.sampled_from(["", 'python_version < "3.12"', 'sys_platform == "linux" and python_version >= "3.11"'])
_pins = st.builds(
    Pin, name=_names, version=_versions, hashes=st.frozensets(_digests, min_size=1, max_size=3), marker=_markers
)


@given(st.lists(_pins, max_size=5))
def test_what_is_rendered_is_read_back(pins: list[Pin]) -> None:
    assert parse_lock(render_lock(pins), source="lock") == tuple(pins)


_words = (
    "tool",
    "==",
    "1.0",
    "1.*",
    ";",
    " ",
    "\\",
    "\n",
    "#",
    "--hash=sha256:",
    "@",
    "://",
    "[x]",
    "python_version",
    "'",
)
_pieces = st.sampled_from((*_words, A))


@given(st.one_of(st.text(), st.lists(_pieces).map("".join)))
def test_any_text_is_read_or_refused_by_name(text: str) -> None:
    pins: tuple[Pin, ...] = ()
    refusal = "a lock, line 0: none"
    try:
        pins = parse_lock(text, source="a lock")
    except VariantError as error:
        refusal = error.message

    assert refusal.startswith("a lock, line ")
    assert parse_lock(render_lock(pins), source="again") == pins
