"""What is done whole although a signal comes in the middle of it."""

from __future__ import annotations

import signal
import threading
from dataclasses import dataclass
from typing import Annotated

import pytest
from pydantic import PlainSerializer, TypeAdapter
from pydantic_core import PydanticSerializationError

from harness.records.uninterrupted import heed, interruptible, uninterrupted


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def test_an_interruption_takes_effect_at_the_end() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            press_ctrl_c()
            done.append("to the end")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["to the end"]


def test_without_one_nothing_happens_and_the_usual_handler_is_back() -> None:
    usual = signal.getsignal(signal.SIGINT)
    with uninterrupted():
        assert signal.getsignal(signal.SIGINT) is not usual

    assert signal.getsignal(signal.SIGINT) is usual
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c()


def test_an_error_within_is_not_lost_beside_an_interruption() -> None:
    def work() -> None:
        with uninterrupted():
            press_ctrl_c()
            raise ValueError("the disk is full")

    with pytest.raises(KeyboardInterrupt) as interruption:
        work()
    assert str(interruption.value.__context__) == "the disk is full"


def test_one_within_another_waits_for_the_outer() -> None:
    done = []

    def work() -> None:
        with uninterrupted():
            with uninterrupted():
                press_ctrl_c()
            done.append("the outer")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the outer"]


def test_where_ctrl_c_is_ignored_it_stays_ignored() -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with uninterrupted():
            press_ctrl_c()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_process_that_was_started_with_ctrl_c_ignored_heeds_it_all_the_same() -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        heed()
        with pytest.raises(KeyboardInterrupt):
            press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, usual)


def test_a_handler_of_somebody_elses_stays() -> None:
    pressed: list[int] = []
    usual = signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))
    try:
        heed()
        press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, usual)

    assert pressed == [signal.SIGINT]


def test_another_thread_leaves_the_handler_alone() -> None:
    usual = signal.getsignal(signal.SIGINT)
    seen = []

    def work() -> None:
        with uninterrupted():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert seen == [usual]


def test_pydantic_would_take_an_interruption_for_an_error_of_its_own() -> None:
    def slow(value: int) -> int:
        press_ctrl_c()
        return value

    @dataclass
    class Record:
        value: Annotated[int, PlainSerializer(slow)]

    record = TypeAdapter(Record)

    def guarded() -> None:
        with uninterrupted():
            record.dump_json(Record(1))

    with pytest.raises(PydanticSerializationError, match="KeyboardInterrupt"):
        record.dump_json(Record(1))
    with pytest.raises(KeyboardInterrupt):
        guarded()


def test_while_an_interruption_is_seen_to_there_is_no_second_one() -> None:
    heard: list[str] = []
    usual = signal.getsignal(signal.SIGINT)
    seen_to = []

    def work() -> None:
        with uninterrupted(), interruptible(lambda: heard.append("at once")):
            try:
                press_ctrl_c()
            finally:
                press_ctrl_c()
                try:
                    raise ValueError("what is removed is gone")
                except ValueError:
                    press_ctrl_c()
                seen_to.append("whole")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert (heard, seen_to) == (["at once"], ["whole"])
    assert signal.getsignal(signal.SIGINT) is usual


def test_an_interruption_that_was_lost_is_not_the_last() -> None:
    with uninterrupted(), interruptible():
        for _ in range(2):
            with pytest.raises(KeyboardInterrupt):
                press_ctrl_c()


def test_what_only_takes_time_can_be_interrupted_while_another_interruption_is_seen_to() -> None:
    given_up = []
    with uninterrupted(), interruptible():
        try:
            press_ctrl_c()
        except KeyboardInterrupt:
            press_ctrl_c()
            try:
                with interruptible():
                    press_ctrl_c()
            except KeyboardInterrupt:
                given_up.append("the report")
            press_ctrl_c()
    assert given_up == ["the report"]


def test_after_the_outermost_there_is_nothing_to_interrupt() -> None:
    usual = signal.getsignal(signal.SIGINT)
    assert usual is signal.default_int_handler
    try:
        with pytest.raises(KeyboardInterrupt), interruptible():
            press_ctrl_c()
        press_ctrl_c()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, usual)


def test_where_ctrl_c_is_ignored_nothing_is_interruptible() -> None:
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interruptible():
            press_ctrl_c()
    finally:
        signal.signal(signal.SIGINT, usual)
