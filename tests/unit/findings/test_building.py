"""What lies behind the time that building takes: isolation, the sdist in between, processes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.findings.base import Observation
from harness.findings.building import FINDING
from harness.measure import counted
from harness.measure.command import Command, Execution
from tests.made_up import execution, made_up_attempt
from tests.unit.findings.made_up_builds import MadeUpIndex, Market, established, market_lab


@dataclass(frozen=True, kw_only=True)
class Builder:
    """A toolchain that builds: the wheel ``from_tree`` or not, first or last, with further processes."""

    from_tree: bool = False
    wheel_first: bool = False
    more: Sequence[Sequence[str]] = ()

    def run(self, command: Command) -> Execution:
        """Build, and say which processes it took, as one that is counted does."""
        border = command.argv.index("--") if "--" in command.argv else -1
        argv = command.argv[border + 1 :]
        root, dist = Path(argv[2]), Path(argv[3])
        archives = [dist / f"{root.name}-0.1.0.tar.gz", dist / f"{root.name}-0.1.0-py3-none-any.whl"]
        source = root / "src" / root.name / "__init__.py"
        source.read_bytes()
        for number, archive in enumerate(reversed(archives) if self.wheel_first else archives):
            if number and self.from_tree:
                source.read_bytes()
            archive.write_bytes(b"x")
        if border > 0:
            with Path(command.argv[border - 1]).open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in [argv, *self.more])
        return execution()


def found(tmp_path: Path, builder: Builder, projects: frozenset[str] = frozenset()) -> dict[str, Observation]:
    lab = market_lab(tmp_path, Market())
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "tool").touch()

    @contextmanager
    def index(_: Sequence[Path], *, pages_for_s: int | None = None, port: int = 0) -> Iterator[MadeUpIndex]:
        assert (pages_for_s, port) == (None, 0)
        yield MadeUpIndex(url="http://127.0.0.1:2/simple/", projects=projects)

    return established(FINDING, replace(lab, attempt=made_up_attempt(builder, tmp_path), open_index=index))


@pytest.fixture(autouse=True)
def _countable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "unavailable", lambda: "")


@pytest.mark.parametrize(
    ("projects", "value"), [({"backend", "other"}, "isolated"), ({"other"}, "not-isolated"), ((), "not-isolated")]
)
def test_who_asks_the_index_for_the_backend_builds_in_isolation(tmp_path: Path, projects: set[str], value: str) -> None:
    assert found(tmp_path, Builder(), frozenset(projects))["build-isolated"].value == value


@pytest.mark.parametrize(
    ("builder", "value"),
    [
        (Builder(), "from-sdist"),
        (Builder(from_tree=True), "from-tree"),
        (Builder(wheel_first=True), "from-tree"),
    ],
)
def test_a_source_that_is_opened_after_the_sdist_was_read_for_the_wheel(
    tmp_path: Path, builder: Builder, value: str
) -> None:
    assert found(tmp_path, builder)["build-from-sdist"].value == value


def test_processes_are_counted_and_named(tmp_path: Path) -> None:
    told = found(tmp_path, Builder(more=[["/usr/bin/python3", "-m", "backend"], []]))["build-processes"]

    assert told.value == "9"
    assert told.evidence.endswith("3 × tool, 3 × python3, 3 × (no program of its own)")


def test_where_nothing_can_be_counted_the_rest_is_still_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "unavailable", lambda: "nobody may look")

    answers = found(tmp_path, Builder())

    assert answers["build-from-sdist"].value == "from-sdist"
    assert (answers["build-processes"].value, answers["build-processes"].evidence) == (
        "failed",
        "Here nobody may look.",
    )
