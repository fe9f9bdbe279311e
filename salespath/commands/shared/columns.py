"""The columns of tables: the options that say which facts they are, asking of others, and saying how they were read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from salespath.commands.shared.group import report_problems, say
from salespath.facts import ColumnRead, Vocabulary
from salespath.files.output import atomic
from salespath.files.problems import SalespathError, has_error, shown
from salespath.files.visible import visible
from salespath.tables.columns import ON_ERROR, REJECT, TableOptions, mapping_text, read_options

F = TypeVar("F", bound=Callable[..., Any])

_MAP, _MAPPING, _SAVE, _ON_ERROR, _SHEET, _ENCODING, _NO_INPUT = (
    f"salespath.{name}" for name in ("map", "mapping", "save_mapping", "on_error", "sheet", "encoding", "no_input")
)
_GIVEN = "salespath.columns"  # the options as they were read, with the answers given since
_SAVED = "salespath.columns_saved"  # the columns that are in the file of --save-mapping
_NAMED = 12  # columns that are carried through and named


def table_options(*, maps: bool = True, asks: bool = True) -> Callable[[F], F]:
    """The options of every command that opens tables: which columns are which facts, what becomes of bad cells, sheet, encoding.

    Without `maps` the command has a --map of its own and calls `map_columns`, without `asks` a --no-input of its own.
    """
    options = [
        _option(
            "--map",
            metavar='"COLUMN=FACT"',
            multiple=True,
            help="Which fact a column of a table is (again: another one); FACT none: no fact.",
        ),
        _option("--mapping", metavar="FILE", help="A file (YAML) that says so."),
        _option("--save-mapping", metavar="FILE", help="Write such a file of what was understood."),
        _option(
            "--on-error",
            type=click.Choice(ON_ERROR),
            default=REJECT,
            show_default=True,
            help="Cells that cannot be read: reject the row, take them as unknown, or stop.",
        ),
        _option("--sheet", metavar="NAME", help="Which sheet of a workbook; else the one whose header has most facts."),
        _option(
            "--encoding",
            metavar="NAME",
            callback=_known_encoding,
            help="The encoding of text, where it is taken for another one: cp1250.",
        ),
        _option("--no-input", is_flag=True, help="Never ask which fact a column is."),
    ]
    chosen = [*(options[:1] if maps else ()), *options[1:-1], *(options[-1:] if asks else ())]

    def decorate(command: F) -> F:
        for option in reversed(chosen):
            command = option(command)
        return command

    return decorate


def _option(name: str, **how: Any) -> Callable[[F], F]:
    """An option that is kept with the command that runs, under its name."""
    key = f"salespath.{name.removeprefix('--').replace('-', '_')}"
    return click.option(name, expose_value=False, **{"callback": keep(key), **how})


def keep(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    """Keep what an option says with the command that runs."""
    return lambda context, option, value: context.meta.__setitem__(key, value)


def _known_encoding(context: click.Context, option: click.Parameter, value: str | None) -> None:
    try:
        "".encode(value or "utf-8")
    except (LookupError, ValueError):
        message = f"{shown(value)} is no encoding of text; expected a name such as cp1250, cp1252, iso8859-2 or utf-16."
        raise click.BadParameter(message) from None
    keep(_ENCODING)(context, option, value)


def map_columns(texts: Sequence[str]) -> None:
    """Take some texts of a command's own --map as those of columns."""
    click.get_current_context().meta[_MAP] = tuple(texts)


def given_files() -> tuple[str, str]:
    """The mapping file that the command at hand reads, and the one that it writes; empty where there is none."""
    meta = click.get_current_context().meta
    return meta.get(_MAPPING) or "", meta.get(_SAVE) or ""


