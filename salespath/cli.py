"""The command line: finds commands by name in `commands/`, and nothing else."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from types import FrameType

import click

from salespath import __version__
from salespath.commands.shared.group import Folder
from salespath.files.output import abandon


@click.group(cls=Folder, package="salespath.commands", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "--version", prog_name="salespath")
def main() -> None:
    """Which sales process a B2B company should run, enterprise or SMB, and why."""
    # Reading rules makes many objects and no garbage: collecting would cost a twentieth of a report.
    gc.set_threshold(100_000, 20, 20)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started the program
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open as long as the program
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a legacy code page must not crash on an en dash
            stream.reconfigure(errors="replace")
    if threading.current_thread() is threading.main_thread():
        for number in _STOPPING:
            if signal.getsignal(number) == signal.SIG_DFL:  # `nohup` has one ignored, for one
                signal.signal(number, _stop)


_GRACE = 1.0  # seconds
_STOPPING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name) and os.name == "posix"]


def _stop(number: int, frame: FrameType | None) -> None:
    """End with the exit code of a signal, clearing away what is being written; a second one does not keep that from being done."""
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)  # which the end of the interpreter leaves as it is
    # What is called from C may swallow an exception, and a thread may wait: then there is an end to it all the same.
    signal.signal(signal.SIGALRM, lambda *_: _end(128 + number))
    signal.setitimer(signal.ITIMER_REAL, _GRACE)
    atexit.register(signal.setitimer, signal.ITIMER_REAL, 0)
    raise SystemExit(128 + number)


def _end(code: int) -> None:
    abandon()
    os._exit(code)


if __name__ == "__main__":
    main()
