"""A person's Ctrl-C: heard at once, seen to whole, and kept away from what has to be done whole or not at all."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

#: The exit status of what a person interrupted, as shells have it: 128 and the number of SIGINT.
INTERRUPTED = 130


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


@contextmanager
def interruptible(heard: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let a Ctrl-C interrupt what is done within, and no other one while that is seen to: it would leave things behind.

    ``heard`` is told at once, in the midst of whatever is done. Where a Ctrl-C is ignored, it stays so. Outermost in a
    process, it leaves nothing that a further one could interrupt.
    """
    usual = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or usual is signal.SIG_IGN:
        yield
        return
    before = sys.exception()
    pressed = False

    def press(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - as signals are told
        nonlocal pressed
        error = sys.exception()
        # Not by whether there was one before: it may have been lost, as in a destructor.
        while error is not None and error is not before:
            if isinstance(error, KeyboardInterrupt):
                return
            error = error.__context__
        pressed = True
        heard()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, press)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN if pressed and usual is signal.default_int_handler else usual)
