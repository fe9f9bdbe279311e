"""Which columns a table of results has: presets and names, resolved against the columns of the input."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from salespath.engine.walk import SUMS
from salespath.facts import Vocabulary
from salespath.files.problems import Problem, SalespathError, shown, suggestion
from salespath.rules.model import MOTION, PROCESSES, SOLD
from salespath.tables.header import COMPANY, RESULTS, VERDICT, annotation_column, result_name

ALL = "all"
# What results a name stands for; `all` stands for the columns of the input as well.
PRESETS = {
    "verdict": VERDICT,
    "reasons": ("reasons", "reason_texts", "blockers", "unless", "flags"),
    "plan": (*SOLD, "advice", "warnings"),
    "fired": ("fired",),
    ALL: RESULTS,
}
THIN = (  # what is written unasked, after the columns of the input that are no facts
    *("process", "lead", "leaning", MOTION, "strength", "hangs_on", "flags", "first_question"),
    *(f"{name}_{process}" for name in SUMS for process in PROCESSES),
    *(f"evidence_{process}_{name}" for process in PROCESSES for name in SUMS),
)
STRONG = ("strength", "hangs_on", "first_question")  # the dear ones, of very many companies on request only
SETTLED = ("settled", "settled_by", "possible")  # what takes a second walk
PLANNED = ("advice", "warnings", "flags", "fired")  # what takes the rules of the plan


@dataclass(frozen=True)
class Chosen:
    """The columns that are written: `names` in their order, of which `given` are those of the input, with their types.

    `results` are the others as RESULTS calls them, by what they are called in the file. `asked`: one of STRONG was named.
    """

    names: tuple[str, ...]
    given: Mapping[str, pa.DataType]
    results: Mapping[str, str]
    asked: bool = False


def chosen(wanted: Sequence[str], given: Mapping[str, pa.DataType], vocabulary: Vocabulary) -> Chosen:
    """The columns that are `wanted` (none: the thin ones) beside those of the input, the company first and each once.

    Raises SalespathError (SP176) with all names that are no columns, each with a suggestion.
    """
    results = {result_name(name, given): name for name in RESULTS}
    called = {name: there for there, name in results.items()}
    found = [COMPANY]
    if not wanted:
        found += [name for name in given if not (name in vocabulary or annotation_column(name, vocabulary))]
        found += map(called.__getitem__, THIN)
    unknown = []
    for name in dict.fromkeys(wanted):
        if name in PRESETS:
            found += [*(given if name == ALL else ()), *map(called.__getitem__, PRESETS[name])]
        elif name in given or name in results:
            found.append(name)
        else:
            unknown.append(_unknown(name, [*PRESETS, *given, *results]))
    if unknown:
        raise SalespathError(unknown)
    names = tuple(dict.fromkeys(found))
    return Chosen(
        names,
        {name: given[name] for name in names if name in given},
        {name: results[name] for name in names if name in results},
        any(results.get(name) in STRONG for name in wanted),
    )


def _unknown(name: str, names: Iterable[str]) -> Problem:
    hint = suggestion(name, names)
    presets = ", ".join(PRESETS)
    message = f"--columns: there is no column {shown(name)}.{hint or f' Presets are {presets}.'}"
    return Problem("SP176", message, value=shown(name))
