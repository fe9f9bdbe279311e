"""What several tests start from: the built-in base, real companies, random facts, and small bases written as text."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import IO, TypeVar

import pytest
from click.testing import CliRunner
from hypothesis import settings
from hypothesis import strategies as st

from salespath.cli import main
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.base import Base
from salespath.engine.compile import compile_base
from salespath.engine.load import load
from salespath.facts import Case, Derived, Fact, Value, read_file
from salespath.facts.values import Range
from salespath.files.nodes import parse
from salespath.interview.kept import KIND, record_of
from salespath.interview.record import Record
from salespath.interview.store import Store
from salespath.report.formats.text import fitting, write
from salespath.report.pages import assessment as pages
from salespath.rules import loader

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
BASE = load()
VOCABULARY = BASE.vocabulary
Item = TypeVar("Item")

FRAME = """
version: test
lines:
  size: {dimension: market, title: what a customer pays}
  reach: {dimension: market, title: how many customers there are}
  cash: {dimension: capital, title: how long the cash lasts}
topics:
  channel: {title: Channel, exclusive: yes, choices: {calls: calls, web: the web}}
  team: {title: Team, choices: any}
  metrics: {title: What to measure, choices: metrics}
attributes:
  segment: {values: [small, large], means: the size of customers}
  big: {means: it is big}
  rich: {means: it is rich}
  process: {values: [enterprise, smb, both, not_yet, undetermined], verdict: yes, means: the recommendation}
  lead: {values: [enterprise, smb], verdict: yes, means: which first}
  leaning: {values: [enterprise, smb, none], verdict: yes, means: where it leans}
article: {title: How to sell, author: A. Uthor, year: 2020, disclosure: The author sells lists.}
statements:
  K01: {section: Start, says: It depends.}
rules:
  - id: sell-to-large
    when: fit_enterprise > fit_smb and not enterprise_blocked
    conclude: {process: enterprise}
    because: It fits.
    source: [K01]
  - id: too-early
    when: fit_enterprise > fit_smb and enterprise_blocked
    conclude: {process: not_yet}
    because: It is blocked.
    source: [K01]
  - id: sell-to-small
    when: fit_smb > fit_enterprise
    conclude: {process: smb}
    because: It fits.
    source: [K01]
  - id: open
    when: fit_smb == fit_enterprise
    conclude: {process: undetermined}
    because: Nothing decides.
    source: [K01]
"""


# Sold by calls to small firms, by the founder, with cash for years.
INSIDE: dict[str, Value] = {
    "product_stage": "launched", "self_serve": False, "customization": "configuration", "willingness_to_pay": "proven",
    "paying_customers": 22, "customer_segments": frozenset({"small"}), "customer_employees": 40, "annual_contract_value": 9000,
    "decision_makers": 2, "sales_cycle_months": 2.5, "who_sells": frozenset({"founder"}), "seller_seniority": "mid",
    "capital": 1_500_000, "monthly_burn": 20_000, "next_funding": "none", "sales_team_size": 0,
}  # fmt: skip


def inside(**facts: Value) -> Assessment:
    """That company with other facts."""
    return assess(BASE, Case("Acme", {**INSIDE, **facts}))


def small_base(*texts: str, frame: str = FRAME) -> Base:
    """A base of the frame above and of rule files given as text, `1.yaml`, `2.yaml`, … Raises SalespathError."""
    named = [("frame.yaml", frame), *((f"{n}.yaml", text) for n, text in enumerate(texts, 1))]
    knowledge, problems = loader.load([(name, parse(text, name)) for name, text in named], "0" * 64)
    return compile_base(VOCABULARY, knowledge, problems)


def page(assessment: Assessment, width: int = 80) -> str:
    """The page on one company as text."""
    return fitting(pages.versions(assessment), width)


def full(assessment: Assessment, width: int = 80) -> str:
    """Everything on one company as text."""
    return write(pages.full(assessment), width)


def run(*args: str, stdin: str | bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program in this process, 100 columns wide; an exception goes through."""
    typed = stdin.encode() if isinstance(stdin, str) else stdin
    runner = CliRunner(charset=environment.get("PYTHONIOENCODING", "utf-8"))
    done = runner.invoke(main, args, typed, {"COLUMNS": "100", **environment}, catch_exceptions=False)
    return subprocess.CompletedProcess(args, done.exit_code, done.stdout_bytes, done.stderr_bytes)


def run_process(*args: str, stdin: bytes | IO[bytes] = b"", **options) -> subprocess.CompletedProcess[bytes]:
    """Run the program in a process of its own, where that is what is tested; no traceback, no hanging.

    `env` is what the environment holds besides, other options are those of `subprocess.run`.
    """
    given = {"stdin": stdin} if hasattr(stdin, "fileno") else {"input": stdin}
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "100",
        "PYTHONIOENCODING": "utf-8",
        **options.pop("env", {}),
    }
    command = [sys.executable, "-m", "salespath", *args]
    done = subprocess.run(command, capture_output=True, timeout=300, env=environment, **given, **options)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return done


