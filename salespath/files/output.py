"""Files written whole or not at all, and never in place of an input or, unasked, of another file.

A regular file takes the place of the one before it and keeps its mode; a symbolic link is followed; pipes, devices and the streams
of the process (/dev/stdout; standard output is also `-`) are written to and nothing is replaced.
"""

from __future__ import annotations

import json
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from salespath.files.problems import Problem, SalespathError, refusal, shown

_STREAM = re.compile(r"/dev/(?:fd/(\d+)|(stdout)|(stderr))|/proc/self/fd/(\d+)")


class Output(NamedTuple):
    """A file to write; what it is for, where that is not plain; and the option that gives it another name."""

    path: str
    purpose: str = ""
    option: str = ""


class Begin(Protocol):
    """What begins a file."""

    def __call__(self, path: str, *, like: str | None = None) -> IO[bytes]:
        """A file to write to. A new one gets the mode of `like`, where there is such a file. Raises SalespathError."""


def check(outputs: Iterable[Output], inputs: Iterable[str] = (), *, force: bool = False) -> None:
    """Refuse outputs before anything is done. `inputs` are all files that the run reads, `-` being standard input.

    Raises SalespathError with every reason: SP146 for an output that is an input, whatever it is called, or that is given twice;
    SP141 for one that exists, without `force`; SP140 for one that no file can be written as.
    """
    read = [(path, status) for path in inputs if (status := _status_of_input(path))]
    problems: list[Problem] = []
    others: list[tuple[str, os.stat_result | None]] = []
    for path, purpose, option in outputs:
        what = f"{shown(path)}{f', {purpose},' if purpose else ''}"
        name = f"choose another name{f' with {option}' if option else ''}"
        try:
            there = _status(path)
        except (OSError, ValueError) as error:
            problems.extend(_cannot_write(path, error).problems)
            continue
        source = next((known for known, status in read if _same(there, status)), None)
        if source is not None:
            other = "" if source == path else f"{'standard input' if source == '-' else shown(source)}, "
            message = f"{what} is {other}an input of this command, which is never written over; {name}."
            problems.append(Problem("SP146", message, file=path))
        elif any(_same(there, status) or os.path.realpath(path) == place for place, status in others):
            message = f"{what} would be written twice by this command; {name}."
            problems.append(Problem("SP146", message, file=path))
        elif _is_replaced(path, there) and not force:
            problems.append(_exists(path, what, name))
        if there is None or not stat.S_ISCHR(there.st_mode):
            others.append((os.path.realpath(path), there))
    if problems:
        raise SalespathError(problems)


def is_through(path: str) -> bool:
    """Whether a path is a pipe, a device or a stream of the process: written to, not replaced."""
    if path == "-":
        return True
    try:
        there = _status(path)
    except (OSError, ValueError):
        return False
    return there is not None and not _is_replaced(path, there)


def is_there(path: str) -> bool:
    """Whether there is a file that would be replaced."""
    try:
        return _is_replaced(path, _status(path))
    except (OSError, ValueError):
        return False


@contextmanager
def together(*, force: bool = False) -> Iterator[Begin]:
    """A function that begins files (`-` is standard output). They take their places once all are written, the last begun first;
    on an error none does.

    Raises SalespathError: SP140 where a file cannot be written, SP141 where one exists, without `force`.
    """
    files: list[_File] = []

    def begin(path: str, *, like: str | None = None) -> IO[bytes]:
        try:
            files.append(_File(path, force, like))
        except (OSError, ValueError) as error:
            raise _cannot_write(path, error) from None
        return files[-1].file

    try:
        at = 0  # of the files, the one that an error is about
        try:
            yield begin
            for step in (_File.finish, _File.place):
                for at in reversed(range(len(files))):
                    step(files[at])
        except OSError as error:
            if not files:
                raise
            raise _cannot_write(files[at].path, error) from None
    finally:
        for file in files:
            file.drop()


@contextmanager
def atomic(path: str, *, force: bool = False) -> Iterator[IO[bytes]]:
    """One file, as `together` writes several."""
    with together(force=force) as begin:
        yield begin(path)


