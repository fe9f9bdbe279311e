"""The command line: finds commands by name in `commands/`, and nothing else."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from types import FrameType

import click

from salespath import __version__
from salespath.commands.shared.group import Folder


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


_STOPPING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]


def _stop(number: int, frame: FrameType | None) -> None:
    """End with the exit code of a signal, clearing away what is being written; a second one does not keep that from being done."""
    for each in _STOPPING:
        signal.signal(each, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
