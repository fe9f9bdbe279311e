"""A score as text for a terminal and as plain data for JSON."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from salespath.authoring.known import Selection
from salespath.authoring.perturb import Change, Robustness
from salespath.authoring.relations import read_values
from salespath.authoring.score import LEAD, Agreement, Band, Miss, Rate, Score
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired
from salespath.engine.walk import SUMS
from salespath.report.phrases import NAMES
from salespath.report.table import listing
from salespath.report.verdict import reasons
from salespath.rules.model import PROCESSES, VERDICTS

_SHOWN = 4  # reasons of each kind per miss


def text(score: Score, facts: Selection, width: int = 100) -> str:
    """The score for a reader; `facts` are those that were used."""
    counts = ", ".join(f"{rate.of} {label}" for label, rate in score.recall.items())
    parts = [
        f"{companies(len(score.outcomes))}: {counts}. Judged by {facts}.\n",
        _headed("Agreement", _agreements(score.agreements)),
        _headed("Documented (rows) and said (columns)", _confusion(score)),
        _headed(f"Misses: {len(score.misses)}", "\n".join(_miss(miss, width) for miss in score.misses)),
        _headed("Reliability: how often the verdict is right, by how far apart the processes are", _reliability(score)),
    ]
    if score.robustness:
        parts.append(_headed("Robustness: companies lost when the rules are changed", _robustness(score.robustness)))
    return "\n".join(parts)


def companies(count: int) -> str:
    """How many companies, in words."""
    return f"{count} {'company' if count == 1 else 'companies'}"


def _headed(title: str, body: str) -> str:
    return f"{title}\n{'-' * len(title)}\n{body}"


def _agreements(agreements: Iterable[Agreement]) -> str:
    rows = [[a.judge, *_rate(a.rate), "-" if a.kappa is None else f"{a.kappa:.2f}"] for a in agreements]
    return listing(rows, ["Who", "Right", "Accuracy", "95% interval", "Kappa"], [30, 24, 9, 14, 6])


def _confusion(score: Score) -> str:
    rows = [
        [label, *(str(score.confusion.get((label, said), 0)) for said in VERDICTS), *_rate(rate)[1:]]
        for label, rate in score.recall.items()
    ]
    return listing(rows, ["", *VERDICTS, "Recall", "95% interval"], [12] * 8)


def _rate(rate: Rate) -> list[str]:
    low, high = rate.interval
    return [f"{rate.right} of {rate.of}", f"{rate.share:.0%}", f"{low:.0%} to {high:.0%}"] if rate.of else ["-"] * 3


def _miss(miss: Miss, width: int) -> str:
    a = miss.assessment
    leaning = f", leaning {a.leaning}" if a.leaning else ""
    lines = [f"{a.company}: documented {miss.label}, said {a.process}{leaning}"]

    def say(name: str, items: Iterable[str]) -> None:
        found = ", ".join(items)
        if found:
            lines.extend(
                textwrap.wrap(
                    f"{name}: {found}",
                    width,
                    initial_indent="    ",
                    subsequent_indent=" " * 8,
                    break_on_hyphens=False,
                )
            )

    for process in PROCESSES:
        sums = ", ".join(f"{name} {certainty.signed(a.evidence[process][name], 2)}" for name in SUMS)
        lines.append(f"  {NAMES[process]}: {sums}")
        say("for", _weights(reasons(a, process, 1)))
        say("against", _weights(reasons(a, process, -1)))
    lines.append("  verdict")
    say("blocked by", (blocker.rule for blocker in a.blockers))
    say("through", _steps(a))
    return "\n".join(lines) + "\n"


def _weights(items: list[Fired]) -> list[str]:
    rest = [f"{len(items) - _SHOWN} lighter"] if len(items) > _SHOWN else []
    return [f"{item.rule} {certainty.signed(item.weight, 2)}" for item in items[:_SHOWN]] + rest


def _steps(a: Assessment) -> list[str]:
    """The rules that concluded the verdict, and those that concluded what these read, back to the facts."""
    base = a.base
    fired = {item.rule for item in a.fired}
    found: dict[str, None] = {}
    pending = [("process", a.process)]
    while pending:
        for rule in base.concluding.get(pending.pop(), ()):
            if rule in fired and rule not in found:
                found[rule] = None
                pending.extend(read_values(base.conditions[rule]))
    return list(found)


def _reliability(score: Score) -> str:
    rows = [[_band(band), *_rate(band.rate)] for band in score.reliability]
    return listing(rows, ["Difference of net evidence", "Right", "Share", "95% interval"], [36, 24, 8, 14])


def _band(band: Band) -> str:
    word = certainty.word(round(band.low * certainty.SCALE)).removesuffix(" for")
    reach = f"{band.low:.2f} and more" if band.high == math.inf else f"{band.low:.2f} to {band.high:.2f}"
    return f"{reach}: {word}{', enough to lead' if band.low == LEAD else ''}"


def _robustness(robustness: Robustness) -> str:
    lines = []
    for name, changes in (
        ("any one rule deleted", robustness.deleted),
        ("all certainties changed", robustness.all_scaled),
        ("any one certainty changed", robustness.one_scaled),
    ):
        most = max((change.lost for change in changes), default=0)
        lines.append(f"{name}: {len(changes)} changes, at most {max(most, 0)} lost")
        lines.extend(f"  {change.lost}  {change.what}" for change in _costly(changes))
    lone = ", ".join(robustness.lone) or "none"
    lines.append(f"evidence that fires for exactly one company: {lone}; for no company: {robustness.silent} rules")
    return "\n".join(lines) + "\n"


def _costly(changes: Iterable[Change]) -> list[Change]:
    """The changes that lose companies, the worst first."""
    return sorted((change for change in changes if change.lost > 0), key=lambda change: (-change.lost, change.what))


# JSON


def document(score: Score, facts: Selection) -> dict[str, Any]:
    """The score as plain data; `facts` are those that were used."""
    found: dict[str, Any] = {
        "companies": len(score.outcomes),
        "facts": asdict(facts),
        "agreement": [
            {"judge": a.judge, **_rate_document(a.rate), "kappa": None if a.kappa is None else _rounded(a.kappa)}
            for a in score.agreements
        ],
        "confusion": {
            label: {said: score.confusion.get((label, said), 0) for said in VERDICTS} for label in score.recall
        },
        "recall": {label: _rate_document(rate) for label, rate in score.recall.items()},
        "misses": [_miss_document(miss) for miss in score.misses],
        "reliability": [
            {"from": band.low, "to": None if band.high == math.inf else band.high, **_rate_document(band.rate)}
            for band in score.reliability
        ],
        "robustness": None,
        "receipt": score.receipt,
    }
    if score.robustness:
        found["robustness"] = {
            name: [{"what": change.what, "lost": change.lost} for change in changes]
            for name, changes in (
                ("deleted", score.robustness.deleted),
                ("all_scaled", score.robustness.all_scaled),
                ("one_scaled", score.robustness.one_scaled),
            )
        } | {"lone": list(score.robustness.lone), "silent": score.robustness.silent}
    return found


def _rate_document(rate: Rate) -> dict[str, Any]:
    return {
        "right": rate.right,
        "of": rate.of,
        "share": _rounded(rate.share) if rate.of else None,
        "interval": [_rounded(end) for end in rate.interval],
    }


def _miss_document(miss: Miss) -> dict[str, Any]:
    a = miss.assessment
    return {
        "company": a.company,
        "label": miss.label,
        "said": a.process,
        "leaning": a.leaning,
        "evidence": {p: {name: _rounded(certainty.net(a.evidence[p][name])) for name in SUMS} for p in PROCESSES},
        "for": {p: _weights_document(reasons(a, p, 1)) for p in PROCESSES},
        "against": {p: _weights_document(reasons(a, p, -1)) for p in PROCESSES},
        "blocked_by": [blocker.rule for blocker in a.blockers],
        "through": _steps(a),
    }


def _weights_document(items: Iterable[Fired]) -> list[dict[str, Any]]:
    return [{"rule": item.rule, "weight": _rounded(certainty.net(item.weight))} for item in items]


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # never -0.0
