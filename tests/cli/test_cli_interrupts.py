"""Ctrl-C while something long is done."""

import io
import os
import signal
import threading
import time

import pytest

from vicinal.cli import _interrupts
from vicinal.cli._interrupts import StoppableReporter
from vicinal.progress import Progress

STEP = Progress("working", 1, 9)


@pytest.fixture(autouse=True)
def handlers():
    """The handlers that Python begins with, which must be there again in the end."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler), signal.getsignal(signal.SIGALRM)
    yield
    found = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGALRM)
    signal.signal(signal.SIGINT, before[0])
    assert found == (signal.default_int_handler, before[1])
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


@pytest.fixture
def reporter():
    return StoppableReporter(io.StringIO(), every=0)


def ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


def late():
    """Time in which nothing is reported."""
    time.sleep(10)
    pytest.fail("nothing was raised")


def test_it_stops_at_the_next_report_and_nowhere_else(reporter):
    done = []
    with pytest.raises(KeyboardInterrupt), reporter as report:
        report(STEP)
        ctrl_c()
        done.append("what was under way")
        report(STEP)
        done.append("more")
    assert done == ["what was under way"]


def test_without_a_report_it_stops_soon(reporter, monkeypatch):
    monkeypatch.setattr(_interrupts, "_PATIENCE", 0.02)
    with pytest.raises(KeyboardInterrupt), reporter:
        ctrl_c()
        late()


def test_the_second_one_stops_at_once(reporter):
    with pytest.raises(KeyboardInterrupt), reporter:
        ctrl_c()
        ctrl_c()
        late()


def test_one_that_was_swallowed_is_raised_again(reporter, monkeypatch):
    monkeypatch.setattr(_interrupts, "_LOST", 0.05)
    with pytest.raises(KeyboardInterrupt), reporter as report:
        ctrl_c()
        with pytest.raises(KeyboardInterrupt):
            report(STEP)
        report(STEP)  # somebody clears up
        time.sleep(0.06)
        report(STEP)
        pytest.fail("the interrupt is lost")


def test_what_an_interrupt_became_is_one(reporter):
    with pytest.raises(KeyboardInterrupt) as caught, reporter as report:
        ctrl_c()
        try:
            report(STEP)
        finally:
            threading.Lock().release()
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize("error", [ValueError("bad"), SystemExit(3)])
def test_other_errors_and_answers_to_an_interrupt_travel_on(reporter, error):
    with pytest.raises(type(error)), reporter as report:
        ctrl_c()
        try:
            report(STEP)
        except KeyboardInterrupt:
            raise error from None


def test_one_in_the_last_moment_counts(reporter):
    with pytest.raises(KeyboardInterrupt), reporter:
        ctrl_c()


def test_an_error_after_it_is_not_what_the_user_hears_of(reporter):
    with pytest.raises(KeyboardInterrupt), reporter:
        ctrl_c()
        raise ValueError("the pipe broke, since the same Ctrl-C ended who wrote to it")


def test_other_threads_only_report(reporter):
    def work():
        reporter(STEP)
        seen.append("reported")

    seen = []
    with pytest.raises(KeyboardInterrupt), reporter:
        ctrl_c()
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert seen == ["reported"]


def test_handlers_of_others_are_left_alone(reporter):
    heard = []
    own = signal.signal(signal.SIGINT, lambda *_: heard.append("mine"))
    with reporter as report:
        ctrl_c()
        report(STEP)
    signal.signal(signal.SIGINT, own)
    assert heard == ["mine"]
