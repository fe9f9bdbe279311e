"""Companies in Apache Spark: folders of files as `assess` reads one file, and DataFrames.

Only the DataFrame API is used, and no row of the data comes to the driver: what comes are the headings of the files, once for each
different one, and how many rows there are of each kind. The compiled base goes to every task once. Of files each task reads whole
ones, as on one machine, so that what needs all of a file (repeated rows, older dates, how numbers are written) is the same.

Imported where Spark is asked for; pyspark only where it is used.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from io import BytesIO
from itertools import chain
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.engine.table import assess_table
from salespath.facts import Reject
from salespath.facts.rates import UNSAID, Currencies
from salespath.facts.reader import Context
from salespath.files.problems import ERROR, NOTE, Problem, SalespathError, refusal, shown
from salespath.tables import header
from salespath.tables.assessed import Assessed, assess_part
from salespath.tables.batch import Batch, Typist
from salespath.tables.chosen import SETTLED, STRONG, Chosen, chosen
from salespath.tables.columns import PLAIN, TableOptions
from salespath.tables.csv_cells import guard
from salespath.tables.dates import date_columns
from salespath.tables.normalise import texts
from salespath.tables.read import ROWS, CompaniesFile, TableReading, check_count
from salespath.tables.rejects import ADDED, FILE, READ_AS, TEXT, flat
from salespath.tables.result_columns import ResultColumns, Wording
from salespath.tables.run import all_columns
from salespath.tables.write import write

if TYPE_CHECKING:  # an extra
    from pyspark.sql import DataFrame, SparkSession

MOST_BYTES = 2**30  # of a file: a task holds it whole, in Spark and here
ARROW = "spark.sql.execution.arrow.maxRecordsPerBatch"
INSTALL = "`pip install 'salespath[spark]'`"
JAVA = "`apt-get install default-jre-headless`, or set JAVA_HOME"
FRAME = "DataFrame"  # what problems call it
_COUNTS = ("assessed", "rejected", "left_out", "contradicted")
_FAILED = "salespath cannot go on: "  # before the problems with which a task ends
_UNSEEN = (
    "rows of a DataFrame are not compared with one another, so repeated rows and totals are companies; "
    "leave repeated rows out with `frame.dropDuplicates()`."
)

_Task = Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@dataclass(frozen=True)
class SparkSummary:
    """What an assessment in Spark came to: how many rows of each kind, and the folder of rejects where there is one."""

    assessed: int
    rejected: int
    left_out: int
    contradicted: int
    rejects: str | None = None
    without_strength: bool = False

    def __str__(self) -> str:
        rows = self.assessed + self.rejected + self.left_out
        said = f"{rows} {'row' if rows == 1 else 'rows'}: {self.assessed} assessed, {self.rejected} rejected"
        said += f", {self.left_out} left out (totals, repeated rows, older dates)" if self.left_out else ""
        said += f"; the rejected rows are in {self.rejects}" if self.rejects else ""
        said += f". {self.contradicted} of them contradict themselves (SP122)" if self.contradicted else ""
        strength = " Strength and first questions are left out in Spark; --strength adds them."
        return f"{said}.{strength if self.without_strength else ''}"


def session() -> SparkSession:
    """The session of Spark that there is, or a new one: of this machine, unless spark-submit or SPARK_REMOTE say otherwise.

    Raises SalespathError (SP185) without pyspark, pandas or Java.
    """
    _needed()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers are whatever python3 is on the path
    try:
        if found := SparkSession.getActiveSession():
            return found
        builder = SparkSession.builder.appName("salespath").config("spark.log.level", "ERROR")
        builder = builder.config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        if not os.environ.get("SPARK_REMOTE"):
            if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
                raise SalespathError([Problem("SP185", f"Spark needs Java 17 or later, which is not there: {JAVA}.")])
            builder = builder.config("spark.ui.enabled", "false")
        return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise SalespathError(
            [Problem("SP185", f"Spark does not start: {shown(error, 200)}. It needs Java 17 or later: {JAVA}.")]
        ) from None


def _needed() -> None:
    """Raises SalespathError (SP185) where a package is absent."""
    for name in ("pyspark", "pandas"):  # pyspark asks for pandas before it hands over Arrow
        try:
            __import__(name)
        except ImportError:
            raise SalespathError(
                [Problem("SP185", f"Spark needs the package {name}, which is not installed: {INSTALL}.")]
            ) from None


# Files


@dataclass(frozen=True)
class _Files:
    """How the files of a folder are read, in any task. `given` is the folder as it was named."""

    base: Base
    given: str
    money: Currencies
    options: TableOptions

    def each(self, batches: Iterable[pa.RecordBatch]) -> Iterator[CompaniesFile]:
        """The files in some rows of Spark's `binaryFile`."""
        for batch in batches:
            for path, content in zip(batch.column("path"), batch.column("content")):
                yield CompaniesFile(
                    self.base, self._named(path.as_py()), self.money, self.options, BytesIO(content.as_buffer())
                )

    def _named(self, path: str) -> str:
        """A path as one machine would call it."""
        path = re.sub(r"^file:/+", "/", path)
        whole = os.path.abspath(self.given)
        return self.given.rstrip("/") + path[len(whole) :] if path.startswith(whole) else path


