"""What a run needs of the world outside: no network; and what it leaves of itself there: nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from harness.monorepo.variants.selection import Selected, select
from harness.provision.equipment import equipped
from harness.provision.state_folder import Layout
from harness.provision.toolchains import toolchains_of
from tests.integration.processes import LAST_REPORT_ALONE, WITHOUT_REPORTS, harness_words
from tests.runs import lines_of

pytestmark = [
    pytest.mark.integration,
    pytest.mark.tools,
    pytest.mark.skipif(sys.platform != "linux", reason="namespaces are of Linux"),
]

CHECKOUT = Path(__file__).resolve().parents[2]
NAMESPACE = ("unshare", "--user", "--map-root-user", "--net")
NOWHERE = "http://127.0.0.1:9/simple/"

#: Run in a new network namespace: starts its loopback, shows that there is no way out, and becomes the command.
ENTER = """
import errno, fcntl, os, socket, struct, sys

SIOCSIFFLAGS, IFF_UP = 0x8914, 1
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH22x", b"lo", IFF_UP))
with socket.socket() as outward:
    outward.settimeout(5)
    failure = outward.connect_ex(("192.0.2.1", 80))
if failure != errno.ENETUNREACH:
    sys.exit(f"there is a way out: connecting ended with {errno.errorcode.get(failure, failure)}")
interfaces = [name for _, name in socket.if_nameindex()]
if interfaces != ["lo"]:
    sys.exit(f"there are interfaces beside loopback: {interfaces}")
print("no way out", flush=True)
os.execv(sys.argv[1], sys.argv[1:])
"""

#: Files of a user's home that break or mislead each tool that reads them.
TRAPS = {
    ".config/pip/pip.conf": f"[global]\nindex-url = {NOWHERE}\nno-index = true\n",
    ".pip/pip.conf": f"[global]\nindex-url = {NOWHERE}\nno-index = true\n",
    ".pydistutils.cfg": "[install]\nprefix = /nonexistent\n",
    ".netrc": "machine 127.0.0.1 login somebody password secret\n",
    ".pypirc": "[distutils]\nindex-servers = nowhere\n",
    ".config/uv/uv.toml": f'offline = true\n[[index]]\nurl = "{NOWHERE}"\ndefault = true\nthis is no TOML\n',
    ".config/pypoetry/config.toml": "this is no TOML\n",
    ".config/pdm/config.toml": "this is no TOML\n",
    ".config/hatch/config.toml": "this is no TOML\n",
    ".gitconfig": "[core]\n\thooksPath = /nonexistent\n[user]\n\tname = Somebody\n",
    ".cache/uv/CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n",
    ".cache/pip/selfcheck/keep": "as it was\n",
    ".local/share/hatch/env/keep": "as it was\n",
    "Documents/letter.txt": "Dear Sir or Madam\n",
}

#: Variables that break or mislead each tool that sees them.
TRAP_VARIABLES = {
    "PIP_NO_INDEX": "1",
    "PIP_REQUIRE_VIRTUALENV": "1",
    "PIP_FIND_LINKS": "/nonexistent",
    "UV_OFFLINE": "1",
    "UV_INDEX": NOWHERE,
    "UV_PROJECT": "/nonexistent",
    "PDM_PYPI_URL": NOWHERE,
    "PDM_PROJECT": "/nonexistent",
    "PDM_PYTHON": "/nonexistent/python",
    "POETRY_PYPI_MIRROR_URL": NOWHERE,
    "POETRY_VIRTUALENVS_CREATE": "0",
    "HATCH_CONFIG": "/nonexistent/config.toml",
    "HATCH_ENV": "nonexistent",
    "VIRTUAL_ENV": "/nonexistent",
}


#: Each reads a kind of file or variable of its own: one has pip, the other does without.
FEW = ("uv", "venv")


def installed(names: Sequence[str]) -> dict[str, Path]:
    """The folder of each variant's executables, everything that the local lane needs having been put in place."""
    layout = Layout.here()
    variants = select(Selected(names=tuple(names)), layout.variants)
    with equipped(toolchains_of(variants), layout, Console(quiet=True)) as equipment:
        assert not equipment.problems
        return dict(equipment.tools)


