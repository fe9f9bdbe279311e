"""Locks on numbers, each for one holder at a time; they go with the process that has them, however it ends."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


@dataclass
class _File:
    """A file of locks, opened once: a process that closes it anywhere loses all its locks on it."""

    handle: int
    numbers: set[int] = field(default_factory=set)


_files: dict[str, _File] = {}
_guard = threading.Lock()


class Hold:
    """The lock on a number: the byte at that place of an empty file. Raises BlockingIOError where somebody else has it, OSError
    where there can be no such file.
    """

    def __init__(self, path: Path, number: int) -> None:
        self.number, self._closed = number, False
        self._key = os.path.abspath(path)
        with _guard:
            file = _files.get(self._key) or _File(os.open(path, _FLAGS, 0o600))
            if number in file.numbers:
                raise BlockingIOError
            try:
                _lock(file.handle, number)
            except BlockingIOError:
                if not file.numbers:
                    os.close(file.handle)
                raise
            file.numbers.add(number)
            _files[self._key] = file

    def __enter__(self) -> Hold:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others have it."""
        with _guard:
            if not self._closed:
                self._closed = True
                file = _files[self._key]
                file.numbers.remove(self.number)
                _unlock(file.handle, self.number)
                if not file.numbers:
                    os.close(_files.pop(self._key).handle)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, number: int) -> None:
        os.lseek(handle, number, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            raise BlockingIOError from None

    def _unlock(handle: int, number: int) -> None:
        os.lseek(handle, number, os.SEEK_SET)
        with suppress(OSError):
            msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(handle: int, number: int) -> None:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):  # which it is depends on the system
            raise BlockingIOError from None
        except OSError:
            pass  # a file system without locks: better unlocked than not at all

    def _unlock(handle: int, number: int) -> None:
        with suppress(OSError):
            fcntl.lockf(handle, fcntl.LOCK_UN, 1, number)
