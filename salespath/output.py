"""Files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from salespath.errors import Problem, SalespathError, shown


@contextmanager
def atomic(path: str) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` once all is written; nothing is left behind on an error.

    Raises SalespathError (SP140) where it cannot be written.
    """
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    except OSError as error:
        raise SalespathError([Problem("SP140", f"cannot write {shown(path)}: {error.strerror}.", file=path)]) from None
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, target)
    except OSError as error:
        raise SalespathError([Problem("SP140", f"cannot write {shown(path)}: {error.strerror}.", file=path)]) from None
    finally:
        with suppress(OSError):
            os.unlink(name)
