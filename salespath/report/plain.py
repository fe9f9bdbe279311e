"""An assessment as a JSON document. `assessment.schema.json` beside this file describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from salespath.counsel.grounds import Grounds, grounds
from salespath.counsel.precedents import Precedent, nearest
from salespath.counsel.track_record import TrackRecord, track_record
from salespath.engine import certainty
from salespath.engine.assessment import Assessment, Fired, Reading, Unless
from salespath.engine.borders import near
from salespath.engine.walk import SUMS
from salespath.facts import Value, Vocabulary
from salespath.facts.vocabulary import DIMENSIONS
from salespath.files.problems import Problem
from salespath.report.words.questions import why_asked
from salespath.rules.model import PROCESSES, Weigh


def document(assessment: Assessment, *, table: bool = False) -> dict[str, Any]:
    """The assessment as plain data. `table` leaves out what a table does not carry: open rules, next questions, precedents,
    what the verdict rests on and its track record.
    """
    a, vocabulary = assessment, assessment.base.vocabulary
    found: dict[str, Any] = {
        "company": a.company,
        "process": a.process,
        "lead": a.lead,
        "leaning": a.leaning,
        "settled": a.settled,
        "settled_by": a.settled_by,
        "possible": list(a.possible),
        "certainty": {
            p: {name: _rounded(certainty.certainty(a.evidence[p][name])) for name in SUMS} for p in PROCESSES
        },
        "evidence": {p: {name: _rounded(certainty.net(a.evidence[p][name])) for name in SUMS} for p in PROCESSES},
        "dimensions": {d: {p: _rounded(certainty.certainty(a.evidence[p][d])) for p in PROCESSES} for d in DIMENSIONS},
        "blockers": [
            {
                "process": b.process,
                "rule": b.rule,
                "because": b.because,
                "remedy": b.remedy,
                "owner": b.owner,
                "facts": facts(b.facts, vocabulary),
            }
            for b in a.blockers
        ],
        "provisos": [{"process": p.process, "rule": p.rule, "needs": list(p.needs)} for p in a.provisos],
        "advice": [
            {
                "topic": item.topic,
                "choice": item.choice,
                "process": item.process,
                "text": item.text,
                "steps": list(item.steps),
                "owner": item.owner,
                "rules": list(item.rules),
                "because": item.because,
                "in_place": item.done,
            }
            for item in a.advice
        ],
        "warnings": [{"rule": w.rule, "text": w.text, "because": w.because, "leads": w.leads} for w in a.warnings],
        "derived": {name: _reading(reading) for name, reading in a.derived.items()},
        "metrics": {name: _reading(reading) for name, reading in a.metrics.items()},
        "facts": facts(a.case.values, vocabulary),
        "fired": [_fired(a, item) for item in a.fired],
    }
    if not table:
        found["open"] = [{"rule": o.rule, "needs": list(o.needs)} for o in a.open]
        found["next_questions"] = [{"fact": q.fact, "why": why_asked(a.base, q)} for q in a.next_questions]
    found["conflicts"] = [{"about": c.about, "values": list(c.values), "rules": list(c.rules)} for c in a.conflicts]
    found["problems"] = [problem(p) for p in a.problems]
    if a.completions:
        witnessed = {p: facts(given, vocabulary) for p, given in a.completions.examples.items()}
        excluded, unproved = list(a.completions.excluded), list(a.completions.unproved)
        found["completions"] = {"witnessed": witnessed, "excluded": excluded, "unproved": unproved}
    found["receipt"] = a.receipt
    if not table:
        found["precedents"] = [precedent(p) for p in nearest(a.base, a.case)]
    found["strength"] = _strength(a)
    found["unless"] = [_unless(a, item) for item in a.unless]
    found["choices"] = [
        {"topic": c.topic, "process": c.process, "choice": c.choice, "because": c.because, "rule": c.rule}
        for c in a.choices
    ]
    found["contradictions"] = [
        {"id": c.id, "kind": c.kind, "facts": list(c.facts), "text": c.text, "question": c.question, "ask": list(c.ask)}
        for c in a.contradictions
    ]
    if not table:
        found["near"] = [
            {"fact": n.fact, "value": n.value, "at": n.at, "side": n.side, "to": n.to}
            for n in near(a.base, a.case.values)
        ]
        found["grounds"] = _grounds(grounds(a))
        found["track_record"] = _track_record(track_record(a.base, a.case))
    return found


def _strength(a: Assessment) -> dict[str, Any]:
    """How firm the verdict is, and the answers that alone turn it."""
    vocabulary = a.base.vocabulary
    return {
        "level": a.strength.level,
        "on": [
            {
                "fact": turn.fact,
                "answers": [_plain(value, turn.fact, vocabulary) for value, _ in turn.answers],
                "to": list(turn.to),
            }
            for turn in a.strength.on
        ],
    }


def _unless(a: Assessment, item: Unless) -> dict[str, Any]:
    value = None if item.value is None else _plain(item.value, item.fact, a.base.vocabulary)
    return {"block": item.block, "fact": item.fact, "amount": item.amount, "bound": item.bound or None, "value": value}


def plain(record: Any) -> Any:
    """A record as plain data: fields in their order, sequences as lists, sets sorted, a member of an enumeration by its value."""
    if is_dataclass(record):
        return {field.name: plain(getattr(record, field.name)) for field in fields(record)}
    match record:
        case Enum():
            return record.value
        case Mapping():
            return {key: plain(value) for key, value in record.items()}
        case tuple() | list():
            return [plain(item) for item in record]
        case frozenset() | set():
            return sorted(map(plain, record))
    return record


def facts(values: Mapping[str, Value], vocabulary: Vocabulary) -> dict[str, Any]:
    """Facts as plain data, in vocabulary order, sets as lists."""
    return {name: _plain(values[name], name, vocabulary) for name in vocabulary.ordered(values)}


def _plain(value: Value, name: str, vocabulary: Vocabulary) -> Any:
    return [v for v in vocabulary[name].values if v in value] if isinstance(value, frozenset) else value


def _rounded(value: float) -> float:
    return round(value, 3) + 0.0  # never -0.0


def _reading(reading: Reading) -> dict[str, Any]:
    return {"status": reading.status, "value": reading.value}


def _fired(assessment: Assessment, item: Fired) -> dict[str, Any]:
    rule = assessment.base.knowledge.rules[item.rule]
    evidence = None
    if isinstance(rule.then, Weigh):
        then = rule.then
        evidence = {
            "process": then.process,
            "line": then.line,
            "certainty": then.certainty,
            "counted": item.weight != 0,
        }
    return {
        "rule": item.rule,
        "because": item.because,
        "source": list(item.source),
        "facts": facts(item.facts, assessment.base.vocabulary),
        "evidence": evidence,
    }


def problem(p: Problem) -> dict[str, Any]:
    """A problem as plain data."""
    return {
        "code": p.code,
        "severity": p.severity,
        "message": p.message,
        "file": p.file,
        "line": p.line,
        "row": p.row,
        "column": p.column,
    }


def precedent(p: Precedent) -> dict[str, Any]:
    """A precedent as plain data. `process` is what it is documented to have run, `shared` a part of all evidence."""
    return {
        "company": p.documented.company,
        "year": p.documented.year,
        "process": p.documented.label,
        "did": p.documented.did,
        "sources": list(p.documented.sources),
        "distance": round(p.distance, 3),
        "shared": round(p.shared, 3),
        "facts": {part.fact: round(part.distance, 3) for part in p.parts},
    }


def _grounds(found: Grounds) -> dict[str, Any]:
    return {
        "studies": list(found.studies),
        "statements": list(found.statements),
        "opinions": list(found.opinions),
        "judgements": found.judgements,
        "decides": found.decides.rule if found.decides else None,
        "like": dict(found.like),
        "checked": found.checked,
    }


def _track_record(found: TrackRecord) -> dict[str, Any]:
    return {
        "like": len(found.like),
        "right": found.right,
        "wrong": [
            {
                "company": verdict.documented.company,
                "year": verdict.documented.year,
                "label": verdict.documented.label,
                "said": verdict.said,
            }
            for verdict in found.wrong
        ],
        "needed": found.needed,
    }
