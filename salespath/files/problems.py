"""Problems: what is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from salespath.files.visible import is_hidden, visible

ERROR = "error"
WARNING = "warning"
NOTE = "note"  # nothing is wrong: how an input was understood

_LONGEST = 80  # characters of a word for which another one is sought
_MISSPELT = 0.75  # how much alike a part of a name is to what it was meant to be
_JOINED = 0.88  # the same for a name written in one
_FILLING = frozenset(("the", "of", "a", "an", "our", "my", "number", "nr", "and", "is"))
# What a part of a name may say though no known word does: other things, never slips of the pen.
_OTHER_THINGS = frozenset({
    "burn", "churn", "revenue", "income", "profit", "loss", "losses", "lose", "expense", "expenses", "cost",
    "costs", "spend", "spending", "debt", "gross", "net", "client", "clients", "customer", "customers", "company",
    "own", "headcount", "employees", "day", "days", "week", "weeks", "month", "months", "monthly", "quarter",
    "quarterly", "year", "years", "yearly", "annual", "won", "lost", "open", "closed", "inbound", "outbound",
    "first", "last", "new", "old", "paid", "unpaid",
})  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input.

    `code` is stable and named in the documentation; `severity` is `error`, `warning` or `note`; `line` and `column` count from 1;
    `row` is the row of a table, the header being row 1; `value` is what was seen.
    """

    code: str
    message: str
    severity: Annotated[str, ("enum", (ERROR, WARNING, NOTE))] = ERROR
    file: str | None = None
    line: int | None = None
    column: int | str | None = None
    row: int | None = None
    value: str | None = None

    @property
    def place(self) -> str:
        """Where it is, as `file:line` or `file, row 3, column annual_contract_value`."""
        parts = []
        if self.file is not None:
            parts.append(self.file if self.line is None else f"{self.file}:{self.line}")
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column is not None and self.row is not None:
            parts.append(f"column {self.column}")
        return ", ".join(parts)

    def __str__(self) -> str:
        place = self.place
        return visible(f"{place + ': ' if place else ''}{self.severity} {self.code}: {self.message}")


def has_error(problems: Iterable[Problem]) -> bool:
    """Whether one of the problems is an error."""
    return any(problem.severity == ERROR for problem in problems)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Problems in order of their place."""
    return tuple(sorted(problems, key=lambda p: (p.file or "", p.line or 0, p.row or 0, str(p.column or ""), p.code)))


class SalespathError(Exception):
    """An input that cannot be used; `problems` lists everything found, in order of place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


def refusal(
    code: str, message: str, path: str | None, line: int | None = None, row: int | None = None
) -> SalespathError:
    """A file that cannot be used for one reason."""
    return SalespathError([Problem(code, message, file=path, line=line, row=row)])


def shown(value: object, length: int = 60) -> str:
    """A value as it may be repeated in a message: one line, not endless, and what cannot be seen named: <U+200B>."""
    text = visible(" ".join(str(value)[: 8 * length].split()))
    return text if len(text) <= length else text[: length - 1] + "…"


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.7, *, also: Mapping[str, str] | None = None) -> str:
    """` Did you mean x?` for the known word nearest to a misspelt one, at least `cutoff` of 1 alike, or nothing.

    `also` says which known word other words mean. Nothing is suggested where a part of the name is another known word (burn is no
    churn), or one that the suggestion has not (a unit, a currency), nor where several fit that differ by what was not said (whose
    employees?).
    """
    meant = {**(also or {}), **{name: name for name in known}}
    options = {_plain(option): target for option, target in meant.items()}
    plain = _plain(word[:_LONGEST])
    if plain in options:
        return f" Did you mean {options[plain]}?"
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(plain, options, n=5, cutoff=cutoff)
    words = {part for option in options for part in option.split("_")} | _OTHER_THINGS
    extra = {option: more for option in near if (more := _unsaid(plain, option, words)) is not None}
    if not extra:
        return ""
    best = next(iter(extra))
    rivals = {options[option] for option, more in extra.items() if more} - {options[best]}
    return "" if extra[best] and rivals else f" Did you mean {options[best]}?"


@lru_cache(10_000)  # the known words are compared with each of many mistakes
def _plain(word: str) -> str:
    """A word as it is compared: lower case, its parts joined by one underscore, without what cannot be seen."""
    seen = "".join(c for c in word.lower() if c.isspace() or not is_hidden(c))
    return "_".join(seen.replace("_", " ").replace("-", " ").split())


def _unsaid(word: str, option: str, words: Collection[str]) -> set[str] | None:
    """The parts of an option that a misspelt word does not say, or None where it says something else."""
    parts, rest = option.split("_"), set(option.split("_"))
    for part in word.split("_"):
        one = part.rstrip("s")
        same = [other for other in parts if one == other.rstrip("s") or (part not in words and _misspelt(part, other))]
        if not same and part not in _FILLING:
            joined = word.replace("_", ""), option.replace("_", "")
            return set() if "_" not in word and word not in words and _ratio(*joined) >= _JOINED else None
        rest.difference_update(same)
    return rest


def _misspelt(word: str, meant: str) -> bool:
    return sorted(word) == sorted(meant) or _ratio(word, meant) >= _MISSPELT


def _ratio(first: str, second: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, first, second).ratio()