def harness(
    *arguments: str,
    env: Mapping[str, str] | None = None,
    cwd: Path = CHECKOUT,
    before: tuple[str, ...] = (),
    changed: str = "",
) -> subprocess.CompletedProcess[str]:
    """Run the harness to its end, which has to be a good one."""
    done = subprocess.run(
        [*before, sys.executable, *harness_words(*arguments, changed=changed)],
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done


def samples(run: Path) -> list[dict[str, Any]]:
    return lines_of(run)


def everything(folder: Path) -> dict[str, tuple[object, ...]]:
    """What is below a folder, byte for byte, with the times of change: these also tell of what came and went."""
    found: dict[str, tuple[object, ...]] = {}
    for path in sorted([folder, *folder.rglob("*")]):
        facts = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[path.relative_to(folder).as_posix()] = (facts.st_mode, facts.st_mtime_ns, content)
    return found


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A user's home full of traps."""
    folder = tmp_path / "home"
    for name, text in TRAPS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / ".netrc").chmod(0o600)
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout like this one, which nobody edits meanwhile."""
    folder = tmp_path / "checkout"
    for name in filter(None, git(CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")):
        if (CHECKOUT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CHECKOUT / name, folder / name, follow_symlinks=False)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(
        folder,
        "-c",
        "user.name=Somebody",
        "-c",
        "user.email=somebody@example.invalid",
        "commit",
        "--quiet",
        "-m",
        "All",
    )
    # A file whose time differs from what git's index holds tempts git to write that index again.
    os.utime(folder / "pyproject.toml", (0, 0))
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What git prints, whatever its user has configured."""
    program = shutil.which("git")
    assert program
    env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run([program, "-C", str(folder), *arguments], env=env, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_run_needs_no_network(tmp_path: Path) -> None:
    permitted = subprocess.run([*NAMESPACE, "true"], capture_output=True, text=True, check=False)
    if permitted.returncode:
        pytest.skip(f"network namespaces are not permitted here: {permitted.stderr.strip()}")
    installed(["uv"])
    scenarios = ("--scenario", "install-cold", "--scenario", "refresh")
    results = ("--results", str(tmp_path), "--run-id", "offline")

    done = harness(
        *("run", "--variant", "uv", "--lane", "local", *scenarios, "--blocks", "1", *results),
        before=(*NAMESPACE, sys.executable, "-c", ENTER),
        changed=WITHOUT_REPORTS,
    )

    assert done.stdout.startswith("no way out\n")
    taken = samples(tmp_path / "offline")
    assert {sample["scenario"] for sample in taken} == {"install-cold", "refresh"}
    assert [sample["outcome"] for sample in taken] == ["ok"] * len(taken), taken


@pytest.mark.parametrize(
    ("variant", "command", "trapped"),
    [
        ("uv", ("uv", "pip", "list", "--system"), "this is no TOML"),
        pytest.param("poetry", ("poetry", "config", "--list"), "this is no TOML", marks=pytest.mark.verify),
        pytest.param("pdm", ("pdm", "config"), "TOMLDecodeError", marks=pytest.mark.verify),
        pytest.param("hatch", ("hatch", "env", "show"), "TOMLDecodeError", marks=pytest.mark.verify),
        ("venv", (sys.executable, "-m", "pip", "config", "list"), "global.no-index='true'"),
    ],
)
def test_the_traps_would_catch_a_tool_that_saw_them(
    home: Path, tmp_path: Path, variant: str, command: tuple[str, ...], trapped: str
) -> None:
    path = f"{installed([variant])[variant]}:/usr/bin:/bin"
    program = shutil.which(command[0], path=path)
    assert program

    done = subprocess.run(
        [program, *command[1:]],
        env={"HOME": str(home), "PATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert trapped in done.stdout + done.stderr


@pytest.mark.parametrize("few", [FEW, pytest.param((), id="core", marks=pytest.mark.verify)])
def test_a_run_sees_nothing_of_its_user_and_leaves_nothing_there(
    few: tuple[str, ...], home: Path, checkout: Path, tmp_path: Path
) -> None:
    tools = installed(few)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    env = {
        **TRAP_VARIABLES,
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TMPDIR": str(temporary),
        "HARNESS_STATE": str(Layout.here().state),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    before = everything(home), everything(checkout), everything(temporary)
    results = ("--results", str(tmp_path / "results"), "--run-id", "clean")

    named = [word for name in few for word in ("--variant", name)]
    line = ["run", *named, "--lane", "local", "--scenario", "run", "--blocks", "1", *results]
    harness(*line, env=env, cwd=checkout, changed=LAST_REPORT_ALONE)

    assert everything(home) == before[0]
    assert everything(checkout) == before[1]
    assert everything(temporary).keys() == before[2].keys()
    taken = samples(tmp_path / "results" / "clean")
    assert set(tools) <= {sample["variant"] for sample in taken}
    assert [sample["outcome"] for sample in taken] == ["ok"] * len(taken), taken
    assert not Layout.here().scratch("clean").exists()
    about = json.loads((tmp_path / "results" / "clean" / "run.json").read_text(encoding="utf-8"))
    assert about["git_revision"] == git(checkout, "rev-parse", "--short=12", "HEAD").strip()
