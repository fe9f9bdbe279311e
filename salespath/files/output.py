"""Files written whole or not at all, and never in place of an input or, unasked, of another file.

A regular file takes the place of the one before it and keeps its mode; a symbolic link is followed; pipes, devices and the streams
of the process (/dev/stdout; standard output is also `-`) are written to and nothing is replaced. File and folder are on the disk
when it is done. What a killed run left behind goes when the same file is written next.
"""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.files.visible import escaped

_PART = ".part"  # how the names end of files that are being written
_NAME = 200  # bytes of a name that are part of that; the most a file system takes is 255
_UNSYNCED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EBADF)  # of a folder that cannot be synced
_written: list[Sequence[_File | _Folder]] = []  # what is being written, the files of each `together` apart
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


def check(
    outputs: Iterable[Output], inputs: Iterable[str] = (), *, force: bool = False, makes_folder: bool = False
) -> None:
    """Refuse outputs before anything is done. `inputs` are all files that the run reads, `-` being standard input.

    With `makes_folder` their folder need not be there yet. Raises SalespathError with every reason: SP146 for an output that is an
    input, whatever it is called, or that is given twice; SP141 for one that exists, without `force`; SP140 for one that no file
    can be written as, or in a folder that is not there or takes none.
    """
    read = [(path, status) for path in inputs if (status := _status_of_input(path))]
    problems: list[Problem] = []
    others: list[tuple[str, os.stat_result | None]] = []
    for path, purpose, option in outputs:
        what = f"{shown(path)}{f', {purpose},' if purpose else ''}"
        name = f"choose another name{f' with {option}' if option else ''}"
        try:
            there = _status(path)
            if there is None or _is_replaced(path, there):
                _refuse_folder(os.path.dirname(os.path.realpath(path)), makes_folder)
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
    _written.append(files)

    def begin(path: str, *, like: str | None = None) -> IO[bytes]:
        files.append(_File(path, force))  # it is known, and goes with the others, before there is anything of it
        try:
            return files[-1].begin(like)
        except (OSError, ValueError) as error:
            raise _cannot_write(path, error) from None

    try:
        at = 0  # of the files, the one that an error is about
        try:
            yield begin
            for step in (_File.finish, _File.place):
                for at in reversed(range(len(files))):
                    step(files[at])
        except OSError as error:
            if not files or error.errno == errno.EPIPE:  # whoever read it has heard enough
                raise
            raise _cannot_write(files[at].path, error) from None
    finally:
        _drop(files)
        _written.remove(files)


def abandon() -> None:
    """Leave nothing of the files that are being written, where the program ends at once."""
    for files in _written:
        _drop(files)


@contextmanager
def atomic(path: str, *, force: bool = False) -> Iterator[IO[bytes]]:
    """One file, as `together` writes several."""
    with together(force=force) as begin:
        yield begin(path)


@contextmanager
def scratch() -> Iterator[str]:
    """A folder for what is put together into a file in the end; it goes, however the program is stopped."""
    folder = _Folder()
    _written.append([folder])
    try:
        folder.path = tempfile.mkdtemp(prefix="salespath-")
        yield folder.path
    finally:
        folder.drop()
        _written.remove([folder])


def json_pieces(data: Any, *, ascii_only: bool = False) -> Iterator[str]:
    """Plain data as JSON, indented by two; an iterator is an array, whose items are made and written one by one."""
    if not isinstance(data, Iterator):
        yield escaped(json.dumps(data, ensure_ascii=ascii_only, indent=2)) + "\n"
        return
    before = "["
    for item in data:
        yield before + ("\n" + escaped(json.dumps(item, ensure_ascii=ascii_only, indent=2))).replace("\n", "\n  ")
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def json_lines(data: Any, *, ascii_only: bool = False) -> Iterator[str]:
    """Plain data as JSON on one line; each item of an iterator on one of its own."""
    for item in data if isinstance(data, Iterator) else (data,):
        yield escaped(json.dumps(item, ensure_ascii=ascii_only)) + "\n"


class _Folder:
    """A folder for a while."""

    path = ""

    def drop(self) -> None:
        """Leave nothing of it."""
        if self.path:
            shutil.rmtree(self.path, ignore_errors=True)


def _drop(files: Iterable[_File | _Folder]) -> None:
    for file in files:
        file.drop()


