"""What a private store keeps and loses, with a Nix that is played."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from harness.errors import StateError
from harness.measure.command import Execution
from harness.nix.garbage import collect, garbage, keep, keep_only, keep_within, roots, store_bytes
from tests.fakes import execution
from tests.unit.nix.test_adapter import PlayedNix, nix

ONE, TWO, THREE = (f"/nix/store/{name * 32}-{name}" for name in "abc")


def fill(folder: Path, *paths: str) -> None:
    """Put paths of ten thousand bytes into a store."""
    for path in paths:
        place = folder / "store" / path.removeprefix("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(bytes(10_000))


def test_roots_are_links_that_nix_reads(tmp_path: Path) -> None:
    keep(nix(PlayedNix(), tmp_path), "uv", [ONE, TWO])

    links = tmp_path / "store" / "nix" / "var" / "nix" / "gcroots" / "harness" / "uv"
    assert {str(link.readlink()) for link in links.iterdir()} == {ONE, TWO}


def test_new_roots_take_the_place_of_the_owners_own(tmp_path: Path) -> None:
    here = nix(PlayedNix(), tmp_path)
    keep(here, "uv", [ONE, TWO])
    keep(here, "pdm", [TWO])

    keep(here, "uv", [TWO, THREE, THREE])
    assert roots(here) == {TWO, THREE}

    keep(here, "uv", [])
    assert roots(here) == {TWO}


def test_roots_of_owners_that_are_gone_are_dropped(tmp_path: Path) -> None:
    here = nix(PlayedNix(), tmp_path)
    keep(here, "uv", [ONE])
    keep(here, "gone", [TWO])

    keep_only(here, {"uv", "not-there-yet"})

    assert roots(here) == {ONE}


def test_an_empty_store_has_no_roots_and_nothing_to_drop(tmp_path: Path) -> None:
    here = nix(PlayedNix(), tmp_path)

    keep_only(here, ())

    assert roots(here) == frozenset()


def test_garbage_is_what_nix_calls_dead_as_large_as_it_is_on_disk(tmp_path: Path) -> None:
    fill(tmp_path, ONE, TWO, THREE)
    played = PlayedNix(lambda argv: f"finding garbage collector roots\n{ONE}\n{TWO}\n")

    found = garbage(nix(played, tmp_path))

    assert found.paths == 2
    assert 20_000 <= found.disk_bytes < 30_000
    (asked,) = played.asked
    assert asked[-2:] == ("--gc", "--print-dead")
    assert asked[asked.index("keep-outputs") + 1] == "true"


def collector(folder: Path, *dead: str) -> PlayedNix:
    """A Nix that removes some paths when it is asked to."""

    def answer(argv: Sequence[str]) -> Execution | str:
        assert argv[-1] == "--gc"
        for path in dead:
            (folder / "store" / path.removeprefix("/")).unlink()
        return ""

    return PlayedNix(answer)


def test_a_collection_is_measured_and_not_believed(tmp_path: Path) -> None:
    fill(tmp_path, ONE, TWO, THREE)

    done = collect(nix(collector(tmp_path, ONE), tmp_path))

    assert done.before_bytes > done.after_bytes > 0
    assert done.freed_bytes >= 10_000


def test_nothing_is_collected_below_the_limit(tmp_path: Path) -> None:
    fill(tmp_path, ONE, TWO)
    played = collector(tmp_path, ONE)
    here = nix(played, tmp_path)

    assert keep_within(here, store_bytes(here)) is None
    assert played.asked == []
    done = keep_within(here, store_bytes(here) - 1)
    assert done is not None
    assert done.freed_bytes >= 10_000


def test_a_nix_that_cannot_collect_is_quoted(tmp_path: Path) -> None:
    played = PlayedNix(lambda argv: execution(exit_code=1, stderr="error: disk is on fire\n"))

    with pytest.raises(StateError, match="nix-store --gc failed: error: disk is on fire"):
        garbage(nix(played, tmp_path))
