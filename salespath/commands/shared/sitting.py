"""An interview held on a terminal or a pipe: asking, saving, resuming, and the report at the end."""

from __future__ import annotations

import os
import shlex
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

import click

from salespath.commands.shared.delivery import bold, files_read
from salespath.commands.shared.group import report_problems
from salespath.commands.shared.reading import given_money, read_one
from salespath.commands.shared.screen import Quit, Screen, plain
from salespath.engine.assessment import Contradiction
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts import fact_file as factfile
from salespath.facts.cases import merge
from salespath.facts.money import USD, Rate, in_own_currency
from salespath.facts.rates import BadRate, Currencies
from salespath.facts.values import BadValue
from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.interview.answers import yes_or_no
from salespath.interview.interview import Event, Interview, replay
from salespath.interview.journal import Journal, JournalRecord, unfinished_interviews
from salespath.report.formats.text import fitting
from salespath.report.pages import question as wording
from salespath.report.pages.assessment import versions
from salespath.report.words.phrases import number_of
from salespath.report.words.verdict import headline

INTERRUPTED = 130  # what a shell reports of a command stopped by Ctrl-C


@dataclass(frozen=True)
class Request:
    """What the command line asks for: the options of `ask`."""

    facts_file: str | None
    answers_file: str | None
    company: str
    no_input: bool
    quick: bool
    resume: bool
    output: str | None
    force: bool
    order: str


class Unsaved(SalespathError):
    """An answer could not be written to the disk."""


def hold(base: Base, request: Request) -> int:
    """Hold an interview and print the report; the exit code. Raises SalespathError for inputs that cannot be used."""
    target = None
    if request.output:
        target = factfile.Target(request.output, request.force, inputs=tuple(files_read()))
        target.check(before=not request.no_input)
    money = given_money()
    given, file = Case("", money=money), None
    for path in (request.facts_file, request.answers_file):
        if path is not None:
            given = merge(given, read_one(base, path, money))
            file = file or os.path.abspath(path)
    given = replace(merge(given, Case(shown(request.company, 200))), file=file)
    with in_own_currency(given.rate or _rate(given.money)):
        session = _Session(base, request, given, target)
        return session.unattended() if request.no_input else session.attended()


def _rate(money: Currencies) -> Rate | None:
    """The rate of the currency in which amounts are asked; None for dollars. Raises SalespathError (SP115)."""
    try:
        return money.rate(money.currency) if money.currency not in ("", USD) else None
    except BadRate as error:
        raise refusal("SP115", str(error), None) from None


