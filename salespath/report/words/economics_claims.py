"""What the economics of a process claim, as data, beside the sentences that say it (`words/economics`)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from salespath.counsel.economics.assumptions import YOURS
from salespath.counsel.economics.months import gap
from salespath.counsel.economics.process_economics import Economics, ProcessEconomics
from salespath.engine.assessment import Assessment

_BASE = 1


def economics_claims(e: Economics, x: ProcessEconomics) -> dict[str, str]:
    """What is said in words of what a process takes, by the base case."""
    plan, runway, needed = x.plans[_BASE], e.situation.runway, _middle(x, "customers_needed")
    if gap(e.situation) == 0 and plan.sellers + plan.hired == 0:
        return {}
    first, out = _middle(x, "first_revenue_month"), _middle(x, "out_of_cash_month")
    late = first is None or (runway is not None and first > runway)
    earned = plan.wins_year * plan.contract_year * plan.gross_margin
    by_people = bool(plan.sellers + plan.hired)
    by_hand = earned >= plan.seller_cost_year or not by_people
    claims = {"cash_known": "no" if runway is None else "yes"}
    if runway is not None and runway < math.inf:
        claims["cash" if x.process == "enterprise" else "cash_for_smb"] = "ends_first" if late else "lasts"
    average = x.figures["annual_contract_value"].facts == ("annual_contract_value",)  # the price that rules speak of
    if by_people and plan.win_rate and earned and average:
        claims["field_can_sell" if x.process == "enterprise" else "people_can_sell"] = "yes" if by_hand else "no"
    pays = _middle(x, "selling_pays_month") is not None and by_hand and not late
    claims[f"sell_{x.process}"] = "yes" if pays else "no"
    if pays:
        claims["sell_now"] = "yes"
    if len(e.processes) > 1:
        pass  # each process has sellers of its own
    elif plan.hired and e.situation.sellers is not None:
        claims |= {"sellers_enough": "no", "hire": "yes" if out is None else "no"}
    elif e.situation.sellers and needed:
        claims["sellers_enough"] = "yes"
    if _middle(x, "target_month"):
        claims[f"{x.process}_target"] = "cash_ends_first" if x.short else "reached"
    if needed and (could := e.situation.reachable) is not None and x.process in e.situation.described:
        claims["buyers_enough"] = "yes" if needed <= could else "no"
    return claims


def otherwise(a: Assessment, claims: Mapping[str, str]) -> tuple[str, ...]:
    """The fired rules that claim the opposite of whether a process pays or can be sold: money tells that, and so do they."""
    known = a.base.knowledge
    asked = {subject: value for subject, value in claims.items() if known.claims[subject].about == "process"}
    rules = {fired.rule: known.rules[fired.rule].claims for fired in a.fired}
    return tuple(
        rule for rule, said in rules.items() if any(said.get(name, value) != value for name, value in asked.items())
    )


def outcome_claims(x: ProcessEconomics) -> dict[str, str]:
    """What the table of results says beside these words."""
    reached, out = _middle(x, "target_month"), _middle(x, "out_of_cash_month")
    return {f"{x.process}_target": "cash_ends_first"} if reached and out and out <= reached else {}


def figure_claims(x: ProcessEconomics) -> dict[str, str]:
    """Whose figures the table of them names."""
    return {"expected_months": "own"} if x.figures["sales_cycle_months"].origin == YOURS else {}


def _middle(x: ProcessEconomics, id_: str) -> float | None:
    return x.outcomes[id_].values[_BASE]
