"""experta under Python 3.10 and later: its frozendict 1.2 wants `Mapping` where Python had it before."""

from __future__ import annotations

import collections
import collections.abc

collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
try:
    import experta
finally:
    del collections.Mapping  # type: ignore[attr-defined]

__all__ = ["experta"]
