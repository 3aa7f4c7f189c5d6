"""harness.provision.pins.relock: how pip's configuration is put to uv, and what never gets into a lock."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.errors import ProvisionError, VariantError
from harness.monorepo.variants.lock import read_lock
from harness.provision.pins.relock import relock
from harness.provision.pip_settings import pip_configuration, uv_settings

PINNED = f"tool==1.0 \\\n    --hash=sha256:{'a' * 64}\n"


class Programs:
    """Plays pip and uv: answers each by its name, and remembers how it was called."""

    def __init__(self, *, configuration: str = "", lock: str = PINNED, status: int = 0, stderr: str = "") -> None:
        self.configuration = configuration
        self.uv = (status, lock, stderr)
        self.calls: list[tuple[list[str], dict[str, Any]]] = []

    def __call__(self, command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
        self.calls.append((command, options))
        if command[2] == "pip":
            return subprocess.CompletedProcess(command, 0, self.configuration, "")
        return subprocess.CompletedProcess(command, *self.uv)


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    fake = Programs()
    monkeypatch.setattr(subprocess, "run", fake)
    return fake


@pytest.mark.parametrize(
    ("pip", "uv"),
    [
        ({}, {}),
        ({"no-cache-dir": "true"}, {}),
        ({"timeout": "60", "trusted-host": "a.invalid"}, {"UV_HTTP_TIMEOUT": "60", "UV_INSECURE_HOST": "a.invalid"}),
        ({"index-url": "https://a.invalid/simple"}, {"UV_DEFAULT_INDEX": "https://a.invalid/simple"}),
        (
            {"extra-index-url": "https://a.invalid/simple  https://b.invalid/simple"},
            {
                "UV_INDEX": "https://a.invalid/simple https://b.invalid/simple",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
            },
        ),
        (
            {"find-links": "https://a.invalid/files https://b.invalid/files"},
            {"UV_FIND_LINKS": "https://a.invalid/files,https://b.invalid/files"},
        ),
        ({"cert": "/etc/own.pem"}, {"SSL_CERT_FILE": "/etc/own.pem"}),
    ],
)
def test_pips_options_are_put_to_uv(pip: dict[str, str], uv: dict[str, str]) -> None:
    assert uv_settings(pip) == uv


def test_places_on_this_machine_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    gone = tmp_path / "gone"

    assert uv_settings({"find-links": f"{gone} {there} file://{there} file://{gone}"}) == {
        "UV_FIND_LINKS": f"{there},file://{there}"
    }
    assert uv_settings({"find-links": f"{gone}", "index-url": f"file://{gone}"}) == {}


def test_pips_configuration_is_read_whatever_section_it_is_in(programs: Programs) -> None:
    programs.configuration = (
        "global.index-url='https://a.invalid/simple?x=1'\ninstall.find-links='/one\\n/two'\n:env:.timeout='60'\n"
    )

    assert pip_configuration() == {
        "index-url": "https://a.invalid/simple?x=1",
        "find-links": "/one /two",
        "timeout": "60",
    }


def test_a_lock_is_written_as_uv_resolved_it(programs: Programs, tmp_path: Path) -> None:
    programs.configuration = "global.index-url='https://a.invalid/simple'\n"
    lock = tmp_path / "locks" / "build.txt"

    relock(["tool==1.0", "other==2.0"], lock)

    assert lock.read_text(encoding="utf-8") == PINNED
    assert [pin.name for pin in read_lock(lock)] == ["tool"]
    command, options = programs.calls[-1]
    assert command[:5] == [sys.executable, "-m", "uv", "pip", "compile"]
    assert {"--universal", "--generate-hashes", "--no-config", "--no-header"} <= set(command)
    assert options["input"].split() == ["tool==1.0", "other==2.0"]
    assert options["env"]["UV_DEFAULT_INDEX"] == "https://a.invalid/simple"


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://a.invalid/simple\n" + PINNED,
        f"tool @ https://a.invalid/tool-1.0.whl \\\n    --hash=sha256:{'a' * 64}\n",
        f"tool @ git+ssh://a.invalid/tool \\\n    --hash=sha256:{'a' * 64}\n",
        "--find-links file:///somewhere\n" + PINNED,
    ],
)
def test_an_address_never_gets_into_a_lock(programs: Programs, tmp_path: Path, text: str) -> None:
    programs.uv = (0, text, "")
    lock = tmp_path / "build.txt"
    lock.write_text("as before", encoding="utf-8")

    with pytest.raises(ProvisionError, match="would hold an address") as refused:
        relock(["tool==1.0"], lock)

    assert refused.value.hint
    assert lock.read_text(encoding="utf-8") == "as before"


def test_what_lies_on_this_machine_is_asked_only_where_the_index_does_not_do(
    programs: Programs, tmp_path: Path
) -> None:
    programs.configuration = (
        f"global.index-url='https://a.invalid/simple'\nglobal.find-links='{tmp_path}'\n"
        f"global.extra-index-url='file://{tmp_path} https://b.invalid/simple'\n"
    )
    relock(["tool==1.0"], tmp_path / "build.txt")
    (asked,) = [options["env"] for command, options in programs.calls if command[2] == "uv"]
    assert "UV_FIND_LINKS" not in asked
    assert asked["UV_INDEX"] == "https://b.invalid/simple"

    programs.uv = (1, "", "no version")
    with pytest.raises(ProvisionError):
        relock(["tool==1.0"], tmp_path / "build.txt")
    _, without, with_all = [options["env"] for command, options in programs.calls if command[2] == "uv"]
    assert "UV_FIND_LINKS" not in without
    assert with_all["UV_FIND_LINKS"] == str(tmp_path)
    assert with_all["UV_INDEX"] == f"file://{tmp_path} https://b.invalid/simple"


def test_what_cannot_be_resolved_is_said_in_uvs_words(programs: Programs, tmp_path: Path) -> None:
    programs.uv = (1, "", "x" * 2000 + "no version of tool==9\n")
    lock = tmp_path / "build.txt"

    with pytest.raises(ProvisionError, match=r"^tool==9 cannot be resolved:\nx+no version of tool==9$") as failed:
        relock(["tool==9"], lock)

    assert len(failed.value.message) < 1200
    assert not lock.exists()


def test_what_is_no_lock_is_not_written(programs: Programs, tmp_path: Path) -> None:
    programs.uv = (0, "tool==1.0\n", "")
    lock = tmp_path / "build.txt"

    with pytest.raises(VariantError, match=r"^build\.txt, line 1"):
        relock(["tool==1.0"], lock)

    assert not lock.exists()