class _Session:
    """One sitting. `target` is the fact file that is wanted."""

    def __init__(self, base: Base, request: Request, given: Case, target: factfile.Target | None) -> None:
        self.base, self.request, self.given, self.target = base, request, given, target
        self.screen = Screen()
        self.interview = self._replay(JournalRecord(given))
        self.journal: Journal | None = None
        self.said: tuple[Contradiction, ...] = ()

    def unattended(self) -> int:
        """The report on what the files say."""
        self._report()
        if self.target:
            self.target.write(self._facts())
        return 0

    def attended(self) -> int:
        """The questions, from the first or from where they were left, and the report."""
        try:
            self._open()
            self._contradictions()
            while name := self.interview.question:
                self._ask(name)
            return self._finish()
        except Quit:
            return self._leave()
        except KeyboardInterrupt:
            self.screen.line()
            return self._leave() or INTERRUPTED
        except EOFError:
            self.screen.line()
            return self._leave() if self.screen.terminal else self._end_of_input()
        except Unsaved as error:
            self._rescue(error.problems)
            return 1
        finally:
            if self.journal:
                self.journal.close()

    # Beginning

    def _open(self) -> None:
        """Take up an unfinished interview, or begin one."""
        resumed = self._unfinished() if self.screen.terminal or self.request.resume else None
        if self.request.resume and not resumed:
            raise refusal("SP142", "there is no unfinished interview to resume.", None)
        if resumed:
            self.journal, record = resumed
            self.interview = self._replay(replace(record, given=merge(record.given, self.given)))
            if self.target:
                self.target.written = record.written
                self.target.check()
            if self.given.values or self.given.company or self.interview.quick != record.quick:
                self.journal.start(self.interview.given, quick=self.interview.quick)
            self.screen.say(wording.resumption(self.interview))
            return
        if self.target:
            self.target.check()
        self.journal = Journal.create()
        try:
            self.journal.start(self.given, quick=self.request.quick)
        except SalespathError:
            self.journal.remove()
            raise
        self.screen.show(*wording.introduction(self.interview))

    def _unfinished(self) -> tuple[Journal, JournalRecord] | None:
        """The latest unfinished interview that fits what was given on the command line, if it is wanted."""
        for journal, record in unfinished_interviews(self.base.vocabulary):
            interview = self._replay(record)
            fits = self.given.file in (None, record.given.file) and (
                not self.request.company or self.given.company == interview.case.company
            )
            if fits and (self.request.resume or self._wanted(interview, journal)):
                return journal, record
            journal.close()
            if fits:
                break
        return None

    def _replay(self, record: JournalRecord) -> Interview:
        """An interview taken up: a quick one stays quick, any other becomes so if that is asked for."""
        quick, fixed = record.quick or self.request.quick, self.request.order == "fixed"
        return replay(self.base, record.given, record.events, fixed=fixed, quick=quick)

    def _wanted(self, interview: Interview, journal: Journal) -> bool:
        asked = wording.offer(interview, time.localtime(journal.path.stat().st_mtime))
        while True:
            text = self.screen.reply(asked, lambda: self._save(journal))
            if text.lower() == "back":
                self.screen.say("There is nothing before this.")
            elif text.lower() == "skip":
                return False
            elif (answer := yes_or_no(text or "yes")) is not None:
                return answer
            else:
                self.screen.say(f"{shown(text)} is neither yes nor no.")

    # Asking

    def _ask(self, name: str) -> None:
        """Ask one question until something comes of it, and write that down."""
        asked, before = wording.question(self.interview, name), self.interview.answers.get(name)
        while True:
            try:
                event = self.interview.event(self.screen.reply(asked, lambda: self._save(self.journal)))
                break
            except BadValue as error:
                self.screen.say(str(error))
        self._record(event)
        if event.kind != "back" and (fact := self.base.vocabulary.facts.get(name)):
            self.screen.say(wording.echo(fact, before, event.answer), 2)
            self.screen.say(wording.so_far(self.interview), 2)
            self._contradictions()

    def _contradictions(self) -> None:
        """Say once, as soon as both answers are there, what cannot, or can hardly, be said together."""
        before, self.said = self.said, self.interview.assessment.contradictions
        for found in self.said:
            if found not in before:
                self.screen.say(wording.contradiction(self.interview, found), 2)

    def _record(self, event: Event) -> None:
        assert self.journal
        self.interview.apply(event)  # first, so that what is rescued holds it
        try:
            self.journal.append(event)
        except SalespathError as error:
            raise Unsaved(error.problems) from None

    # Saving and ending

    def _facts(self) -> str:
        return factfile.text(self.interview.case, self.base.vocabulary)

    def _report(self) -> None:
        text = fitting(versions(self.interview.assessment), self.screen.width, bold=bold)
        click.echo(plain(text, sys.stdout.encoding), nl=False)

    def _save(self, journal: Journal | None) -> bool:
        """Say where the answers are, and write the fact file if one is wanted; whether that worked."""
        if journal:
            self.screen.say("Every answer is saved as soon as you give it, in")
            self.screen.line(f"  {journal.path}")
        if not self.target or not self.interview.answers:
            return True
        try:
            self._write(self.target)
        except SalespathError as error:
            report_problems(error.problems)
            return False
        self.screen.say("and as a fact file in")
        self.screen.line(f"  {self.target.path}")
        return True

    def _write(self, target: factfile.Target) -> None:
        target.write(self._facts())
        assert self.journal
        self.journal.wrote(*target.written)

    def _leave(self) -> int:
        """Stop for now."""
        if not self.journal:
            self.screen.say("Nothing was changed.")
            return 0
        if not self.interview.answers:
            self.journal.remove()
            self.screen.say("Nothing was answered, so nothing is kept.")
            return 0
        worked = self._save(self.journal)
        self.screen.say(f"{number_of(self.interview.answered, 'answer', 'answers')} so far. Go on another time with")
        words = ["salespath", "ask", *([self.request.facts_file] if self.request.facts_file else [])]
        self.screen.line(f"  {shlex.join([*words, '-o', self.target.path] if self.target else words)}")
        return 0 if worked else 1

    def _end_of_input(self) -> int:
        """A pipe has no more lines: the report on what was answered. It can still be resumed."""
        if not self.interview.answers:
            if self.journal:
                self.journal.remove()
            message = "standard input ended before the first answer. Without questions: --answers FILE --no-input."
            raise refusal("SP143", message, None)
        self.screen.say("The input ended here; the questions left count as unknown.")
        return self._finish(done=False)

    def _finish(self, *, done: bool = True) -> int:
        """The report, the fact file, and what can be done with it."""
        assert self.journal
        self.screen.line()
        self._report()
        target = self.target or factfile.Target(str(self.journal.path.with_suffix(".yaml")), force=True)
        try:
            self._write(target)
            if done:
                self._record(Event("done"))
        except SalespathError as error:
            self._rescue(error.problems)
            return 1
        if not self.target:
            with suppress(OSError):
                os.chmod(target.path, 0o600)
        path = shlex.quote(target.path)
        self.screen.line()
        if self.screen.terminal:  # the verdict stands at the top of the report, which may have left the screen
            self.screen.say(f"In short: {headline(self.interview.assessment)}")
        self.screen.line(f"Your answers are saved in {path}")
        self.screen.line(f"To assess them again:  salespath assess {path}")
        if self.interview.left_for_plan or not done:
            more = "All other questions:   " if self.interview.quick else "To answer more:        "
            self.screen.line(f"{more}salespath ask {path}")
        return 0

    def _rescue(self, problems: Iterable[Problem]) -> None:
        """Nothing is lost even where nothing can be written: the answers go to stderr as a fact file."""
        report_problems(problems)
        if self.interview.values:
            click.echo("The answers so far, as a fact file to copy:\n", err=True)
            click.echo(self._facts(), err=True, nl=False)
