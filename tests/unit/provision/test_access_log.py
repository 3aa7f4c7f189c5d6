"""harness.provision.index_app.AccessLog: what it counts, when, and what it tells clients about keeping answers."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import MutableMapping
from typing import Any

import pytest

from harness.provision.index_app import AccessLog, Message, Receive, Send

PAGE = "/simple/tool/"
FILE = "/resources/tool/tool-1.0-py3-none-any.whl"


def answering(*bodies: bytes, status: int = 200, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Any:
    """An application that answers so, one message for each part of the body."""

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for number, body in enumerate(bodies, start=1):
            await send({"type": "http.response.body", "body": body, "more_body": number < len(bodies)})

    return app


def ask(app: Any, path: str = PAGE, *, kind: str = "http") -> tuple[list[tuple[Message, bytes]], list[dict[str, Any]]]:
    """What is sent, each with what the log held when it was; and the log's records at the end."""
    log = io.BytesIO()
    sent: list[tuple[Message, bytes]] = []

    async def receive() -> Message:
        raise AssertionError("nothing is to be received")

    async def send(message: Message) -> None:
        sent.append((message, log.getvalue()))

    scope = {"type": kind, "method": "GET", "path": path}
    asyncio.run(AccessLog(app, log)(scope, receive, send))
    return sent, [json.loads(line) for line in log.getvalue().splitlines()]


def kept_for(sent: list[tuple[Message, bytes]]) -> list[bytes]:
    return [value for name, value in sent[0][0]["headers"] if name == b"cache-control"]


def test_a_request_is_one_line_with_the_bytes_of_its_body() -> None:
    _, records = ask(answering(b"abc", b"", b"defgh"))

    assert records == [{"method": "GET", "path": PAGE, "status": 200, "bytes": 8}]


def test_the_line_is_there_before_the_last_part_is_sent_and_not_sooner() -> None:
    sent, records = ask(answering(b"abc", b"de", b"f"))

    *before, last = [log for _, log in sent]
    assert before == [b"", b"", b""]
    assert json.loads(last) == records[0]
    assert last.endswith(b"\n")


def test_an_answer_without_a_body_is_counted_too() -> None:
    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 304})
        await send({"type": "http.response.body"})

    _, records = ask(app)

    assert records == [{"method": "GET", "path": PAGE, "status": 304, "bytes": 0}]


def test_the_answer_is_passed_on_as_it_is() -> None:
    sent, _ = ask(answering(b"abc", b"def", headers=((b"etag", b"1"),)))

    assert [message["type"] for message, _ in sent] == ["http.response.start", *["http.response.body"] * 2]
    assert (b"etag", b"1") in sent[0][0]["headers"]
    assert [message["body"] for message, _ in sent[1:]] == [b"abc", b"def"]
    assert [message["more_body"] for message, _ in sent[1:]] == [True, False]


def test_files_may_be_kept_for_good_and_pages_for_a_day() -> None:
    (for_file,) = kept_for(ask(answering(b""), FILE)[0])
    (for_page,) = kept_for(ask(answering(b""), PAGE)[0])

    assert b"immutable" in for_file
    assert for_page == b"max-age=86400, public"


@pytest.mark.parametrize("status", [304, 307, 404, 500])
@pytest.mark.parametrize("path", [PAGE, FILE])
def test_nothing_is_said_about_keeping_what_is_no_answer(status: int, path: str) -> None:
    sent, records = ask(answering(b"no", status=status), path)

    assert kept_for(sent) == []
    assert records[0]["status"] == status


def test_what_is_no_request_is_passed_through_uncounted() -> None:
    seen: list[str] = []

    async def app(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    sent, records = ask(app, kind="lifespan")

    assert seen == ["lifespan"]
    assert (sent, records) == ([], [])
