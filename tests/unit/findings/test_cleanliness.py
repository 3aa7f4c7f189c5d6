"""Every value of ``left-in-checkout`` and ``left-outside``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.findings.base import FAILED
from harness.findings.cleanliness import FINDING
from harness.measure.command import Command, Execution
from tests.fakes import execution
from tests.unit.findings.made_up_monorepo import Player, established, player_lab


def leaving(*places: str) -> Callable[[Command, Player], Execution | None]:
    """A toolchain that writes files when it builds; ``{home}`` and ``{root}`` are the workspace's."""

    def override(command: Command, player: Player) -> Execution | None:
        if command.argv[:2] == ("tool", "build"):
            for place in places:
                path = Path(place.format(home=player.workspace.home, root=player.workspace.root))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("left\n", encoding="utf-8")
        if command.argv[:2] == ("tool", "install"):
            (player.workspace.root / ".venv").mkdir(exist_ok=True)
            (player.workspace.root / ".venv" / ".gitignore").write_text("*\n", encoding="utf-8")
            return execution()
        return execution() if command.argv[:2] == ("tool", "python") else None

    return override


@pytest.mark.parametrize(
    ("places", "checkout", "outside"),
    [
        ((), "clean", "nothing"),
        (("{root}/hello/__pycache__/x.pyc",), "clean", "nothing"),
        (("{root}/hello/left.txt",), "untracked", "nothing"),
        (("{root}/README.md",), "changed", "nothing"),
        (("{home}/.tool/settings/deep/inside.toml",), "clean", "something"),
    ],
)
def test_what_is_left_is_seen(tmp_path: Path, places: tuple[str, ...], checkout: str, outside: str) -> None:
    lab, _ = player_lab(tmp_path, override=leaving(*places))
    found = established(FINDING, lab)

    assert found["left-in-checkout"].value == checkout
    assert found["left-outside"].value == outside
    assert all("$ tool build" in item.evidence for item in found.values())
    if outside == "something":
        assert "{home}/.tool/settings" in found["left-outside"].evidence


def test_work_that_fails_proves_nothing(tmp_path: Path) -> None:
    lab, _ = player_lab(
        tmp_path, override=lambda command, _: execution(exit_code=1) if command.argv[1] == "build" else None
    )

    assert {item.value for item in established(FINDING, lab).values()} == {FAILED}
