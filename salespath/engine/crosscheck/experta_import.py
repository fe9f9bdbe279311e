"""experta under Python 3.10 and later: its frozendict 1.2 wants `collections.Mapping` where Python had it before.

The import raises SalespathError (SP145) where experta is not there or does not work.
"""

from __future__ import annotations

import collections
import collections.abc

from salespath.files.problems import Problem, SalespathError, shown

WANTED = "experta>=1.9.4,<2"
_ABSENT = object()

_before = vars(collections).get("Mapping", _ABSENT)
collections.Mapping = collections.abc.Mapping  # type: ignore[attr-defined]
try:
    from experta import Fact, KnowledgeEngine, Rule
except Exception as error:  # a broken package may raise anything
    absent = isinstance(error, ModuleNotFoundError) and error.name == "experta"
    why = "which is not installed" if absent else f"which cannot be imported ({type(error).__name__}: {shown(error)})"
    line = f"`pip install '{WANTED}'`{'' if absent else ', with --force-reinstall if it is there already'}"
    needed = f"--engine experta needs the package experta, {why}; install it: {line}."
    raise SalespathError([Problem("SP145", needed)]) from None
finally:
    if _before is _ABSENT:
        del collections.Mapping  # type: ignore[attr-defined]
    else:  # a program that runs this one has its own
        collections.Mapping = _before  # type: ignore[attr-defined]

__all__ = ["Fact", "KnowledgeEngine", "Rule"]
