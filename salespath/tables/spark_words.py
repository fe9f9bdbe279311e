"""What tasks of Spark say beside their rows: counts, how columns were read, and of problems that are alike the first.

It goes to the driver in a column of its own, which is observed while the rows are written, and not written itself.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from salespath.facts import ColumnRead
from salespath.files.problems import Problem
from salespath.tables.header import PREFIX

if TYPE_CHECKING:  # an extra
    from pyspark.sql import DataFrame

SAID = f"{PREFIX}said"  # that column


class Tally:
    """What is said of files: how many rows of each kind there are, what is wrong, and how columns were read."""

    def __init__(self) -> None:
        self.counts = Counter[str]()
        self.rejecting = list[str]()  # the files with rejects
        self._problems = dict[tuple[object, ...], tuple[Problem, int]]()
        self._columns = dict[tuple[ColumnRead, ...], tuple[list[ColumnRead], int]]()

    def add(self, problem: Problem, count: int = 1) -> None:
        """Add some problems that are alike."""
        alone = problem.row is None and problem.column is None
        key = (problem.code, problem.severity, problem.column, problem.message if alone else "")
        first, before = self._problems.get(key, (problem, 0))
        self._problems[key] = min(first, problem, key=lambda one: (one.file or "", one.row or 0)), before + count

    def add_columns(self, columns: Sequence[ColumnRead], count: int = 1) -> None:
        """Add how some files were read, all in the same way."""
        key = tuple(replace(one, file="", filled=0, rows=0) for one in columns)
        before, files = self._columns.get(key, (columns, 0))
        if files:
            columns = [
                replace(a, file=min(a.file, b.file), filled=a.filled + b.filled, rows=a.rows + b.rows)
                for a, b in zip(before, columns)
            ]
        self._columns[key] = [*columns], files + count

    def said(self) -> dict[str, Any]:
        """All of it as JSON has it."""
        return {
            "counts": self.counts,
            "rejecting": self.rejecting,
            "problems": [[asdict(problem), count] for problem, count in self._problems.values()],
            "columns": [[[astuple(one) for one in columns], count] for columns, count in self._columns.values()],
        }

    def merge(self, said: Mapping[str, Any]) -> None:
        """Add what another one said."""
        self.counts.update(said["counts"])
        self.rejecting += said["rejecting"]
        for problem, count in said["problems"]:
            self.add(Problem(**problem), count)
        for columns, count in said["columns"]:
            self.add_columns([ColumnRead(*one) for one in columns], count)

    def problems(self) -> list[Problem]:
        """The problems, with how many are like each."""
        return [
            replace(one, message=f"{one.message} This is the first of {count:,}.") if count > 1 else one
            for one, count in self._problems.values()
        ]

    def columns(self) -> list[ColumnRead]:
        """How columns were read, of files that were read in the same way once."""
        return [
            replace(one, file=f"{one.file} and {count - 1:,} like it") if count > 1 else one
            for columns, count in sorted(self._columns.values(), key=lambda pair: pair[0][0].file)
            for one in columns
        ]


def fitted(rows: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Rows with all columns of a schema, in types that Spark has; those that they do not have are null."""
    columns = dict(zip(rows.schema.names, rows.columns))
    cells = [
        columns[one.name].cast(one.type, safe=False) if one.name in columns else pa.nulls(rows.num_rows, one.type)
        for one in schema
    ]
    return pa.RecordBatch.from_arrays(cells, schema=schema)


def words(said: Mapping[str, Any], schema: pa.Schema) -> pa.RecordBatch:
    """What a task says, as a row beside those of its results."""
    return fitted(pa.record_batch({SAID: [json.dumps(said)]}), schema)


def heard(frame: DataFrame, save: Callable[[DataFrame], None]) -> Iterator[Any]:
    """Save the rows of a frame, and hear what its tasks say."""
    from pyspark.sql import Observation
    from pyspark.sql import functions as f

    seen = Observation()
    observed = frame.observe(seen, f.array_agg(SAID).alias("said"))
    others = [name for name in frame.columns if name != SAID]
    save(observed.filter(observed[SAID].isNull()).select(*map(_quoted, others)) if others else observed)
    return map(json.loads, seen.get["said"])


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