@dataclass
class _Look:
    """What the files have: their columns, their headings, and what is odd about them."""

    readings: list[TableReading] = field(default_factory=list)
    headings: dict[str, None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def assess_files(
    base: Base,
    path: str,
    out: str,
    rejects: str,
    report: Callable[[Iterable[Problem]], None],
    *,
    money: Currencies = UNSAID,
    options: TableOptions = PLAIN,
    columns: Sequence[str] = (),
    strength: bool = False,
    spark: SparkSession | None = None,
) -> SparkSummary:
    """Assess a folder of files (or one file) into a folder of CSV or Parquet, as `out` ends; bad rows go to the folder `rejects`.

    Paths are those of Spark (`hdfs://…`). Nothing is replaced, and `rejects` is only written where there is a bad row.

    Raises SalespathError: SP185 where there is no Spark, SP186 for what it cannot do, and whatever one machine raises of a file.
    """
    spark = spark or session()
    from pyspark.sql import Observation
    from pyspark.sql import functions as f

    options = replace(options, ask=None)  # a task asks nobody
    source, files = _source(spark, path), _Files(base, path, money, options)
    before = spark.conf.get(ARROW) or "10000"
    spark.conf.set(ARROW, "1")  # files that Spark hands over at once
    try:
        look = _look(files, source)
        report(look.problems)
        wanted = chosen(columns, all_columns(look.readings, base.vocabulary), base.vocabulary)
        asked = strength or wanted.asked
        ending = "csv" if out.lower().endswith(".csv") else "parquet"
        schema = _schema(base, wanted, ending)
        counted = schema
        for name in _COUNTS:
            counted = counted.append(pa.field(_count(name), pa.int64()))
        found = source.mapInArrow(_results(files, wanted, ending, asked, counted), _spark_schema(counted))
        sums = [f.sum(f.col(_count(name))).alias(name) for name in _COUNTS]
        seen = Observation("salespath")
        kept = found.observe(seen, *sums).filter(f.col(_count(_COUNTS[0])).isNull()).select(*map(_quoted, schema.names))
        _save(kept, out, ending)
        counts = {name: int(count or 0) for name, count in seen.get.items()}
        if counts["rejected"]:
            names = [*ADDED, FILE, *look.headings, READ_AS, TEXT]
            bad = pa.schema([pa.field(name, pa.string()) for name in dict.fromkeys(names)])
            _save(source.mapInArrow(_rejects(files, bad), _spark_schema(bad)), rejects, "csv")
    finally:
        spark.conf.set(ARROW, before)
    thin = bool(set(STRONG) & set(wanted.results.values())) and not asked
    return SparkSummary(**counts, rejects=rejects if counts["rejected"] else None, without_strength=thin)


def _source(spark: SparkSession, path: str) -> DataFrame:
    """The files of a folder. Raises SalespathError (SP101, SP186) where there are none, or one is too large."""
    from pyspark.errors import PySparkException
    from pyspark.sql import functions as f

    try:
        source = spark.read.format("binaryFile").load(path)
        largest = source.agg(f.max_by(f.struct("path", "length"), "length").alias("most")).first()
    except PySparkException as error:
        raise refusal("SP101", f"Spark cannot read it: {shown(str(error).partition(chr(10))[0], 160)}.", path) from None
    if largest is None or largest["most"] is None:
        raise refusal("SP101", "the folder holds no file.", path)
    name, size = largest["most"]["path"], largest["most"]["length"]
    if size > MOST_BYTES:
        what = (
            f"{shown(name)} has {size:,} bytes; a task holds a file whole, of at most {MOST_BYTES:,}. Write it in parts, or read "
            "it with Spark and use salespath.tables.in_spark.assess_frame."
        )
        raise refusal("SP186", what, path)
    return source.select("path", "content")


def _look(files: _Files, source: DataFrame) -> _Look:
    """What the files have. Raises SalespathError with the problems of all that cannot be used."""
    from pyspark.sql import functions as f

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for file in files.each(batches):
            said: dict[str, Any] = {}
            try:
                reading = file.reading()
                said["columns"] = pa.schema([*reading.columns.items()]).serialize().to_pybytes().hex()
                said["headings"] = [*_headings(reading).values()]
                problems: Iterable[Problem] = reading.problems
            except SalespathError as error:
                problems = error.problems
            said["problems"] = [_plain(problem) for problem in problems]
            found = [[file.path], [json.dumps(said)]]
            yield pa.record_batch([pa.array(cells, pa.string()) for cells in found], ["path", "said"])

    different = source.mapInArrow(task, "path string, said string").groupBy("said").agg(f.min("path").alias("path"))
    row = different.agg(f.sort_array(f.collect_list(f.struct("path", "said"))).alias("all")).first()
    look, wrong = _Look(), list[Problem]()
    for path, text in row["all"] if row else ():
        said = json.loads(text)
        problems = [Problem(**{**problem, "file": path}) for problem in said["problems"]]
        if "columns" in said:
            schema = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(said["columns"])))
            look.readings.append(SimpleNamespace(columns=dict(zip(schema.names, schema.types))))  # type: ignore[arg-type]
            look.headings |= dict.fromkeys(said["headings"])
            look.problems += problems
        else:
            wrong += problems
    if wrong:
        raise SalespathError(wrong)
    return look


