"""Where the output of a command goes and in which format: the options, and what writes it."""

from __future__ import annotations

import functools
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from salespath.commands.shared.columns import given_files
from salespath.files.output import Begin, Output, check, is_there, is_through, json_lines, json_pieces, together
from salespath.files.source import INTERVIEW
from salespath.report.formats import DOCUMENTS, WRITERS, ready, text, write_document, write_page
from salespath.report.page import Page, Text
from salespath.rules.folders import rule_files, vocabulary_files

if TYPE_CHECKING:
    from salespath.report.firm import Firm

F = TypeVar("F", bound=Callable[..., Any])

STDOUT = "-"
# What is printed, and the endings of such files.
FORMATS = {"text": "txt", **{ending: ending for ending in (*WRITERS, *DOCUMENTS)}, "json": "json"}
TABLES = ("csv", "jsonl")  # those of tables that can be printed


def bold(text: str) -> str:
    """Bold on a terminal that can show it."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    return text if plain else click.style(text, bold=True)


@dataclass(frozen=True)
class Destination:
    """Where the output goes (`-` is standard output), as which kind of file, and whether it may replace one.

    `rejects` is where companies go that cannot be assessed, `always` whether that file is written though there are none.
    """

    path: str
    ending: str
    force: bool
    rejects: str | None = None
    always: bool = False

    @property
    def style(self) -> dict[str, Any]:
        """How text is written there: the width (120 where there is no terminal), what marks headings, the encoding."""
        columns = shutil.get_terminal_size((120, 24)).columns
        return {"width": max(40, columns), "bold": bold if self.path == STDOUT else str, "encoding": self.encoding}

    @property
    def encoding(self) -> str:
        """The encoding of text."""
        return (sys.stdout.encoding or "ascii").lower() if self.path == STDOUT else "utf-8"

    @property
    def ascii_only(self) -> bool:
        """Whether JSON needs escapes."""
        return self.encoding not in ("utf-8", "utf8")


TEXT, JSON = Destination(STDOUT, "txt", False), Destination(STDOUT, "json", False)


def output_options(*tables: str, formats: Mapping[str, str] = FORMATS) -> Callable[[F], F]:
    """The options --format, -o and --force, which give a command its `output`; `tables` are the endings of tables it can write.

    The first of `formats`, each with its ending, is what is printed unasked. With tables there is also --rejects. An output that is
    an input (an argument, a rule file) is refused before anything is read.
    """
    endings = {**formats, **{ending: ending for ending in tables}}
    first, *_ = formats
    printed = click.Choice([name for name in endings if name in formats or name in TABLES])
    names = ", ".join(endings.values())
    left = "Write the rows that are rejected here (with -o: OUT.rejects.csv)."
    options = [
        click.option("--format", "format_", type=printed, help=f"What to print.  [default: {first}]"),
        click.option("-o", "--output", "path", metavar="OUT", help=f"Write a file instead: {names}."),
        *([click.option("--rejects", metavar="FILE.csv", help=left)] if tables else []),
        click.option("--force", is_flag=True, help="Let an output replace an existing file; never an input."),
    ]

    def decorate(command: F) -> F:
        @functools.wraps(command)
        def run(
            *args: Any, format_: str | None, path: str | None, force: bool, rejects: str | None = None, **kwargs: Any
        ) -> Any:
            output = Destination(path or STDOUT, _ending(path or STDOUT, format_, endings), force)
            if tables:
                output = _with_rejects(output, rejects)
            outputs = [] if output.path == STDOUT else [Output(output.path)]
            outputs += [Output(output.rejects, "where rejected rows go", "--rejects")] if output.rejects else []
            if saved := given_files()[1]:
                outputs.append(Output(saved, "where the mapping goes", "--save-mapping"))
            outputs = [given for given in outputs if "://" not in given.path or not kwargs.get("machines")]  # Spark's
            if outputs:
                check(outputs, files_read(), force=force)
            ready(output.ending)
            return command(*args, output=output, **kwargs)

        for option in reversed(options):
            run = option(run)
        return cast(F, run)

    return decorate


def given_words() -> dict[str, str]:
    """The options of the command at hand that somebody gave, as words; not where its output goes."""
    context = click.get_current_context()
    found = {}
    for option in context.command.params:
        name = max(option.opts, key=len)
        given = context.get_parameter_source(str(option.name)) is ParameterSource.COMMANDLINE
        if not given or not isinstance(option, click.Option) or name in ("--output", "--force", "--format"):
            continue
        value = context.params.get(str(option.name), context.meta.get(f"salespath.{name[2:].replace('-', '_')}"))
        found[name] = (
            ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else "yes" if value is True else str(value)
        )
    return found


def files_read() -> list[str]:
    """The files that the command at hand reads: its arguments, answers, rules and vocabulary. None of them is ever written over."""
    context = click.get_current_context()
    arguments = [param for param in context.command.params if isinstance(param, click.Argument)]
    named = [param.name for param in arguments if param.type is click.STRING]
    given = [
        context.params.get(str(name)) or ()
        for name in (*named, "cases", "answers_file", "folders", "store", "firm_file", "template")
    ]
    paths = [_file_of(path) for value in given for path in ([value] if isinstance(value, str) else value)]
    inside = [file for path in paths if os.path.isdir(path) for file in rule_files(Path(path))]
    answers = [entry.path for path in paths if os.path.isdir(path) for entry in os.scandir(path)]
    paths += [path for path in given_files()[:1] if path]
    return [*paths, *answers, *map(str, (*inside, *rule_files(), *vocabulary_files()))]


def _file_of(path: str) -> str:
    """The file that is read for a path: of an interview, the store."""
    if not path.startswith(INTERVIEW):
        return path
    from salespath.interview.store import default_path  # not for files

    return str(default_path())


def _with_rejects(output: Destination, rejects: str | None) -> Destination:
    if rejects == STDOUT or not (rejects is None or rejects.lower().endswith(".csv") or is_through(rejects)):
        raise click.UsageError(f"--rejects {rejects}: expected a name that ends in .csv.")
    if rejects is None and not is_through(output.path):
        rejects = f"{os.path.splitext(output.path)[0]}.rejects.csv"
        return replace(output, rejects=rejects, always=is_there(rejects))
    return replace(output, rejects=rejects, always=rejects is not None)


def _ending(path: str, format_: str | None, endings: Mapping[str, str]) -> str:
    ending = os.path.splitext(path.lower())[1].removeprefix(".")
    wanted = endings[format_] if format_ else None
    names = [*endings.values()]
    if path == STDOUT or (ending not in names and is_through(path)):
        if wanted in DOCUMENTS and path == STDOUT and sys.stdout.isatty():
            raise click.UsageError(f"--format {format_} is not printed on a terminal; name a file: -o OUT.{wanted}.")
        return wanted or names[0]
    if ending not in names:
        raise click.UsageError(f"-o {path}: expected a name that ends in {', '.join(f'.{name}' for name in names)}.")
    if wanted not in (None, ending):
        raise click.UsageError(f"-o {path} and --format {format_} say different things; leave --format out.")
    return ending


def deliver(
    output: Destination,
    *,
    pages: Callable[[], Iterable[Page | str]] = tuple,
    document: Callable[[], Any] = tuple,
    between: str = "",
    begin: Begin | None = None,
    firm: Firm | None = None,
) -> None:
    """Write what a command has to say: its pages, or its document, in whatever format is wanted.

    Pages of text stand one after the other with `between` them; a page may be lines of text in which nothing
    is hidden. An iterator as document is an array, written item by item. `begin` writes it together with other files.
    Where the format bears one, the name of a `firm` is on it.
    """
    if begin is None:
        with together(force=output.force) as begin:
            return deliver(output, pages=pages, document=document, between=between, begin=begin, firm=firm)
    encoding = output.encoding
    match output.ending:
        case "json":
            pieces = json_pieces(document(), ascii_only=output.ascii_only)
        case "jsonl":
            pieces = json_lines(document(), ascii_only=output.ascii_only)
        case ending if ending in WRITERS:
            encoding, pieces = "utf-8", iter([write_page(_pages(pages()), ending, firm)])
        case ending if ending in DOCUMENTS:
            begin(output.path).write(write_document(_pages(pages()), ending, firm))
            return
        case _:
            pieces = _texts(pages(), output, between)
    file = begin(output.path)
    for piece in pieces:
        file.write(piece.encode(encoding, "replace"))


def _pages(some: Iterable[Page | str]) -> list[Page]:
    return [Page("", tuple(map(Text, page.splitlines()))) if isinstance(page, str) else page for page in some]


def deliver_record(output: Destination, pages: ModuleType, *record: object) -> None:
    """Write the page, or the document, that a module of report/pages makes of a record (or of the parts of one)."""
    deliver(output, pages=lambda: [pages.page(*record)], document=lambda: pages.document(*record))


def _texts(pages: Iterable[Page | str], output: Destination, between: str) -> Iterator[str]:
    before = ""
    for page in pages:
        yield before + (page if isinstance(page, str) else text.write(page, **output.style))
        before = between
