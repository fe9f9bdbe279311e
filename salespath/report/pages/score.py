"""A score: how often verdicts are right, beside baselines, and what was said where they are not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from salespath.authoring.baselines import WITH_BOTH
from salespath.authoring.score import LEAD, SALESPATH, Agreement, Band, Miss, Rate, Score
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired
from salespath.engine.dependencies import read_values
from salespath.engine.documented import Selection
from salespath.engine.walk import SUMS
from salespath.report.page import Block, Column, Heading, Page, Table, Text
from salespath.report.words.phrases import NAMES
from salespath.report.words.verdict import reasons
from salespath.rules.model import PROCESSES, VERDICTS

_SHOWN = 4  # reasons of each kind per miss
_LEGEND = (
    "Accepted: right, or a label that is documented to be as good. Lack a fact: how many companies do not say something that the "
    "baseline reads."
)


def page(score: Score, facts: Selection) -> Page:
    """The score for a reader; `facts` are those that were used. Of several files, a miss is a line."""
    counts = ", ".join(f"{rate.of} {label}" for label, rate in score.recall.items())
    several = f" in {len(score.files)} files" if score.files else ""
    blocks: list[Block] = [Text(f"{companies(len(score.outcomes))}{several}: {counts}. Judged by {facts}.")]
    if score.files:
        blocks += [Heading("Right in each file, in brackets with labels that are as good"), _by_file(score)]
    blocks += [
        Heading("Agreement"),
        _agreements(score.agreements),
        Text(_LEGEND, apart=True),
        Heading("Salespath against each: companies that only one gets right, and how likely chance is"),
        _paired(score.agreements),
        Heading("Documented (rows) and said (columns)"),
        _confusion(score),
        Heading("Right by kind of company"),
        _kinds(score),
        Heading(f"Misses: {len(score.misses)}"),
        *(_short_misses(score) if score.files else _misses(score.misses)),
        Heading("Reliability: how often the verdict is right, by how far apart the processes are"),
        _reliability(score.reliability),
    ]
    return Page("", tuple(blocks))


def companies(count: int) -> str:
    """How many companies, in words."""
    return f"{count} {'company' if count == 1 else 'companies'}"


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], width: int = 30) -> Table:
    return Table(tuple(Column(title, width) for title in titles), tuple(map(tuple, rows)))


def _by_file(score: Score) -> Table:
    """A column a file and one for all; of each baseline also how many companies lack a fact that it reads."""
    parts = [*score.files.values(), score]
    rows = [["companies", *(str(len(part.outcomes)) for part in parts)]]
    rows += [[alike[0].judge, *map(_in_file, alike)] for alike in zip(*(part.agreements for part in parts))]
    return _table(["Who", *(Path(path).stem for path in score.files), "all"], rows)


def _in_file(found: Agreement) -> str:
    lacking = f", {found.lacking} lack" if found.lacking else ""
    return f"{found.rate.right} ({found.accepted.right}){lacking}"


def _agreements(agreements: Iterable[Agreement]) -> Table:
    rows = []
    for a in agreements:
        kappa, lacking = "-" if a.kappa is None else f"{a.kappa:.2f}", "-" if a.lacking is None else str(a.lacking)
        rows.append([a.judge, *_rate(a.rate), kappa, str(a.accepted.right), lacking])
    return _table(["Who", "Right", "Accuracy", "95% interval", "Kappa", "Accepted", "Lack a fact"], rows)


def _paired(agreements: Iterable[Agreement]) -> Table:
    found = [(a.judge, a.paired) for a in agreements if a.paired]
    likely = ("below 0.001" if paired.p < 0.001 else f"{paired.p:.3f}" for _, paired in found)
    rows = ([judge, str(paired.ours), str(paired.theirs), p] for (judge, paired), p in zip(found, likely))
    return _table(["Against", "Only salespath", "Only the other", "Chance (two-sided p)"], rows)


def _kinds(score: Score) -> Table:
    rows = ([k.by, k.kind, *_rate(k.rates[SALESPATH]), str(k.rates[WITH_BOTH].right)] for k in score.kinds)
    return _table(["By", "Kind", "Right", "Accuracy", "95% interval", WITH_BOTH], rows)


def _confusion(score: Score) -> Table:
    said = {label: [str(score.confusion.get((label, word), 0)) for word in VERDICTS] for label in score.recall}
    rows = ([label, *said[label], *_rate(rate)[1:]] for label, rate in score.recall.items())
    return _table(["", *VERDICTS, "Recall", "95% interval"], rows)


def _rate(rate: Rate) -> list[str]:
    low, high = rate.interval
    return [f"{rate.right} of {rate.of}", f"{rate.share:.0%}", f"{low:.0%} to {high:.0%}"] if rate.of else ["-"] * 3


# Misses


def _short_misses(score: Score) -> Iterator[Text]:
    for path, part in score.files.items():
        yield Text(f"{Path(path).name}: {len(part.misses)}")
        yield from (Text(_headline(miss), inset=2) for miss in part.misses)


def _misses(misses: Iterable[Miss]) -> Iterator[Text]:
    for place, miss in enumerate(misses):
        a = miss.assessment
        yield Text(_headline(miss), apart=place > 0)
        for process in PROCESSES:
            sums = ", ".join(f"{name} {certainty.signed(a.evidence[process][name], 2)}" for name in SUMS)
            yield Text(f"{NAMES[process]}: {sums}", inset=2)
            yield from _listed("for", _weights(reasons(a, process, 1)))
            yield from _listed("against", _weights(reasons(a, process, -1)))
        yield Text("verdict", inset=2)
        yield from _listed("blocked by", [blocker.rule for blocker in a.blockers])
        yield from _listed("through", steps(a))


def _headline(miss: Miss) -> str:
    a = miss.assessment
    leaning = f", leaning {a.leaning}" if a.leaning else ""
    return f"{a.company}: documented {miss.label}, said {a.process}{leaning}{' (as good)' if miss.accepted else ''}"


def _listed(name: str, items: Sequence[str]) -> Iterator[Text]:
    if items:
        yield Text(f"{name}: {', '.join(items)}", inset=4, hang=4)


def _weights(items: list[Fired]) -> list[str]:
    rest = [f"{len(items) - _SHOWN} lighter"] if len(items) > _SHOWN else []
    return [*(f"{item.rule} {certainty.signed(item.weight, 2)}" for item in items[:_SHOWN]), *rest]


def steps(a: Assessment) -> list[str]:
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


# How firm it all is


def _reliability(bands: Iterable[Band]) -> Table:
    rows = ([_band(band), *_rate(band.rate)] for band in bands)
    return _table(["Difference of net evidence", "Right", "Share", "95% interval"], rows, 36)


def _band(band: Band) -> str:
    word = certainty.word(round(band.low * certainty.SCALE)).removesuffix(" for")
    reach = f"{band.low:.2f} and more" if band.high == math.inf else f"{band.low:.2f} to {band.high:.2f}"
    return f"{reach}: {word}{', enough to lead' if band.low == LEAD else ''}"


# Plain data


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
        "robustness": None,  # measured by tools/robustness.py, like "witnesses"; the keys stay for who reads them
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
        "witnesses": None,
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


def _rate_document(rate: Rate) -> dict[str, Any]:
    return {
        "right": rate.right,
        "of": rate.of,
        "share": _rounded(rate.share) if rate.of else None,
        "interval": [_rounded(end) for end in rate.interval],
    }


def _miss_document(miss: Miss) -> dict[str, Any]:
    a = miss.assessment
    weights = {
        side: {p: [{"rule": i.rule, "weight": _rounded(certainty.net(i.weight))} for i in reasons(a, p, sign)] for p in PROCESSES}
        for side, sign in (("for", 1), ("against", -1))
    }  # fmt: skip
    return {
        "company": a.company,
        "label": miss.label,
        "said": a.process,
        "leaning": a.leaning,
        "evidence": {p: {name: _rounded(certainty.net(a.evidence[p][name])) for name in SUMS} for p in PROCESSES},
        **weights,
        "blocked_by": [blocker.rule for blocker in a.blockers],
        "through": steps(a),
        "accepted": miss.accepted,
    }


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # never -0.0
