"""Problems: what is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

from salespath.files.visible import is_hidden, visible

ERROR = "error"
WARNING = "warning"
NOTE = "note"  # nothing is wrong: how an input was understood

_LONGEST = 80  # characters of a word for which another one is sought
_MISSPELT = 0.75  # how much alike a part of a name is to what it was meant to be
_SLIP = 0.9  # the same for a part that is a known word itself: anual, which is Romanian
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

    def __reduce__(self) -> tuple[type[SalespathError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


def refusal(
    code: str, message: str, path: str | None, line: int | None = None, row: int | None = None
) -> SalespathError:
    """A file that cannot be used for one reason."""
    return SalespathError([Problem(code, message, file=path, line=line, row=row)])


def shown(value: object, length: int = 60) -> str:
    """A value as it may be repeated in a message: one line, not endless, and what cannot be seen named: <U+200B>."""
    text = visible(" ".join(str(value)[: 8 * length].split()))
    return text if len(text) <= length else text[: length - 1] + "…"


Near = Callable[[str, Collection[str]], Sequence[str]]  # those of some words that are most like one, the nearest first


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.7, *, also: Mapping[str, str] | None = None) -> str:
    """` Did you mean x?` for the known word nearest to a misspelt one, at least `cutoff` of 1 alike, or nothing.

    `also` says which known word other words mean; when nothing is suggested, `nearest` says.
    """

    def near(plain: str, options: Collection[str]) -> Sequence[str]:
        import difflib  # only a mistake needs it

        return difflib.get_close_matches(plain, options, n=5, cutoff=cutoff)

    found = nearest(word, {**(also or {}), **{name: name for name in known}}, near)
    return f" Did you mean {found}?" if found else ""


def nearest(word: str, meant: Mapping[str, str], near: Near) -> str:
    """What a misspelt word means by the words that are `near` it, or nothing.

    Nothing where a part of the name is another known word (burn is no churn), or one that the nearest has not (a unit, a currency),
    nor where several fit that differ by what was not said (whose employees?).
    """
    options = {_plain(option): target for option, target in meant.items()}
    plain = _plain(word[:_LONGEST])
    if plain in options:
        return options[plain]
    words = {part for option in options for part in option.split("_")} | _OTHER_THINGS
    said = {option: more for option in near(plain, options) if (more := _unsaid(plain, option, words)) is not None}
    if not said:
        return ""
    best = next(iter(said))
    rivals = {options[option] for option, more in said.items() if more} - {options[best]}
    return "" if said[best] and rivals else options[best]


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
        alike = _SLIP if part in words else _MISSPELT
        same = [other for other in parts if one == other.rstrip("s") or _misspelt(part, other, alike)]
        if not same and part not in _FILLING:
            joined = word.replace("_", ""), option.replace("_", "")
            return set() if "_" not in word and word not in words and _ratio(*joined) >= _JOINED else None
        rest.difference_update(same)
    return rest


def _misspelt(word: str, meant: str, alike: float) -> bool:
    return (alike < _SLIP and sorted(word) == sorted(meant)) or _ratio(word, meant) >= alike


def _ratio(first: str, second: str) -> float:
    import difflib

    return difflib.SequenceMatcher(None, first, second).ratio()
