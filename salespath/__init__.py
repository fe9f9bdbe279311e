"""salespath: which sales process a B2B company should run, and why.

>>> import salespath
>>> base = salespath.load()
>>> case = salespath.Case("Example", {"product_stage": "launched", "annual_contract_value": 70000})
>>> salespath.assess(base, case).process
'undetermined'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salespath.engine.assess import assess
    from salespath.engine.assessment import Assessment
    from salespath.engine.load import load
    from salespath.facts import Case, read_file

__version__ = "0.1.0"
__all__ = ["Assessment", "Case", "assess", "load", "read_file"]

_HOMES = {
    "assess": "salespath.engine.assess",
    "Assessment": "salespath.engine.assessment",
    "load": "salespath.engine.load",
    "Case": "salespath.facts",
    "read_file": "salespath.facts",
}


def __getattr__(name: str) -> Any:  # imported when first used: `salespath --help` needs none of it
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'salespath' has no attribute {name!r}")
