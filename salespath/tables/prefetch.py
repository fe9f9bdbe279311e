"""Stages of work side by side: each has a thread of its own that is a little ahead of the next stage."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

AHEAD = 2  # results that wait for the next stage, or are in work: memory stays bounded


def ahead(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The results in order, made in a thread. More threads for a stage were not faster: they wait for one another."""
    waiting: deque[Future[R]] = deque()
    with ThreadPoolExecutor(1) as thread:
        try:
            for item in items:
                waiting.append(thread.submit(work, item))
                if len(waiting) == AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
