"""Forms that companies fill in: what is asked of each, and the answers read back.

A form carries a mark: the id of its company in the file that it was made from, and its own. The id of a company is made of its name
and what that file says of it, so that it stays the same wherever the file and its rows are moved, and is another one as soon as the
file says something else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from salespath.counsel.request import Request
from salespath.facts import Case, Fact, Value, Vocabulary
from salespath.facts.cases import FactReader, name_key
from salespath.facts.rates import CURRENCY, Currencies, own_value
from salespath.facts.values import Range, cell_text
from salespath.files import nodes
from salespath.files.nodes import Mapping as MappingNode
from salespath.files.nodes import Node, Scalar, read_document
from salespath.files.problems import NOTE, Problem, SalespathError, has_error, refusal, shown
from salespath.files.source import InputFile
from salespath.report.words.requests import unit, what_it_means, why_requested
from salespath.rules.folders import is_aside
from salespath.tables.workbook import Workbook

FORM = "form"  # the key of the mark in a fact file
ANSWER, FACT, HOW_KNOWN = "Answer", "Fact", "How do you know?"
COLUMNS = ("#", "Question", ANSWER, "In", HOW_KNOWN, "Help", "Why it is asked", FACT)
TITLE, AMOUNTS = "Questions about ", "Amounts are in "
MARK = "salespath-form 1"
_MARK = re.compile(rf"{MARK} ([0-9a-f]{{16}}) ([0-9a-f]{{8}})")
_LOOKED = 20  # rows of each sheet in which a mark is sought


@dataclass(frozen=True)
class Line:
    """A question of a form."""

    fact: Fact
    unit: str
    help: str
    why: str


@dataclass(frozen=True)
class BlankForm:
    """What one company is asked, prefilled with what is known of it."""

    mark: str
    case: Case
    lines: tuple[Line, ...]

    @property
    def id(self) -> str:
        """The id of the form."""
        return self.mark.rpartition(" ")[2]

    def known(self, fact: Fact) -> Value | None:
        """What is known of a fact, an amount in the company's own currency."""
        value = self.case.values.get(fact.id)
        return own_value(value, self.case.rate) if value is not None and fact.type == "money" else value


@dataclass(frozen=True)
class FilledForm:
    """The answers of a form: amounts in the currencies of `codes`. `asked` are the facts that stand in it, answered or not."""

    path: str
    name: str
    company: str
    id: str
    asked: tuple[str, ...]
    values: Mapping[str, Value]
    codes: Mapping[str, str]
    how: Mapping[str, str]
    notes: Mapping[str, Mapping[str, str]]
    understood: Mapping[str, str]


@dataclass(frozen=True)
class Folder:
    """What a folder of answers holds: the forms that could be read, the other files, and what is wrong with forms."""

    forms: tuple[FilledForm, ...]
    others: tuple[str, ...]
    problems: tuple[Problem, ...]


def company_ids(vocabulary: Vocabulary, cases: Iterable[Case]) -> Iterator[str]:
    """The id of each company of a file. Of several that are alike in all, the place among them counts."""
    seen = Counter[str]()
    for case in cases:
        said = {name: _steady(vocabulary, case, name) for name in sorted(case.values)}
        text = json.dumps([case.company if case.named else "", case.currency, said])
        seen[text] += 1
        yield hashlib.sha256(f"{seen[text]} {text}".encode()).hexdigest()[:16]


def _steady(vocabulary: Vocabulary, case: Case, name: str) -> str:
    """What a file says of a fact, the same from whatever kind of file: nine digits of a number."""
    fact, value = vocabulary[name], case.values[name]
    if fact.type == "money":
        value = own_value(value, case.rate)
    if isinstance(value, Range):
        return f"{value.low:.9g} {value.high:.9g}"
    return f"{value:.9g}" if fact.numeric and isinstance(value, (int, float)) else cell_text(fact, value)


def blank_form(company: str, request: Request) -> BlankForm:
    """The form of a company, whose id is given."""
    case, base = request.assessment.case, request.assessment.base
    facts = [base.vocabulary.facts[asked.fact] for asked in request.asked]
    own = hashlib.sha256(" ".join([company, *(fact.id for fact in facts)]).encode()).hexdigest()[:8]
    lines = (
        Line(fact, unit(fact, case.currency), what_it_means(fact), why_requested(base, asked))
        for fact, asked in zip(facts, request.asked)
    )
    return BlankForm(f"{MARK} {company} {own}", case, tuple(lines))


# Reading


def read_folder(vocabulary: Vocabulary, folder: str) -> Folder:
    """The forms of a folder, and its other files. Hidden files, locks and folders inside are passed over."""
    forms: list[FilledForm] = []
    others: list[str] = []
    problems: list[Problem] = []
    try:
        paths = sorted(path for path in Path(folder).iterdir() if not path.is_dir())
    except OSError as error:
        raise refusal("SP101", f"cannot read the folder: {error.strerror}.", folder) from None
    for path in paths:
        if is_aside(path):
            what = f"{shown(path.name)} is passed over: such a name is that of a hidden file, of a copy or of a lock."
            problems.append(Problem("SP156", what, NOTE, file=str(path)))
            continue
        try:
            form = _read_form(vocabulary, str(path), problems)
        except SalespathError as error:
            problems.extend(error.problems)
        else:
            forms += [form] if isinstance(form, FilledForm) else []
            others += [str(path)] if form is None else []
    if not forms and not others and not has_error(problems):
        problems.append(Problem("SP110", "the folder holds neither a form nor a file of companies.", file=folder))
    return Folder(tuple(forms), tuple(others), tuple(problems))


