"""Serving a workshop: which port, under which addresses, and until it is stopped."""

from __future__ import annotations

import errno
import gc
import io
import ipaddress
import os
import socket
import sys
from contextlib import suppress

import uvicorn

from salespath.files.problems import refusal, shown
from salespath.workshop.app import Addresses
from salespath.workshop.security import Guard

GRACE = 1  # seconds that open streams have when it is stopped
TURN = 0.0005  # seconds that a computation goes on while an answer waits to be taken
CLEARED = (5000, 10, 10)  # objects, and rounds of these, after which what nobody needs is looked for
WAITING = 2048  # connections that wait to be taken, a whole room at once


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens, on a free port where that is 0.

    Raises SalespathError where the port is taken (SP227), or the address is none of this machine (SP228).
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        found = []
    if not found:
        raise refusal("SP228", f"{shown(host)} is no address of this machine.", None)
    family, kind, protocol, _, address = found[0]
    opened = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere it would let two listen to one port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(address)
        opened.listen(WAITING)
    except OSError as error:
        opened.close()
        if error.errno == errno.EADDRNOTAVAIL:
            raise refusal("SP228", f"{shown(host)} is no address of this machine.", None) from None
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        what = f"port {port} {why}; give another one, or --port 0 for one that is free."
        raise refusal("SP227", what, None) from None
    return opened


def is_local(host: str) -> bool:
    """Whether an address can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def addresses(host: str, port: int) -> tuple[Addresses, str]:
    """Where people come to, and where the facilitator does."""
    if is_local(host):
        return Addresses(_address(host, port)), _address(host, port)
    everywhere = host in ("0.0.0.0", "::")
    own = _own_address() if everywhere else host
    names = tuple({name.lower() for name in (host, socket.gethostname(), f"{socket.gethostname()}.local")})
    return Addresses(_address(own, port), names), _address("127.0.0.1" if everywhere else host, port)


def qr(text: str) -> str:
    """A text as a QR code for a terminal."""
    import segno

    out = io.StringIO()
    segno.make(text, micro=False).terminal(out, compact=True)
    return out.getvalue()


def serve(app: Guard, listening: socket.socket) -> None:
    """Serve until stopped."""
    sys.setswitchinterval(TURN)
    # What is there by now stays, and nobody waits while it is looked through; what pages leave behind is cleared away soon.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*CLEARED)
    config = uvicorn.Config(
        app, log_level="error", access_log=False, server_header=False, proxy_headers=False, lifespan="on", ws="none",
        timeout_graceful_shutdown=GRACE, h11_max_incomplete_event_size=16 * 1024,
    )  # fmt: skip
    uvicorn.Server(config).run([listening])


def _address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _own_address() -> str:
    """The address under which others on the network find this machine; nothing is sent to find it out."""
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        return str(asked.getsockname()[0])
    return "127.0.0.1"
