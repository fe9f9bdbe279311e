"""Companies in DataFrames of Apache Spark: the same results as a table in memory gives, lazily and where the rows are.

Only the DataFrame API is used, as Spark Connect has it. The compiled base goes to a task, which is what `mapInArrow` runs, once.
Folders of files are read in `spark_folders`. pyspark is imported where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from salespath.engine.base import Base
from salespath.engine.table import assess_table
from salespath.facts import Reject
from salespath.facts.rates import UNSAID, Currencies
from salespath.facts.reader import Context
from salespath.files.problems import ERROR, NOTE, Problem, SalespathError, shown
from salespath.tables import header
from salespath.tables.batch import Batch, Typist
from salespath.tables.chosen import SETTLED, STRONG, chosen
from salespath.tables.columns import PLAIN, TableOptions
from salespath.tables.csv_cells import guard
from salespath.tables.dates import date_columns
from salespath.tables.normalise import texts
from salespath.tables.rejects import ADDED, FILE, READ_AS, TEXT, fits, flat, reasons
from salespath.tables.result_columns import ResultColumns, Wording

if TYPE_CHECKING:  # an extra
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType

FRAME = "DataFrame"  # what problems call it
INSTALL = "`pip install 'salespath[spark]'`"
_UNSEEN = (
    "rows of a DataFrame are not compared with one another, so repeated rows and totals are companies; "
    "leave repeated rows out with `frame.dropDuplicates()`."
)

Task = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def assess_frame(
    base: Base,
    frame: DataFrame,
    columns: Sequence[str] = (),
    *,
    money: Currencies = UNSAID,
    options: TableOptions = PLAIN,
    on_problem: Callable[[Problem], None] | None = None,
) -> DataFrame:
    """Assess companies whose columns are facts: of each its `company`, the columns that are no facts, and results.

    `columns` are names and presets as in `--columns`, the thin ones where none is named. Nothing is computed yet. Rows that cannot
    be used are left out: `rejected_frame` has them. What is to be said of the columns goes to `on_problem`.

    Raises SalespathError where no column is a fact, for a result that there is not (SP176), for a column of dates (SP186), and
    without Spark (SP185).
    """
    plan = _plan(base, frame, money, options, on_problem)
    own = [name for name in plan.heading.kept if name != header.COMPANY]
    wanted = chosen(columns, {header.COMPANY: pa.string()} | dict.fromkeys(own, pa.null()), base.vocabulary)
    results = [*wanted.results.values()]
    settle, strong = not set(SETTLED).isdisjoint(results), not set(STRONG).isdisjoint(results) and wanted.asked

    def assessed(wording: Wording, batch: Batch) -> list[pa.Array]:
        result = assess_table(base, batch.table, settle=settle)
        found = ResultColumns(wording, batch, result, strong=strong).typed(results)
        return [cells.cast(spark_type(cells.type)) for cells in found]  # lists of dictionary words, for one

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        wording = Wording(base)
        for rows, batch in plan.batches(batches):
            here = pa.array(batch.rows)
            cells = dict(zip(wanted.results, assessed(wording, batch)))
            cells |= {name: rows[name].take(here) for name in wanted.given if name in rows}
            names = rows.get(header.COMPANY)
            cells[header.COMPANY] = texts(names).take(here) if names is not None else pa.nulls(len(here), pa.string())
            yield pa.RecordBatch.from_arrays([cells[name] for name in wanted.names], wanted.names)

    from pyspark.sql.types import StringType, StructField, StructType

    nothing = plan.typist().batch({n: pa.nulls(0, pa.string()) for n in plan.heading.kept}, np.arange(0))
    types = spark_schema(pa.record_batch(assessed(Wording(base), nothing), [*wanted.results]).schema)
    fields = {name: one.dataType for name, one in zip(plan.heading.names, frame.schema.fields)}
    fields |= {one.name: one.dataType for one in types} | {header.COMPANY: StringType()}
    return frame.mapInArrow(task, StructType([StructField(name, fields[name]) for name in wanted.names]))


def rejected_frame(
    base: Base, frame: DataFrame, *, money: Currencies = UNSAID, options: TableOptions = PLAIN
) -> DataFrame:
    """The rows of a frame that cannot be assessed: in which columns what is wrong, with code and reason, and the cells as texts.

    Raises SalespathError as `assess_frame` does.
    """
    plan = _plan(base, frame, money, options, None)
    written = dict(zip(plan.heading.names, plan.heading.written))
    schema = text_schema([*ADDED[1:], *(written[name] for name in plan.heading.kept)])

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _, batch in plan.batches(batches):
            if batch.rejects:
                yield rejected_rows(batch.rejects, written, schema)

    return frame.mapInArrow(task, spark_schema(schema))


@dataclass(frozen=True)
class _Plan:
    """How the rows of a DataFrame are read, in any task."""

    base: Base
    heading: header.Heading
    contexts: Mapping[str, Context]
    undecided: frozenset[str]
    money: Currencies
    on_error: str

    def typist(self) -> Typist:
        """What types the columns."""
        names, vocabulary = self.heading.kept, self.base.vocabulary
        return Typist(FRAME, names, vocabulary, self.contexts, self.undecided, self.money, self.on_error)

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[dict[str, pa.Array], Batch]]:
        """The cells of some rows, and the rows typed; their numbers are places."""
        typist = self.typist()
        for rows in batches:
            stood = dict(zip(self.heading.names, rows.columns))
            yield stood, typist.batch(typist.columns(stood), np.arange(rows.num_rows))


def _plan(
    base: Base,
    frame: DataFrame,
    money: Currencies,
    options: TableOptions,
    on_problem: Callable[[Problem], None] | None,
) -> _Plan:
    check_installed()
    from pyspark.sql.types import IntegralType, StringType

    vocabulary = base.vocabulary
    heading = header.read(frame.columns, vocabulary, FRAME, options=options)
    if dates := date_columns(heading.kept, vocabulary):
        what = (
            f"the column {shown(dates[0])} gives dates, of which the latest of a company counts, and rows of a DataFrame are not "
            "compared with one another; keep the latest row of each company, and drop the column or give it another name."
        )
        raise SalespathError([Problem("SP186", what, file=FRAME, column=dates[0])])
    contexts, undecided = dict(heading.contexts), set[str]()
    for name, one in zip(heading.names, frame.schema.fields):
        if name not in vocabulary:
            continue
        if vocabulary[name].type == "boolean" and isinstance(one.dataType, IntegralType):
            contexts[name] = replace(contexts.get(name, Context()), ones=True)
        if vocabulary[name].numeric and isinstance(one.dataType, StringType):
            undecided.add(name)
    unseen = Problem("SP187", _UNSEEN, NOTE, file=FRAME)
    for problem in chain(heading.said, heading.problems, options.astray(), [unseen]):
        if on_problem:
            on_problem(problem)
        elif problem.severity == ERROR:
            raise SalespathError([problem])
    return _Plan(base, heading, contexts, frozenset(undecided), money, options.on_error)


def check_installed() -> None:
    """Raise SalespathError (SP185) where pyspark is absent, or pandas, without which its mapInArrow does not go."""
    for package in ("pyspark", "pandas"):
        if not find_spec(package):
            what = f"Spark needs the package {package}, which is not installed: {INSTALL}."
            raise SalespathError([Problem("SP185", what)])


def rejected_rows(rejects: Iterable[Reject], written: Mapping[str, str], schema: pa.Schema) -> pa.RecordBatch:
    """Rejects as rows: where and why, and the cells as they stood, in columns as they are `written`."""
    rows = []
    for reject in map(flat, rejects):
        cells: dict[str, str | None] = {written.get(name, name): cell for name, cell in reject.cells.items()}
        cells |= zip(ADDED, (str(reject.row), *reasons(reject)))
        text = None if reject.lines and fits(reject) else reject.text
        rows.append({**cells, FILE: reject.file, READ_AS: (reject.lines and reject.lines.read_as) or None, TEXT: text})
    columns = [guard(pa.array([row.get(name) for row in rows], pa.string())) for name in schema.names]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def text_schema(names: Iterable[str]) -> pa.Schema:
    """Columns of texts, each once."""
    return pa.schema([pa.field(name, pa.string()) for name in dict.fromkeys(names)])


def spark_schema(schema: pa.Schema) -> StructType:
    """An Arrow schema as Spark's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(pa.schema([pa.field(one.name, spark_type(one.type)) for one in schema]))


def spark_type(kind: pa.DataType) -> pa.DataType:
    """The type nearest to one that Spark has."""
    if pa.types.is_unsigned_integer(kind):
        return pa.int64() if kind.bit_width < 64 else pa.decimal128(20, 0)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date, pa.types.is_decimal)
    if any(test(kind) for test in plain) and kind not in (pa.float16(), pa.date64()):
        return kind
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(spark_type(kind.value_type))
    return pa.string()
