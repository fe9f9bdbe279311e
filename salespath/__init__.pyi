"""The public names and their types."""

from salespath.api import compare as compare
from salespath.api import economics as economics
from salespath.api import page as page
from salespath.api import read as read
from salespath.api import write as write
from salespath.counsel.compare import Comparison as Comparison
from salespath.counsel.economics.process_economics import Economics as Economics
from salespath.counsel.reach.search import Reach as Reach
from salespath.counsel.reach.search import search
from salespath.counsel.whatif import WhatIf as WhatIf
from salespath.counsel.whatif import what_if as what_if
from salespath.engine.assess import assess as assess
from salespath.engine.assessment import Assessment as Assessment
from salespath.engine.base import Base as Base
from salespath.engine.load import load as load
from salespath.engine.settle import settle as settle
from salespath.facts.cases import Case as Case
from salespath.facts.cases import Portfolio as Portfolio
from salespath.facts.values import Range as Range
from salespath.files.problems import Problem as Problem
from salespath.files.problems import SalespathError as SalespathError
from salespath.report.page import Page as Page
from salespath.report.pages.explanation import explain as explain
from salespath.tables.in_memory import assess_batches
from salespath.tables.in_spark import assess_frame as assess_frame
from salespath.tables.in_spark import rejected_frame as rejected_frame

__version__: str
__all__: list[str]

reach = search
assess_table = assess_batches
