"""What has to be done whole or not at all, although a person may press Ctrl-C at any moment."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let what is done within come to its end; a Ctrl-C meanwhile takes effect then.

    Besides what would be cut off half-way, an interruption can get lost: pydantic's serialiser reports whatever is
    raised below it, KeyboardInterrupt too, as an error of its own. Signals reach the main thread alone, so in any other
    there is nothing to keep away.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _: received.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
        if received:
            signal.raise_signal(signal.SIGINT)


def heed() -> None:
    """Let SIGINT interrupt this process, although it may have been started with it ignored, and all that it starts.

    A shell ignores it in what a script puts into the background. Who sends it to such a process all the same means it:
    without this it would have to be killed, and could not end what it began.
    """
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
