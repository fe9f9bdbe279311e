"""What changes on a page while it is open: streams of server-sent events.

All who watch one thing share one rendering of it. However often it changes, it is rendered twice a second at most, and each
watcher is sent only what differs from what it was sent before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

PAUSE = 0.5  # seconds between two renderings
BEAT = 15.0  # seconds after which something is sent all the same: who is gone is noticed then
RETRY = 1000  # milliseconds after which a page that has lost its stream connects again

Render = Callable[[], Awaitable[Mapping[str, str]]]


class Channel:
    """What all who watch one thing see: parts by the name of their event."""

    def __init__(self, render: Render) -> None:
        self._render = render
        self._parts: dict[str, tuple[int, str]] = {}  # what each says, and since which version
        self._version = 0
        self._dirty = asyncio.Event()
        self._news = asyncio.Condition()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.watchers = 0

    def stir(self) -> None:
        """Something changed."""
        self._dirty.set()

    async def close(self) -> None:
        """End all streams."""
        self._closed = True
        if self._task:
            self._task.cancel()
        async with self._news:
            self._news.notify_all()

    async def watch(self) -> AsyncIterator[bytes]:
        """The bytes of a stream: everything first, then what changes."""
        self.watchers += 1
        seen = -1
        try:
            yield b"retry: %d\n\n" % RETRY
            if not self._task:
                self._dirty.set()
                self._task = asyncio.create_task(self._work())
            while not self._closed:
                if self._parts and self._version > seen:
                    news = [_event(name, self._version, text) for name, (at, text) in self._parts.items() if at > seen]
                    seen = self._version
                    if news:
                        yield b"".join(news)
                    continue
                if not await self._later(seen):
                    yield b": still here\n\n"
        finally:
            self.watchers -= 1
            if not self.watchers and self._task:
                self._task.cancel()
                self._task, self._parts = None, {}  # what nobody is told of grows old

    async def _later(self, version: int) -> bool:
        """Wait for a later version, or the end; whether it came in time."""
        try:
            async with asyncio.timeout(BEAT), self._news:
                await self._news.wait_for(lambda: self._closed or (bool(self._parts) and self._version > version))
        except TimeoutError:
            return False
        return True

    async def _work(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            try:
                parts = await self._render()
            except Exception:  # what cannot be shown once may be the next time
                logging.getLogger(__name__).exception("a part of a page cannot be shown")
                parts = {}
            changed = {name: text for name, text in parts.items() if self._parts.get(name, (0, None))[1] != text}
            if changed:
                self._version += 1
                self._parts |= {name: (self._version, text) for name, text in changed.items()}
                async with self._news:
                    self._news.notify_all()
            await asyncio.sleep(PAUSE)


def _event(name: str, version: int, text: str) -> bytes:
    """An event as it is sent; each line of its text is one of the event."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() or [""])
    return f"event: {name}\nid: {version}\n{lines}\n".encode()