def json_pieces(data: Any, *, ascii_only: bool = False) -> Iterator[str]:
    """Plain data as JSON, indented by two; an iterator is an array, whose items are made and written one by one."""
    if not isinstance(data, Iterator):
        yield json.dumps(data, ensure_ascii=ascii_only, indent=2) + "\n"
        return
    before = "["
    for item in data:
        yield before + ("\n" + json.dumps(item, ensure_ascii=ascii_only, indent=2)).replace("\n", "\n  ")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def json_lines(data: Any, *, ascii_only: bool = False) -> Iterator[str]:
    """Plain data as JSON on one line; each item of an iterator on one of its own."""
    for item in data if isinstance(data, Iterator) else (data,):
        yield json.dumps(item, ensure_ascii=ascii_only) + "\n"


class _File:
    """A file being written: under another name beside its place, unless it is written through."""

    def __init__(self, path: str, force: bool, like: str | None) -> None:
        self.path, self._force = path, force
        self._part: str | None = None
        if path == "-":
            sys.stdout.flush()
            self.file: IO[bytes] = sys.stdout.buffer
            return
        there = _status(path)
        stream = _stream(path)
        if stream is not None:
            self.file = os.fdopen(os.dup(stream), "wb")  # opened by name, it would be written from its start
        elif there and not _is_replaced(path, there):
            self.file = os.fdopen(os.open(path, os.O_WRONLY), "wb")
        else:
            if there and not force:
                raise SalespathError([_exists(path)])
            self._target = Path(os.path.realpath(path))
            self._mode = _mode(there or (_status(like) if like is not None else None))
            handle, self._part = tempfile.mkstemp(
                dir=self._target.parent, prefix=f".{self._target.name}.", suffix=".part"
            )
            self.file = os.fdopen(handle, "wb")

    def finish(self) -> None:
        self.file.flush()
        if self._part:
            os.fsync(self.file.fileno())
            os.chmod(self._part, self._mode)
        if self.path != "-":
            self.file.close()

    def place(self) -> None:
        if self._part:
            if not self._force and self._target.exists():  # it has come into being meanwhile
                raise SalespathError([_exists(self.path)])
            os.replace(self._part, self._target)
            self._part = None

    def drop(self) -> None:
        if self.path != "-":
            with suppress(OSError):
                self.file.close()
        if self._part:
            with suppress(OSError):
                os.unlink(self._part)


def _mode(there: os.stat_result | None) -> int:
    """The rights of a file: those of the one it replaces, or what the umask leaves."""
    if there and stat.S_ISREG(there.st_mode):
        return there.st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _stream(path: str) -> int | None:
    """The number of a stream of this process that goes by a name."""
    found = _STREAM.fullmatch(os.path.abspath(path))
    if not found:
        return None
    return 1 if found[2] else 2 if found[3] else int(found[1] or found[4])


def _status(path: str) -> os.stat_result | None:
    """What there is at the end of all links, or None. Raises OSError where no file can be written."""
    stream = _stream(path)
    try:
        found = os.stat(path) if stream is None else os.fstat(stream)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(0, "Is a directory")
    if stat.S_ISBLK(found.st_mode) or (stream is None and stat.S_ISSOCK(found.st_mode)):
        raise OSError(0, "It is a disk or a socket")
    return found


def _status_of_input(path: str) -> os.stat_result | None:
    try:
        return os.fstat(0) if path == "-" else os.stat(path)
    except (OSError, ValueError):
        return None


def _same(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    """Whether two are one file or pipe. A terminal may well be both read and written."""
    if one is None or other is None:
        return False
    return os.path.samestat(one, other) and (stat.S_ISREG(one.st_mode) or stat.S_ISFIFO(one.st_mode))


def _is_replaced(path: str, there: os.stat_result | None) -> bool:
    return there is not None and stat.S_ISREG(there.st_mode) and _stream(path) is None


def _exists(path: str, what: str = "", name: str = "choose another name") -> Problem:
    return Problem("SP141", f"{what or shown(path)} exists already; {name}, or add --force to replace it.", file=path)


def _cannot_write(path: str, error: Exception) -> SalespathError:
    reason = getattr(error, "strerror", None) or str(error)
    what, file = ("the output", None) if path == "-" else (shown(path), path)
    return refusal("SP140", f"cannot write {what}: {reason}.", file)
