"""Many companies in a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salespath.engine import certainty
from salespath.engine.assessment import Assessment
from salespath.facts.values import readable
from salespath.report.page import Cell, Column, Page, Table, Text
from salespath.report.words.currency import in_currency_of
from salespath.report.words.overlays import switched_off
from salespath.report.words.short import strength, top_reasons
from salespath.report.words.verdict import in_short
from salespath.rules.model import PROCESSES

_COLUMNS = (
    Column("Company", 16, narrow=(116, 14)),
    Column("Process", 12, narrow=(116, 11)),
    Column("Leaning", 9, beyond=116, folds="leans {}"),
    Column("Fit", 16),
    Column("Means", 16, beyond=100),
    Column("Strength", 20, narrow=(116, 17)),
    Column("Top reasons", least=11),
)


@in_currency_of(lambda found: [a.case for a in found])
def page(assessments: Sequence[Assessment]) -> Page:
    """One row per company: verdict, fit and means in words (E enterprise, S SMB), how firm it is, the top reasons."""
    table = Table(_COLUMNS, tuple(map(_row, assessments)), f"{len(assessments)} companies", "-")
    return Page("", (table, *_switched_off(assessments)), 240)


def _switched_off(assessments: Sequence[Assessment]) -> Iterator[Text]:
    """What each folder of rules switched off, and how many companies have another process with it."""
    for place, overlay in enumerate(assessments[0].base.knowledge.overlays if assessments else ()):
        if overlay.switched_off:
            others = [a.receipt["overlays"][place].without not in (None, a.process) for a in assessments]
            said = f"without it {sum(others)} of {len(others)} companies would have another process"
            yield Text(f"{switched_off(assessments[0].base, overlay)}; {said}.", tone="warning", apart=True)


def _row(a: Assessment) -> tuple[Cell, ...]:
    fit, means = (
        "\n".join(f"{p[0].upper()} {certainty.word(a.evidence[p][name])}" for p in PROCESSES)
        for name in ("fit", "means")
    )
    leaning = readable(a.leaning) if a.leaning else ""
    return (a.company, in_short(a.process, a.lead), leaning, fit, means, strength(a), "; ".join(top_reasons(a)))
