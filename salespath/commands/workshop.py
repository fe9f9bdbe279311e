"""Hold a workshop in the browser: everybody answers on their own phone, the wall shows what that comes to.

It serves this machine alone, until stopped with Ctrl-C; --host lets others on the network in, with an address for those whom you
give it to. Your own, for the facilitator, is printed apart. Every answer is in the file of --store before it counts.
"""

from __future__ import annotations

from pathlib import Path

import click

from salespath.commands.shared.group import say
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.files.problems import refusal, shown

PORT = 8765


@click.command("workshop", help=__doc__)
@click.option("--store", "path", metavar="PATH", help="The file that keeps the workshops (else with the interviews).")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="The port; 0 for one that is free."
)
@click.option(
    "--host", metavar="ADDRESS", default="127.0.0.1", show_default=True,
    help="The address of this machine to serve at; 0.0.0.0 for all of them.",
)  # fmt: skip
@with_base
def command(base: Base, path: str | None, port: int, host: str) -> None:
    try:
        from salespath.workshop import server
        from salespath.workshop.app import application
    except ImportError as error:
        what = f"a workshop needs {error.name}, which is not installed: `pip install 'salespath[workshop]'`."
        raise refusal("SP226", what, None) from None
    from salespath.interview import kept
    from salespath.interview.store import Store

    with server.listen(host, port) as listening, Store(Path(path)) if path else kept.opened() as store:
        addresses, own = server.addresses(host, listening.getsockname()[1])
        app = application(base, store, addresses)
        try:
            held = store.hold(app.keys.stream)
        except BlockingIOError:
            raise refusal(
                "SP229", f"{shown(store.path, 300)} is served already; use that, or another --store.", None
            ) from None
        with held:
            join = f"{addresses.join}/join" + (f"?t={app.keys.join}" if addresses.names is not None else "")
            say(f"Those who take part: {join}")
            if addresses.names is not None:
                click.echo(server.qr(join))
            say(f"You, the facilitator, and nobody else: {own}/?key={app.keys.host}", err=True)
            server.serve(app, listening)
