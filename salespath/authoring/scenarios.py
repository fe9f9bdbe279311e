"""Scenarios: a sentence, the facts of a company, and what must follow from them.

Their files are lists of entries; `docs/rule-authoring.md` lists the keys.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts.cases import read_case
from salespath.files.nodes import Mapping as MappingNode
from salespath.files.nodes import Node, Scalar, Sequence, read, repeated_keys
from salespath.files.problems import Problem, SalespathError, shown, suggestion
from salespath.files.records import Record
from salespath.rules.loader import EXPERT
from salespath.rules.model import FLAG_LEVELS, PROCESSES, SOLD, VERDICTS, Advise

EXACT = ("blocked", "conflicts", "problems")
PLANNED = ("advice", "not_advice", "in_place")
WARNED = ("warnings", "not_warnings")
CHANGED = ("also", "unless")

Pairs: TypeAlias = "dict[str, tuple[Scalar, Node]]"  # the key and the value of each fact, by its name


@dataclass(frozen=True)
class Scenario:
    """A sentence, facts, and what must follow from them.

    `expect` holds what was written under it: texts for process, lead, leaning, settled and how it is sold, tuples for the rest.
    `bands` are net evidence by (fit or means, process), `flags` red flags with their levels (`stop:flag-runway`). `also` and
    `unless` are the same company with something changed.
    """

    sentence: str
    source: tuple[str, ...]
    case: Case
    expect: Mapping[str, Any]
    bands: Mapping[tuple[str, str], tuple[float, float]]
    fired: tuple[str, ...]
    not_fired: tuple[str, ...]
    flags: tuple[str, ...]
    also: tuple[Case, ...]
    unless: tuple[Case, ...]

    @property
    def cases(self) -> tuple[Case, ...]:
        """The company, as it is and with each change."""
        return (self.case, *self.also, *self.unless)


def read_scenarios(base: Base, paths: Iterable[str]) -> list[Scenario]:
    """The scenarios of files and folders. Raises SalespathError listing every problem in them."""
    problems: list[Problem] = []
    entries: list[Record] = []
    for path in map(str, _files(paths, problems)):
        try:
            node = read(path)
        except SalespathError as error:
            problems.extend(error.problems)
            continue
        problems.extend(repeated_keys(node, path))
        if isinstance(node, Sequence):
            entries.extend(Record(item, path, problems, "a scenario") for item in node.items)
        else:
            problems.append(Problem("SP231", "found no list; expected scenarios.", file=path, line=node.line))
    reader = _ScenarioReader(base, problems)
    for entry in entries:
        reader.company(entry)
    found = [scenario for entry in entries if entry.has("scenario") for scenario in reader.scenario(entry)]
    if not found and not problems:
        problems.append(Problem("SP231", f"{', '.join(map(shown, paths))}: there is no scenario."))
    if problems:
        raise SalespathError(problems)
    return found


def _files(paths: Iterable[str], problems: list[Problem]) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.is_dir():
            yield from sorted(file for file in path.glob("*.y*ml") if file.is_file())
        elif path.exists():
            yield path
        else:
            problems.append(Problem("SP101", f"there is no file or folder {shown(path)}.", file=str(path)))


class _ScenarioReader:
    def __init__(self, base: Base, problems: list[Problem]) -> None:
        self.base = base
        self.problems = problems
        self.companies: dict[str, Pairs] = {}
        self.sentences: dict[str, str] = {}
        self.rules = base.knowledge.rules | base.knowledge.off  # what is switched off may be named: it does not fire
        advice = (rule.then for rule in self.rules.values() if isinstance(rule.then, Advise))
        self.choices = {f"{then.topic}:{then.choice}" for then in advice}

    def company(self, entry: Record) -> None:
        """A company that scenarios are like."""
        name = entry.text("company")
        if entry.has("scenario") or not name:
            entry.node("scenario", required=not name)
            return
        entry.what = f"the company {shown(name)}"
        if name in self.companies:
            entry.problem("SP232", f"{entry.what} is described twice.")
        self.companies[name] = _pairs(entry.record("facts", f"facts of {entry.what}"))
        entry.done()

    def scenario(self, entry: Record) -> Iterator[Scenario]:
        """A scenario, if it can be read."""
        sentence = " ".join(entry.text("scenario").split())
        entry.what = f"“{shown(sentence, 40)}”"
        if sentence in self.sentences:
            entry.problem("SP232", f"{entry.what} stands at {self.sentences[sentence]} already.")
        self.sentences[sentence] = f"{entry.path}:{entry.line}"
        source = entry.texts("source", required=True)
        self._known(entry, source, {*self.base.knowledge.sources, EXPERT}, "a source")
        like, pairs = entry.text("like"), _pairs(entry.record("facts", f"facts of {entry.what}"))
        if like and like not in self.companies:
            hint = suggestion(like, self.companies)
            entry.problem("SP233", f"{entry.what} is like {shown(like)}, which is no `company` of these files.{hint}")
        pairs = {**self.companies.get(like, {}), **pairs}
        before = len(self.problems)
        case = self._case(entry, sentence, pairs)
        changes = (entry.records(key, f"{key} of {entry.what}") for key in CHANGED)
        also, unless = ([self._case(entry, sentence, pairs | _pairs(c)) for c in some] for some in changes)
        fired, not_fired = entry.texts("fired"), entry.texts("not_fired")
        self._known(entry, (*fired, *not_fired), self.rules, "a rule")
        flags = entry.texts("flags")
        self._known(
            entry, flags, {f"{level}:{id_}" for id_ in self.rules for level in FLAG_LEVELS}, "a level and a red flag"
        )
        if (also or unless) and not fired:
            entry.problem("SP234", f"{entry.what} changes facts but names no rule under `fired`.")
        expect = self._expect(entry)
        bands = {(name, p): band for name in ("fit", "means") for p, band in self._bands(entry, name)}
        if not (expect or bands or fired or not_fired or flags):
            entry.problem("SP234", f"{entry.what} expects nothing.")
        entry.done()
        if case and len(self.problems) == before:
            changed = tuple(tuple(c for c in cases if c) for cases in (also, unless))
            yield Scenario(sentence, source, case, expect, bands, fired, not_fired, flags, *changed)

    def _case(self, entry: Record, sentence: str, pairs: Pairs) -> Case | None:
        facts = MappingNode(tuple(pairs.values()), entry.line)
        node = MappingNode(((Scalar("facts", entry.line), facts),), entry.line)
        return read_case(node, self.base.vocabulary, entry.path, self.problems, sentence)

    def _expect(self, entry: Record) -> dict[str, Any]:
        body = entry.record("expect", f"expect of {entry.what}")
        if body is None:
            return {}
        words = {"process": VERDICTS, "lead": PROCESSES, "leaning": (*PROCESSES, "none"), "settled": ("yes", "no")}
        attributes = self.base.knowledge.attributes
        words |= {name: (*attributes[name].values, "none") for name in SOLD if name in attributes}
        found: dict[str, Any] = {name: body.one_of(name, known) for name, known in words.items() if body.has(name)}
        for names in (EXACT, PLANNED, WARNED):
            found |= {name: body.texts(name) for name in names if body.node(name) is not None}
        self._known(body, [n.split("@")[0] for name in PLANNED for n in found.get(name, ())], self.choices, "advice")
        warnings = {id_ for id_, rule in self.rules.items() if rule.kind == "warn"}
        self._known(body, [n for name in WARNED for n in found.get(name, ())], warnings, "a warning")
        body.done()
        return found

    def _bands(self, entry: Record, name: str) -> Iterator[tuple[str, tuple[float, float]]]:
        body = entry.record(name, f"{name} of {entry.what}")
        if not body:
            return
        for process in body.names():
            try:
                low, high = map(float, body.texts(process))
            except ValueError:
                low, high = 1.0, 0.0
            if process in PROCESSES and low <= high:
                yield process, (low, high)
            else:
                body.problem("SP234", f"{body.what} should read `{{{PROCESSES[0]}: [0.5, 2]}}`.", body.line_of(process))

    def _known(self, entry: Record, names: Iterable[str], known: Iterable[str], what: str) -> None:
        for name in names:
            if name not in known:
                entry.problem("SP233", f"{entry.what}: {shown(name)} is not {what}.{suggestion(name, known)}")


def _pairs(record: Record | None) -> Pairs:
    items = record.raw.items if record and isinstance(record.raw, MappingNode) else ()
    return {key.text.strip(): (key, value) for key, value in items}
