"""Hold a workshop in the browser: everybody answers on their own phone, the wall shows what that comes to.

It serves this machine alone, until stopped with Ctrl-C; --host lets others on the network in, with an address for those whom you
give it to. Your own, for the facilitator, is printed apart. Every answer is in the file of --store before it counts.
"""

from __future__ import annotations

import click

from salespath.commands.shared.group import say
from salespath.commands.shared.reading import with_base
from salespath.commands.shared.serving import opened
from salespath.engine.base import Base

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
@click.option("--firm", "firm_file", metavar="FILE.yaml", help="Handouts bear the name, logo and colour of this firm.")
@with_base
def command(base: Base, path: str | None, port: int, host: str, firm_file: str | None) -> None:
    with opened(base, host, port, path=path, firm_file=firm_file) as (app, addresses, own, serve):
        join = f"{addresses.join}/join" + (f"?t={app.keys.join}" if addresses.names is not None else "")
        say(f"Those who take part: {join}")
        if addresses.names is not None:
            from salespath.workshop.server import qr

            click.echo(qr(join))
        say(f"You, the facilitator, and nobody else: {own}/?key={app.keys.host}", err=True)
        serve()
