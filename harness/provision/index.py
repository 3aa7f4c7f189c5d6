"""The index on loopback that every measured command talks to, and the count of what it served."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from harness.errors import ProvisionError

_PATIENCE_S = 30.0


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What an index served: how many requests, and how many bytes of answers' bodies."""

    requests: int
    bytes_downloaded: int

    def __sub__(self, earlier: Traffic) -> Traffic:
        return Traffic(
            requests=self.requests - earlier.requests, bytes_downloaded=self.bytes_downloaded - earlier.bytes_downloaded
        )


class Index:
    """Serves folders of wheels as a simple index (PEP 503, 691, 658) on a free port of 127.0.0.1.

    ``roots`` are asked in order; ``folder`` is for its log; ``pages_for_s`` is how many seconds clients may cache a
    page, without it as long as any run takes; ``port`` is one to serve on. A process of its own, so that serving does
    not share the harness's; should it die, :meth:`traffic` starts it again at the same address.
    """

    def __init__(self, roots: Sequence[Path], folder: Path, *, pages_for_s: int | None = None, port: int = 0) -> None:
        self._pages_for_s = pages_for_s
        self._roots = roots
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._port = port
        self._read = 0
        self._served = Traffic(requests=0, bytes_downloaded=0)
        self._asked: set[str] = set()

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._log.write_bytes(b"")
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def url(self) -> str:
        """The simple index."""
        return f"http://127.0.0.1:{self._port}/simple/"

    @property
    def pid(self) -> int:
        """The server's process id; 0 if it does not run."""
        return self._process.pid if self._process else 0

    @property
    def _log(self) -> Path:
        return self._folder / "access.jsonl"

    def traffic(self) -> Traffic:
        """What was served since the index was started; starts it again if it died.

        Raises:
            ProvisionError: it cannot be started again.
        """
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._start()
        for record in self._new_records():
            if (page := str(record["path"]).removeprefix("/simple/").strip("/")) and "/" not in page:
                self._asked.add(page)
            self._served = Traffic(
                requests=self._served.requests + 1,
                bytes_downloaded=self._served.bytes_downloaded + int(record["bytes"]),
            )
        return self._served

    def asked(self) -> frozenset[str]:
        """The projects whose pages were asked for since the index was started, by their names in addresses."""
        self.traffic()
        return frozenset(self._asked)

    def _new_records(self) -> list[dict[str, Any]]:
        with self._log.open("rb") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read += len(whole)
        return [json.loads(line) for line in whole.splitlines()]

    def _start(self) -> None:
        port_file = self._folder / "port"
        port_file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "harness.provision.index_app", "--access-log", str(self._log)]
        command += ["--port-file", str(port_file), "--port", str(self._port)]
        if self._pages_for_s is not None:
            command += ["--pages-for", str(self._pages_for_s)]
        for root in self._roots:
            command += ["--root", str(root)]
        errors = self._folder / "server.log"
        with errors.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                cwd=Path(__file__).resolve().parent.parent.parent,
                # A Ctrl-C at the terminal is for the harness, which ends the index when it is done with it.
                start_new_session=True,
            )
        deadline = time.monotonic() + _PATIENCE_S
        while not port_file.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._stop()
                raise ProvisionError(
                    f"The index on loopback did not start: {_reason(errors.read_text(errors='replace'))}",
                    hint=f"Something may keep this user from listening on 127.0.0.1. All it said is in {errors}.",
                )
            time.sleep(0.02)
        self._port = int(port_file.read_text(encoding="ascii"))

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _reason(log: str) -> str:
    """What a server's log says, without the places in the code that tracebacks name."""
    said = [line for line in log.splitlines() if line and not line.startswith(" ") and "Traceback" not in line]
    return "; ".join(said[:3]) or "it said nothing"
