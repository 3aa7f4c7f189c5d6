"""The index on loopback as clients see it, and the wheelhouse of the committed variants."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from harness.errors import ProvisionError
from harness.measure.environment import prepare_home, scrubbed
from harness.monorepo.variants.selection import Selected, select
from harness.provision.index import Index, Traffic
from harness.provision.interpreters import base_python
from harness.provision.state_folder import Layout
from harness.provision.state_lock import CacheLock
from harness.provision.supplies import fetch_wheels
from harness.provision.toolchains import toolchains_of

pytestmark = pytest.mark.integration

CHECKOUT = Path(__file__).resolve().parents[2]
#: No proxy of this machine comes between the tests and the index.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def write_wheel(house: Path, name: str, *, requires: str = "") -> Path:
    """A tiny wheel as a build backend would have made it, with a module of its own name."""
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
    info = f"{name}-1.0.dist-info"
    contents = {
        f"{name}.py": f"NAME = {name!r}\n",
        f"{info}/METADATA": metadata + (f"Requires-Dist: {requires}\n" if requires else ""),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b'=').decode()},"
        f"{len(text.encode())}\n"
        for path, text in contents.items()
    )
    wheel = house / name / f"{name}-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in {**contents, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(path, text)
    return wheel


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "house"
    write_wheel(folder, "tinylib")
    write_wheel(folder, "tinyapp", requires="tinylib>=1")
    return folder


@pytest.fixture
def index(house: Path, tmp_path: Path) -> Iterator[Index]:
    with Index([house], tmp_path / "index") as started:
        yield started


def get(url: str, accept: str = "*/*", method: str = "GET") -> tuple[dict[str, str], bytes]:
    """An answer's headers, in lower case, and its body."""
    request = urllib.request.Request(url, headers={"Accept": accept}, method=method)  # noqa: S310
    with DIRECT.open(request, timeout=30) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}, answer.read()


def project(index: Index, name: str) -> dict[str, Any]:
    """A project's page as JSON, see PEP 691, with its only file's address made whole."""
    page = f"{index.url}{name}/"
    found: dict[str, Any] = json.loads(get(page, "application/vnd.pypi.simple.v1+json")[1])
    for file in found["files"]:
        file["url"] = urljoin(page, file["url"])
    return found


