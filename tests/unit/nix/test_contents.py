"""harness.nix.contents: what lies at one path of the store, held against what lies at another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.nix.contents import Change, compare, content, differences

OLD, NEW, OTHER = ("a" * 32, "b" * 32, "c" * 32)


def output(tmp_path: Path, digest: str, files: Mapping[str, str | bytes]) -> Path:
    """A package in the store; ``{own}`` in a file is its own path."""
    folder = tmp_path / f"{digest}-hello-0.1.0"
    for name, given in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = given if isinstance(given, bytes) else given.replace("{own}", f"/nix/store/{folder.name}").encode()
        path.write_bytes(text)
    return folder


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ({"a.py": "x"}, {"a.py": "x"}, Change.NOTHING),
        ({"a.py": "{own}/lib"}, {"a.py": "{own}/lib"}, Change.NOTHING),
        ({"needs": f"/nix/store/{OLD}-shared"}, {"needs": f"/nix/store/{OTHER}-shared"}, Change.REFERENCES),
        ({"needs": f"/nix/store/{OLD}-shared-1"}, {"needs": f"/nix/store/{OTHER}-shared-2"}, Change.CONTENT),
        ({"a.py": "x"}, {"a.py": "y"}, Change.CONTENT),
        ({"a.py": "x"}, {"a.py": "x", "b.py": ""}, Change.CONTENT),
    ],
)
def test_how_far_outputs_differ(tmp_path: Path, old: Mapping[str, str], new: Mapping[str, str], change: Change) -> None:
    assert compare(output(tmp_path, OLD, old), output(tmp_path, NEW, new)) is change


def test_what_only_repeats_other_files_makes_no_reference_a_content(tmp_path: Path) -> None:
    def files(of: str) -> dict[str, str | bytes]:
        script = f"#!/nix/store/{of}-python3/bin/python3\n"
        return {
            "bin/hello": script,
            "lib/hello-0.1.0.dist-info/RECORD": f"../bin/hello,sha256={of},{len(script)}\nhello/a.py,,\n",
            "lib/__pycache__/a.cpython-311.pyc": b"\xa7\r\r\n\x01\0\0\0" + of[:8].encode() + b"code",
        }

    assert compare(output(tmp_path, OLD, files(OLD)), output(tmp_path, NEW, files(OTHER))) is Change.REFERENCES


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("a.cpython-311.pyc", b"\xa7\r\r\n\x01\0\0\0hashhashcode", b"\xa7\r\r\n\x01\0\0\0hashhashmode"),
        ("a.cpython-311.pyc", b"\xa7\r\r\n\x01\0\0\0hashhashcode", b"\xa8\r\r\n\x01\0\0\0hashhashcode"),
        ("hello-0.1.0.dist-info/RECORD", b"a.py,sha256=1,1\n", b"b.py,sha256=1,1\n"),
        # Only a wheel's own list repeats the files beside it.
        ("data/RECORD", b"a.py,sha256=1,1\n", b"a.py,sha256=2,1\n"),
    ],
)
def test_all_else_in_such_a_file_is_content(tmp_path: Path, name: str, old: bytes, new: bytes) -> None:
    assert content(output(tmp_path, OLD, {name: old})) != content(output(tmp_path, NEW, {name: new}))


def test_differences_name_files_that_are_not_just_the_same(tmp_path: Path) -> None:
    one = output(tmp_path, OLD, {"same": "x", "bytes": "x", "gone": "", "link": "", "needs": f"/nix/store/{OLD}-a"})
    other = output(tmp_path, NEW, {"same": "x", "bytes": "y", "new": "", "needs": f"/nix/store/{OTHER}-a"})
    (other / "link").symlink_to("same")

    assert differences(one, one) == ()
    assert differences(one, other) == ("bytes", "gone", "link", "needs", "new")


def test_a_path_may_be_a_file_and_names_may_be_no_text(tmp_path: Path) -> None:
    one, other = output(tmp_path, OLD, {"a": "x"}) / "a", output(tmp_path, NEW, {"a": "y"}) / "a"
    assert differences(one, other) == (".",)
    (tmp_path / "odd").mkdir()
    Path(os.fsdecode(os.fsencode(tmp_path / "odd") + b"/\xff")).write_text("x", encoding="utf-8")

    assert content(tmp_path / "odd") != content(one)
