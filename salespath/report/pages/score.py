"""A score as text for a terminal."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from salespath.authoring.baselines import WITH_BOTH
from salespath.authoring.perturb import Change, Robustness
from salespath.authoring.score import LEAD, SALESPATH, Agreement, Band, Miss, Rate, Score
from salespath.authoring.witnesses import COMPANIES, FIGURE, NONE, Witness
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired
from salespath.engine.dependencies import read_values
from salespath.engine.documented import Selection
from salespath.engine.walk import SUMS
from salespath.report.pages.companies import listing
from salespath.report.words.phrases import NAMES
from salespath.report.words.verdict import reasons
from salespath.rules.model import PROCESSES, VERDICTS

_SHOWN = 4  # reasons of each kind per miss
_NAMED = 3  # companies of each kind per rule


def text(score: Score, facts: Selection, width: int = 100) -> str:
    """The score for a reader; `facts` are those that were used. Of several files, a miss is a line."""
    counts = ", ".join(f"{rate.of} {label}" for label, rate in score.recall.items())
    several = f" in {len(score.files)} files" if score.files else ""
    misses = _short_misses(score) if score.files else "\n".join(_miss(miss, width) for miss in score.misses)
    parts = [f"{companies(len(score.outcomes))}{several}: {counts}. Judged by {facts}.\n"]
    if score.files:
        parts.append(_headed("Right in each file, in brackets with labels that are as good", _by_file(score)))
    parts += [
        _headed("Agreement", _agreements(score.agreements)),
        _headed("Salespath against each: companies that only one gets right, and how likely chance is", _paired(score)),
        _headed("Documented (rows) and said (columns)", _confusion(score)),
        _headed("Right by kind of company", _kinds(score)),
        _headed(f"Misses: {len(score.misses)}", misses),
        _headed("Reliability: how often the verdict is right, by how far apart the processes are", _reliability(score)),
    ]
    if score.robustness:
        body = _robustness(score.robustness, len(score.outcomes))
        parts.append(_headed("Robustness: companies lost when the rules are changed", body))
    if score.witnesses is not None:
        parts.append(
            _headed("Witnesses: what changes without each rule that decides", _witnesses(score.witnesses, width))
        )
    return "\n".join(parts)


def companies(count: int) -> str:
    """How many companies, in words."""
    return f"{count} {'company' if count == 1 else 'companies'}"


def _headed(title: str, body: str) -> str:
    return f"{title}\n{'-' * len(title)}\n{body}"


def _by_file(score: Score) -> str:
    """A column a file and one for all; of each baseline also how many companies lack a fact that it reads."""
    parts = [*score.files.values(), score]
    rows = [["companies", *(str(len(part.outcomes)) for part in parts)]]
    for place, found in enumerate(score.agreements):
        rows.append([found.judge, *(_in_file(part.agreements[place]) for part in parts)])
    return listing(rows, ["Who", *(Path(path).stem for path in score.files), "all"], [30] * (1 + len(parts)))


def _in_file(found: Agreement) -> str:
    lacking = f", {found.lacking} lack" if found.lacking else ""
    return f"{found.rate.right} ({found.accepted.right}){lacking}"


def _agreements(agreements: Iterable[Agreement]) -> str:
    rows = [
        [
            a.judge,
            *_rate(a.rate),
            _figure(a.kappa),
            str(a.accepted.right),
            "-" if a.lacking is None else str(a.lacking),
        ]
        for a in agreements
    ]
    headers = ["Who", "Right", "Accuracy", "95% interval", "Kappa", "Accepted", "Lack a fact"]
    return listing(rows, headers, [30, 24, 9, 14, 6, 9, 12]) + _LEGEND


_LEGEND = """
Accepted: right, or a label that is documented to be as good. Lack a fact: how many companies do not
say something that the baseline reads.
"""


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _paired(score: Score) -> str:
    rows = [
        [a.judge, str(a.paired.ours), str(a.paired.theirs), _likely(a.paired.p)] for a in score.agreements if a.paired
    ]
    return listing(rows, ["Against", "Only salespath", "Only the other", "Chance (two-sided p)"], [30, 24, 24, 24])


def _likely(p: float) -> str:
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _kinds(score: Score) -> str:
    rows = [
        [kind.by, kind.kind, *_rate(kind.rates[SALESPATH]), str(kind.rates[WITH_BOTH].right)] for kind in score.kinds
    ]
    return listing(rows, ["By", "Kind", "Right", "Accuracy", "95% interval", WITH_BOTH], [30] * 6)


def _short_misses(score: Score) -> str:
    lines = []
    for path, part in score.files.items():
        lines.append(f"{Path(path).name}: {len(part.misses)}")
        lines.extend(f"  {_headline(miss)}" for miss in part.misses)
    return "\n".join(lines) + "\n"


def _headline(miss: Miss) -> str:
    a = miss.assessment
    leaning = f", leaning {a.leaning}" if a.leaning else ""
    return f"{a.company}: documented {miss.label}, said {a.process}{leaning}{' (as good)' if miss.accepted else ''}"


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
    lines = [_headline(miss)]

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
    say("through", steps(a))
    return "\n".join(lines) + "\n"


def _weights(items: list[Fired]) -> list[str]:
    rest = [f"{len(items) - _SHOWN} lighter"] if len(items) > _SHOWN else []
    return [f"{item.rule} {certainty.signed(item.weight, 2)}" for item in items[:_SHOWN]] + rest


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


def _reliability(score: Score) -> str:
    rows = [[_band(band), *_rate(band.rate)] for band in score.reliability]
    return listing(rows, ["Difference of net evidence", "Right", "Share", "95% interval"], [36, 24, 8, 14])


def _band(band: Band) -> str:
    word = certainty.word(round(band.low * certainty.SCALE)).removesuffix(" for")
    reach = f"{band.low:.2f} and more" if band.high == math.inf else f"{band.low:.2f} to {band.high:.2f}"
    return f"{reach}: {word}{', enough to lead' if band.low == LEAD else ''}"


def _robustness(robustness: Robustness, of: int) -> str:
    lines = []
    for name, changes in (
        ("any one rule deleted", robustness.deleted),
        ("all certainties 20% lower or higher", robustness.all_scaled),
        ("any one certainty 20% lower or higher", robustness.one_scaled),
    ):
        most = max((change.lost for change in changes), default=0)
        lines.append(f"{name}: {len(changes)} changes, the worst loses {max(most, 0)} of {companies(of)}")
        lines.extend(f"  {change.lost}  {change.what}" for change in _costly(changes))
    lone = ", ".join(robustness.lone) or "none"
    lines.append(f"evidence that fires for exactly one company: {lone}; for no company: {robustness.silent} rules")
    return "\n".join(lines) + "\n"


def _costly(changes: Iterable[Change]) -> list[Change]:
    """The changes that lose companies, the worst first."""
    return sorted((change for change in changes if change.lost > 0), key=lambda change: (-change.lost, change.what))


def _witnesses(found: Sequence[Witness], width: int) -> str:
    rows = [[witness.rule.id, witness.kind, _witness(witness)] for witness in found]
    longest = max(len(witness.rule.id) for witness in found)
    counts = {kind: sum(witness.rests_on == kind for witness in found) for kind in (COMPANIES, FIGURE, NONE)}
    return listing(rows, ["Rule", "Kind", "Witness"], [longest, 8, max(40, width - longest - 12)]) + (
        f"{len(found)} rules decide: {counts[COMPANIES]} change companies, {counts[FIGURE]} only cite a figure or statement, "
        f"{counts[NONE]} do neither.\n"
    )


def _witness(witness: Witness) -> str:
    """Whom the rule changes and how, else what it cites."""
    changed = {"verdict": witness.verdict, "lead or leaning": witness.lean, "blocks": witness.blocks}
    told = [f"{what} of {_named(names)}" for what, names in changed.items() if names]
    return "; ".join(told) or (f"cites {', '.join(witness.cited)}" if witness.cited else "none: retire")


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
