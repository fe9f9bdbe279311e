"""What an interview says by its events, as the store holds them, and how an event is written down."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from salespath.facts import Case, Value, Vocabulary
from salespath.facts.cases import read_value
from salespath.facts.money import Rate
from salespath.facts.rates import GIVEN, Currencies
from salespath.facts.values import HOW, BadValue
from salespath.files.nodes import parse
from salespath.files.problems import SalespathError, shown
from salespath.interview.answers import LONGEST, Answer
from salespath.interview.interview import COMPANY, PLAN, Event
from salespath.interview.store import Entry


@dataclass(frozen=True)
class Record:
    """What was given beforehand, the events, the fact file that the interview wrote last (path and SHA-256), whether it is a quick
    one, the folders of rules laid over the built-in ones, and the events that are damaged and not told yet.
    """

    given: Case
    events: tuple[Event, ...] = ()
    written: tuple[str, str] = ("", "")
    quick: bool = False
    rules: tuple[str, ...] = ()
    damage: tuple[Entry, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether anything was answered or skipped."""
        return any(event.kind in ("answer", "skip") for event in self.events)

    @property
    def done(self) -> bool:
        """Whether it was carried through to the report."""
        return bool(self.events) and self.events[-1].kind == "done"


def read(
    entries: Iterable[tuple[str, Mapping[str, Any]]], vocabulary: Vocabulary, damaged: Sequence[Entry] = ()
) -> Record:
    """What the kinds and bodies of the events of an interview say. What makes no sense counts for nothing; all else counts."""
    record, events = Record(Case("")), []
    names = {name: name for name in (COMPANY, PLAN, *vocabulary.facts)}  # each is kept once
    told: set[object] = set()
    for kind, said in entries:
        match kind, said:
            case "given", _:
                rules = said.get("rules")
                record = replace(
                    record,
                    given=_read_given(said, vocabulary),
                    quick=said.get("quick") is True,
                    rules=tuple(map(str, rules)) if isinstance(rules, list) else (),
                )
            case "wrote", {"file": str(file), "sha256": str(sha256)}:
                record = replace(record, written=(file, sha256))
            case "known", {"damaged": list(known)}:
                told.update(number for number in known if isinstance(number, int))
            case "back" | "done", _:
                events.append(Event(kind))
            case "skip", {"question": str(name)} if name in names:
                events.append(Event("skip", names[name]))
            case "answer", {"question": str(name), "value": value} if name in names:
                if (answer := _value(name, value, vocabulary)) is not None:
                    how, note, currency = said.get("how"), said.get("note"), said.get("currency")
                    how, note = how if how in HOW else "", shown(note, LONGEST) if isinstance(note, str) else ""
                    currency = currency if isinstance(currency, str) else ""
                    events.append(Event("answer", names[name], Answer(answer, how, note, currency)))
    damage = tuple(entry for entry in damaged if entry.id not in told)
    return replace(record, events=tuple(events), damage=damage)


def body(event: Event) -> Mapping[str, Any]:
    """What is written down of an event, beside its kind."""
    said: dict[str, Any] = {"question": event.question} if event.question else {}
    if event.answer:
        parts = vars(event.answer).items()
        said |= {key: part for key, part in parts if key in ("value", "how") or (part and key != "read")}
    return said


def given_body(given: Case, *, quick: bool = False, rules: Sequence[str] = ()) -> Mapping[str, Any]:
    """What is written down of what was given beforehand, whether the interview is a quick one, and the folders of rules."""
    said = {key: getattr(given, key) for key in ("company", "file", "how", "notes", "extra")}
    rates = {code: rate._asdict() for code, rate in {**given.money.rates, **given.rates}.items()}
    money = {"currency": given.currency, "default": given.money.currency, "rates": rates}
    return {**said, "facts": given.values, "quick": quick, "rules": rules, "money": money}


def _read_given(said: Mapping[str, Any], vocabulary: Vocabulary) -> Case:
    facts, how, notes, extra = (
        part if isinstance(part := said.get(key), dict) else {} for key in ("facts", "how", "notes", "extra")
    )
    read = {name: _value(name, value, vocabulary) for name, value in facts.items() if name in vocabulary}
    values = {name: value for name, value in read.items() if value is not None}
    return Case(
        **_read_money(said.get("money")),
        company=_name(said.get("company")),
        values=values,
        how={name: word for name, word in how.items() if name in values and word in HOW},
        notes={
            name: {str(key): str(text) for key, text in note.items()}
            for name, note in notes.items()
            if name in values and isinstance(note, dict)
        },
        extra=extra,
        file=file if isinstance(file := said.get("file"), str) else None,
    )


def _read_money(said: object) -> dict[str, Any]:
    """The currency and rates of what was given, as fields of a case; none of interviews that do not say."""
    match said:
        case {"currency": str(currency), "default": str(default), "rates": dict(rates)}:
            with suppress(KeyError, TypeError, ValueError):
                read = {
                    code: Rate(code, float(r["dollars"]), str(r["of"]), str(r["source"])) for code, r in rates.items()
                }
                given = {code: rate for code, rate in read.items() if rate.of == GIVEN}
                used = {code: rate for code, rate in read.items() if code == currency}
                return {"currency": currency, "rates": used, "money": Currencies(default, given)}
    return {}


def _name(value: object) -> str:
    return shown(value, 200) if isinstance(value, str) else ""


def _value(name: str, value: object, vocabulary: Vocabulary) -> Value | None:
    """A value as JSON holds it, if it answers the question: the vocabulary may have changed since."""
    if name == COMPANY:
        return _name(value) or None
    if name == PLAN:
        return value if isinstance(value, bool) else None
    try:
        return read_value(vocabulary[name], parse(json.dumps(value), "interview", as_json=True), exact=True).value
    except (KeyError, BadValue, SalespathError):
        return None
