"""A score: how often verdicts are right, beside baselines, and what was said where they are not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from salespath.authoring.baselines import WITH_BOTH
from salespath.authoring.score import LEAD, SALESPATH, Agreement, Band, Miss, Paired, Rate, Score
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired
from salespath.engine.dependencies import read_values
from salespath.engine.documented import Selection
from salespath.engine.walk import SUMS
from salespath.report.page import Block, Column, Heading, Page, Table, Text
from salespath.report.plain import Shape, Shapes, evidence, net, plain, round_figure, shape
from salespath.report.words.phrases import NAMES, number_of
from salespath.rules.language import BLOCKED
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
    blocks: list[Block] = [
        Text(f"{number_of(score.companies, 'company', 'companies')}{several}: {counts}. Judged by {facts}.")
    ]
    if score.files:
        blocks += [Heading("Right in each file, in brackets with labels that are as good"), _by_file(score)]
    blocks += [
        Heading("Agreement"),
        _table(
            ["Who", "Right", "Accuracy", "95% interval", "Kappa", "Accepted", "Lack a fact"],
            map(_agreement, score.agreements),
        ),
        Text(_LEGEND, apart=True),
        Heading("Salespath against each: companies that only one gets right, and how likely chance is"),
        _table(
            ["Against", "Only salespath", "Only the other", "Chance (two-sided p)"],
            ([a.judge, *_pairs_table(a.paired)] for a in score.agreements if a.paired),
        ),
        Heading("Documented (rows) and said (columns)"),
        _table(
            ["", *VERDICTS, "Recall", "95% interval"],
            ([label, *map(str, score.confusion[label].values()), *_rate(r)[1:]] for label, r in score.recall.items()),
        ),
        Heading("Right by kind of company"),
        _table(
            ["By", "Kind", "Right", "Accuracy", "95% interval", WITH_BOTH],
            ([k.by, k.kind, *_rate(k.rates[SALESPATH]), str(k.rates[WITH_BOTH].right)] for k in score.kinds),
        ),
        Heading(f"Misses: {len(score.misses)}"),
        *_misses(score),
        Heading("Reliability: how often the verdict is right, by how far apart the processes are"),
        _table(
            ["Difference of net evidence", "Right", "Share", "95% interval"],
            ([_band(band), *_rate(band.rate)] for band in score.reliability),
            36,
        ),
    ]
    return Page("", tuple(blocks))


def _table(titles: Sequence[str], rows: Iterable[Sequence[str]], width: int = 30) -> Table:
    return Table(tuple(Column(title, width) for title in titles), tuple(map(tuple, rows)))


def _by_file(score: Score) -> Table:
    """A column a file and one for all; of each baseline also how many companies lack a fact that it reads."""
    parts = [*score.files.values(), score]
    rows = [["companies", *(str(part.companies) for part in parts)]]
    rows += [[alike[0].judge, *map(_in_file, alike)] for alike in zip(*(part.agreements for part in parts))]
    return _table(["Who", *(Path(path).stem for path in score.files), "all"], rows)


def _in_file(found: Agreement) -> str:
    lacking = f", {found.lacking} lack" if found.lacking else ""
    return f"{found.rate.right} ({found.accepted.right}){lacking}"


def _agreement(a: Agreement) -> list[str]:
    kappa, lacking = "-" if a.kappa is None else f"{a.kappa:.2f}", "-" if a.lacking is None else str(a.lacking)
    return [a.judge, *_rate(a.rate), kappa, str(a.accepted.right), lacking]


def _pairs_table(paired: Paired) -> list[str]:
    return [str(paired.ours), str(paired.theirs), "below 0.001" if paired.p < 0.001 else f"{paired.p:.3f}"]


def _rate(rate: Rate) -> list[str]:
    low, high = rate.interval
    return [f"{rate.right} of {rate.of}", f"{rate.share:.0%}", f"{low:.0%} to {high:.0%}"] if rate.of else ["-"] * 3


# Misses


def _misses(score: Score) -> Iterator[Text]:
    """Of several files, a line for each; else all that led there."""
    for path, part in score.files.items():
        yield Text(f"{Path(path).name}: {len(part.misses)}")
        yield from (Text(_headline(miss), inset=2) for miss in part.misses)
    for place, miss in enumerate(score.misses if not score.files else ()):
        a = miss.assessment
        yield Text(_headline(miss), apart=place > 0)
        for process in PROCESSES:
            sums = ", ".join(f"{name} {certainty.with_sign(a.evidence[process][name], 2)}" for name in SUMS)
            yield Text(f"{NAMES[process]}: {sums}", inset=2)
            yield from _list_of("for", _weights(a.reasons(process, 1)))
            yield from _list_of("against", _weights(a.reasons(process, -1)))
        yield Text("verdict", inset=2)
        yield from _list_of("blocked by", [blocker.rule for blocker in a.blockers])
        yield from _list_of("through", steps(a))


def _headline(miss: Miss) -> str:
    a = miss.assessment
    leaning = f", leaning {a.leaning}" if a.leaning else ""
    return f"{a.company}: documented {miss.label}, said {a.process}{leaning}{' (as good)' if miss.accepted else ''}"


def _list_of(name: str, items: Sequence[str]) -> Iterator[Text]:
    if items:
        yield Text(f"{name}: {', '.join(items)}", inset=4, hang=4)


def _weights(items: list[Fired]) -> list[str]:
    rest = [f"{len(items) - _SHOWN} lighter"] if len(items) > _SHOWN else []
    return [*(f"{item.rule} {certainty.with_sign(item.weight, 2)}" for item in items[:_SHOWN]), *rest]


def steps(a: Assessment) -> list[str]:
    """The rules that concluded the verdict, and those that concluded what these read, back to the facts."""
    base = a.base
    fired = {item.rule for item in a.fired}
    found: dict[str, None] = {}
    pending = [("process", a.process)]
    while pending:
        for rule in base.concluders(*pending.pop()):
            if rule in fired and rule not in found:
                found[rule] = None
                pending.extend(value for value in read_values(base.condition(rule)) if value[0] not in BLOCKED)
    return list(found)


def _band(band: Band) -> str:
    """A difference of net evidence, in numbers and in words."""
    word = certainty.word(round(band.low * certainty.SCALE)).removesuffix(" for")
    reach = f"{band.low:.2f} and more" if band.high == math.inf else f"{band.low:.2f} to {band.high:.2f}"
    return f"{reach}: {word}{', enough to lead' if band.low == LEAD else ''}"


# Plain data

_SHAPES: Shapes = {
    Score: shape(
        "companies facts agreement:agreements confusion recall misses reliability robustness receipt kinds files witnesses",
        # measured by tools/; the keys stay for who reads them
        robustness=lambda score, base: None,
        witnesses=lambda score, base: None,
        files=lambda score, base: [{"file": path, **plain(part, None, _PART)} for path, part in score.files.items()],
    ),
    Rate: shape(
        "right of share interval",
        share=lambda rate, base: round_figure(rate.share) if rate.of else None,
        interval=lambda rate, base: map(round_figure, rate.interval),
    ),
    Agreement: shape(
        "judge *rate kappa accepted:accepted.right lacking paired",
        kappa=lambda found, base: None if found.kappa is None else round_figure(found.kappa),
    ),
    Paired: shape("only_salespath:ours only_other:theirs p", p=lambda paired, base: round(paired.p, 6)),
    Band: shape("from:low to *rate", to=lambda band, base: None if band.high == math.inf else band.high),
    Miss: shape(
        "company:assessment.company label said:assessment.process leaning:assessment.leaning evidence for against blocked_by "
        "through accepted",
        evidence=lambda miss, base: evidence(miss.assessment),
        **{"for": lambda miss, base: _evidence(miss.assessment, 1)},
        against=lambda miss, base: _evidence(miss.assessment, -1),
        blocked_by=lambda miss, base: [blocker.rule for blocker in miss.assessment.blockers],
        through=lambda miss, base: steps(miss.assessment),
    ),
}
_PART: Shapes = {
    **_SHAPES,
    Score: {
        **{key: _SHAPES[Score][key] for key in ("companies", "agreement", "confusion", "recall")},
        "misses": lambda score, base: [miss.assessment.company for miss in score.misses],
    },
}


def document(score: Score, facts: Selection) -> Any:
    """The score as plain data; `facts` are those that were used."""
    whole: Shape = {**_SHAPES[Score], "facts": lambda score, base: facts}
    return plain(score, None, {**_SHAPES, Score: whole})


def _evidence(a: Assessment, sign: int) -> dict[str, list[dict[str, Any]]]:
    return {p: [{"rule": item.rule, "weight": net(item.weight)} for item in a.reasons(p, sign)] for p in PROCESSES}