def given_options(vocabulary: Vocabulary, files: Sequence[str] = ()) -> TableOptions:
    """What the options say of columns, and whom to ask of others; `files` are those that will be opened.

    Raises SalespathError (SP166) with all that is wrong with it.
    """
    context = click.get_current_context(silent=True)
    meta = context.meta if context else {}
    found: TableOptions | None = meta.get(_GIVEN)
    if found is None:
        found = read_options(vocabulary, meta.get(_MAP) or (), meta.get(_MAPPING) or "")
        found.on_error = meta.get(_ON_ERROR) or REJECT
        found.sheet, found.encoding = meta.get(_SHEET) or "", meta.get(_ENCODING) or ""
        if context:
            meta[_GIVEN] = found
            asks = not meta.get(_NO_INPUT) and not context.params.get("no_input") and "-" not in files
            if asks and sys.stdin.isatty() and sys.stderr.isatty():
                found.ask = lambda heading, facts: _ask(vocabulary, heading, facts)
    return found


def _ask(vocabulary: Vocabulary, heading: str, facts: Sequence[str]) -> str:
    """Ask which of some facts a column is."""
    called = [f"{name} ({vocabulary[name].label})" for name in facts]
    if len(facts) == 1:
        question = f"The column {shown(heading)} is no fact by this name. Read it as {called[0]}?"
        return facts[0] if click.confirm(visible(question), default=False, err=True) else ""
    say(f"The column {shown(heading)} can be:", err=True)
    for number, name in enumerate((*called, "none of these"), 1):
        say(f"  {number}  {name}", err=True)
    chosen = click.prompt("Which", type=click.IntRange(1, len(facts) + 1), default=len(facts) + 1, err=True)
    return facts[chosen - 1] if chosen <= len(facts) else ""


def report_columns(columns: Sequence[ColumnRead]) -> None:
    """Say on stderr how the columns of tables were read, and save it where --save-mapping says.

    Nothing is said of a table in which every column that is read is called as its fact is and has no format of its own.
    """
    context = click.get_current_context(silent=True)
    meta = context.meta if context else {}
    options: TableOptions | None = meta.get(_GIVEN)
    for file in dict.fromkeys(column.file for column in columns):
        found = [column for column in columns if column.file == file]
        if not all(c.plain and c.format in ("", "decimal point") for c in found if c.fact):
            say(_table(file, found), err=True)
    if options is None:
        return
    if columns:
        astray = options.astray([column.column for column in columns])
        if has_error(astray):
            raise SalespathError(astray)
        report_problems(astray)
    if path := meta.get(_SAVE):
        _save(path, columns, options)


def _save(path: str, columns: Sequence[ColumnRead], options: TableOptions) -> None:
    """Save what was understood of the tables so far."""
    context = click.get_current_context()
    before = context.meta.get(_SAVED, ())
    if not columns:
        if not before:
            say("No table was read, so that there is no mapping to save.", err=True)
        return
    context.meta[_SAVED] = both = (*before, *columns)
    with atomic(path, force=bool(before or context.params.get("force"))) as output:
        output.write(mapping_text(both, options).encode())


def _table(file: str, columns: Sequence[ColumnRead]) -> str:
    """How the columns of one table were read."""
    from tabulate import tabulate  # slow to import

    read = [column for column in columns if column.fact]
    rows = [
        [shown(c.column, 40), c.fact, c.unit or "-", c.currency or "-", c.format or "-", f"{c.filled:,} of {c.rows:,}"]
        for c in read
    ]
    headers = ["column", "fact", "unit", "currency", "format", "filled"]
    lines = [
        f"{shown(file, 200)}: {len(read)} of {len(columns)} columns are read",
        *tabulate(rows, headers, tablefmt="simple", disable_numparse=True).splitlines(),
    ]
    carried = [shown(column.column, 40) for column in columns if not column.fact]
    if carried:
        more = f" and {len(carried) - _NAMED} more" if len(carried) > _NAMED else ""
        lines.append(f"carried through: {', '.join(carried[:_NAMED])}{more}")
    return "\n".join(line.rstrip() for line in lines)
