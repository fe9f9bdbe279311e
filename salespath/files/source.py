"""Files as bytes: opened once, known by their first bytes, and decoded as text."""

from __future__ import annotations

import codecs
import os
import select
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NoReturn

from salespath.files.problems import SalespathError, refusal, shown

MAX_BYTES = 64 * 2**20
HEAD = 2**16  # bytes by which a file is known
_LISTED = 2**20  # at the end of an archive or of a compound file, which hold the names of their parts
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
INTERVIEW = "interview:"  # before the name of an interview, in place of the path of a file of companies

_UNPACK = "unpack it, or give what is in it on standard input (`… | salespath … -`)"
_AS_TEXT = "write what it says into a fact file or a table (`salespath facts template`)"
_SHEET = "save the sheet as CSV (UTF-8) and give that"
_WEB = "a web page, whatever its name ends in", "open it in a spreadsheet, save it as .xlsx or CSV, and give that"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # Microsoft's files before those that are ZIP archives, and around encrypted ones
_FOREIGN = {  # how files begin that are no text: what they are, and what to do
    _COMPOUND: ("a file of an older Excel or Word", _SHEET),
    b"\x1f\x8b": ("a gzip file", _UNPACK),
    b"BZh": ("a bzip2 file", _UNPACK),
    b"\xfd7zXZ\0": ("an xz file", _UNPACK),
    b"\x28\xb5\x2f\xfd": ("a Zstandard file", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": ("a 7-Zip archive", _UNPACK),
    b"%PDF-": ("a PDF document", _AS_TEXT),
    b"\x89PNG\r\n": ("an image (PNG)", _AS_TEXT),
    b"\xff\xd8\xff": ("an image (JPEG)", _AS_TEXT),
    b"GIF8": ("an image (GIF)", _AS_TEXT),
    b"SQLite format 3\0": ("an SQLite database", "save the table as CSV and give that"),
    b"<html": _WEB,
    b"<!doctype html": _WEB,
    b"<table": _WEB,
    b"<?xml": ("an XML document", "open it in a spreadsheet, save it as .xlsx or CSV, and give that"),
    b"ARROW1": ("an Arrow file", "save it as Parquet and give that"),
}
WORKBOOK = b"xl/workbook.xml"  # the part of a ZIP archive that makes it an Excel workbook
_ZIPPED = {  # what a ZIP archive is that names such a part
    b"xl/workbook.bin": ("a binary Excel workbook (.xlsb)", "save it as .xlsx and give that"),
    b"xl/": ("an Excel workbook", _SHEET),
    b"opendocument.spreadsheet": ("an OpenDocument spreadsheet", _SHEET),
    b"Index/Document.iwa": ("a file of Apple Numbers", "export the sheet as CSV (UTF-8) and give that"),
    b"word/": ("a Word document", _AS_TEXT),
    b"ppt/": ("a PowerPoint presentation", _AS_TEXT),
    b"": ("a ZIP archive", _UNPACK),
}
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class InputFile:
    """A file that is read once; `head` are its first bytes. `-` is standard input; `file` stands for what is no file on disk.

    `encoding` is what is said of its text, `sheet` which sheet of a workbook is meant; a file with `tables` may be a workbook.

    Raises SalespathError: SP101 for a missing file, a directory or a device, SP102 for one that is no text and no table: an
    encrypted workbook, gzip, a PDF document, an image, ….
    """

    def __init__(
        self, path: str, file: IO[bytes] | None = None, *, encoding: str = "", sheet: str = "", tables: bool = False
    ) -> None:
        self.path, self._copied = path, False
        self.encoding, self.sheet, self.is_workbook = encoding, sheet, False
        self._file = file or (sys.stdin.buffer if path == "-" else open_file(path))
        try:
            self.head = self._rest = _read(self._file, HEAD)
            self.size = _size(self._file)
            self.done = 0
            self._refuse_foreign(tables)
        except (OSError, ValueError) as error:
            self.close()
            _cannot_read(path, error)
        except SalespathError:
            self.close()
            raise

    @property
    def share(self) -> float | None:
        """How much of it is read, 0 to 1, where its size is known."""
        return min(1.0, self.done / self.size) if self.size else None

    @property
    def codec(self) -> str:
        """The encoding of its text: what is said, else what its first bytes tell; a byte order mark belongs to either."""
        seen = encoding(self.head)
        said = codecs.lookup(self.encoding).name if self.encoding else seen
        return seen if said.startswith(seen.removesuffix("-sig")) else said

    def read(self, size: int) -> bytes:
        """The next bytes. Raises SalespathError (SP101)."""
        data, self._rest = self._rest[:size], self._rest[size:]
        try:
            if len(data) < size:
                data += _read(self._file, size - len(data))
        except (OSError, ValueError) as error:
            _cannot_read(self.path, error)
        self.done += len(data)
        return data

    def ahead(self, size: int) -> bytes:
        """The next bytes, which stay to be read. Raises SalespathError (SP101)."""
        done = self.done
        data = self.read(size)
        self._rest, self.done = data + self._rest, done
        return data

    def pieces(self, size: int) -> Iterator[bytes]:
        """All bytes from the start, to be read again after `rewind`; of a pipe a copy is kept on disk while it is open."""
        self._copy()
        self.rewind()
        while data := self.read(size):
            yield data

    def _copy(self) -> None:
        """Keep what a pipe holds on disk, as long as it is open. Raises SalespathError (SP101)."""
        if self._file.seekable():
            return
        import tempfile

        copy = tempfile.TemporaryFile()  # noqa: SIM115 (it stays open)
        while data := self.read(2**20):
            copy.write(data)
        self.close()
        self._file, self._copied, self.size = copy, True, copy.tell()

    def rewind(self) -> None:
        """Begin again with the first byte, where it is a file or its pieces have been read."""
        self._file.seek(0)
        self._rest, self.done = b"", 0

    def keep(self) -> None:
        """See to it that it can be read twice: of a pipe of which nothing is read yet, a copy. Raises SalespathError (SP101)."""
        self._copy()
        self.rewind()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Read what `seeks` from the start meanwhile; then it goes on where it was."""
        place, rest, done = self._file.tell(), self._rest, self.done
        self.rewind()
        try:
            yield
        finally:
            self._file.seek(place)
            self._rest, self.done = rest, done

    @property
    def seeks(self) -> bool:
        """Whether it can be read twice without a copy."""
        return self._file.seekable()

    def whole(self) -> bytes:
        """All bytes. Raises SalespathError (SP101), also for more than MAX_BYTES."""
        data = self.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            size = f"{shown(self.path)} is larger than {MAX_BYTES // 2**20} MiB; split it, or use CSV or Parquet."
            raise refusal("SP101", size, self.path)
        return data

    def seekable(self) -> IO[bytes]:
        """The file from its start, to be read in any order; of a pipe, a copy."""
        self._copy()
        self._file.seek(0)
        return self._file

    def _refuse_foreign(self, tables: bool) -> None:
        """Raise SalespathError (SP102) where it is no text, and no welcome workbook. The end of an archive names its parts."""
        head = self.head
        if head.startswith(b"PK\x03\x04"):
            names = head + self._end(_LISTED)
            self.is_workbook = tables and WORKBOOK in names
            if self.is_workbook:
                return
            found = next((kind for part, kind in _ZIPPED.items() if part in names), None)
        else:
            marked = head[:64].removeprefix(codecs.BOM_UTF8).lstrip().lower()
            found = next(
                (kind for start, kind in _FOREIGN.items() if head.startswith(start) or marked.startswith(start)), None
            )
        if head.startswith(_COMPOUND) and _ENCRYPTED in head + self._end(_LISTED):
            found = "an encrypted workbook or document", "open it with its password, save it without one, and give that"
        if found:
            raise refusal("SP102", f"this is {found[0]}; {found[1]}.", self.path)

    def _end(self, size: int) -> bytes:
        """The last bytes of a file on disk; none of a pipe."""
        if not self._file.seekable():
            return b""
        place = self._file.tell()
        self._file.seek(max(0, self._file.seek(0, os.SEEK_END) - size))
        data = self._file.read()
        self._file.seek(place)
        return data

    def close(self) -> None:
        """Close it, unless it is standard input."""
        if self.path != "-" or self._copied:
            self._file.close()

    def __enter__(self) -> InputFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_bytes(path: str) -> bytes:
    """The content of a file, `-` being standard input. Raises SalespathError (SP101, SP102)."""
    with InputFile(path) as source:
        return source.whole()


def open_file(path: str) -> IO[bytes]:
    """A file opened for reading. Raises SalespathError (SP101) where there is none, or it is a directory or a device."""
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISDIR(mode) or stat.S_ISBLK(mode) or stat.S_ISCHR(mode) or stat.S_ISSOCK(mode):
            what = "a directory" if stat.S_ISDIR(mode) else "a device"
            raise refusal("SP101", f"{shown(path)} is {what}; a file was expected.", path)
        return open(path, "rb")
    except (OSError, ValueError) as error:
        _cannot_read(path, error)


def encoding(head: bytes) -> str:
    """The encoding of a text that begins so: UTF-16 or UTF-32 with its mark, UTF-16 seen by its zeros, else UTF-8."""
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return name
    even, odd = head[:16:2], head[1:16:2]
    if even and odd and any(even) != any(odd) and all(even) != all(odd):
        return "utf-16-le" if any(even) else "utf-16-be"
    return "utf-8-sig"


def decode(data: bytes, path: str, codec: str = "") -> str:
    """Bytes as text in an encoding, or where none is said in UTF-8, UTF-16 or UTF-32. Raises SalespathError (SP102) for others."""
    try:
        text = data.decode(codec or encoding(data))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        what = f"the byte {data[error.start]:#04x} is not {error.encoding.upper()}. Save the file as UTF-8."
        raise refusal("SP102", what, path, line) from None
    if "\0" in text:
        raise refusal("SP102", "this is a binary file; text was expected.", path)
    return text


def _read(file: IO[bytes], size: int) -> bytes:
    """So many bytes, or what there is. For those of a pipe it is waited in a way that a signal ends."""
    if file.seekable():
        return file.read(size)
    parts = []
    while size > 0:
        wait_for(file)
        part = file.read1(size)  # type: ignore[attr-defined] # every buffered file has it
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def wait_for(file: IO[Any]) -> None:
    """Wait until there is something to read, or a signal, which reading misses where it comes just before the waiting."""
    if os.name != "posix" or threading.current_thread() is not threading.main_thread():
        return
    heard, signalled = os.pipe()
    os.set_blocking(signalled, False)
    before = signal.set_wakeup_fd(signalled)
    try:
        while file not in select.select([file, heard], [], [])[0]:
            os.read(heard, 1)
    finally:
        signal.set_wakeup_fd(before)
        os.close(heard)
        os.close(signalled)


def _size(file: IO[bytes]) -> int:
    """The size of a regular file, else 0."""
    try:
        found = os.fstat(file.fileno())
    except OSError:
        return 0
    return found.st_size if stat.S_ISREG(found.st_mode) else 0


def _cannot_read(path: str, error: Exception) -> NoReturn:
    reason = getattr(error, "strerror", None) or str(error)
    raise refusal("SP101", f"cannot read {shown(path)}: {reason}.", path) from None
