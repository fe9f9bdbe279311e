"""Weeks of a plan as days, from the day on which its first week begins."""

from __future__ import annotations

from datetime import date, timedelta

_DAYS = 7


def begin_of(week: int, start: date) -> date:
    """The first day of a week, counted from 1."""
    return start + timedelta(days=_DAYS * (week - 1))


def end_of(week: int, start: date) -> date:
    """The last day of a week."""
    return begin_of(week + 1, start) - timedelta(days=1)


def in_words(day: date) -> str:
    """A day in whole: 4 January 2027."""
    return f"{day.day} {day:%B %Y}"


def in_short(day: date) -> str:
    """A day within a table: 4 Jan."""
    return f"{day.day} {day:%b}"
