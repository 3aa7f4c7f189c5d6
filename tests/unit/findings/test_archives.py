"""How two builds of one distribution are told apart, and what is said of archives that are none."""

import gzip
import io
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.errors import VerificationError
from harness.findings.archives import difference, differences, entries, metadata, unpack

FILES = {"a.py": "one\n", "b.py": "two\n"}


def wheel(
    path: Path, files: Mapping[str, str] = FILES, *, year: int = 2000, mode: int = 0o644, packed: int = 0
) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0))
            info.external_attr, info.compress_type = mode << 16, packed
            archive.writestr(info, text)
    return path


def sdist(path: Path, files: Mapping[str, str] = FILES, *, owner: str = "", written: float = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.uname = len(text), owner
            archive.addfile(info, io.BytesIO(text.encode()))
    path.write_bytes(gzip.compress(inner.getvalue(), mtime=written))
    return path


def told(first: Path, second: Path) -> list[str]:
    return differences(first, second, lambda text: text.replace("secret", "{hidden}"))


def test_the_same_to_the_byte(tmp_path: Path) -> None:
    assert told(wheel(tmp_path / "1" / "x.whl"), wheel(tmp_path / "2" / "x.whl")) == []


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ({"year": 2001}, ["mtime differs: all 2 members"]),
        ({"mode": 0o755}, ["mode differs: all 2 members"]),
        ({"packed": zipfile.ZIP_DEFLATED}, ["another field differs: all 2 members"]),
        ({"files": {"b.py": "two\n", "a.py": "one\n"}}, ["the order of the members differs"]),
        ({"files": {"a.py": "one\n"}}, ["-b.py"]),
        ({"files": {"a.py": "one\n", "b.py": "secret\n"}}, ["content differs: b.py", "b.py:", "  -two", "  +{hidden}"]),
    ],
)
def test_what_differs_in_wheels(tmp_path: Path, second: dict[str, object], expected: list[str]) -> None:
    assert told(wheel(tmp_path / "1" / "x.whl"), wheel(tmp_path / "2" / "x.whl", **second)) == expected  # type: ignore[arg-type]


def test_what_differs_in_sdists(tmp_path: Path) -> None:
    first, second = sdist(tmp_path / "1" / "x.tar.gz"), sdist(tmp_path / "2" / "x.tar.gz", owner="root", written=5)

    assert told(first, second) == [
        "another field differs: all 2 members",
        "the time in the header of the gzip file differs",
    ]


def test_only_the_archive_differs(tmp_path: Path) -> None:
    first = sdist(tmp_path / "1" / "x.tar.gz")
    second = tmp_path / "2" / "x.tar.gz"
    second.parent.mkdir()
    second.write_bytes(gzip.compress(gzip.decompress(first.read_bytes()), compresslevel=1, mtime=0))

    assert told(first, second) == ["no member differs, only the archive around them"]


def test_names_differ(tmp_path: Path) -> None:
    first, second = wheel(tmp_path / "x-1.whl"), wheel(tmp_path / "x-2.whl", year=2001)

    assert told(first, second) == ["the file names differ: x-1.whl and x-2.whl"]


def test_record_is_shown_only_if_nothing_else_changed(tmp_path: Path) -> None:
    record = "x.dist-info/RECORD"
    first = wheel(tmp_path / "1" / "x.whl", {"a.py": "one\n", record: "hash1\n"})
    both = wheel(tmp_path / "2" / "x.whl", {"a.py": "two\n", record: "hash2\n"})
    alone = wheel(tmp_path / "3" / "x.whl", {"a.py": "one\n", record: "hash2\n"})

    assert told(first, both) == ["content differs: all 2 members", "a.py:", "  -one", "  +two"]
    assert told(first, alone) == [f"content differs: {record}", f"{record}:", "  -hash1", "  +hash2"]


def test_a_difference_keeps_lines_that_look_like_its_own_marks() -> None:
    assert difference(["-x", "- a", "@@"], ["+y"], str) == ["--x", "-- a", "-@@", "++y"]
    assert difference([str(number) for number in range(20)], [], str)[-1] == "… 8 lines more"
    assert difference(["same"], ["same"], str) == []


@pytest.mark.parametrize("name", ["x.whl", "x.tar.gz"])
def test_no_archive(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"not an archive")

    with pytest.raises(VerificationError, match="cannot be read"):
        entries(tmp_path / name)


def test_an_sdist_that_would_write_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match=r"outside the folder.*\.\./outside"):
        unpack(sdist(tmp_path / "x.tar.gz", {"../outside": "x"}), tmp_path / "here")


def test_unpacking(tmp_path: Path) -> None:
    unpack(sdist(tmp_path / "x.tar.gz", {"x-1/PKG-INFO": "Name: x", "x-1/src/x.py": "one"}), tmp_path / "here")

    assert (tmp_path / "here" / "x-1" / "src" / "x.py").read_text(encoding="utf-8") == "one"


def test_no_metadata(tmp_path: Path) -> None:
    with pytest.raises(VerificationError, match="has no METADATA"):
        metadata(wheel(tmp_path / "x.whl"))