class _File:
    """A file being written: under another name beside its place, unless it is written through."""

    def __init__(self, path: str, force: bool) -> None:
        self.path, self._force = path, force
        self.file: IO[bytes] | None = None
        self._part: str | None = None

    def begin(self, like: str | None) -> IO[bytes]:
        """Open it. A new one gets the mode of `like`."""
        path = self.path
        if path == "-":
            sys.stdout.flush()
            self.file = sys.stdout.buffer
            return self.file
        there, stream = _status(path), _stream(path)
        if stream is not None:
            self.file = os.fdopen(os.dup(stream), "wb")  # opened by name, it would be written from its start
        elif there and not _is_replaced(path, there):
            self.file = os.fdopen(os.open(path, os.O_WRONLY), "wb")
        else:
            if there and not self._force:
                raise SalespathError([_exists(path)])
            self._target = Path(os.path.realpath(path))
            self._mode = _mode(there or (_status(like) if like is not None else None))
            self.file = os.fdopen(self._new_part(), "wb")
        return self.file

    def _new_part(self) -> int:
        """A file beside the place, locked so that nobody takes it for one that was left behind."""
        folder, start = self._target.parent, _start(self._target)
        _sweep(folder, start)
        while True:
            # The name is known before there is such a file: wherever the program is stopped, nothing is left.
            self._part = str(folder / f"{start}{secrets.token_hex(4)}{_PART}")
            try:
                handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            except FileExistsError:
                self._part = None
                continue
            if _locked(handle, wait=True) is None or os.fstat(handle).st_nlink:
                return handle
            os.close(handle)  # it was swept away before it was locked

    def finish(self) -> None:
        """Make sure that all of it is on the disk."""
        assert self.file
        self.file.flush()
        if self._part:
            os.fsync(self.file.fileno())
            os.chmod(self._part, self._mode)
        elif self.path != "-":
            self.file.close()

    def place(self) -> None:
        """Put it in its place."""
        if self._part:
            if not self._force and self._target.exists():  # it has come into being meanwhile
                raise SalespathError([_exists(self.path)])
            if os.name != "posix" and self.file:  # an open file cannot be renamed
                self.file.close()
            os.replace(self._part, self._target)
            self._part = None
            sync_folder(self._target.parent)

    def drop(self) -> None:
        """Close it, and leave nothing of what did not get to its place."""
        if self.path != "-" and self.file:
            with suppress(OSError):
                self.file.close()
        if self._part:
            with suppress(OSError):
                os.unlink(self._part)


def give_up_unwritten() -> None:
    """Drop what standard output did not take: the end of the program would try again, complain, and change the exit code."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def sync_folder(path: Path) -> None:
    """Make sure that a new name in a folder survives a crash, where the system can do so. Raises OSError."""
    if os.name != "posix":
        return
    try:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in _UNSYNCED:
            raise


def _start(target: Path) -> str:
    """How the names begin of files that are being written to be `target`."""
    return f".{os.fsdecode(os.fsencode(target.name)[:_NAME])}."


def _sweep(folder: Path, start: str) -> None:
    """Remove what runs left behind that were killed while they wrote a file: nobody holds its lock."""
    with suppress(OSError), os.scandir(folder) as entries:
        left = [e for e in entries if e.name.startswith(start) and e.name.endswith(_PART)]
        for entry in left:
            middle = entry.name[len(start) : -len(_PART)]
            if not re.fullmatch("[0-9a-z_]{8}", middle) or not entry.is_file(follow_symlinks=False):
                continue
            with suppress(OSError):
                handle = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                try:
                    if _locked(handle, wait=False):
                        os.unlink(entry.path)
                finally:
                    os.close(handle)


def _locked(handle: int, *, wait: bool) -> bool | None:
    """Lock an open file, until it is closed; whether that worked, None where files have no such locks."""
    try:
        import fcntl
    except ImportError:  # Windows, where an open file cannot be removed anyway
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


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


def _refuse_folder(folder: str, made: bool) -> None:
    """Raise OSError for a folder that takes no file; one that will be `made` need not be there."""
    while made and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.exists(folder):
        raise FileNotFoundError(0, f"No such file or directory (there is no folder {shown(folder, 300)})")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(0, f"the folder {shown(folder, 300)} takes no new file (no right to write)")


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
