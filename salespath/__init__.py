"""salespath: which sales process a B2B company should run, and why.

>>> import salespath
>>> base = salespath.load()
>>> case = salespath.Case("Example", {"product_stage": "launched", "annual_contract_value": 70000})
>>> salespath.assess(base, case).process
'undetermined'
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

# Every public name, and what it is. `__init__.pyi` says the same to type checkers.
_HOMES = {
    "load": "salespath.engine.load.load",
    "Base": "salespath.engine.base.Base",
    "Case": "salespath.facts.cases.Case",
    "read": "salespath.api.read",
    "Portfolio": "salespath.facts.cases.Portfolio",
    "assess": "salespath.engine.assess.assess",
    "Assessment": "salespath.engine.assessment.Assessment",
    "assess_table": "salespath.tables.in_memory.assess_batches",
    "assess_frame": "salespath.tables.in_spark.assess_frame",
    "rejected_frame": "salespath.tables.in_spark.rejected_frame",
    "settle": "salespath.engine.settle.settle",
    "explain": "salespath.report.pages.explanation.explain",
    "what_if": "salespath.counsel.whatif.what_if",
    "WhatIf": "salespath.counsel.whatif.WhatIf",
    "reach": "salespath.counsel.reach.search.search",
    "Reach": "salespath.counsel.reach.search.Reach",
    "compare": "salespath.api.compare",
    "Comparison": "salespath.counsel.compare.Comparison",
    "economics": "salespath.api.economics",
    "Economics": "salespath.counsel.economics.process_economics.Economics",
    "page": "salespath.api.page",
    "Page": "salespath.report.page.Page",
    "write": "salespath.api.write",
    "Range": "salespath.facts.values.Range",
    "Problem": "salespath.files.problems.Problem",
    "SalespathError": "salespath.files.problems.SalespathError",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:  # imported when first used: `salespath --help` needs none of it
    if name in _HOMES:
        module, _, attribute = _HOMES[name].rpartition(".")
        globals()[name] = found = getattr(import_module(module), attribute)
        return found
    raise AttributeError(f"module 'salespath' has no attribute {name!r}")
