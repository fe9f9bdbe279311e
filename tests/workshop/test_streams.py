"""Streams: one rendering for all watchers, at most two a second, and to each only what changed."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from salespath.workshop import streams
from salespath.workshop.streams import Channel


@pytest.fixture
def rendered(monkeypatch):
    """A channel whose parts can be set, and how often it was rendered; it does not pause for long."""
    monkeypatch.setattr(streams, "PAUSE", 0.05)
    parts, times = {"one": "1", "two": "a\nb"}, []

    async def render() -> dict[str, str]:
        times.append(1)
        return dict(parts)

    return render, parts, times


def in_a_loop_of_its_own(work: Coroutine[Any, Any, None]) -> None:
    """Run something in a thread: in this one a browser's loop may run."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


async def following(stream) -> str:
    """The next thing that a stream says."""
    return (await anext(stream)).decode()


def test_a_watcher_is_told_everything_and_then_what_changes(rendered) -> None:
    render, parts, _ = rendered

    async def run() -> None:
        channel = Channel(render)
        stream = channel.watch()
        assert (await following(stream)).startswith("retry: ")
        assert await following(stream) == "event: one\nid: 1\ndata: 1\n\nevent: two\nid: 1\ndata: a\ndata: b\n\n"
        parts["one"] = "2"
        channel.stir()
        assert await following(stream) == "event: one\nid: 2\ndata: 2\n\n"
        late = channel.watch()
        await following(late)
        assert await following(late) == "event: one\nid: 2\ndata: 2\n\nevent: two\nid: 2\ndata: a\ndata: b\n\n"
        await channel.close()
        assert [each async for each in stream] == []

    in_a_loop_of_its_own(run())


def test_two_hundred_watchers_cost_one_rendering(rendered) -> None:
    render, parts, times = rendered

    async def run() -> None:
        channel = Channel(render)
        all_of_them = [channel.watch() for _ in range(200)]
        for _ in range(2):
            await asyncio.gather(*map(following, all_of_them))
        assert len(times) <= 2
        before = len(times)
        for number in range(100):  # however often it changes meanwhile
            parts["one"] = f"x{number}"
            channel.stir()
        await asyncio.gather(*map(following, all_of_them))
        assert len(times) - before <= 2
        for each in all_of_them:
            await each.aclose()
        assert channel.watchers == 0

    in_a_loop_of_its_own(run())


def test_what_was_shown_before_everybody_left_is_not_shown_again(rendered) -> None:
    render, parts, _ = rendered

    async def run() -> None:
        channel = Channel(render)
        first = channel.watch()
        await following(first)
        await following(first)
        await first.aclose()
        parts["one"] = "hidden again"
        second = channel.watch()
        await following(second)
        assert "hidden again" in await following(second)
        await second.aclose()

    in_a_loop_of_its_own(run())


def test_a_part_that_cannot_be_shown_ends_no_stream(rendered, caplog) -> None:
    render, parts, times = rendered

    async def at_times() -> dict[str, str]:
        if len(times) == 1:
            times.append(1)
            raise ValueError("no")
        return await render()

    async def run() -> None:
        channel = Channel(at_times)
        stream = channel.watch()
        await following(stream)
        await following(stream)
        channel.stir()
        while len(times) < 2:
            await asyncio.sleep(0.01)
        parts["one"] = "3"
        channel.stir()
        assert "data: 3" in await following(stream)
        await stream.aclose()

    in_a_loop_of_its_own(run())
    assert "cannot be shown" in caplog.text
