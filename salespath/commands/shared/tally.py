"""Problems of one run: the first ones each by itself, of many alike how many there are and where the first of them stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from salespath.files.problems import ERROR, Problem

ALONE = 20  # problems that are told each by itself
PLACES = 3  # rows named of a group
CAUSES = 8  # told apart in a column
GROUPS = 100  # told in the end


@dataclass
class _Group:
    """Problems of one column and cause: the first of them, how many there are and were told, and where the first stand."""

    first: Problem
    count: int = 0
    told: int = 0
    places: list[int] = field(default_factory=list)


class Tally:
    """Counts problems by column and cause, in memory that does not grow with their number."""

    def __init__(self) -> None:
        self._told = 0
        self._groups: dict[tuple[object, ...], dict[str, _Group]] = {}

    def is_told(self, problem: Problem) -> bool:
        """Count a problem; whether it is to be told by itself."""
        place = problem.row or problem.line
        if place is None:
            return True
        causes = self._groups.setdefault((problem.file, problem.severity, problem.code, problem.column), {})
        cause = _cause(problem)
        if cause not in causes and len(causes) >= CAUSES:
            cause = "other causes."
        group = causes.setdefault(cause, _Group(problem))
        group.count += 1
        if len(group.places) < PLACES:
            group.places.append(place)
        if self._told < ALONE:
            self._told += 1
            group.told += 1
            return True
        return False

    def rest(self) -> Iterator[Problem]:
        """What was not told by itself: a problem for each group, errors and the largest first. Then the count begins anew."""
        groups = [item for causes in self._groups.values() for item in causes.items()]
        self._told, self._groups = 0, {}
        left = [item for item in groups if item[1].told < item[1].count]
        left.sort(key=lambda item: (item[1].first.severity != ERROR, -item[1].count))
        yield from (_summary(cause, group) for cause, group in left[:GROUPS])
        if others := [group for _, group in left[GROUPS:]]:
            what = (
                f"{sum(group.count for group in others):,} more problems, of {len(others):,} other columns and causes."
            )
            yield Problem(others[0].first.code, what, others[0].first.severity, file=others[0].first.file)


def _cause(problem: Problem) -> str:
    """What is wrong, without the company, the value and what may have been meant instead."""
    head, seen, rest = problem.message.partition(problem.value or "\0")
    if not seen:
        return problem.message
    return f"{head.rpartition(': ')[2]}…{rest.partition(' Did you mean')[0]}"


def _summary(cause: str, group: _Group) -> Problem:
    first, more = group.first, group.count - len(group.places)
    if group.count == 1:
        return first
    of = "rows" if first.row else "lines"
    what = f"{group.count:,} {'cells' if first.row and first.column is not None else of}"
    where = f"{of} {', '.join(map(str, group.places))}{f' and {more:,} more' if more else ''}"
    column = "" if first.column is None else f"column {first.column}: " if first.row else f"{first.column}: "
    return Problem(first.code, f"{column}{what}: {cause} ({where})", first.severity, file=first.file)
