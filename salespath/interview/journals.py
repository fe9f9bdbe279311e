"""The journals of earlier versions: a file for each interview, one line of JSON for each event. They are brought into the store
once, and left as they are.

A line begins with the checksum (CRC-32) of the rest of it; the lines of journals begun before there were checksums have none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from salespath.files.problems import refusal, shown
from salespath.interview.store import Imported, Store, folder

_ENDING = ".jsonl"
_LARGEST = 16 * 2**20  # bytes; an interview takes some thousands
_SUMMED = re.compile(rb'\{"sum": "([0-9a-f]{8})", (.*)', re.DOTALL)
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_LONGEST = 60  # characters of a name of which another is made


def waiting(store: Store | None) -> list[Path]:
    """The journals that are not in the store, or not as they are now."""
    known = {(one.file, one.size, one.modified) for one in store.brought_in()} if store else set()
    try:
        inside = [entry for entry in os.scandir(folder()) if entry.name.endswith(_ENDING)]
        found = [(entry, entry.stat()) for entry in inside if entry.is_file(follow_symlinks=False)]
    except OSError:
        return []  # no folder yet; if it is unreadable, a new interview says so
    found = [(e, at) for e, at in found if at.st_size and (e.name, at.st_size, at.st_mtime_ns) not in known]
    return [Path(entry) for entry, at in sorted(found, key=lambda one: (one[1].st_mtime_ns, one[0].name))]


def bring_in(store: Store) -> None:
    """Bring every journal into the store that is not in it yet; one that was written on since becomes a further interview.

    One that an earlier version has open, or that cannot be read, waits for another time.
    """
    for path in waiting(store):
        with suppress(OSError), _opened(path) as handle:
            status = os.fstat(handle)
            data = os.read(handle, _LARGEST)
            source = Imported(path.name, hashlib.sha256(data).hexdigest(), status.st_size, status.st_mtime_ns)
            store.bring_in("interview", _names(path), source, said(data))


def check(name: str, file: str) -> None:
    """Raise SalespathError where there is a journal for a name that is not in the store because an earlier version has it open
    (SP148), or it cannot be read (SP101).
    """
    path = folder() / f"{file}{_ENDING}"
    try:
        if path.is_file() and path.stat().st_size:
            with _opened(path):
                pass
    except BlockingIOError:
        message = f"the interview {shown(name)} is open in another window; end it there first."
        raise refusal("SP148", message, None) from None
    except OSError as error:
        raise refusal("SP101", f"cannot read the interview in {shown(path, 300)}: {error.strerror}.", None) from None


def of(store: Store, stream: int) -> list[tuple[Imported, Path]]:
    """The journal that an interview was made of, where it is still there as it was then."""
    found = [(source, folder() / source.file) for source in store.brought_in(stream)]
    return [(source, path) for source, path in found if _sha256(path) == source.sha256]


def said(data: bytes) -> list[tuple[str, Mapping[str, Any] | str]]:
    """The kinds and bodies of the events that a journal holds. A line that was damaged, and not told yet, is a text.

    A torn or senseless line says nothing; every other one counts.
    """
    found: dict[int, tuple[str, Mapping[str, Any] | str]] = {}
    lines, summed = data.split(b"\n"), False
    for number, text in enumerate(lines, 1):
        line = _parsed(text, summed)
        summed = summed or text.startswith(b'{"sum": ')
        if line is None:  # what is not closed and has no checksum was torn, and written again
            if text and number < len(lines) and (summed or text.endswith(b"}")):
                found[number] = ("given" if number == 1 else "", text.decode("utf-8", "replace"))
            continue
        match line:
            case {"kind": "known", "lines": list(known)}:
                for told in known:
                    if isinstance(told, int) and isinstance(found.get(told, ("", {}))[1], str):
                        del found[told]
            case {"kind": str(kind)}:
                found[number] = (kind, {key: part for key, part in line.items() if key not in ("sum", "kind")})
    return list(found.values())


def _parsed(text: bytes, summed: bool) -> dict[str, Any] | None:
    """A line, if it is as it was written; `summed` says that it must have a checksum."""
    match = _SUMMED.fullmatch(text)
    if (match and int(match[1], 16) != crc32(match[2])) or (summed and not match):
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) and (match or line.get("version") != 2) else None


def _names(path: Path) -> Iterator[str]:
    """What the interview of a journal is called: by its file, and if there is one of that name, with a number."""
    from itertools import count
    from urllib.parse import unquote

    name = shown(unquote(path.stem), 200)
    yield name
    for number in count(2):
        yield f"{name[:_LONGEST].strip()} {number}"


def _sha256(path: Path) -> str:
    try:
        with _opened(path) as handle:
            return hashlib.sha256(os.read(handle, _LARGEST)).hexdigest()
    except OSError:
        return ""


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A journal, to read. Raises OSError where it cannot be read, BlockingIOError where an earlier version has it open."""
    handle = os.open(path, _FLAGS)
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(handle, 2**30, os.SEEK_SET)  # where they are locked there
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
            except OSError:
                raise BlockingIOError from None
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                raise
            except OSError:
                pass  # a file system without locks
        yield handle
    finally:
        os.close(handle)