def _headings(reading: TableReading) -> dict[str, str]:
    """The columns of a file's rows as the file calls them, with the units that are said there."""
    called = {column.fact: column.column for column in reading.understood() if column.fact}
    return {name: called.get(name, name) for name in reading.names}


def _results(files: _Files, wanted: Chosen, ending: str, strong: bool, schema: pa.Schema) -> _Task:
    """A task: files → rows of results, and after those of each file one that counts them."""
    settle = not set(SETTLED).isdisjoint(wanted.results.values())

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for file in files.each(batches):
            counts = Counter[str]()

            def counted(reading: TableReading, counts: Counter[str] = counts) -> Iterator[Assessed]:
                for part in reading.parts():
                    item = assess_part(files.base, reading, part, settle=settle)
                    check_count(item.batch)
                    counts["assessed"] += item.batch.table.rows
                    counts["rejected"] += len(item.batch.rejects)
                    counts["left_out"] += len(item.batch.left_out)
                    counts["contradicted"] += len(item.contradicted)
                    yield replace(item, strong=strong)

            try:
                with tempfile.TemporaryFile() as out:
                    write(files.base, counted(file.reading()), out, ending, wanted)
                    for rows in _read_back(out, ending, wanted):
                        yield _fitted(rows, schema)
            except SalespathError as error:
                raise RuntimeError(_failed(error)) from None
            row = {_count(name): pa.array([counts[name]]) for name in _COUNTS}
            yield _fitted(pa.record_batch(row), schema)

    return task


def _read_back(file: Any, ending: str, wanted: Chosen) -> Iterator[pa.RecordBatch]:
    """The rows of a file that was written here."""
    if not file.seek(0, os.SEEK_END):
        return
    file.seek(0)
    if ending == "parquet":
        yield from pyarrow.parquet.ParquetFile(file).iter_batches(ROWS, use_threads=False)
        return
    convert = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(wanted.names, pa.string()), null_values=[""], strings_can_be_null=True
    )
    parse = pyarrow.csv.ParseOptions(newlines_in_values=True)
    read = pyarrow.csv.ReadOptions(use_threads=False, skip_rows=0, block_size=2**23, column_names=wanted.names)
    first = True
    for rows in pyarrow.csv.open_csv(file, read, parse, convert):
        yield rows.slice(1) if first else rows
        first = False


def _rejects(files: _Files, schema: pa.Schema) -> _Task:
    """A task: files → their rows that cannot be assessed."""

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for file in files.each(batches):
            reading = file.reading()
            headings = _headings(reading)
            for part in reading.parts():
                if bad := reading.batch(part).rejects:
                    yield _rejected(bad, headings, schema)

    return task


