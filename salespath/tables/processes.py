"""Work shared out among processes, whose results come in order."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NamedTuple, TypeVar

from salespath.files.problems import refusal

T = TypeVar("T")
R = TypeVar("R")

# Elsewhere a process that has threads cannot safely be doubled.
HOW = "fork" if sys.platform == "linux" else "spawn"


class _Worker(NamedTuple):
    process: BaseProcess
    pipe: Connection


def in_processes(work: Callable[[T], Iterable[R]], items: Iterable[T], jobs: int) -> Iterator[R]:
    """What is made of each item, in order, by so many processes. `work`, items and what is made of them can be pickled.

    Each holds one item and what is made of it. Raises what `work` raises, and SalespathError (SP195) where a process is killed.
    """
    context: Any = get_context(HOW)
    workers: list[_Worker] = []
    busy: deque[_Worker] = deque()
    try:
        for _ in range(jobs):
            here, there = context.Pipe()
            others = [here, *(worker.pipe for worker in workers)]
            process = context.Process(target=_serve, args=(work, there, others), daemon=True)
            process.start()
            there.close()
            workers.append(_Worker(process, here))
        free = deque(workers)
        for item in items:
            if not free:
                free.append(busy.popleft())
                yield from _made(free[0])
            busy.append(free.popleft())
            _hand_over(busy[-1], item)
        for worker in busy:
            yield from _made(worker)
    finally:
        for worker in workers:
            worker.pipe.close()
            worker.process.terminate()
        for worker in workers:
            worker.process.join()


def _hand_over(worker: _Worker, item: object) -> None:
    try:
        worker.pipe.send(item)
    except ConnectionError:
        raise _ended(worker) from None


def _made(worker: _Worker) -> Iterator[Any]:
    """What a process makes of the item that it has."""
    try:
        count = worker.pipe.recv()
        if isinstance(count, BaseException):
            raise count
        for _ in range(count):
            yield worker.pipe.recv()
    except (EOFError, ConnectionError):
        raise _ended(worker) from None


def _ended(worker: _Worker) -> Exception:
    worker.process.join()
    code = worker.process.exitcode or 0
    how = f"signal {-code}" if code < 0 else f"code {code}"
    return refusal("SP195", f"a process that assesses ended ({how}), perhaps for want of memory; try --jobs 1.", None)


def _serve(work: Callable[[T], Iterable[R]], pipe: Connection, others: Sequence[Connection]) -> None:
    """Do what comes through the pipe until its other end is closed, be it that the first process was killed."""
    for other in others:
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process says when to stop
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    try:
        while True:
            item = pipe.recv()
            try:
                pieces = deque(work(item))
            except Exception as error:
                pipe.send(error)
                continue
            del item
            pipe.send(len(pieces))
            while pieces:  # what is sent is not held
                pipe.send(pieces.popleft())
    except (EOFError, ConnectionError):
        os._exit(0)
