"""Hostile rule files: whatever they hold, they give a base or problems, quickly, and nothing else.

`python -m tests.fuzz -max_total_time=60` runs it guided by coverage, where atheris is installed (`pip install atheris`).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable

from salespath.engine.assess import assess
from salespath.engine.compile import compile_base
from salespath.engine.load import load
from salespath.facts import Case
from salespath.files.nodes import parse
from salespath.files.problems import Problem, SalespathError
from salespath.files.source import decode
from salespath.rules import loader
from salespath.rules.language import BLOCKED, VERDICT_NUMBERS, ExpressionError, Scope, condition, formula
from salespath.rules.model import Attribute

SECONDS = 2.0  # far more than any file of this size should take
BASE = load()
SCOPES = (
    Scope(BASE.vocabulary, BASE.knowledge.attributes, known=True),
    Scope(None, {**BASE.knowledge.attributes, **{n: Attribute(n, "") for n in BLOCKED}}, VERDICT_NUMBERS),
)
FRAME = [
    (
        "frame.yaml",
        parse(
            """
lines: {cycle: {dimension: market, title: t}}
topics: {channel: {title: Channel, exclusive: yes, choices: {calls: calls}}}
attributes:
  has_proof: {means: m}
  process: {values: [enterprise, smb, both, not_yet, undetermined], verdict: yes, means: m}
  lead: {values: [enterprise, smb], verdict: yes, means: m}
  leaning: {values: [enterprise, smb, none], verdict: yes, means: m}
statements: {K01: {section: s, says: It depends.}}
""",
            "frame.yaml",
        ),
    )
]


def expression(text: str) -> None:
    """Type a condition and a formula, in every scope."""
    for scope in SCOPES:
        for typed in (condition, formula):
            try:
                typed(text, scope)
                said = "it is fine"
            except ExpressionError as error:
                said = str(error)
            assert 0 < len(said) < 1000


def overlay(data: bytes) -> None:
    """Read a rule file over a small frame, compile and use it."""
    problems: Iterable[Problem] = ()
    base = None
    try:
        node = parse(decode(data, "house.yaml"), "house.yaml")
        knowledge, problems = loader.load([*FRAME, ("house.yaml", node)], "")
        base = compile_base(BASE.vocabulary, knowledge, problems)
    except SalespathError as error:
        problems = error.problems
    assert base or problems
    assert all(len(problem.message) < 2000 for problem in problems)
    if base:
        assess(base, Case("A", {"self_serve": True, "paying_customers": 3}))


def once(data: bytes) -> None:
    """One input of the fuzzer: its first byte says what the rest is."""
    start = time.process_time()
    if data[:1] < b"\x80":
        expression(data[1:].decode("utf-8", "replace"))
    else:
        overlay(data[1:])
    assert time.process_time() - start < SECONDS, "it takes too long"


if __name__ == "__main__":
    import atheris

    atheris.instrument_all()
    atheris.Setup([sys.argv[0], "-max_len=4096", "-timeout=10", *sys.argv[1:]], once)
    atheris.Fuzz()