def _rejected(rejects: Iterable[Reject], headings: Mapping[str, str], schema: pa.Schema) -> pa.RecordBatch:
    """Rejects as rows: where and why, and the cells as they stood."""
    rows = []
    for reject in map(flat, rejects):
        cells = {headings.get(name, name): cell for name, cell in reject.cells.items()}
        codes = dict.fromkeys(problem.code for problem in reject.problems)
        columns = [str(problem.column) for problem in reject.problems if problem.column is not None]
        said = (str(reject.row), *map(" | ".join, (columns, codes, [problem.message for problem in reject.problems])))
        told = all(problem.code not in ("SP103", "SP114") for problem in reject.problems)
        read_as = reject.lines.read_as if reject.lines else None
        more = {FILE: reject.file, READ_AS: read_as or None, TEXT: None if told else reject.text}
        rows.append({**cells, **dict(zip(ADDED, said)), **more})
    columns_ = [guard(pa.array([row.get(name) for row in rows], pa.string())) for name in schema.names]
    return pa.RecordBatch.from_arrays(columns_, schema=schema)


def _schema(base: Base, wanted: Chosen, ending: str) -> pa.Schema:
    """The columns of the results, as one company of which nothing is known has them."""
    if ending == "csv":
        return pa.schema([pa.field(name, pa.string()) for name in wanted.names])
    typist = Typist(FRAME, [header.COMPANY], base.vocabulary)
    batch = typist.batch({header.COMPANY: pa.array(["-"])}, np.arange(1, 2))
    item = Assessed(batch, assess_table(base, batch.table), np.arange(0), strong=False)
    with tempfile.TemporaryFile() as file:
        write(base, [item], file, ending, wanted)
        file.seek(0)
        found = pyarrow.parquet.read_schema(file)
    fields = []
    for one in found:
        fields.append(one)
        if one.name in wanted.given and one.name in base.vocabulary and base.vocabulary[one.name].numeric:
            fields.append(pa.field(f"{one.name}__{header.RANGE}", pa.string()))
    return pa.schema(fields)


def _save(frame: DataFrame, path: str, ending: str) -> None:
    """Write a folder. Raises SalespathError with the problems that a task found, or SP186 with what Spark says."""
    from pyspark.errors import PySparkException

    there = os.path.exists(path)
    try:
        if ending == "csv":
            frame.write.csv(
                path,
                header=True,
                escape='"',
                emptyValue="",
                ignoreLeadingWhiteSpace=False,
                ignoreTrailingWhiteSpace=False,
            )
        else:
            frame.write.parquet(path)
    except PySparkException as error:
        if not there and os.path.isdir(path):
            shutil.rmtree(path)  # half of a result is none
        raise _told(error, path) from None


def _failed(error: SalespathError) -> str:
    return _FAILED + json.dumps([_plain(problem, problem.file) for problem in error.problems])


def _told(error: Exception, path: str) -> SalespathError:
    """What is wrong, of what Spark says is."""
    if (found := str(error).partition(_FAILED)[2]) and found.startswith("["):
        problems, _ = json.JSONDecoder().raw_decode(found)
        return SalespathError([Problem(**problem) for problem in problems])
    return refusal("SP186", f"Spark cannot write it: {shown(str(error).partition(chr(10))[0], 200)}.", path)


def _plain(problem: Problem, file: str | None = None) -> dict[str, Any]:
    return {**asdict(problem), "file": file}


def _count(name: str) -> str:
    return f"{header.PREFIX}counted_{name}"


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"


def _spark_schema(schema: pa.Schema) -> Any:
    """An Arrow schema as Spark's."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(pa.schema([pa.field(one.name, _kind(one.type)) for one in schema]))


def _kind(kind: pa.DataType) -> pa.DataType:
    """The type nearest to one that Spark has."""
    if pa.types.is_unsigned_integer(kind):
        return pa.int64() if kind.bit_width < 64 else pa.decimal128(20, 0)
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    plain = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_date, pa.types.is_decimal)
    if any(test(kind) for test in plain) and kind not in (pa.float16(), pa.date64()):
        return kind
    if pa.types.is_list(kind):
        return pa.list_(_kind(kind.value_type))
    return pa.string()


def _fitted(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Rows with all columns of a schema, in types that Spark has; those that they do not have are null."""
    columns = dict(zip(rows.schema.names, rows.columns))
    kinds = [_kind(one.type) for one in schema]
    cells = [
        columns[one.name].cast(kind, safe=False) if one.name in columns else pa.nulls(rows.num_rows, kind)
        for one, kind in zip(schema, kinds)
    ]
    return pa.RecordBatch.from_arrays(cells, schema.names)


# DataFrames


