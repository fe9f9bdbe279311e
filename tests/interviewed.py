"""An interview that several tests start from: what was given beforehand, and what was answered."""

from __future__ import annotations

from salespath.facts import Case
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, PLAN, Event

GIVEN = Case(
    "Ăcme – 你好",
    {"capital": 250.125, "customer_segments": frozenset({"small", "large"}), "runway_months": 7},
    {"capital": "guessed"},
    {"capital": {"note": "from memory", "date": "2026-03"}},
    {"id": "7", "labels": ["a", "b"], "year": None},
)
EVENTS = [
    Event("answer", COMPANY, Answer("Acme")),
    Event("answer", "product_stage", Answer("launched")),
    Event("answer", "self_serve", Answer(False)),
    Event("back"),
    Event("answer", "self_serve", Answer(True, "guessed")),
    Event("skip", "customization"),
    Event("answer", "customer_segments", Answer(frozenset({"small", "large"}))),
    Event("answer", "targeted_segments", Answer(frozenset())),
    Event("answer", "large_customer_share", Answer(0.12)),
    Event("answer", "annual_contract_value", Answer(70_000, "estimated")),
    Event("answer", PLAN, Answer(True)),
]
