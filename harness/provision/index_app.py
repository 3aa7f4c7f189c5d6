"""The server process of the index on loopback: simple-repository-server, with a log of what it served.

It is started by :mod:`harness.provision.index` and ends when its standard input does, so that it never outlives the
harness.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import hashlib
import json
import os
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import fastapi
import httpx
import uvicorn
from simple_repository import SimpleRepository, model
from simple_repository.components.core import RepositoryContainer
from simple_repository.components.local import LocalRepository
from simple_repository.components.metadata_injector import MetadataInjectorRepository
from simple_repository.components.priority_selected import PrioritySelectedProjectsRepository
from simple_repository_server.routers import simple

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class HashedRepository(RepositoryContainer):
    """Adds the SHA-256 of each local file to its project's page, as a public index does; lock files need it.

    What lies below ``roots`` is hashed beforehand: otherwise whoever asks for a page first would be measured waiting
    for it.
    """

    def __init__(self, source: SimpleRepository, roots: list[Path]) -> None:
        super().__init__(source)
        self._known: dict[Path, tuple[int, int, str]] = {}
        for root in roots:
            for path in root.resolve().glob("[!.]*/*"):
                if path.is_file():
                    self._hashes(path.resolve())

    async def get_project_page(
        self, project_name: str, *, request_context: model.RequestContext | None = None
    ) -> model.ProjectDetail:
        """The page with hashes."""
        page = await super().get_project_page(project_name, request_context=request_context)
        files = tuple(
            dataclasses.replace(file, hashes=self._hashes(Path(file.url.removeprefix("file://"))))
            for file in page.files
        )
        return dataclasses.replace(page, files=files)

    def _hashes(self, path: Path) -> dict[str, str]:
        facts = path.stat()
        known = self._known.get(path)
        if known is None or known[:2] != (facts.st_size, facts.st_mtime_ns):
            with path.open("rb") as file:
                known = (facts.st_size, facts.st_mtime_ns, hashlib.file_digest(file, "sha256").hexdigest())
            self._known[path] = known
        return {"sha256": known[2]}


#: How long a client may keep what it got. Files never change under their name, and say so as the public index does.
#: That index lets pages be kept for ten minutes; here it is a day, longer than a run takes, so that what counts as
#: warm does not depend on how far a run has come.
_FILES_FOR = b"max-age=365000000, immutable, public"
PAGES_FOR_S = 86400


class AccessLog:
    """Says how long each answer may be cached, and writes a line for it before its last byte is sent.

    So a client's requests are all in the log by the time the client is done. The head of an answer waits for the
    first part of its body: some clients are done with a refusal once they have read its head.
    """

    def __init__(self, app: App, log: BinaryIO, pages_for_s: int = PAGES_FOR_S) -> None:
        self._pages_for = f"max-age={pages_for_s}, public".encode()
        self._app = app
        self._log = log

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = {"method": scope["method"], "path": scope["path"], "status": 0, "bytes": 0}
        waiting: list[Message] = []

        async def send_and_count(message: Message) -> None:
            if message["type"] == "http.response.start":
                record["status"] = message["status"]
                if message["status"] == 200:
                    kept_for = _FILES_FOR if scope["path"].startswith("/resources/") else self._pages_for
                    message["headers"] = [*message.get("headers", ()), (b"cache-control", kept_for)]
                waiting.append(message)
                return
            if message["type"] == "http.response.body":
                record["bytes"] += len(message.get("body", b""))
                if not message.get("more_body", False):
                    self._log.write(json.dumps(record).encode() + b"\n")
            while waiting:
                await send(waiting.pop())
            await send(message)

        await self._app(scope, receive, send_and_count)


def make_app(roots: list[Path]) -> fastapi.FastAPI:
    """The index over ``roots``; a project is served from the first that has it. PEP 658 metadata included."""

    @asynccontextmanager
    async def lifespan(app: fastapi.FastAPI) -> Any:
        async with httpx.AsyncClient(trust_env=False) as client:
            local: list[SimpleRepository] = [LocalRepository(root) for root in roots]
            source = PrioritySelectedProjectsRepository(local) if len(local) > 1 else local[0]
            repository = MetadataInjectorRepository(HashedRepository(source, roots), client)
            app.include_router(simple.build_router(repository, http_client=client))
            yield

    return fastapi.FastAPI(openapi_url=None, lifespan=lifespan)


async def _serve(roots: list[Path], log: BinaryIO, port_file: Path, port: int, pages_for_s: int) -> None:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        AccessLog(make_app(roots), log, pages_for_s),
        log_level="warning",
        access_log=False,
        lifespan="on",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_end_with_standard_input, args=(server,), daemon=True).start()
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():
        await asyncio.sleep(0.01)
    if server.started:
        temporary = port_file.with_suffix(".new")
        temporary.write_text(str(listening.getsockname()[1]), encoding="ascii")
        temporary.replace(port_file)
    await serving


def _end_with_standard_input(server: uvicorn.Server) -> None:
    """Tell ``server`` to end once nobody holds the other end of standard input any more."""
    while os.read(0, 4096):
        pass
    server.should_exit = True


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=Path, action="append", required=True)
    parser.add_argument("--access-log", type=Path, required=True)
    parser.add_argument("--port-file", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pages-for", type=int, default=PAGES_FOR_S, help="seconds that a page may be cached")
    arguments = parser.parse_args()
    with arguments.access_log.open("ab", buffering=0) as log:
        asyncio.run(_serve(arguments.root, log, arguments.port_file, arguments.port, arguments.pages_for))


if __name__ == "__main__":
    main()
