"""What ``clean`` gives back, what it leaves alone, and what ``doctor`` counts, without a Nix."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from harness.cli import machine
from harness.cli.machine_shown import as_freed, examine, store_check
from harness.cli.main import main
from harness.errors import HarnessError, InputError, NixUnavailableError, ProvisionError
from harness.nix.garbage import Garbage
from harness.provision import clean as cleaning
from harness.provision import stock as stocktaking
from harness.provision.clean import Freed, clean
from harness.provision.state_folder import MARK, Layout
from harness.provision.state_lock import TAKEN, CacheLock, occupied
from harness.provision.stock import Stock, take_stock


def no_nix(layout: Layout, executor: object) -> None:
    raise NixUnavailableError("nix-build is not installed.")


@pytest.fixture
def layout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A state folder with something in every part, and something that is not the harness's."""
    made = Layout(checkout=Layout.here().checkout, state=tmp_path / "state")
    made.claim()
    for path in (*made.parts.values(), made.state / "results", made.state / "mine"):
        path.mkdir(parents=True)
        (path / "file").write_bytes(bytes(10_000))
    for module in (cleaning, stocktaking):
        monkeypatch.setattr(module, "private_store", no_nix)
    monkeypatch.setenv("HARNESS_STATE", str(made.state))
    return made


def left(layout: Layout) -> set[str]:
    return {path.name for path in layout.state.iterdir()} - {"lock", MARK}


KEPT = {"nix", "toolchains", "wheelhouse", "pinned", "checks", "index", "logs", "workers"}
EVERYTHING = {"runs", "tests", *KEPT, "results", "mine"}


@pytest.mark.parametrize(
    ("parts", "gone"),
    [
        ((), {"runs", "tests"}),
        (("Nix",), {"runs", "tests", "nix"}),
        (("toolchains", "wheelhouse"), {"runs", "tests", "toolchains", "wheelhouse"}),
    ],
)
def test_leftovers_go_and_of_the_rest_what_is_named(layout: Layout, parts: tuple[str, ...], gone: set[str]) -> None:
    freed = clean(layout, parts, dry_run=False)

    assert left(layout) == EVERYTHING - gone
    assert len(freed) == len(gone)
    assert all(item.disk_bytes >= 10_000 for item in freed)


def test_a_dry_run_says_the_same_and_removes_nothing(layout: Layout) -> None:
    said = clean(layout, {"Nix"}, dry_run=True)

    assert left(layout) == EVERYTHING
    assert clean(layout, {"Nix"}, dry_run=False) == said


def test_a_second_time_there_is_nothing_left(layout: Layout) -> None:
    clean(layout, set(layout.parts), dry_run=False)

    assert clean(layout, set(layout.parts), dry_run=False) == []
    assert left(layout) == {"results", "mine"}


def test_a_part_that_is_a_link_is_removed_without_what_it_leads_to(layout: Layout, tmp_path: Path) -> None:
    runs = layout.state / "runs"
    runs.rename(tmp_path / "elsewhere")
    runs.symlink_to(tmp_path / "elsewhere")

    clean(layout, (), dry_run=False)

    assert not runs.is_symlink()
    assert (tmp_path / "elsewhere" / "file").is_file()


def test_nothing_is_cleaned_while_a_run_is_under_way(layout: Layout) -> None:
    with CacheLock(layout.state), pytest.raises(ProvisionError, match="Another run"):
        clean(layout, set(layout.parts), dry_run=False)

    assert left(layout) == EVERYTHING


def test_what_a_worker_set_up_is_not_removed_while_it_lives(layout: Layout) -> None:
    place = layout.workers / "0"
    with CacheLock(place / TAKEN), pytest.raises(ProvisionError, match="Another run"):
        clean(layout, ("workers",), dry_run=False)
    assert place.is_dir()

    clean(layout, ("workers",), dry_run=False)
    assert not layout.workers.exists()


def test_a_state_folder_that_was_never_made_is_clean(tmp_path: Path) -> None:
    layout = Layout(checkout=tmp_path / "checkout", state=tmp_path / "state")

    assert clean(layout, set(layout.parts), dry_run=False) == []
    assert not layout.state.exists()


@pytest.mark.parametrize("inside", ["", "work/checkout"])
def test_a_folder_that_holds_the_checkout_is_refused(tmp_path: Path, inside: str) -> None:
    (tmp_path / inside / "nix").mkdir(parents=True)
    layout = Layout(checkout=tmp_path / inside, state=tmp_path)

    with pytest.raises(InputError, match="holds this checkout, so nothing is cleaned there"):
        clean(layout, {"Nix"}, dry_run=False)

    assert (tmp_path / inside / "nix").is_dir()


@pytest.mark.parametrize("lock", [None, "", "mine", "1" * 40])
def test_a_folder_that_the_harness_did_not_make_is_left_alone(tmp_path: Path, lock: str | None) -> None:
    """Such as a project's own, whose runs and logs have these names too, named in HARNESS_STATE by mistake."""
    layout = Layout(checkout=Path("/checkout"), state=tmp_path / "project")
    (layout.state / "runs" / "experiment").mkdir(parents=True)
    if lock is not None:
        (layout.state / "lock").write_text(lock, encoding="ascii")

    with pytest.raises(InputError, match="project was not made by the harness, so nothing is cleaned there"):
        clean(layout, set(layout.parts), dry_run=False)
    with pytest.raises(InputError, match="project has folders in it that the harness did not make: runs"):
        occupied(layout, Console(quiet=True))

    assert (layout.state / "runs" / "experiment").is_dir()
    assert {path.name for path in layout.state.iterdir()} - {"lock"} == {"runs"}


