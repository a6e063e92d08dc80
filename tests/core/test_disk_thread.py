"""The thread that waits for a disk: mistakes do not end it, and a dead disk does not hold the program."""

from __future__ import annotations

import threading

from agenteditor.core.disk_thread import DiskThread


def test_a_mistake_in_a_piece_of_work_is_told_and_the_thread_goes_on():
    told, done = [], []
    thread = DiskThread(told.append)
    thread.do(lambda: 1 / 0)
    thread.do(lambda: done.append(1))
    assert thread.finish(10)
    thread.close()
    assert [type(error) for error in told] == [ZeroDivisionError] and done == [1]


def test_a_disk_that_never_answers_does_not_hold_the_end():
    answer = threading.Event()
    thread = DiskThread(lambda _error: None)
    thread.do(lambda: answer.wait() and None)
    thread.close(0.01)
    assert thread._thread is not None and thread._thread.is_alive() and thread._thread.daemon
    answer.set()
    thread._thread.join()
