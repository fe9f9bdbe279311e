"""The functions of the Python interface that join several rooms: what the commands do, without a command line.

The rooms are imported where they are used: one assessment needs neither numpy nor pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from salespath.counsel.compare import Comparison
    from salespath.counsel.economics.process_economics import Economics
    from salespath.engine.base import Base
    from salespath.facts import Case, Portfolio
    from salespath.report.page import Page

_PAGES = {  # of a record, by its class
    "Assessment": "assessment",
    "Explanation": "explanation",
    "WhatIf": "whatif",
    "Comparison": "compare",
    "Economics": "economics",
}


def read(base: Base, source: str | Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Portfolio:
    """The companies of a file of any kind, and what is wrong with others of them.

    Instead of a file, what stands in one: {"company": NAME, "facts": {FACT: VALUE}}, or a list of those. Raises SalespathError
    where a file cannot be used at all, or such a mapping not as it is.
    """
    from salespath.facts.cases import read_node
    from salespath.facts.objects import as_json
    from salespath.files.nodes import parse
    from salespath.files.problems import SalespathError, has_error
    from salespath.tables.read import CompaniesFile

    if isinstance(source, str):
        return CompaniesFile(base, source).portfolio()
    text = json.dumps(source, default=as_json)
    found = read_node(parse(text, "data", as_json=True), base.vocabulary, "data", exact=True)
    if has_error(found.problems):
        raise SalespathError(found.problems)
    return found


def compare(base: Base, cases: Iterable[Case], *, respondents: bool = False) -> Comparison:
    """Two or more companies or scenarios side by side, or the answers of several people about one company."""
    from salespath.counsel import compare as comparing
    from salespath.facts.objects import typed_case

    typed = tuple(typed_case(base.vocabulary, case) for case in cases)
    found = comparing.sides(base, typed, respondents=respondents)
    if len(found) < 2:
        raise ValueError("give two or more companies to compare")
    return comparing.compare(found)


def economics(base: Base, case: Case, *, months: int = 36) -> Economics:
    """What the recommended process takes in deals, people, months and cash; the other one too where the company gave figures.

    Raises SalespathError where its `assumptions` cannot be used.
    """
    from salespath.counsel.economics.inputs import inputs
    from salespath.counsel.economics.other_process import processes_to_show
    from salespath.counsel.economics.process_economics import economics as computed
    from salespath.engine.assess import assess
    from salespath.facts.objects import typed_case

    case = typed_case(base.vocabulary, case)
    assessment = assess(base, case)
    given = inputs(base, case, assessment)
    shown = processes_to_show(assessment.process, assessment.leaning, given)
    return computed(case.company, given, months, shown, marked=True)


def page(record: object, *more: object) -> Page:
    """The page of an assessment, an explanation, a what-if, a comparison, or of economics and the assessment that they go with."""
    name = _PAGES.get(type(record).__name__)
    if name is None:
        raise TypeError(f"there is no page of a {type(record).__name__}")
    pages: Any = import_module(f"salespath.report.pages.{name}")
    found: Page = pages.page(record, *more)
    return found


def write(page: Page, ending: str = "txt", *, width: int = 80) -> str:
    """A page as text of some width, or in the format of an ending: md, html. Raises KeyError for an unknown ending."""
    from salespath.report.formats import text, write_page

    return text.write(page, width) if ending == "txt" else write_page([page], ending)