def sample(items: Sequence[Item], every: int = 5) -> Sequence[Item]:
    """All of the items in a heavy run (see conftest.py), which repeats what is marked `more`; of so many one elsewhere."""
    return items if settings.default.max_examples > settings.get_profile("few").max_examples else items[::every]


def on_some(assessments: list[Assessment]):
    """Give a test some of the companies as `a`, and all of them in a heavy run."""
    chosen = pytest.mark.parametrize("a", sample(assessments, 6), ids=lambda a: a.company[:30])
    return lambda test: pytest.mark.more(chosen(test))


@cache
def real_companies() -> list[Case]:
    return [
        case
        for name in ("real_companies.yaml", "asana_2020.yaml", "veeva_2013.yaml")
        for case in read_file(str(EXAMPLES / name), VOCABULARY).cases
    ]


def values(name: str) -> st.SearchStrategy[Value]:
    """Any value of a fact or derived number."""
    fact = VOCABULARY[name]
    if fact.type == "boolean":
        return st.booleans()
    if fact.type == "choice":
        return st.sampled_from(list(fact.values))
    if fact.type == "set":
        return st.frozensets(st.sampled_from(list(fact.values)))
    if fact.type == "date":
        return st.dates().map(str)
    low, high = bounds(fact)
    if fact.type == "integer":
        return st.one_of(st.integers(int(low), int(min(high, 1000))), st.integers(int(low), int(high)))
    near = min(high, 1000.0)
    return st.one_of(st.floats(low, near), st.floats(low, high)).map(
        lambda number: int(number) if number == int(number) else number
    )


def bounds(fact: Fact | Derived) -> tuple[float, float]:
    """The least and the largest number that a fact takes in tests."""
    low = -1e12 if fact.minimum is None else fact.minimum
    high = 1e12 if fact.maximum is None else fact.maximum
    if fact.type == "integer":
        return math.ceil(low) if fact.above is None else math.floor(fact.above) + 1, math.floor(high)
    return low if fact.above is None else math.nextafter(fact.above, math.inf), high


def point_within(draw, name: str, value: Range) -> Value:
    """A number within a range that a fact can be, often an end of it; the range where there is none."""
    low, high = bounds(VOCABULARY[name])
    low, high = max(low, value.low), min(high, value.high)
    if VOCABULARY[name].type == "integer":
        low, high = math.ceil(low), math.floor(high)
        return draw(st.one_of(st.sampled_from([low, high]), st.integers(low, high))) if low <= high else value
    return draw(st.one_of(st.sampled_from([low, high]), st.floats(low, high)))


def some_facts() -> st.SearchStrategy[dict[str, Value]]:
    """The facts of a company that has answered some of the questions."""
    return st.fixed_dictionaries({}, optional={name: values(name) for name in VOCABULARY})


def ranges(name):
    """Ranges of a fact or derived number, with and without bounds, at numbers that rules know."""
    low, high = bounds(VOCABULARY[name])
    number = st.one_of(values(name), st.sampled_from([0, 1, 2, 12, 1000, 5000, 25_000, 100_000]))
    end = number.map(lambda value: min(max(value, low), high))
    pairs = st.tuples(st.one_of(end, st.just(-math.inf)), st.one_of(end, st.just(math.inf)))
    return pairs.filter(lambda pair: pair[0] < pair[1]).map(lambda pair: Range(*pair))


def facts_with_ranges():
    """The facts of a company that knows some numbers as ranges."""
    optional = {n: st.one_of(values(n), ranges(n)) if VOCABULARY[n].numeric else values(n) for n in VOCABULARY}
    return st.fixed_dictionaries({}, optional=optional)


def ranged(case, every=2):
    """A company that knows every second number from its half to its double only."""
    found, numbers = dict(case.values), [name for name in case.values if VOCABULARY[name].numeric]
    for name in numbers[::every]:
        value, (low, high) = case.values[name], bounds(VOCABULARY[name])
        half = value // 2 if VOCABULARY[name].type == "integer" else value / 2
        some = Range(max(low, half), min(high, value * 2))
        found[name] = some if some.low < some.high else value
    return replace(case, values=found)


def kept(folder: Path) -> dict[str, Record]:
    """The interviews in the store of a folder of data, by name: what they say."""
    path = folder / "salespath" / "salespath.sqlite"
    if not path.exists():
        return {}
    with Store(path) as store:
        return {stream.name: record_of(store, stream, VOCABULARY) for stream in store.streams(KIND)}
