"""Folders of files in Apache Spark, assessed as `assess` does it on one machine, into folders.

A task reads whole files with the readers of one machine, so that what takes all of a file (repeated rows, older dates, how numbers
are written) is the same. Spark lists the files and writes the folders; no row comes to the driver. What does is what tasks say of
their files: columns, counts, and of problems that are alike the first.
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
from dataclasses import asdict, dataclass, replace
from functools import partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from salespath.engine.base import Base
from salespath.engine.contradictions import doubtful_rows
from salespath.engine.table import Rows
from salespath.facts import ColumnRead
from salespath.facts.rates import UNSAID, Currencies
from salespath.files.problems import WARNING, Problem, SalespathError, has_error, refusal, shown
from salespath.files.source import open_file
from salespath.tables import header
from salespath.tables.assessed import Typed, assessed
from salespath.tables.batch import Typist
from salespath.tables.chosen import PLANNED, SETTLED, STRONG, Chosen, chosen
from salespath.tables.columns import PLAIN, TableOptions
from salespath.tables.in_spark import (
    FRAME,
    Task,
    check_installed,
    rejected_rows,
    spark_schema,
    spark_type,
    text_schema,
)
from salespath.tables.read import ROWS, CompaniesFile, TableReading, check_count, no_rows
from salespath.tables.rejects import ADDED, FILE, READ_AS, TEXT
from salespath.tables.run import all_columns
from salespath.tables.spark_words import SAID, Tally, fitted, heard, words
from salespath.tables.write import write

if TYPE_CHECKING:  # an extra
    from pyspark.sql import DataFrame, SparkSession

# Of a file that is not on a disk of the workers: Spark hands it over in one cell, which holds less than twice as much.
MOST_BYTES = 2**30
ARROW = "spark.sql.execution.arrow.maxRecordsPerBatch"
JAVA = "`apt-get install default-jre-headless`, or set JAVA_HOME"
_FAILED = "salespath cannot go on: "  # before the problems with which a task ends
_LOCAL = re.compile(r"^file:/+")


@dataclass
class SparkSummary:
    """What an assessment in Spark came to: how many rows of each kind, how the columns were read, and where the rejects are."""

    assessed: int
    rejected: int
    left_out: Mapping[str, int]
    columns: Sequence[ColumnRead]
    rejects: str | None = None
    without_strength: bool = False

    def __str__(self) -> str:
        left_out = sum(self.left_out.values())
        rows = self.assessed + self.rejected + left_out
        companies = "company" if self.assessed == 1 else "companies"
        said = (
            f"{rows} {'row' if rows == 1 else 'rows'}: {self.assessed} {companies} assessed, {self.rejected} rejected"
        )
        if left_out:
            kinds = "; ".join(f"{kind}: {count}" for kind, count in sorted(self.left_out.items()))
            said += f", {left_out} left out ({kinds})"
        said += f"; the rejected rows are in {self.rejects}" if self.rejects else ""
        strength = " Strength and first questions are left out in Spark; --strength adds them."
        return f"{said}.{strength if self.without_strength else ''}"


def session() -> SparkSession:
    """The session of Spark that there is, or a new one: of this machine, unless spark-submit or SPARK_REMOTE say otherwise.

    Raises SalespathError (SP185) without pyspark or Java.
    """
    check_installed()
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers are whatever python3 is on the path
    try:
        if found := SparkSession.getActiveSession():
            return found
        builder = SparkSession.builder.appName("salespath")
        if not os.environ.get("SPARK_REMOTE"):
            if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
                raise refusal("SP185", f"Spark needs Java 17 or later, which is not there: {JAVA}.", None)
            builder = builder.config("spark.log.level", "ERROR").config("spark.ui.enabled", "false")
            builder = builder.config("spark.ui.showConsoleProgress", str(sys.stderr.isatty()).lower())
        return builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        needs = "" if isinstance(error, ImportError) else f" It needs Java 17 or later: {JAVA}."
        raise refusal("SP185", f"Spark does not start: {_reason(error)}.{needs}", None) from None


def assess_folder(
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
    source, files = _source(spark, path), _Files(base, path, money, replace(options, ask=None))
    before = spark.conf.get(ARROW) or "10000"
    spark.conf.set(ARROW, "1")  # files that Spark hands over at once
    try:
        look = _look(files, source)
        options.note(look.headings)
        if has_error(astray := options.astray()):
            raise SalespathError(astray)
        report(look.problems)
        wanted = chosen(columns, all_columns(look.columns, base.vocabulary), base.vocabulary)
        strong = strength or wanted.asked
        ending = "csv" if out.lower().endswith(".csv") else "parquet"
        schema = _schema(base, wanted, ending)
        tally, bad = Tally(), None
        frame = source.mapInArrow(_results(files, wanted, ending, strong, schema), spark_schema(schema))
        for said in heard(frame, lambda rows: _save(rows, out, ending)):
            tally.merge(said)
        if tally.rejecting:
            bad, kept = rejects, text_schema([*ADDED, FILE, *look.headings, READ_AS, TEXT])
            some = source.filter(source["path"].isin(tally.rejecting))
            _save(some.mapInArrow(_rejects(files, kept), spark_schema(kept)), rejects, "csv")
    finally:
        spark.conf.set(ARROW, before)
    counts = tally.counts
    if doubtful := counts.pop("contradicted"):
        report([Problem("SP122", f"{doubtful:,} rows contradict themselves.", WARNING, file=path)])
    report(tally.problems())
    thin = bool(set(STRONG) & set(wanted.results.values())) and not strong
    return SparkSummary(counts.pop("assessed"), counts.pop("rejected"), counts, tally.columns(), bad, thin)


def _source(spark: SparkSession, path: str) -> DataFrame:
    """The files of a folder: their paths, and what is in those that workers cannot open.

    Raises SalespathError (SP101, SP186) where there are none, one is too large, or columns stand in the names of folders.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import Observation
    from pyspark.sql import functions as f

    seen = Observation()
    try:
        source = spark.read.format("binaryFile").load(path)
        listed = source.select("path", "length").observe(seen, f.max(f.struct("length", "path")).alias("largest"))
        listed.write.format("noop").mode("overwrite").save()
    except PySparkException as error:
        raise refusal("SP101", f"Spark cannot read it: {_reason(error)}.", path) from None
    largest = seen.get["largest"]
    if largest is None:
        raise refusal("SP101", "the folder holds no file.", path)
    if parts := [name for name in source.columns if name not in ("path", "modificationTime", "length", "content")]:
        what = f"{', '.join(map(shown, parts))} stands in names of folders and not in the files"
        raise refusal("SP186", f"{what}; read it with Spark, and use assess_frame (docs/spark.md).", path)
    if _LOCAL.match(largest["path"]):
        return source.select("path")
    if largest["length"] > MOST_BYTES:
        what = (
            f"{shown(largest['path'])} has {largest['length']:,} bytes; Spark hands over whole what is on no disk, and at most "
            f"{MOST_BYTES:,}. Write it in parts, or read it with Spark and use assess_frame (docs/spark.md)."
        )
        raise refusal("SP186", what, path)
    return source.select("path", "content")


