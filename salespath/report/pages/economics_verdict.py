"""Which process is shown and why, and what the other would have to be, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

from salespath.counsel.economics.assumptions import assumptions
from salespath.counsel.economics.inputs import Standing
from salespath.counsel.economics.shown import BEYOND, NOBODY, UNKNOWN, Mark
from salespath.engine.assessment import Assessment
from salespath.facts.values import readable
from salespath.report.words.economics import count, counted, given, money, rounded
from salespath.report.words.phrases import NAMES, labels

_BASE = 1
_ASKED = 3


def verdict(assessment: Assessment, standing: Standing, chosen: Sequence[str]) -> str:
    """The verdict of the rules; where it is for no process, why the `chosen` ones are shown, and what would tell."""
    process = readable(assessment.process)
    if assessment.lead:
        return f"{process}, {readable(assessment.lead)} first."
    if assessment.leaning:
        why = "; this is what that would take" if tuple(chosen) == (assessment.leaning,) else ""
        return f"{process}, leaning to {NAMES[assessment.leaning]} selling{why}."
    if assessment.process in NAMES:
        return f"{process}."
    asked = [question.fact for question in assessment.next_questions[:_ASKED]]
    needed = f" What would tell most: {labels(assessment.base, asked)}." if asked else ""
    if standing.describing and len(standing.described) == 1:
        return f"{process}; your own figures are of {NAMES[standing.described[0]]} customers.{needed}"
    why = ""
    if len(chosen) > 1:
        why = " Your own figures do not tell either, so both are shown; assumed ones do not choose between them."
    return f"{process}.{why}{needed}"


_CONTRACT = {  # by the facts that the contract of the process not shown is taken from
    (): ("assumed", "You have not said what {other} customers would pay"),
    ("annual_contract_value",): ("your average", "Your average contract is not of {other} customers alone"),
    ("largest_contract_value",): (
        "your largest",
        "Your largest contracts alone do not tell what {other} selling takes",
    ),
}
_NO_MARK = {
    UNKNOWN: "your own average contract (annual_contract_value) is not known, so {shown} selling rests on an assumed one itself",
    NOBODY: "{shown} selling asks for no new customers",
    BEYOND: "the number is beyond counting",
}


def would_have_to(mark: Mark, process: str, months: int) -> str:
    """What the process that is not shown would have to be to do as well as the one shown: a mark, not a forecast."""
    shown, other = NAMES[process], NAMES[mark.process]
    contract = mark.contract
    origin, unsaid = _CONTRACT[contract.facts]
    text = f"{unsaid.format(other=other)}, so {other} selling is not shown."
    if mark.customers is None or mark.revenue is None or mark.pay is None:
        return (
            f"{text} What it would have to be to do as well is not computed: {_NO_MARK[mark.why].format(shown=shown)}."
        )
    kind = assumptions().all["annual_contract_value"].kind
    as_much = f"end with as much new yearly revenue ({money(mark.revenue)}) and " if mark.revenue else ""
    text += (
        f" To {as_much}earn the pay of as many sellers ({money(mark.pay)} a year) by month {months}, it would have to win and keep "
        f"{_about(mark.customers)} at {given(kind, contract.values[_BASE])} a year ({origin})"
    )
    if mark.others is not None and mark.price is not None:
        most = assumptions().bands[mark.process][1]
        text += (
            f", or be paid {money(rounded(mark.price, 2))} by each of {_about(math.ceil(mark.others))}, as many as they would keep "
            "at assumed rates"
        )
        if mark.price > most:
            text += f": more than the {money(most)} up to which contracts are {other} ones [B07]"
    return f"{text}. That is a mark to measure by, not a forecast."


def _about(number: int) -> str:
    """Customers, to two digits where they are many."""
    return counted(count(number), "customer") if number < 100 else f"about {count(rounded(number, 2))} customers"
