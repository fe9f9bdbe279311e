"""Write the rule reference as Markdown: every rule, and what cites each statement and benchmark."""

from __future__ import annotations

from pathlib import Path

import click

from salespath.commands.shared.delivery import files_read
from salespath.commands.shared.group import say
from salespath.commands.shared.reading import with_base
from salespath.engine.base import Base
from salespath.files.output import Output, check, together
from salespath.report.formats.markdown import write
from salespath.report.pages.reference import pages


@click.command("reference", help=__doc__)
@click.option("-o", "--output", metavar="DIR", help="Write the pages into this folder instead of printing them.")
@click.option("--force", is_flag=True, help="Let -o replace existing files.")
@with_base
def command(base: Base, output: str | None, force: bool) -> None:
    found = {f"{name}.md": write(page) for name, page in pages(base).items()}
    if output is None:
        click.echo("\n".join(found.values()), nl=False)
        return
    files = {str(Path(output) / name): text for name, text in found.items()}
    check(map(Output, files), files_read(), force=force, makes_folder=True)
    Path(output).mkdir(parents=True, exist_ok=True)
    with together(force=force) as begin:
        for path, text in files.items():
            begin(path).write(text.encode())
    say(f"{len(found)} pages in {output}, {len(base.knowledge.rules)} rules.", err=True)
