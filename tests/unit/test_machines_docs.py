"""docs/machines.md: its commands are ones that there are, with options that they take."""

from __future__ import annotations

import re
import shlex

import pytest
from click.testing import CliRunner

from harness.cli.main import main
from harness.provision.state_folder import Layout

PAGE = (Layout.here().checkout / "docs" / "machines.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """What the page has the harness do, word by word."""
    found = []
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line)
            if "harness" in words:
                found.append(words[words.index("harness") + 1 :])
    return found


@pytest.mark.parametrize("words", [words for words in commands() if words[0] == "run"], ids=" ".join)
def test_every_run_can_be_planned(words: list[str]) -> None:
    done = CliRunner().invoke(main, [*words, "--plan"])

    assert done.exit_code == 0, done.output
    assert "nothing was run now" in done.output


def test_the_page_shows_all_three_ways() -> None:
    options = {word for words in commands() for word in words if word.startswith("--")}

    assert {"--shard", "--seed", "--cluster", "--builders"} <= options
    assert "merge" in {words[0] for words in commands()}


def test_the_workflow_shares_out_as_many_parts_as_it_has_jobs() -> None:
    parts = re.search(r"part: \[([\d, ]+)\]", PAGE)
    assert parts is not None
    number = len(parts[1].split(","))
    assert f"--shard ${{{{ matrix.part }}}}/{number} --seed 1" in PAGE