@dataclass(frozen=True)
class _Files:
    """How the files of a folder are read, in any task. `given` is the folder as it was named."""

    base: Base
    given: str
    money: Currencies
    options: TableOptions

    def reading(self, path: str, content: bytes | None = None) -> TableReading:
        """A file that Spark names, or has handed over. Raises SalespathError where it cannot be used."""
        here = _LOCAL.sub("/", path)
        file = open_file(here) if content is None else BytesIO(content)
        return CompaniesFile(self.base, self._named(here), self.money, self.options, file).reading()

    def _named(self, here: str) -> str:
        """A path as one machine would call it."""
        whole = os.path.abspath(_LOCAL.sub("/", self.given))
        return self.given.rstrip("/") + here[len(whole) :] if here.startswith(whole) else here


def _each(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """The files in some rows of Spark's `binaryFile`: each its path, and what is in it where Spark hands it over."""
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns))


@dataclass
class _Look:
    """What the files have: of those that are alike in it the columns and the headings of the first; and what is odd about them."""

    columns: list[Mapping[str, pa.DataType]]
    headings: list[str]
    problems: list[Problem]


def _look(files: _Files, source: DataFrame) -> _Look:
    """What the files have. Raises SalespathError with the problems of all that cannot be used."""
    schema = text_schema([SAID])

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tally, found, wrong = Tally(), dict[str, str](), list[Any]()
        for path, *content in _each(batches):
            try:
                reading = files.reading(path, *content)
            except SalespathError as error:
                wrong += map(asdict, error.problems)
                continue
            for problem in reading.problems:
                tally.add(problem)
            types = pa.schema([*reading.columns.items()]).serialize().to_pybytes().hex()
            key = json.dumps([types, [*_headings(reading).values()]])
            found[key] = min(found.get(key, path), path)
        yield words({**tally.said(), "found": found, "wrong": wrong}, schema)

    tally, found, wrong = Tally(), dict[str, str](), list[Problem]()
    frame = source.mapInArrow(task, spark_schema(schema))
    for said in heard(frame, lambda rows: _save(rows, files.given, "noop")):
        tally.merge(said)
        wrong += (Problem(**problem) for problem in said["wrong"])
        for key, path in said["found"].items():
            found[key] = min(found.get(key, path), path)
    if wrong:
        raise SalespathError(wrong)
    look = _Look([], [], tally.problems())
    for key in sorted(found, key=lambda key: (found[key], key)):
        types, headings = json.loads(key)
        there = pa.ipc.read_schema(pa.py_buffer(bytes.fromhex(types)))
        look.columns.append(dict(zip(there.names, there.types)))
        look.headings += headings
    return look


