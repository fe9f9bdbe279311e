"""Files of companies, whatever their kind: recognised by what they are, read one by one or batch by batch.

A new kind is a `TableReading` in a file of its own, and a line in ENDINGS. Its module is imported when
there is such a file, so that a fact file needs neither numpy nor pyarrow.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from salespath.engine.base import Base
from salespath.facts import Case, ColumnRead, LeftOut, Lines, Portfolio, Reject, Vocabulary
from salespath.facts.cases import NAMES, no_company, read_source
from salespath.facts.rates import UNSAID, Currencies
from salespath.facts.vocabulary import fold
from salespath.files.problems import Problem, SalespathError, refusal
from salespath.files.source import INTERVIEW, InputFile
from salespath.tables.columns import PLAIN, STOP, UNKNOWN, TableOptions
from salespath.tables.framing import find_header

if TYPE_CHECKING:  # these are slow to import
    import pyarrow as pa

    from salespath.tables.batch import Batch

ROWS = 24_576  # of a part
STOPPED = "SP168"


class TableReading(ABC):
    """A file being read: its columns and their types, what is odd about them, and its rows in parts.

    `names` are the columns of the rows that are left out. Parts come one after the other, one at least; making batches of them is
    the work, which one thread does, in order.
    """

    path: str
    columns: Mapping[str, pa.DataType]
    names: Sequence[str]
    problems: tuple[Problem, ...] = ()
    lines: Lines | None = None  # how rows stand there, where it is text
    told_by_cells = True  # whether cells say all of a row

    @abstractmethod
    def __init__(
        self, source: InputFile, base: Base, money: Currencies = UNSAID, options: TableOptions = PLAIN
    ) -> None:
        """Begin to read, with what else is said of amounts and columns. Raises SalespathError for a file that cannot be used."""

    @abstractmethod
    def most(self) -> int:
        """How many companies there can be at most, before the first part is read; a file that does not tell is read for it.

        Raises SalespathError where it cannot be read.
        """

    @abstractmethod
    def parts(self) -> Iterator[Any]:
        """The rows, a part at a time. Raises SalespathError where the file cannot be read further."""

    @abstractmethod
    def batch(self, part: Any) -> Batch:
        """The rows of a part, typed. Raises SalespathError where a column cannot be understood."""

    def notes(self) -> Sequence[Problem]:
        """Once all parts are read: how cells were understood that do not mean just what they say."""
        return ()

    def understood(self) -> Sequence[ColumnRead]:
        """Once all parts are read: how the columns of a table were read."""
        return ()


class FileKind(NamedTuple):
    """A kind of file: where its reader is, and whether it is a table, whose companies are rows."""

    module: str
    reader: str
    is_table: bool


FACTS = FileKind("salespath.tables.fact_file_reader", "FactFile", False)
LINES = FileKind("salespath.tables.fact_file_reader", "FactLines", False)
CSV = FileKind("salespath.tables.csv_reader", "Delimited", True)
WORKBOOK = FileKind("salespath.tables.xlsx_reader", "Sheet", True)
PARQUET = FileKind("salespath.tables.parquet_reader", "Columnar", True)
ENDINGS = {
    **dict.fromkeys(("yaml", "yml", "json"), FACTS),
    **dict.fromkeys(("jsonl", "ndjson"), LINES),
    **dict.fromkeys(("csv", "tsv"), CSV),
    "parquet": PARQUET,
}
FIRST_BYTES = {b"PAR1": PARQUET}
_KEY = re.compile(r"(?:- +)?[\"']?([\w ]+)[\"']?:(?:\s|$)")


class CompaniesFile:
    """A file of companies, opened when it is first asked for what it is.

    `-` is standard input, `interview:NAME` what was answered in an interview; `content` what is in a file that is not on this disk.
    """

    def __init__(
        self,
        base: Base,
        path: str,
        money: Currencies = UNSAID,
        options: TableOptions = PLAIN,
        content: IO[bytes] | None = None,
    ) -> None:
        self.path, self._base, self._money, self.options, self._content = path, base, money, options, content

    @property
    def is_missing(self) -> bool:
        """Whether it cannot be opened at all."""
        return isinstance(self._opened, SalespathError)

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook, which has sheets."""
        return not isinstance(self._opened, SalespathError) and self._opened[1] is WORKBOOK

    @property
    def is_table(self) -> bool:
        """Whether it is a table; what cannot be read is none."""
        return not isinstance(self._opened, SalespathError) and self._opened[1].is_table

    def reading(self) -> TableReading:
        """The file to be read batch by batch. Raises SalespathError where it cannot be used at all."""
        source, kind = self._known()
        reader: type[TableReading] = getattr(import_module(kind.module), kind.reader)
        try:
            return reader(source, self._base, self._money, self.options)
        except BaseException:
            source.close()
            raise

    def keep(self) -> None:
        """See to it that it can be read twice. Raises SalespathError where it cannot be used at all."""
        self._known()[0].keep()

    def portfolio(self, *, lenient: bool = False) -> Portfolio:
        """Its companies, for reports on each; `lenient` as in `read_source`. Raises SalespathError where it cannot be used."""
        source, kind = self._known()
        if kind.is_table:
            return _portfolio(self.reading(), self._base.vocabulary)
        with source:
            unknown = self.options.on_error == UNKNOWN
            found = read_source(
                source, self._base.vocabulary, self._money, lines=kind is LINES, lenient=lenient, unknown=unknown
            )
        if self.options.on_error == STOP:
            stop_at_first(found.rejects)
        return found

    @cached_property
    def _opened(self) -> tuple[InputFile, FileKind] | SalespathError:
        try:
            if self.path.startswith(INTERVIEW):
                from salespath.interview.saved import fact_file  # not for files

                return InputFile(self.path, BytesIO(fact_file(self._base, self.path))), FACTS
            source = InputFile(
                self.path, self._content, encoding=self.options.encoding, sheet=self.options.sheet, tables=True
            )
        except SalespathError as error:
            return error
        return source, recognise(source, self._base.vocabulary, self.options)

    def _known(self) -> tuple[InputFile, FileKind]:
        if isinstance(self._opened, SalespathError):
            raise self._opened
        return self._opened


