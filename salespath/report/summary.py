"""What a run over many companies came to, in a line."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Summary:
    """How many companies were assessed and left out, whether the input had an error, and the file with those left out."""

    assessed: int = 0
    rejected: int = 0
    failed: bool = False
    rejects: str | None = None

    def __str__(self) -> str:
        counts = f"{self.assessed + self.rejected} companies: {self.assessed} assessed, {self.rejected} rejected"
        if self.rejects is None:
            return f"{counts}."
        return f"{counts}; {'the rejected rows are' if self.rejected else 'no row is'} in {self.rejects}."
