"""What if: one company, some of its facts otherwise, and what then changes through which rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from salespath.authoring.effects import Effect, between
from salespath.engine.assess import assess
from salespath.engine.assessment import Assessment
from salespath.engine.compile import Base
from salespath.engine.settle import searched
from salespath.errors import Problem, SalespathError, in_order, shown, suggestion
from salespath.facts import Case, Fact, Portfolio, Value, Vocabulary, read_case
from salespath.facts.values import EMPTY_SET, BadValue, parse_set
from salespath.source import Mapping, Node, Scalar, parse

OPTION = "--set"  # where a problem with a setting is
_SETTING = re.compile(r"\s*(?P<fact>[^=]*?)\s*(?P<sign>\+=|-=|=)(?P<text>.*)", re.DOTALL)
_LISTED = 12  # companies named in a message


@dataclass(frozen=True)
class Setting:
    """A fact as it is and as it is supposed to be; None is unknown."""

    fact: str
    before: Value | None
    after: Value | None


@dataclass(frozen=True)
class WhatIf:
    """What is supposed, both assessments, and what differs between them, traced back to the rules that read what changed."""

    settings: tuple[Setting, ...]
    before: Assessment
    after: Assessment
    effect: Effect


def what_if(base: Base, case: Case, texts: Iterable[str]) -> WhatIf:
    """What changes for a company if some facts are as the texts say. Raises SalespathError as `supposed` does."""
    other = supposed(base.vocabulary, case, texts)
    before, after = searched(assess(base, case)), searched(assess(base, other))
    return WhatIf(settings(base.vocabulary, case, other), before, after, between(before, after))


def settings(vocabulary: Vocabulary, before: Case, after: Case) -> tuple[Setting, ...]:
    """The facts that differ between two cases, in the order of the vocabulary."""
    names = vocabulary.ordered({*before.values, *after.values})
    pairs = [(name, before.values.get(name), after.values.get(name)) for name in names]
    return tuple(Setting(name, old, new) for name, old, new in pairs if old != new)


def supposed(vocabulary: Vocabulary, case: Case, texts: Iterable[str]) -> Case:
    """The company with facts as some texts say: `fact=value`, `fact+=member`, `fact-=member`; `fact=` or `fact=?` for unknown.

    Values are read as in a fact file. Raises SalespathError listing every problem: SP151 for a text that is not of this form, SP152
    for a fact that is set twice, and those of fact files.
    """
    return _Supposing(vocabulary, case).read(texts)


class _Supposing:
    def __init__(self, vocabulary: Vocabulary, case: Case) -> None:
        self.vocabulary, self.case = vocabulary, case
        self.problems: list[Problem] = []
        self.nodes: list[tuple[Scalar, Node]] = []
        self.members: dict[str, dict[str, bool]] = {}  # of the sets: whether a member is there
        self.said: dict[str, str] = {}

    def read(self, texts: Iterable[str]) -> Case:
        for text in texts:
            self._read(text)
        found = read_case(Mapping(tuple(self.nodes), 1), self.vocabulary, OPTION, self.problems, self.case.company)
        if any(problem.severity == "error" for problem in self.problems) or found is None:
            raise SalespathError(_placed(self.problems))
        values, how, notes = dict(self.case.values), dict(self.case.how), dict(self.case.notes)
        for name in self.said:
            for kept in (values, how, notes) if name not in self.members else (how, notes):
                kept.pop(name, None)  # how a value was known says nothing of another one
        for name, members in self.members.items():
            now = values[name]
            assert isinstance(now, frozenset)
            values[name] = now.union(m for m in members if members[m]) - {m for m in members if not members[m]}
        case = self.case
        return Case(
            case.company,
            {**values, **found.values},
            {**how, **found.how},
            {**notes, **found.notes},
            case.extra,
            case.file,
            case.line,
        )

    def _problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message, file=OPTION))

    def _read(self, text: str) -> None:
        match = _SETTING.fullmatch(text)
        if not match or not match["fact"]:
            expected = "expected fact=value, fact+=member or fact-=member, or fact= for unknown"
            self._problem("SP151", f"{shown(text) or 'nothing'} is not a setting; {expected}.")
            return
        name, sign, value = match["fact"], match["sign"], match["text"].strip()
        if name not in self.vocabulary:
            hint = suggestion(name, self.vocabulary)
            self._problem("SP111", f"there is no fact {shown(name)}.{hint}")
        elif sign != "=":
            self._member(name, sign == "+=", value, text)
        elif name in self.said:
            self._problem("SP152", f"{name} is set twice: {shown(self.said[name])} and {shown(text)}; say it once.")
        else:
            self.said[name] = text
            if value not in ("", "?"):
                self._value(name, value)

    def _value(self, name: str, text: str) -> None:
        try:
            node = Scalar(text, 1) if text == EMPTY_SET else parse(text, OPTION)
        except SalespathError as error:
            self.problems.extend(error.problems)
        else:
            self.nodes.append((Scalar(name, 1), node))

    def _member(self, name: str, there: bool, text: str, setting: str) -> None:
        fact, now = self.vocabulary[name], self.case.values.get(name)
        if name in self.said and name not in self.members:
            self._problem("SP152", f"{name} is set twice: {shown(self.said[name])} and {shown(setting)}; say it once.")
        elif fact.type != "set" or not isinstance(fact, Fact):
            self._problem("SP151", f"{shown(setting)}: {name} holds one value, not several; write {name}=….")
        elif not isinstance(now, frozenset):
            self._problem(
                "SP151",
                f"{shown(setting)}: {name} is not known, which is not the same as none; say all of it: {name}=[…], of "
                f"{', '.join(fact.values)}.",
            )
        else:
            try:
                members = parse_set(fact, text.strip("[]").split(","))
            except BadValue as error:
                self._problem("SP112", f"{name}: {error}")
                return
            self.said.setdefault(name, setting)
            known = self.members.setdefault(name, {})
            for member in fact.values:
                if member in members and known.setdefault(member, there) != there:
                    self._problem("SP152", f"{name}: {member} is to come and to go; say one of the two.")


def _placed(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """The problems without a line, which a setting on the command line does not have."""
    return in_order(Problem(p.code, p.message, p.severity, OPTION, value=p.value) for p in problems)


def chosen(portfolio: Portfolio, path: str, company: str) -> Case:
    """The one company of a file that is meant. Raises SalespathError (SP153) where that is not clear."""
    cases = portfolio.cases
    found = [case for case in cases if case.company == company] if company else list(cases)
    if len(found) == 1:
        return found[0]
    names = ", ".join(shown(case.company) for case in cases[:_LISTED])
    names += f" and {len(cases) - _LISTED} more" if len(cases) > _LISTED else ""
    if company and not found:
        hint = suggestion(company, [case.company for case in cases])
        message = f"there is no company {shown(company)} in it.{hint or f' There are: {names}.' if cases else ''}"
    elif company:
        message = f"{len(found)} companies are called {shown(company)}; give them different names."
    elif not cases:
        message = "no company in it can be assessed."
    else:
        message = f"it holds {len(cases)} companies; say which one with --company NAME: {names}."
    raise SalespathError([Problem("SP153", message, file=path)])
