"""What a run over many companies came to, in a line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Summary:
    """How many companies were assessed and left out, whether the input had an error, and the file with those left out.

    `without_strength` says that there were too many to work out unasked how firm each verdict is.
    """

    assessed: int = 0
    rejected: int = 0
    failed: bool = False
    rejects: str | None = None
    without_strength: bool = False

    def __str__(self) -> str:
        counts = f"{self.assessed + self.rejected} companies: {self.assessed} assessed, {self.rejected} rejected"
        strength = " Strength is left out of so many; --strength adds it." if self.without_strength else ""
        if self.rejects is None:
            return f"{counts}.{strength}"
        return f"{counts}; {'the rejected rows are' if self.rejected else 'no row is'} in {self.rejects}.{strength}"