def _headings(reading: TableReading) -> dict[str, str]:
    """The columns of a file's rows as the file calls them, with the units that are said there."""
    called = {column.fact: column.column for column in reading.understood() if column.fact}
    return {name: called.get(name, name) for name in reading.names}


def _results(files: _Files, wanted: Chosen, ending: str, strong: bool, schema: pa.Schema) -> Task:
    """A task: files → rows of results, and what is said of the files."""
    results = wanted.results.values()
    settle, plan = (not set(names).isdisjoint(results) for names in (SETTLED, PLANNED))
    assess = partial(assessed, files.base, settle=settle, plan=plan)

    def typed(path: str, reading: TableReading, tally: Tally) -> Iterator[Typed]:
        counts = Counter[str]()
        for part in reading.parts():
            batch = reading.batch(part)
            check_count(batch)
            rows = Rows(files.base, batch.table)
            contradicted = np.flatnonzero(rows.expand(doubtful_rows(rows)))
            counts.update(one.kind for one in batch.left_out)
            counts.update(assessed=batch.table.rows, rejected=len(batch.rejects), contradicted=len(contradicted))
            for problem in batch.problems:
                tally.add(problem)
            yield Typed(batch, strong)
        tally.counts.update(counts)
        tally.rejecting += [path] if counts["rejected"] else []
        empty = not (counts["assessed"] or counts["rejected"])
        for problem in (*reading.notes(), *([no_rows(reading.path)] if empty else ())):
            tally.add(problem)
        if columns := reading.understood():
            tally.add_columns(columns)

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        tally = Tally()
        for path, *content in _each(batches):
            try:
                with tempfile.TemporaryFile() as out:
                    found = typed(path, files.reading(path, *content), tally)
                    write(files.base, found, out, ending, wanted, assess=assess)
                    yield from (fitted(rows, schema) for rows in _read_back(out, ending, wanted))
            except SalespathError as error:
                raise RuntimeError(_FAILED + json.dumps([*map(asdict, error.problems)])) from None
        yield words(tally.said(), schema)

    return task


def _read_back(file: IO[bytes], ending: str, wanted: Chosen) -> Iterator[pa.RecordBatch]:
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
    read = pyarrow.csv.ReadOptions(use_threads=False, block_size=2**23, column_names=wanted.names)
    first = True  # where the header is
    for rows in pyarrow.csv.open_csv(file, read, parse, convert):
        yield rows.slice(1) if first else rows
        first = False


def _rejects(files: _Files, schema: pa.Schema) -> Task:
    """A task: files → their rows that cannot be assessed."""

    def task(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for found in _each(batches):
            reading = files.reading(*found)
            written = _headings(reading)
            for part in reading.parts():
                if bad := reading.batch(part).rejects:
                    yield rejected_rows(bad, written, schema)

    return task


def _schema(base: Base, wanted: Chosen, ending: str) -> pa.Schema:
    """The columns of the results, as one company of which nothing is known has them, in types that Spark has, and SAID."""
    if ending == "csv":
        return text_schema([*wanted.names, SAID])
    typist = Typist(FRAME, [header.COMPANY], base.vocabulary)
    batch = typist.batch({header.COMPANY: pa.array(["-"])}, np.arange(1, 2))
    with tempfile.TemporaryFile() as file:
        write(base, [Typed(batch, strong=False)], file, ending, wanted)
        file.seek(0)
        found = pyarrow.parquet.read_schema(file)
    fields = []
    for one in found:
        fields.append(pa.field(one.name, spark_type(one.type)))
        if one.name in wanted.given and one.name in base.vocabulary and base.vocabulary[one.name].numeric:
            fields.append(pa.field(f"{one.name}__{header.RANGE}", pa.string()))
    return pa.schema([*fields, pa.field(SAID, pa.string())])


def _save(frame: DataFrame, path: str, ending: str) -> None:
    """Write a folder. Raises SalespathError with the problems that a task found, or SP186 with what Spark says."""
    from pyspark.errors import PySparkException

    there = os.path.exists(path)
    try:
        match ending:
            case "csv":
                blanks = frame.write.options(ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False)
                blanks.csv(path, header=True, escape='"', emptyValue="")
            case "parquet":
                frame.write.parquet(path)
            case _:
                frame.write.format(ending).mode("overwrite").save()
    except PySparkException as error:
        if not there and os.path.isdir(path):
            shutil.rmtree(path)  # half of a result is none
        if (found := str(error).partition(_FAILED)[2]).startswith("["):
            problems, _ = json.JSONDecoder().raw_decode(found)
            raise SalespathError([Problem(**problem) for problem in problems]) from None
        raise refusal("SP186", f"Spark cannot go on: {_reason(error)}.", path) from None


def _reason(error: Exception) -> str:
    """What Spark says is wrong: the last line that Python said in a task, else the first of all."""
    text = str(error).strip()
    said = re.search(r"^\w+(?:Error|Exception): .*", text, re.MULTILINE)
    return shown((said[0] if said else text.partition("\n")[0]).rstrip("."), 200)
