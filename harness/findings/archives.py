"""Looks into wheels and sdists: their members with times and modes, their metadata, and how two of them differ."""

from __future__ import annotations

import difflib
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path, PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.errors import VerificationError

_MOST_LINES = 12


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One member of an archive; ``modified`` and ``mode`` as the archive stores them, ``other`` whatever else it does.

    What is no file, such as a folder or a link, has no content.
    """

    name: str
    modified: object
    mode: int
    other: object
    is_file: bool
    content: bytes

    @property
    def is_metadata(self) -> bool:
        """Whether the backend wrote it to describe the distribution, rather than a person to be shipped in it."""
        path = PurePosixPath(self.name)
        return path.name == "PKG-INFO" or path.parent.suffix in {".dist-info", ".egg-info"}


def entries(archive: Path) -> list[Entry]:
    """The members of a wheel or of an sdist, in their order.

    Raises:
        VerificationError: it is not such an archive.
    """
    try:
        return list(_of_wheel(archive) if archive.suffix == ".whl" else _of_sdist(archive))
    except (zipfile.BadZipFile, tarfile.TarError) as error:
        raise VerificationError(f"{archive.name} cannot be read: {error}") from error


def unpack(sdist: Path, folder: Path) -> None:
    """Unpack the files of an sdist.

    Raises:
        VerificationError: it is no archive, or a file would land outside the folder.
    """
    # Not by tarfile itself: the filter that keeps it inside the folder is younger than Python 3.11.
    for entry in entries(sdist):
        target = folder / entry.name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise VerificationError(f"{sdist.name} would write outside the folder that it is unpacked in: {entry.name}")
        if entry.is_file:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(entry.content)


def _of_wheel(archive: Path) -> Iterator[Entry]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            yield Entry(
                name=info.filename,
                modified=info.date_time,
                mode=info.external_attr >> 16,
                other=(info.compress_type, info.create_system, info.flag_bits, info.external_attr & 0xFFFF, info.extra),
                is_file=not info.is_dir(),
                content=opened.read(info),
            )


def _of_sdist(archive: Path) -> Iterator[Entry]:
    with tarfile.open(archive) as opened:
        for info in opened:
            content = opened.extractfile(info) if info.isfile() else None
            yield Entry(
                name=info.name,
                modified=(info.mtime, info.pax_headers.get("mtime")),
                mode=info.mode,
                other=(info.uid, info.gid, info.uname, info.gname, info.type, info.linkname),
                is_file=content is not None,
                content=content.read() if content else b"",
            )


def metadata(archive: Path) -> Message:
    """The metadata of a wheel (``METADATA``) or of an sdist (``PKG-INFO`` at its top).

    Raises:
        VerificationError: it has none.
    """
    wanted = "METADATA" if archive.suffix == ".whl" else "PKG-INFO"
    for entry in entries(archive):
        path = PurePosixPath(entry.name)
        if path.name == wanted and len(path.parts) == 2:
            return BytesParser().parsebytes(entry.content)
    raise VerificationError(f"{archive.name} has no {wanted}.")


def requirements(described: Message) -> list[Requirement]:
    """What ``Requires-Dist`` states, in its order.

    Raises:
        VerificationError: a line is no requirement.
    """
    try:
        return [Requirement(str(text)) for text in described.get_all("Requires-Dist", [])]
    except InvalidRequirement as error:
        raise VerificationError(f"The metadata has a Requires-Dist that is no requirement: {error}") from error


def requirements_on(described: Message, name: str) -> list[Requirement]:
    """What is required of the project ``name``.

    Raises:
        VerificationError: a line of ``Requires-Dist`` is no requirement.
    """
    wanted = canonicalize_name(name)
    return [item for item in requirements(described) if canonicalize_name(item.name) == wanted]


def stated_requirements(archive: Path) -> list[str]:
    """The lines of ``Requires-Dist`` as they stand in an archive's metadata, each with the archive's name.

    Raises:
        VerificationError: it has no metadata.
    """
    texts = [str(text) for text in metadata(archive).get_all("Requires-Dist", [])]
    return [f"{archive.name}: Requires-Dist: {text}" for text in texts] or [f"{archive.name}: no Requires-Dist"]


def fields(described: Message) -> list[str]:
    """All that metadata states, as lines that can be compared: the fields sorted, then the long description."""
    return [*sorted(f"{key}: {value}" for key, value in described.items()), str(described.get_payload()).strip()]


def difference(before: Sequence[str], after: Sequence[str], shown: Callable[[str], str]) -> list[str]:
    """The lines that are not in both, marked with ``-`` and ``+``: the first dozen."""
    # The first two lines name files, of which there are none here.
    compared = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    found = [line for line in compared if not line.startswith("@@")]
    told = [shown(line) for line in found[:_MOST_LINES]]
    return [*told, f"… {len(found) - _MOST_LINES} lines more"] if len(found) > _MOST_LINES else told


def differences(first: Path, second: Path, shown: Callable[[str], str]) -> list[str]:
    """How two builds of one distribution differ, a line each; nothing if they are the same to the byte."""
    if first.read_bytes() == second.read_bytes():
        return []
    if first.name != second.name:
        return [f"the file names differ: {first.name} and {second.name}"]
    before, after = entries(first), entries(second)
    told = list(_of_members(before, after, shown))
    if first.suffix == ".gz" and first.read_bytes()[4:8] != second.read_bytes()[4:8]:
        told.append("the time in the header of the gzip file differs")
    return told or ["no member differs, only the archive around them"]


def _of_members(before: Sequence[Entry], after: Sequence[Entry], shown: Callable[[str], str]) -> Iterator[str]:
    others = {entry.name: entry for entry in after}
    if others.keys() != {entry.name for entry in before}:
        yield from difference(sorted(entry.name for entry in before), sorted(others), shown)
        return
    if [entry.name for entry in before] != list(others):
        yield "the order of the members differs"
    differing: dict[str, list[str]] = {}
    for entry in before:
        if unequal := _unequal(entry, others[entry.name]):
            differing.setdefault(", ".join(unequal), []).append(entry.name)
    for what, names in differing.items():
        yield f"{what}: {_listed(names, len(before))}"
    changed = [entry.name for entry in before if entry.content != others[entry.name].content]
    # RECORD follows from the others, as it lists their hashes: it tells something only where nothing else changed.
    for name in [name for name in changed if not name.endswith(".dist-info/RECORD")] or changed:
        one, another = (_lines(entry) for entry in (*before, *after) if entry.name == name)
        yield f"{name}:"
        yield from (f"  {line}" for line in difference(one, another, shown))


def _lines(entry: Entry) -> list[str]:
    return entry.content.decode(errors="replace").splitlines()


def _unequal(entry: Entry, other: Entry) -> list[str]:
    pairs = {
        "mtime differs": (entry.modified, other.modified),
        "mode differs": (entry.mode, other.mode),
        "another field differs": (entry.other, other.other),
        "content differs": (entry.content, other.content),
    }
    return [what for what, (one, another) in pairs.items() if one != another]


def _listed(names: Sequence[str], total: int) -> str:
    if len(names) == total:
        return f"all {total} members"
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
