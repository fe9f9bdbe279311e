"""The handout of one company as a workbook: what it says in sheets, figures as numbers, and no formula, link or macro."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from salespath import __version__
from salespath.counsel.economics.assumptions import CASES
from salespath.counsel.handout import Handout, Score
from salespath.counsel.panel import Panel
from salespath.engine.assessment import subject
from salespath.facts import Derived, Fact, Value
from salespath.facts.money import USD, in_own_currency, own_amount
from salespath.facts.values import Range, words
from salespath.files.output import scratch
from salespath.files.visible import visible
from salespath.report.page import Block, Text
from salespath.report.pages import economics as money_page
from salespath.report.pages import handout as pages
from salespath.report.pages import outcome as outcome_page
from salespath.report.words.amounts import MONEY
from salespath.report.words.currency import common_rate, rate_text
from salespath.report.words.dates import begin_of, end_of
from salespath.report.words.phrases import NAMES, capitalize, sources
from salespath.report.words.questions import why_asked
from salespath.report.words.verdict import firmness, headline
from salespath.rules.model import PROCESSES
from salespath.tables.spreadsheet import Cell, Formats, Page, Sheet, amount, new_workbook, quantity, share
from salespath.tables.workbook_summary import LEVELS

_DAY = datetime(2000, 1, 1)  # of the properties, which want one: the same company is the same file
_TITLE = {"bold": True, "font_size": 16, "text_wrap": False}
_PART = {"bold": True, "font_size": 12, "text_wrap": False}


def write_handout(found: Handout) -> bytes:
    """The workbook of one company. Raises SalespathError (SP128) without XlsxWriter."""
    made, about = (
        io.BytesIO(),
        {"title": visible(found.assessment.company)[:250], "comments": f"salespath {__version__}"},
    )
    with scratch() as folder, in_own_currency(common_rate([found.assessment.case])):
        book = new_workbook(made, constant_memory=True, tmpdir=folder)
        book.set_properties({**about, "created": _DAY})
        _Book(found, book).write()
        book.close()
    return made.getvalue()


class _Book:
    def __init__(self, found: Handout, book: Any) -> None:
        self.found, self.a, self.book, self.formats = found, found.assessment, book, Formats(book)
        self.currency = self.a.case.rate.currency if self.a.case.rate else USD

    def write(self) -> None:
        """Write every sheet."""
        self._first()
        self._sheet(
            "Scorecard", {"Figure": 34, "Yours": 14, "Limit": 26, "How it stands": 26, "Rule": 34}, self._scores()
        )
        moves = {"#": 5, "What": 70, "Who": 20, "From": 13, "Until": 24, "Hours": 9, "Money": 12, "Rules": 34}
        self._sheet("Moves", moves, self._moves())
        reasons = {"Process": 13, "What": 16, "Weight": 9, "Reason": 80, "Source": 50, "Rule": 34}
        self._sheet("Reasons", reasons, self._reasons())
        flags = {"Level": 9, "Flag": 80, "Move": 60, "Owner": 18, "Rule": 30}
        self._sheet("Flags", flags, ([LEVELS[f.level], f.consequence, f.move, f.owner, f.rule] for f in self.a.flags))
        self._sheet("Money", {"Process": 13, "Result": 42, **dict.fromkeys(CASES, 14), "Rests on": 26}, self._money())
        self._sheet("Questions", {"#": 5, "Question": 70, "Why it is asked": 80, "Id": 28}, self._questions())
        self._sheet("Answers", {"Answer": 34, "Value": 30, "How known": 14, "Id": 30}, self._answers())
        if self.found.panel:
            widths = {"Answer": 34, "Value": 30, "Who": 40, "Changes the outcome": 20, "Id": 30}
            self._sheet("Disagreements", widths, self._disagreements(self.found.panel))

    def _sheet(self, name: str, widths: dict[str, int], rows: Iterable[Sequence[Cell]]) -> None:
        sheet = Sheet(self.book, self.formats, name, [*widths], [*widths.values()])
        for row in rows:
            sheet.add(row)
        sheet.end()

    def _first(self) -> None:
        """The verdict, the scorecard, flags and moves, and what produced it."""
        a, found, page = self.a, self.found, Page(self.book, self.formats, "Handout")
        page.widths((40, 18, 26, 30))
        page.sheet.set_portrait()
        said = pages.document(found)
        page.line(a.company, **_TITLE)
        self._wide(page, headline(a), bold=True)
        self._wide(page, firmness(a))
        if said["sold_by"]:
            self._wide(page, f"Sold by: {said['sold_by']}")
        for block in outcome_page.sentence(found.outcome) if found.outcome else ():
            self._wide(page, _line(block), bold=True)
        page.line()
        page.line("Scorecard", **_PART)
        page.line("Figure", "Yours", "Limit", "How it stands", bold=True)
        for score in [score for score in found.scores if score.standing != "open"]:
            page.line(*self._score(score)[:4])
        page.line()
        page.line("Red flags", **_PART)
        for flag in a.flags:
            self._wide(page, f"{LEVELS[flag.level]}: {flag.consequence}")
        if not a.flags:
            self._wide(page, "None by what is known.")
        page.line()
        page.line("First moves" if not (found.outcome and found.outcome.moves) else "What was agreed", **_PART)
        for number, move in enumerate(said["moves"], 1):
            page.line(f"{number}. {move['text']}", move["owner"], move["until"])
        for item in said["dissent"]:
            self._wide(page, f"Dissent of {item['who']}: {item['text']}")
        for block in outcome_page.expected(found.outcome) if found.outcome else ():
            self._wide(page, _line(block))
        page.line()
        for rate in a.case.rates.values():
            self._wide(page, rate_text(rate))
        self._wide(page, said["receipt"])
        page.sheet.activate()

    @staticmethod
    def _wide(page: Page, text: str, **look: Any) -> None:
        """A text across all columns, as high as it needs."""
        page.sheet.set_row(page.at, 15 * max(1, -(-len(text) // 100)))
        page.sheet.merge_range(page.at, 0, page.at, 3, "")
        page.put(page.at, 0, text, text_wrap=True, **look)
        page.at += 1

    def _score(self, score: Score) -> tuple[Cell, ...]:
        name, own, limit = pages.score_words(self.a, score)
        value: Cell = own if score.value is None else self._value(self.a.base.vocabulary[score.figure], score.value)
        return name, value, limit, pages.sign_of(score).marked, score.rule

    def _scores(self) -> Iterable[Sequence[Cell]]:
        return map(self._score, self.found.scores)

    def _value(self, fact: Fact | Derived, value: Value) -> Cell:
        """A value as a number where it is one, amounts in the company's own currency."""
        if isinstance(value, (bool, str, frozenset, Range)):
            return words(fact, value)
        if fact.type == "money":
            return amount(own_amount(value), self.currency)
        return share(value) if fact.type == "share" else quantity(value)

    def _moves(self) -> Iterable[Sequence[Cell]]:
        plan, start = self.found.plan, self.found.start
        slots = {id(slot.move): slot for slot in plan.slots} if plan else {}
        for number, move in enumerate((*self.found.moves.chosen, *self.found.moves.unaffordable), 1):
            slot = slots.get(id(move))
            begins: Cell = None
            until: Cell = pages.until(move, self.found)
            if slot:
                begins = begin_of(slot.begins, start) if start else f"Week {slot.begins}"
                until = end_of(slot.ends, start) if start and move.weeks else until
            cost = None if move.cost is None else amount(round(own_amount(move.cost)), self.currency)
            hours = None if slot is None or slot.hours is None else quantity(slot.hours)
            yield quantity(number), move.text, capitalize(move.owner), begins, until, hours, cost, ", ".join(move.rules)

    def _reasons(self) -> Iterable[Sequence[Cell]]:
        a = self.a
        for blocker in a.blockers:
            source = sources(a.base, a.base.knowledge.rules[blocker.rule].source)
            yield NAMES[blocker.process], "stands in the way", None, blocker.because, source, blocker.rule
        for process in subject(a) or PROCESSES:
            for sign, what in ((1, "speaks for it"), (-1, "speaks against it")):
                some = a.reasons(process, sign)
                total = sum(abs(item.weight) for item in some)
                for item in some:
                    part = share(round(abs(item.weight) / total, 2))
                    yield NAMES[process], what, part, item.because, sources(a.base, item.source), item.rule

    def _money(self) -> Iterable[Sequence[Cell]]:
        economics = self.found.economics
        for x in economics.processes.values() if economics else ():
            for id_, title in money_page.OUTCOMES.items():
                result = x.outcomes[id_]
                cells = [self._result(id_, value) for value in result.values]
                if any(cell is not None for cell in cells):
                    yield NAMES[x.process], title, *cells, " + ".join(result.origins)

    def _result(self, id_: str, value: float | None) -> Cell:
        if value is None:
            return None
        return amount(round(own_amount(value)), self.currency) if id_ in MONEY else quantity(round(value, 1))

    def _questions(self) -> Iterable[Sequence[Cell]]:
        a = self.a
        for number, question in enumerate(a.next_questions, 1):
            fact = a.base.vocabulary.facts[question.fact]
            yield quantity(number), fact.question, why_asked(a.base, question), question.fact

    def _disagreements(self, panel: Panel) -> Iterable[Sequence[Cell]]:
        vocabulary = self.a.base.vocabulary
        for item in sorted(panel.disagreements, key=lambda item: not item.decides):
            fact = vocabulary[item.fact]
            for value, who in item.answers:
                decides = "yes" if item.decides else "no"
                yield capitalize(fact.label), self._value(fact, value), ", ".join(who), decides, item.fact

    def _answers(self) -> Iterable[Sequence[Cell]]:
        case, vocabulary = self.a.case, self.a.base.vocabulary
        for name in vocabulary.ordered(case.values):
            yield (
                capitalize(vocabulary[name].label),
                self._value(vocabulary[name], case.values[name]),
                case.how.get(name),
                name,
            )


def _line(block: Block) -> str:
    """A paragraph as one text."""
    assert isinstance(block, Text)
    return f"{block.lead}: {block.text}" if block.lead else block.text
