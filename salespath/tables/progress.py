"""How far a run over many companies is, on stderr and only where that is a terminal, and what it came to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from salespath.facts import ColumnRead, LeftOut
from salespath.files.problems import shown

SPANS = 5  # of rows of a kind that are named

Advance = Callable[[int, "float | None"], None]  # the companies just done; how much of their file is read, 0 to 1


@contextmanager
def bar(files: int) -> Iterator[Advance]:
    """A function to call with what is done of each of some files, one after the other."""
    if not sys.stderr.isatty():
        yield lambda rows, part: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[rows]:,} companies"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=files, rows=0, rate=0.0)
        done, before, whole = 0, 0.0, 0

        def advance(rows: int, part: float | None) -> None:
            nonlocal done, before, whole
            done += rows
            if part is not None:
                whole += part < before  # another file has begun
                before = part
            elapsed = progress.tasks[task].elapsed or 0
            rate = done / elapsed if elapsed else 0
            progress.update(task, completed=whole + before, rows=done, rate=rate)

        yield advance


@dataclass
class Summary:
    """How many companies were assessed and rejected, which rows were left out, whether there was an error, and the file of rejects.

    `rows` says that the companies are rows of tables; `without_strength` that there were too many to work out unasked how firm each
    verdict is and what to ask first. `columns` says how those of the tables were read.
    """

    assessed: int = 0
    rejected: int = 0
    left_out: int = 0
    failed: bool = False
    rejects: str | None = None
    without_strength: bool = False
    rows: bool = False
    columns: list[ColumnRead] = field(default_factory=list)
    _kinds: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def leave_out(self, some: Iterable[LeftOut]) -> None:
        """Count rows that are no companies."""
        for item in some:
            self.left_out += 1
            self._kinds.setdefault((item.kind, item.file), []).append(item.row)

    def __str__(self) -> str:
        count = self.assessed + self.rejected + self.left_out
        companies = "company" if self.assessed == 1 else "companies"
        if self.rows:
            counts = f"{count} {'row' if count == 1 else 'rows'}: {self.assessed} {companies} assessed"
        else:
            counts = f"{count} {'company' if count == 1 else 'companies'}: {self.assessed} assessed"
        counts += f", {self.rejected} rejected"
        if self.left_out:
            several = len({file for _, file in self._kinds}) > 1
            named = (
                f"{kind}: {spans(rows, SPANS)}{f' of {shown(file)}' if several else ''}"
                for (kind, file), rows in self._kinds.items()
            )
            counts += f", {self.left_out} left out ({'; '.join(named)})"
        strength = (
            " Strength and first questions are left out of so many; --strength adds them."
            if self.without_strength
            else ""
        )
        if self.rejects is None:
            return f"{counts}.{strength}"
        return f"{counts}; {'the rejected rows are' if self.rejected else 'no row is'} in {self.rejects}.{strength}"


def spans(rows: Sequence[int], most: int = 0) -> str:
    """Rows as words: `row 3`, `rows 3-5, 9`; of more than `most` spans (if given) how many more rows there are."""
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    named = found[:most] if most else found
    words = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in named)
    rest = sum(last - first + 1 for first, last in found[len(named) :])
    return f"{'row' if len(rows) == 1 else 'rows'} {words}{f' and {rest:,} more' if rest else ''}"
