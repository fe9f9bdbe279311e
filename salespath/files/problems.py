"""Problems: what is wrong with an input, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from salespath.files.visible import visible

ERROR = "error"
WARNING = "warning"
NOTE = "note"  # nothing is wrong: how an input was understood


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
    """A value as it may be repeated in a message: one line, nothing hidden in it, not endless."""
    text = visible(" ".join(str(value).split()))
    return text if len(text) <= length else text[: length - 1] + "…"


def suggestion(word: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """` Did you mean x?` for the known word nearest to a misspelt one, at least `cutoff` of 1 alike, or nothing."""
    options = {option.lower(): option for option in known}
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    import difflib  # only a mistake needs it

    near = [plain] if plain in options else difflib.get_close_matches(plain[:80], options, n=1, cutoff=cutoff)
    return f" Did you mean {options[near[0]]}?" if near else ""
