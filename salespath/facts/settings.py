"""Facts set on the command line, `--set fact=value`, and the company of a file that is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from salespath.facts.cases import Case, FactReader, merge
from salespath.facts.company_names import folded_name
from salespath.facts.rates import BadRate
from salespath.facts.reader import understand
from salespath.facts.values import BadValue
from salespath.facts.vocabulary import Fact, Vocabulary
from salespath.files.nodes import Scalar, parse, repeated_keys
from salespath.files.problems import Problem, SalespathError, refusal, shown, suggestion

OPTION = "--set"  # where a problem with a setting is
_SETTING = re.compile(r"\s*(?P<fact>[^=]*?)\s*(?P<sign>\+=|-=|=)(?P<text>.*)", re.DOTALL)
_YAML = "[{\"'"  # how a value begins that is a list, holds how it is known, or is quoted
_LISTED = 12  # companies named in a message


def suppose(vocabulary: Vocabulary, case: Case, texts: Iterable[str]) -> Case:
    """The company with facts as some texts say: `fact=value`, `fact+=member`, `fact-=member`; `fact=` or `fact=?` for unknown.

    Values are read as in a fact file; a set may also be a word, or several between commas or semicolons. What is otherwise than
    before is tried. Raises SalespathError listing every problem: SP151 for a text that is not of this form, SP152 for a fact
    that is set twice, and those of fact files.
    """
    reader = _SettingReader(vocabulary, case)
    for text in texts:
        reader.read_setting(text)
    if reader.problems:  # which have no line on the command line
        raise SalespathError(Problem(p.code, p.message, p.severity, OPTION, value=p.value) for p in reader.problems)
    for name, members in reader.members.items():
        now: Any = case.values[name]
        reader.values[name] = now.union(m for m in members if members[m]) - {m for m in members if not members[m]}
    kept = {name: value for name, value in case.values.items() if name not in reader.said}
    before = {name: note for name, note in case.understood.items() if name not in reader.said}
    try:
        found = reader.converted(Case(case.company, {}, reader.how, reader.notes))
    except BadRate as error:
        raise refusal("SP115", str(error), OPTION) from None
    said = merge(replace(case, values=kept), found)
    currency = case.currency if case.values else found.currency
    said = replace(said, currency=currency, money=case.money, understood={**before, **reader.understood})
    return replace(said, line=case.line, tried=case.trial(said.values).tried)


class _SettingReader(FactReader):
    def __init__(self, vocabulary: Vocabulary, case: Case) -> None:
        own = case.currency if case.values else case.money.currency
        super().__init__(vocabulary, OPTION, case.company, [], money=case.money._replace(currency=own))
        self.case = case
        self.members: dict[str, dict[str, bool]] = {}  # of the sets: whether a member is there
        self.said: dict[str, str] = {}

    def _problem(self, code: str, message: str) -> None:
        self.problems.append(Problem(code, message, file=OPTION))

    def read_setting(self, text: str) -> None:
        """Read one text of those that `suppose` takes."""
        match = _SETTING.fullmatch(text)
        if not match or not match["fact"]:
            expected = "expected fact=value, fact+=member or fact-=member, or fact= for unknown"
            self._problem("SP151", f"{shown(text) or 'nothing'} is not a setting; {expected}.")
            return
        name, sign, value = match["fact"], match["sign"], match["text"].strip()
        if name not in self.vocabulary:
            hint = self.vocabulary.suggestion(name)
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
            node = parse(text, OPTION) if text[0] in _YAML else Scalar(text, 1)
        except SalespathError as error:
            self.problems.extend(error.problems)
        else:
            self.problems.extend(repeated_keys(node, OPTION))
            self.read(Scalar(name, 1), node)

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
                some = understand(fact, text).value
                if not isinstance(some, frozenset):
                    raise BadValue(
                        f"{shown(text) or 'nothing'} names nothing; expected some of {', '.join(fact.values)}."
                    )
            except BadValue as error:
                self._problem("SP112", f"{name}: {error}")
                return
            self.said.setdefault(name, setting)
            known = self.members.setdefault(name, {})
            for member in fact.values:
                if member in some and known.setdefault(member, there) != there:
                    self._problem("SP152", f"{name}: {member} is to come and to go; say one of the two.")


def of_name(cases: Iterable[Case], company: str) -> list[Case]:
    """The companies of a name: those called exactly so, else those whose name is the same folded."""
    some, folded = list(cases), folded_name(company)
    exact = [case for case in some if case.company == company]
    return exact or [case for case in some if folded_name(case.company) == folded]


def choose(cases: Sequence[Case], path: str, company: str) -> Case:
    """The one company of a file that is meant. Raises SalespathError (SP153) where that is not clear."""
    found = of_name(cases, company) if company else list(cases)
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
    raise refusal("SP153", message, path)
