"""Whose the first moves are: by stage, motion, team and cash, over every documented company and vignette."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from given import BASE, EXAMPLES

from salespath.counsel.moves import planned_moves
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.facts import read_file

TESTS = Path(__file__).parent.parent
NEVER = yaml.safe_load((TESTS / "first_moves.yaml").read_text())
FILES = [*sorted(EXAMPLES.glob("real_companies*.yaml")), TESTS / "vignettes.yaml"]
ASSESSED = {
    f"{case.extra.get('id') or case.company} {case.extra.get('year', '')}".strip(): assess(BASE, case)
    for file in FILES
    for case in read_file(str(file), BASE.vocabulary).cases
}
FIRST = {name: planned_moves(a).first for name, a in ASSESSED.items()}


def misfits(name: str, a: Assessment) -> Iterator[str]:
    """What is wrong with the first moves of a company."""
    motion, stage = a.motion, a.stage
    runway = a.derived["runway_months"]
    short = runway.status == "value" and float(runway.value or 0) < 6 and a.case.values.get("next_funding") != "secured"
    patterns = [
        *NEVER["motion"].get(motion, ()),
        *NEVER["stage"].get(stage, ()),
        *NEVER["ninety_days"],
        *(NEVER["short_of_cash"] if short else ()),
        *NEVER["vignettes"].get(name, ()),
    ]
    for move in FIRST[name]:
        for pattern in patterns:
            if re.search(pattern, move.text, re.IGNORECASE):
                yield f"{pattern!r}: {move.text}"
        if short and move.weeks and move.weeks * 12 / 52 > float(runway.value or 0) and move.kind == "advice":
            yield f"ends after the cash: {move.text}"


def test_nine_in_ten_of_the_first_moves_fit_the_company() -> None:
    found = {name: list(misfits(name, a)) for name, a in ASSESSED.items()}
    wrong = [f"{name}: {what}" for name, some in found.items() for what in some]
    assert len(wrong) <= sum(map(len, FIRST.values())) / 10, "\n".join(wrong)


def test_no_vignette_is_told_what_its_consultant_would_not_say() -> None:
    assert not [what for name in NEVER["vignettes"] for what in misfits(name, ASSESSED[name])]


def test_every_company_has_a_first_move() -> None:
    assert not [name for name, first in FIRST.items() if not first]


def test_companies_of_different_motions_never_share_all_three() -> None:
    first: dict[tuple[str, ...], set[str | None]] = {}
    for name, a in ASSESSED.items():
        if len(FIRST[name]) == 3:
            first.setdefault(tuple(sorted(m.rules[0] for m in FIRST[name])), set()).add(a.motion)
    shared = {rules: motions for rules, motions in first.items() if len(motions) > 1}
    assert not shared


def test_firms_of_different_kinds_begin_differently() -> None:
    names = [name for known in ("Docker", "HubSpot", "ServiceNow") for name in FIRST if known.lower() in name.lower()]
    assert len(names) == 3
    assert len({frozenset(move.rules[0] for move in FIRST[name]) for name in names}) == 3
