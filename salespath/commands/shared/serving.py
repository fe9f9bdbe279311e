"""What `workshop` and `ask --web` share: a server on this machine, for one store, until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from salespath.commands.shared.group import report_problems
from salespath.engine.base import Base
from salespath.files.problems import refusal, shown

if TYPE_CHECKING:
    from salespath.workshop.app import Addresses
    from salespath.workshop.security import Guard
    from salespath.workshop.solo import Wanted


@contextmanager
def opened(
    base: Base, host: str, port: int, *, path: str | None = None, firm_file: str | None = None,
    wanted: Callable[[], Wanted] | None = None,
) -> Iterator[tuple[Guard, Addresses, str, Callable[[], None]]]:  # fmt: skip
    """The application, where people come to, where the facilitator does, and what serves it.

    `path` is the store, else that of the interviews. Raises SalespathError where something is not installed (SP226), the port is
    taken (SP227), the address is none (SP228), or the store is served already (SP229).
    """
    try:
        from salespath.workshop import server
        from salespath.workshop.app import application
        from salespath.workshop.handouts import Press
    except ImportError as error:
        what = f"a workshop needs {error.name}, which is not installed: `pip install 'salespath[workshop]'`."
        raise refusal("SP226", what, None) from None
    from salespath.interview import kept
    from salespath.interview.store import Store
    from salespath.tables.handout_out import write_handout

    firm = None
    if firm_file:
        from salespath.report.firm import read_firm

        firm, problems = read_firm(firm_file)
        report_problems(problems)
    listening: socket.socket
    with server.listen(host, port) as listening, Store(Path(path)) if path else kept.opened() as store:
        addresses, own = server.addresses(host, listening.getsockname()[1])
        app = application(base, store, addresses, Press(write_handout, firm), wanted and wanted())
        try:
            held = store.hold(app.keys.stream)
        except BlockingIOError:
            what = f"{shown(store.path, 300)} is served already; use that, or another --store."
            raise refusal("SP229", what, None) from None
        with held:
            yield app, addresses, own, lambda: server.serve(app, listening)
