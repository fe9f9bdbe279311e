"""A score as plain data for JSON."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from salespath.authoring.perturb import Robustness
from salespath.authoring.score import Agreement, Miss, Rate, Score
from salespath.authoring.witnesses import Witness
from salespath.engine import certainty
from salespath.engine.assessment import Fired
from salespath.engine.documented import Selection
from salespath.engine.walk import SUMS
from salespath.report.pages.score import steps
from salespath.report.words.verdict import reasons
from salespath.rules.model import PROCESSES, VERDICTS


def document(score: Score, facts: Selection) -> dict[str, Any]:
    """The score as plain data; `facts` are those that were used."""
    return {
        "companies": len(score.outcomes),
        "facts": asdict(facts),
        **_measures(score),
        "misses": [_miss_document(miss) for miss in score.misses],
        "reliability": [
            {"from": band.low, "to": None if band.high == math.inf else band.high, **_rate_document(band.rate)}
            for band in score.reliability
        ],
        "robustness": _robustness_document(score.robustness) if score.robustness else None,
        "receipt": score.receipt,
        "kinds": [
            {"by": kind.by, "kind": kind.kind, "rates": {judge: _rate_document(r) for judge, r in kind.rates.items()}}
            for kind in score.kinds
        ],
        "files": [
            {
                "file": path,
                "companies": len(part.outcomes),
                **_measures(part),
                "misses": [miss.assessment.company for miss in part.misses],
            }
            for path, part in score.files.items()
        ],
        "witnesses": None if score.witnesses is None else [_witness_document(item) for item in score.witnesses],
    }


def _measures(score: Score) -> dict[str, Any]:
    return {
        "agreement": [_agreement_document(found) for found in score.agreements],
        "confusion": {
            label: {said: score.confusion.get((label, said), 0) for said in VERDICTS} for label in score.recall
        },
        "recall": {label: _rate_document(rate) for label, rate in score.recall.items()},
    }


def _agreement_document(found: Agreement) -> dict[str, Any]:
    paired = found.paired
    return {
        "judge": found.judge,
        **_rate_document(found.rate),
        "kappa": None if found.kappa is None else _rounded(found.kappa),
        "accepted": found.accepted.right,
        "lacking": found.lacking,
        "paired": paired and {"only_salespath": paired.ours, "only_other": paired.theirs, "p": round(paired.p, 6)},
    }


def _robustness_document(robustness: Robustness) -> dict[str, Any]:
    kinds = {
        "deleted": robustness.deleted,
        "all_scaled": robustness.all_scaled,
        "one_scaled": robustness.one_scaled,
    }
    return {name: [asdict(change) for change in changes] for name, changes in kinds.items()} | {
        "lone": list(robustness.lone),
        "silent": robustness.silent,
    }


def _witness_document(witness: Witness) -> dict[str, Any]:
    return {
        "rule": witness.rule.id,
        "kind": witness.kind,
        "rests_on": witness.rests_on,
        "verdict": list(witness.verdict),
        "lean": list(witness.lean),
        "blocks": list(witness.blocks),
        "cited": list(witness.cited),
    }


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
        "through": steps(a),
        "accepted": miss.accepted,
    }


def _weights_document(items: Iterable[Fired]) -> list[dict[str, Any]]:
    return [{"rule": item.rule, "weight": _rounded(certainty.net(item.weight))} for item in items]


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # never -0.0
