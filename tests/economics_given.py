"""What the tests of the economics share."""

import re
from pathlib import Path

from salespath.counsel.economics.months import Plan

UNFIT = re.compile(r"\b(None|True|False|nan|inf)\b|-\$0(?![.\d])|\be[+-]?\d+\b")
PLAIN = Plan(
    contract_year=12_000, cycle_months=2, win_rate=0.5, deals_begun_month=2, ramp_up_months=1, seller_cost_year=60_000,
    other_cost=1_000, churn_year=0, gross_margin=0.5, months_paid_ahead=1, sellers=0, hired=1,
)  # fmt: skip


def file(folder: Path, text: str) -> str:
    path = folder / "one.yaml"
    path.write_text(text, "utf-8")
    return str(path)