def test_a_folder_that_an_earlier_version_made_is_cleaned(tmp_path: Path) -> None:
    layout = Layout(checkout=Path("/checkout"), state=tmp_path / "state")
    (layout.state / "runs" / "left").mkdir(parents=True)
    (layout.state / "lock").write_text("12345", encoding="ascii")

    assert [item.what for item in clean(layout, (), dry_run=False)] == [f"runs: {layout.state / 'runs'}"]


def test_what_a_step_closed_to_everybody_is_removed_for_an_ordinary_user_too(ordinary: Path) -> None:
    layout = Layout(checkout=Path("/checkout"), state=ordinary / "state")
    layout.claim()
    (layout.state / "runs" / "left" / "inside").mkdir(parents=True)
    os.mkfifo(layout.state / "runs" / "left" / "pipe")
    (layout.state / "runs" / "left").chmod(0)

    (freed,) = clean(layout, (), dry_run=False)

    assert freed.what.endswith("(not all of it can be counted)")
    assert not (layout.state / "runs").exists()


def test_the_usual_folder_is_the_harnesss_whatever_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_STATE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    layout = Layout.here()
    (layout.state / "runs").mkdir(parents=True)

    occupied(layout, Console(quiet=True))

    assert layout.is_ours


def test_a_home_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(InputError, match="holds your home folder"):
        clean(Layout(checkout=Path("/checkout"), state=tmp_path), (), dry_run=False)


def test_what_cannot_be_removed_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path / "file"))

    monkeypatch.setattr(cleaning, "remove_tree", refuse)

    with pytest.raises(HarnessError, match=r"runs cannot be removed: .*file: Permission denied"):
        clean(layout, (), dry_run=False)


def test_garbage_is_left_alone_with_a_reason_where_nix_cannot_be_asked(layout: Layout) -> None:
    (layout.nix / "store").mkdir()

    freed = clean(layout, (), dry_run=False)

    assert freed[-1] == Freed(what="garbage in the Nix store", kept="nix-build is not installed.")
    assert "garbage in the Nix store: left alone: nix-build is not installed." in str(as_freed(freed, dry_run=False))


@pytest.mark.parametrize(
    ("words", "gone"),
    [
        ([], {"runs", "tests"}),
        (["--store"], {"runs", "tests", "nix"}),
        (["--toolchains", "--wheels"], {"runs", "tests", "toolchains", "wheelhouse"}),
        (["--workers"], {"runs", "tests", "workers"}),
        (["--all"], EVERYTHING - {"results", "mine"}),
        (["--all", "--dry-run"], set()),
    ],
)
def test_each_option_names_a_part(layout: Layout, words: list[str], gone: set[str]) -> None:
    result = CliRunner().invoke(main, ["clean", *words], catch_exceptions=False)

    assert result.exit_code == 0
    assert left(layout) == EVERYTHING - gone
    assert result.stdout.rstrip().endswith("would be freed" if "--dry-run" in words else " freed")


# Counting


@pytest.fixture
def held(layout: Layout) -> Iterator[Layout]:
    with CacheLock(layout.state):
        yield layout


def test_every_part_is_counted_and_nothing_else(layout: Layout) -> None:
    stock = take_stock(layout)

    assert {part.name: part.path for part in stock.parts} == layout.parts
    assert all(part.disk_bytes >= 10_000 for part in stock.parts)


def test_nothing_is_counted_while_a_run_is_under_way(held: Layout) -> None:
    stock = take_stock(held)

    assert stock.parts == ()
    assert "Another run" in stock.unknown
    check = store_check(stock, 0)
    assert check.ok
    assert "not counted: Another run" in check.detail


def test_a_store_without_a_nix_has_a_size_and_no_garbage(layout: Layout) -> None:
    (layout.nix / "store" / "nix" / "store").mkdir(parents=True)
    (layout.nix / "store" / "nix" / "store" / "path").write_bytes(bytes(10_000))

    stock = take_stock(layout)

    assert stock.store_bytes >= 10_000
    assert stock.garbage is None
    assert store_check(stock, 2**30).detail.endswith(
        "how much of it is garbage is not known: nix-build is not installed."
    )


@pytest.mark.parametrize(("size", "ok"), [(2**30, True), (2**30 + 1, False)])
def test_a_store_above_its_limit_is_said_to_be(size: int, *, ok: bool) -> None:
    stock = Stock(store=Path("/s"), store_bytes=size, roots=3, garbage=Garbage(paths=2, disk_bytes=2**20))

    check = store_check(stock, 2**30)

    assert check.ok is ok
    assert not check.fatal
    assert check.detail == "/s: 1.00 GiB of at most 1.00 GiB, 1.00 MiB of it garbage, 3 roots"
    assert check.figures == {"disk_bytes": size, "limit_bytes": 2**30, "roots": 3, "garbage_disk_bytes": 2**20}


def test_the_doctor_names_the_parts_and_their_sizes(layout: Layout) -> None:
    checks = {check.name: check for check in examine(layout, ("2.8.0", "its sandbox was not tried: because"))}

    assert "wheelhouse" in checks["state folder"].detail
    assert checks["state folder"].figures["wheelhouse_disk_bytes"] >= 10_000
    assert checks["nix"].detail == "2.8.0; its sandbox was not tried: because"
    assert checks["nix store"].detail.startswith(str(layout.nix / "store"))
    json.dumps([check.as_json() for check in checks.values()])


def test_the_doctor_refuses_a_limit_that_is_none(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_STORE_LIMIT", "much")
    monkeypatch.setattr(machine, "ask_for_nix", lambda layout: ("", "no nix"))

    result = CliRunner().invoke(main, ["doctor"])

    assert result.exit_code == 2
    assert "HARNESS_STORE_LIMIT" in result.stderr