def assess_frame(
    base: Base,
    frame: DataFrame,
    columns: Sequence[str] = (),
    *,
    on_problem: Callable[[Problem], None] | None = None,
) -> DataFrame:
    """Assess companies whose columns are facts: of each its `company`, the columns that are no facts, and results.

    `columns` are names and presets as in `--columns`, the thin ones where none is named. Nothing is computed yet. Rows that cannot
    be used are left out: `rejected_frame` has them. What is to be said of the columns goes to `on_problem`.

    Raises SalespathError where no column is a fact, for a result that there is not (SP176), for a column of dates (SP186), and
    without Spark (SP185).
    """
    plan = _plan(base, frame, on_problem)
    own = [name for name in plan.heading.kept if name != header.COMPANY]
    given = {header.COMPANY: pa.string()} | dict.fromkeys(own, pa.null())
    wanted = chosen(columns, given, base.vocabulary)
    results, wording = [*wanted.results.values()], Wording(base)
    empty = plan.typist().batch({n: pa.nulls(0, pa.string()) for n in plan.heading.kept}, np.arange(0))
    kinds = [
        c.type for c in ResultColumns(wording, empty, assess_table(base, empty.table), strong=False).typed(results)
    ]
    types = {**dict(zip(wanted.results, kinds)), header.COMPANY: pa.string()}
    settle, strong = not set(SETTLED).isdisjoint(results), not set(STRONG).isdisjoint(results) and wanted.asked

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        words = Wording(base)
        for rows, batch in plan.batches(batches):
            result = assess_table(base, batch.table, settle=settle)
            found = ResultColumns(words, batch, result, strong=strong).typed(results)
            here = pa.array(batch.rows)
            names = (
                texts(rows[header.COMPANY])
                if header.COMPANY in rows
                else pa.nulls(len(next(iter(rows.values()))), pa.string())
            )
            cells = dict(zip(wanted.results, found)) | {header.COMPANY: names.take(here)}
            cells |= {name: rows[name].take(here) for name in wanted.given if name != header.COMPANY}
            yield pa.RecordBatch.from_arrays([cells[name] for name in wanted.names], wanted.names)

    from pyspark.sql.types import StructField, StructType

    fields = {one.name: one for one in _spark_schema(pa.schema([*types.items()]))}
    stood = dict(zip(plan.heading.names, frame.schema.fields))
    schema = [fields[n] if n in fields else StructField(n, stood[n].dataType) for n in wanted.names]
    return frame.mapInArrow(task, StructType(schema))


def rejected_frame(base: Base, frame: DataFrame) -> DataFrame:
    """The rows of a frame that cannot be assessed: in which columns what is wrong, with code and reason, and the cells as texts."""
    plan = _plan(base, frame, None)
    names = [*ADDED[1:], *(plan.written[name] for name in plan.heading.kept)]
    schema = pa.schema([pa.field(name, pa.string()) for name in names])

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for _, batch in plan.batches(batches):
            if batch.rejects:
                yield _rejected(batch.rejects, plan.written, schema)

    return frame.mapInArrow(task, _spark_schema(schema))


@dataclass(frozen=True)
class _Plan:
    """How the rows of a DataFrame are read, in any task."""

    base: Base
    heading: header.Heading
    contexts: Mapping[str, Context]
    undecided: frozenset[str]

    @property
    def written(self) -> dict[str, str]:
        """The columns as the frame calls them."""
        return dict(zip(self.heading.names, self.heading.written))

    def typist(self) -> Typist:
        """What types the columns."""
        return Typist(FRAME, self.heading.kept, self.base.vocabulary, self.contexts, self.undecided)

    def batches(self, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[dict[str, pa.Array], Batch]]:
        """The cells of some rows, and the rows typed; their numbers are places."""
        typist = self.typist()
        for rows in batches:
            stood = dict(zip(self.heading.names, rows.columns))
            yield stood, typist.batch(typist.columns(stood), np.arange(rows.num_rows))


def _plan(base: Base, frame: DataFrame, on_problem: Callable[[Problem], None] | None) -> _Plan:
    _needed()
    from pyspark.sql.types import IntegralType, StringType

    vocabulary = base.vocabulary
    heading = header.read(frame.columns, vocabulary, FRAME)
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
    for problem in chain(heading.said, heading.problems, [Problem("SP187", _UNSEEN, NOTE, file=FRAME)]):
        if on_problem:
            on_problem(problem)
        elif problem.severity == ERROR:
            raise SalespathError([problem])
    return _Plan(base, heading, contexts, frozenset(undecided))
