"""Columns of cells → the rows that can be assessed, and the problems of those that cannot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from salespath.engine.table import Array, FactColumn, FactTable
from salespath.facts import Case, LeftOut, Reject, Vocabulary
from salespath.facts.reader import PLAIN, Context
from salespath.facts.values import HOW
from salespath.files.problems import Problem, shown, suggestion
from salespath.tables.csv_cells import texts
from salespath.tables.evidence import two_readings
from salespath.tables.fact_columns import Bad, CellReader, values
from salespath.tables.header import COMPANY, RESULTS, annotation_column


@dataclass(frozen=True)
class Batch:
    """Some rows of a file: the facts of the good ones, what else stands there, and what is wrong with the others.

    `given` holds the columns of the file as text (a fact may lack it), `rows` the numbers of the good rows, `rejects` the others as
    they stood.
    """

    path: str
    table: FactTable
    given: Mapping[str, pa.Array]
    rows: Array
    problems: tuple[Problem, ...]
    part: float | None = None  # how much of the file is read with this batch, 0 to 1
    rejects: tuple[Reject, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    count: int = 0  # of the rows that hold something

    def __getitem__(self, places: Array) -> Batch:
        """Some of the good rows, without what is said of the file."""
        columns = {name: column[places] for name, column in self.table.columns.items()}
        given = {name: text.take(pa.array(places)) for name, text in self.given.items() if text is not None}
        return Batch(self.path, FactTable(len(places), columns), given, self.rows[places], ())

    def guessed(self, vocabulary: Vocabulary) -> dict[str, Array]:
        """The facts of which some good rows say that they are guessed, and which rows do."""
        found = {}
        for name, cells in self.given.items():
            noted = annotation_column(name, vocabulary)
            if noted and noted[1] == "how" and cells is not None:
                same = pc.equal(pc.utf8_trim_whitespace(cells.cast(pa.string())), "guessed")
                found[noted[0]] = same.fill_null(False).to_numpy(zero_copy_only=False)
        return {name: rows for name, rows in found.items() if rows.any()}

    def cases(self, vocabulary: Vocabulary) -> Iterator[Case]:
        """The good rows one by one."""
        facts = {name: values(vocabulary[name], cells) for name, cells in self.table.columns.items()}
        rest = {name: cells.to_pylist() for name, cells in self.given.items() if name not in facts}
        names = rest.pop(COMPANY)
        for row in range(self.table.rows):
            extra: dict[str, Any] = {}
            how: dict[str, str] = {}
            notes: dict[str, dict[str, str]] = {}
            for name, cells in rest.items():
                if cells[row] is None:
                    continue
                noted = annotation_column(name, vocabulary)
                if not noted:
                    extra[name] = cells[row]
                elif noted[1] == "how":
                    how[noted[0]] = str(cells[row]).strip()
                else:
                    notes.setdefault(noted[0], {})[noted[1]] = str(cells[row])
            known = {name: value for name, cells in facts.items() if (value := cells[row]) is not None}
            yield Case(shown(names[row], 200), known, how, notes, extra, self.path, row=int(self.rows[row]))


class Typist:
    """Types the columns of one file."""

    def __init__(
        self,
        path: str,
        names: Sequence[str],
        vocabulary: Vocabulary,
        contexts: Mapping[str, Context] = MappingProxyType({}),
        undecided: Collection[str] = (),
    ) -> None:
        """`contexts` says what is known of a column beside its cells, `undecided` in which ones numbers may have two readings."""
        self.path, self.names, self._undecided = path, tuple(names), undecided
        self._facts = {
            name: CellReader(vocabulary[name], contexts.get(name, PLAIN)) for name in names if name in vocabulary
        }
        self._how = [name for name in names if (annotation_column(name, vocabulary) or ("", ""))[1] == "how"]

    def batch(
        self,
        cells: Mapping[str, pa.Array],
        rows: Array,
        *,
        bad: Mapping[int, Reject] = MappingProxyType({}),
        lost: Sequence[Reject] = (),
        part: float | None = None,
        find: Callable[[Mapping[str, FactColumn]], Mapping[int, LeftOut]] = lambda _: {},
    ) -> Batch:
        """The batch of some rows: `bad` says which of them cannot be used, `lost` of which others there are no cells, `find` tells
        of the facts in all of them which are no companies.

        Rows without any content are left out and not counted. Raises pyarrow.ArrowException for a column that cannot be read.
        """
        read = {name: reader.read(cells[name]) for name, reader in self._facts.items()}
        blamed = {name: typed.bad for name, typed in read.items()} | {name: _not_how(cells[name]) for name in self._how}
        doubtful = {name: _two_readings(cells[name]) for name in self._undecided}
        blamed |= {name: blamed[name] | places for name, places in doubtful.items()}
        left_out = find({name: typed.column for name, typed in read.items()})
        bad = {place: reject for place, reject in bad.items() if place not in left_out}
        wrong: dict[int, list[Problem]] = {}
        for name, places in blamed.items():
            for place, (text, why) in places.items():
                if (
                    place not in bad and place not in left_out
                ):  # where quotes are amiss, all cells after them would be blamed
                    code = "SP124" if place in doubtful.get(name, ()) else "SP112"
                    at = Problem(code, why, file=self.path, row=int(rows[place]), column=name, value=shown(text))
                    wrong.setdefault(place, []).append(at)
        rejects = [*lost, *bad.values()]
        stood = zip(
            *(texts(cells[name].take(pa.array([*wrong], pa.int64()))).to_pylist() for name in self.names if wrong)
        )
        for (place, problems), row in zip(wrong.items(), stood):
            rejects.append(Reject(self.path, int(rows[place]), dict(zip(self.names, row)), None, problems))
        rejects.sort(key=lambda reject: reject.row)
        order = {name: place for place, name in enumerate(self.names)}
        found = [problem for reject in rejects for problem in reject.problems]
        found.sort(key=lambda problem: (problem.row or 0, order.get(str(problem.column), -1)))
        keep = ~_blank(cells, len(rows))
        count = int(keep.sum()) + len(lost)
        keep[[*bad, *wrong, *left_out]] = False
        given = {name: read[name].text if name in read else cells[name] for name in self.names if name not in RESULTS}
        given[COMPANY] = _company(cells.get(COMPANY), rows)
        columns = {name: typed.column for name, typed in read.items() if typed.column.known.any()}
        if not keep.all():
            mask = pa.array(keep)
            given = {name: None if text is None else text.filter(mask) for name, text in given.items()}
            columns = {name: column[keep] for name, column in columns.items()}
        rows = rows[keep]
        table = FactTable(len(rows), columns)
        return Batch(self.path, table, given, rows, tuple(found), part, tuple(rejects), tuple(left_out.values()), count)


def _two_readings(cells: pa.Array) -> Bad:
    """The cells with numbers that can be read in two ways."""
    found: Bad = {}
    for place in np.flatnonzero(np.asarray(pc.match_substring_regex(cells, "[.,][0-9]{3}").fill_null(False))).tolist():
        text = str(cells[place])
        if ways := two_readings(text):
            found[place] = (text, f"{ways}, and no cell of the column decides; write one of these.")
    return found


def _blank(cells: Mapping[str, pa.Array], rows: int) -> Array:
    """Which rows hold nothing at all."""
    blank = np.ones(rows, dtype=bool)
    for column in cells.values():
        if not column.null_count:
            return np.zeros(rows, dtype=bool)
        blank &= np.asarray(column.is_null())
        if not blank.any():
            break
    return blank


def _not_how(cells: pa.Array) -> Bad:
    """The cells that say neither measured, estimated nor guessed."""
    texts = pc.utf8_trim_whitespace(cells.cast(pa.string()))
    fine = pc.is_in(texts, value_set=pa.array(["", *HOW])).to_numpy(zero_copy_only=False) | np.asarray(cells.is_null())
    wrong = {int(place): str(texts[int(place)]) for place in np.flatnonzero(~fine)}
    expected = f"is not one of {', '.join(HOW)}."
    return {place: (text, f"{shown(text)} {expected}{suggestion(text, HOW)}") for place, text in wrong.items()}


def _company(names: pa.Array | None, rows: Array) -> pa.Array:
    """The names of the companies; one without a name goes by its row."""
    if names is None:
        names = pa.nulls(len(rows), pa.string())
    names = names.cast(pa.string())
    missing = pc.or_kleene(names.is_null(), pc.equal(pc.utf8_trim_whitespace(names), ""))
    if not pc.any(missing).as_py():
        return names
    return pc.if_else(missing, pc.binary_join_element_wise("row", pa.array(rows).cast(pa.string()), " "), names)