def _read_form(vocabulary: Vocabulary, path: str, problems: list[Problem]) -> FilledForm | bool | None:
    """The form in a file; False for one that cannot be used, whose problems are added; None where it is no form."""
    try:
        source = InputFile(path, tables=True)
    except SalespathError:
        return None  # whoever reads it as a file of companies says why it cannot be read
    with source:
        if source.is_workbook:
            found = _in_workbook(source)
        elif MARK.encode() in source.head.replace(b"\0", b""):  # UTF-16 too
            found = _in_fact_file(source)
        else:
            return None
    return None if found is None else _understood(vocabulary, path, found, problems)


@dataclass(frozen=True)
class _Written:
    """What stands in a form: its mark, the currency of its amounts, its facts, and whether a line is a row of a sheet."""

    mark: re.Match[str]
    company: str
    currency: Node | None
    facts: tuple[tuple[Scalar, Node], ...]
    column: str = ""  # of the answers, in a sheet
    wrong: tuple[Problem, ...] = ()


def _understood(vocabulary: Vocabulary, path: str, found: _Written, problems: list[Problem]) -> FilledForm | bool:
    here: list[Problem] = list(found.wrong)
    reader = FactReader(vocabulary, path, found.company, here, exact=True)
    reader.read_money({CURRENCY: found.currency} if found.currency else {}, Currencies())
    for key, node in found.facts:
        reader.read(key, node)
    if found.column:
        here = [replace(p, line=None, row=p.row or p.line, column=found.column) for p in here]
    if has_error(here):
        what = f"the form of {found.company} is not merged, as not all of it can be read."
        problems.extend([*here, Problem("SP170", what, file=path)])
        return False
    problems.extend(here)
    asked = tuple(dict.fromkeys(key.text.strip() for key, _ in found.facts))
    return FilledForm(
        path,
        found.company,
        found.mark[1],
        found.mark[2],
        asked,
        reader.values,
        reader.codes,
        reader.how,
        reader.notes,
        reader.understood,
    )


def _in_fact_file(source: InputFile) -> _Written | None:
    node, _ = read_document(source)
    mark = node.get(FORM) if isinstance(node, MappingNode) else None
    match = _MARK.fullmatch(mark.text.strip()) if isinstance(mark, Scalar) else None
    if not match or not isinstance(node, MappingNode):
        return None
    fields = {key.text: value for key, value in node.items}
    name, facts = fields.get(name_key(fields)), fields.get("facts")
    if not isinstance(facts, MappingNode):
        raise refusal("SP170", "the form has no answers under `facts`; fill in a new one.", source.path)
    wrong = tuple(nodes.repeated_keys(node, source.path))
    company = _name(name.text if isinstance(name, Scalar) else "")
    return _Written(match, company, fields.get(CURRENCY), facts.items, "", wrong)


def _in_workbook(source: InputFile) -> _Written | None:
    """The form in a workbook. Raises SalespathError: SP170 where it is one, but its answers are not found."""
    try:
        book = Workbook(source)
    except SalespathError as error:
        if any(problem.code == "SP128" for problem in error.problems):  # openpyxl is missing: nothing can be told of it
            raise
        return None
    try:
        match = next(filter(None, map(_mark, _first_cells(book))), None)
        if not match:
            return None
        for sheet in book.sheets:
            if found := _answers(book, sheet, match, source.path):
                return found
    finally:
        book.close()
    what = f"the form has no row with the headings {ANSWER} and {FACT} any more; copy the answers into a new form"
    raise refusal("SP170", f"{what} (`salespath request`).", source.path)


def _first_cells(book: Workbook) -> Iterator[str]:
    for sheet in reversed(book.sheets):  # the hidden one comes last
        for number, cells in book.rows(sheet):
            if number > _LOOKED:
                break
            yield from (cell.plain for cell in cells.values())


def _mark(text: str) -> re.Match[str] | None:
    return _MARK.search(text[:200])


def _answers(book: Workbook, sheet: str, match: re.Match[str], path: str) -> _Written | None:
    """The answers on a sheet, whose columns and rows may have been moved."""
    from openpyxl.utils import get_column_letter  # an extra

    heads: dict[str, int] = {}
    facts: list[tuple[Scalar, Node]] = []
    wrong: list[Problem] = []
    company = currency = ""
    for number, cells in book.rows(sheet):
        texts = {column: cell.plain.strip() for column, cell in cells.items()}
        if not heads:
            if {ANSWER, FACT} <= set(texts.values()):
                heads = {text: column for column, text in texts.items()}
            for text in texts.values():
                company = company or text.removeprefix(TITLE) * text.startswith(TITLE)
                currency = currency or text.removeprefix(AMOUNTS).rstrip(".") * text.startswith(AMOUNTS)
            continue
        name = texts.get(heads[FACT], "")
        if not name:
            continue
        answer = cells.get(heads[ANSWER])
        if answer is not None and answer.wrong:
            what = f"{shown(name)}: the answer is {answer.wrong}; write the value itself."
            wrong.append(Problem("SP112", what, file=path, row=number, value=shown(answer.plain)))
            continue
        node: Node = Scalar("", number)
        if answer is not None and answer.said.strip():
            node = Scalar(answer.said.strip(), number, quoted=not answer.is_number)
        how = texts.get(heads.get(HOW_KNOWN, 0), "")
        if how:
            node = MappingNode(((Scalar("value", number), node), (Scalar("how", number), Scalar(how, number))), number)
        facts.append((Scalar(name, number), node))
    if not heads:
        return None
    letter = get_column_letter(heads[ANSWER])
    return _Written(
        match, _name(company), Scalar(currency, 1) if currency else None, tuple(facts), letter, tuple(wrong)
    )


def _name(text: str) -> str:
    return shown(text, 200) or "the company"