def install(index: Index, home: Path, target: Path) -> None:
    """Install tinyapp and what it needs with pip, with no cache, as a command of a run sees the machine."""
    prepare_home(home)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-cache-dir"]
    env = scrubbed(home=home, path=("/usr/bin", "/bin"), extra={"PIP_INDEX_URL": index.url}, host=os.environ)
    done = subprocess.run(
        [*command, "--target", str(target), "tinyapp"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def wait_until_gone(pid: int) -> None:
    """Wait for a process that is nobody's child here to end."""
    deadline = time.monotonic() + 30
    while Path(f"/proc/{pid}").exists() and b") Z " not in Path(f"/proc/{pid}/stat").read_bytes():
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.02)


def test_traffic_is_exact_and_the_same_for_the_same_work(index: Index, house: Path, tmp_path: Path) -> None:
    assert index.traffic() == Traffic(requests=0, bytes_downloaded=0)

    install(index, tmp_path / "home-1", tmp_path / "target-1")
    first = index.traffic()
    install(index, tmp_path / "home-2", tmp_path / "target-2")
    second = index.traffic() - first

    assert (tmp_path / "target-1" / "tinylib.py").is_file()
    assert (tmp_path / "target-1" / "tinyapp.py").is_file()
    wheels = sum(path.stat().st_size for path in house.rglob("*.whl"))
    assert first.bytes_downloaded > wheels
    assert first.requests >= 4, "two pages and two wheels"
    assert second == first


def test_every_byte_of_an_answer_is_counted(index: Index) -> None:
    address = project(index, "tinylib")["files"][0]["url"]
    before = index.traffic()

    bodies = [
        get(f"{index.url}tinylib/", "text/html")[1],
        get(f"{index.url}tinylib/", "application/vnd.pypi.simple.v1+json")[1],
        get(urljoin(f"{index.url}tinylib/", address))[1],
    ]

    assert index.traffic() - before == Traffic(requests=3, bytes_downloaded=sum(map(len, bodies)))


def test_pages_name_hashes_and_metadata(index: Index, house: Path) -> None:
    (wheel,) = (house / "tinyapp").glob("*.whl")

    (file,) = project(index, "tinyapp")["files"]

    assert file["filename"] == wheel.name
    assert file["hashes"] == {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    assert file.get("core-metadata") or file.get("dist-info-metadata")
    assert get(file["url"])[1] == wheel.read_bytes()
    metadata = get(f"{file['url'].partition('#')[0]}.metadata")[1]
    with zipfile.ZipFile(wheel) as archive:
        assert metadata == archive.read("tinyapp-1.0.dist-info/METADATA")
    page = get(f"{index.url}tinyapp/", "text/html")[1].decode()
    assert f"#sha256={file['hashes']['sha256']}" in page


def test_answers_say_how_long_they_may_be_kept(index: Index) -> None:
    page, _ = get(f"{index.url}tinylib/")
    file, _ = get(project(index, "tinylib")["files"][0]["url"])

    assert page["cache-control"] == "max-age=86400, public"
    assert "immutable" in file["cache-control"]


def test_what_is_not_there_is_refused_without_being_kept_and_counted(index: Index) -> None:
    before = index.traffic()

    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{index.url}nothing-of-this-name/")

    with refused.value as answer:
        assert answer.code == 404
        assert answer.headers["cache-control"] is None
    assert (index.traffic() - before).requests == 1


def test_the_first_folder_that_has_a_project_serves_it(house: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    other = write_wheel(second, "tinylib", requires="something-else")
    only = write_wheel(second, "onlyhere")

    with Index([house, second], tmp_path / "index") as index:
        (file,) = project(index, "tinylib")["files"]
        assert file["hashes"]["sha256"] != hashlib.sha256(other.read_bytes()).hexdigest()
        (file,) = project(index, "onlyhere")["files"]
        assert file["hashes"]["sha256"] == hashlib.sha256(only.read_bytes()).hexdigest()


def test_it_listens_on_loopback_alone(index: Index) -> None:
    port = int(index.url.rpartition(":")[2].partition("/")[0])
    listening = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]

    assert [fields[1] for fields in listening if fields[3] == "0A" and fields[1].endswith(f":{port:04X}")] == [
        f"0100007F:{port:04X}"
    ]


def test_a_killed_server_comes_back_at_the_same_address(index: Index) -> None:
    get(f"{index.url}tinylib/")
    url, pid, before = index.url, index.pid, index.traffic()

    os.kill(pid, signal.SIGKILL)
    # A child can be seen as a zombie before its last thread ended, and until then it counts as running.
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert index.traffic() == before, "what was served before counts on"

    assert index.url == url
    assert index.pid != pid
    body = get(f"{index.url}tinylib/")[1]
    assert index.traffic() - before == Traffic(requests=1, bytes_downloaded=len(body))


def test_the_server_ends_with_its_block(house: Path, tmp_path: Path) -> None:
    with Index([house], tmp_path / "index") as index:
        pid = index.pid
        assert Path(f"/proc/{pid}").exists()

    assert not Path(f"/proc/{pid}").exists()
    assert index.pid == 0


def test_the_server_ends_when_its_parent_is_killed(house: Path, tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from harness.provision.index import Index
with Index([Path(sys.argv[1])], Path(sys.argv[2])) as index:
    print(index.pid, flush=True)
    time.sleep(600)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(house), str(tmp_path / "index")],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        parent.kill()

    wait_until_gone(server)


def test_a_server_that_cannot_start_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProvisionError, match="did not start") as failed:
        Index([tmp_path / "not-there"], tmp_path / "index").__enter__()

    assert failed.value.hint


class Silent:
    """Progress that nobody looks at, but which must not be called."""

    def fetching(self, done: int, total: int, name: str) -> None:
        raise AssertionError(f"{name} is fetched")

    def doing(self, what: str) -> None:
        raise AssertionError(what)


class Patient:
    """Lets anything be fetched."""

    def fetching(self, done: int, total: int, name: str) -> None: ...

    def doing(self, what: str) -> None: ...


def test_a_second_fetch_for_the_core_fetches_nothing() -> None:
    layout = Layout.here()
    toolchains = toolchains_of(select(Selected(), layout.variants))
    locks = [layout.infrastructure, *layout.third_party]

    with CacheLock(layout.state, on_wait=lambda _: None):
        first = fetch_wheels(toolchains, locks, layout, Patient())
        second = fetch_wheels(toolchains, locks, layout, Silent())

    assert second.fetched == 0
    assert second.present == first.fetched + first.present > 50


def test_environments_are_built_with_a_python_that_is_in_no_environment() -> None:
    done = subprocess.run(
        [base_python(), "-c", "import sys; print(sys.prefix == sys.base_prefix)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout == "True\n"