def recognise(source: InputFile, vocabulary: Vocabulary, options: TableOptions = PLAIN) -> FileKind:
    """The kind of a file: by its first bytes where they are certain, else by its ending, else a fact file."""
    if source.is_workbook:
        return WORKBOOK
    for start, kind in FIRST_BYTES.items():
        if source.head.startswith(start):
            return kind
    named = ENDINGS.get(source.path.lower().rpartition(".")[2])
    text = source.head.decode(source.codec, errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    if lines and lines[0][0] not in "#{[":
        head = find_header(text, vocabulary, options)
        if head and head.facts and (not head.above or (head.known > 1 and named is not FACTS)):
            return CSV
    lines = [line for line in lines if not line.startswith(("#", "---"))]
    if [line[:1] for line in lines[:2]] == ["{", "{"]:
        with suppress(ValueError):
            json.loads(lines[0])
            return LINES
    if named is CSV and lines:
        key = _KEY.match(lines[0])
        if lines[0][0] in "[{" or (key and (key[1] in (*vocabulary, "facts") or fold(key[1]) in NAMES)):
            return FACTS
    return named or FACTS


def _portfolio(reading: TableReading, vocabulary: Vocabulary) -> Portfolio:
    """All rows of a table as companies."""
    found: list[Case] = []
    problems = list(reading.problems)
    rejects: list[Reject] = []
    left_out: list[LeftOut] = []
    for part in reading.parts():
        batch = reading.batch(part)
        found.extend(batch.cases(vocabulary))
        problems.extend(batch.problems)
        rejects.extend(batch.rejects)
        left_out.extend(batch.left_out)
        check_count(batch)
    problems.extend(reading.notes())
    columns = tuple(reading.understood())
    if not found and not rejects:
        problems.append(no_rows(reading.path))
    return Portfolio(
        tuple(found),
        tuple(problems),
        single=False,
        rejects=tuple(rejects),
        left_out=tuple(left_out),
        columns=columns,
    )


def stop_at_first(rejects: Sequence[Reject]) -> None:
    """Raise SalespathError for the first company that cannot be assessed, if there is one."""
    for reject in rejects[:1]:
        what = "stopped here, as --on-error stop says; nothing is written."
        raise SalespathError([*reject.problems, Problem(STOPPED, what, file=reject.file, row=reject.row)])


def check_count(batch: Batch) -> None:
    """Raise SalespathError (SP155) unless every row is assessed, rejected or left out."""
    parts = (batch.table.rows, len(batch.rejects), len(batch.left_out))
    if batch.count != sum(parts):
        counts = "{} rows, but {} to assess, {} rejected and {} left out".format(batch.count, *parts)
        raise refusal("SP155", f"a mistake in salespath: {counts}; nothing is written.", batch.path)


def no_rows(path: str) -> Problem:
    """A table with a header only, or with empty rows only, which is no error."""
    return no_company("there is no row with anything in it below the header", path)
