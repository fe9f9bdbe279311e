"""An interview held on a terminal or a pipe: asking, saving, resuming, and the report at the end."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

import click

from salespath.commands.shared.delivery import bold, files_read
from salespath.commands.shared.group import INTERRUPTED, report_problems
from salespath.commands.shared.reading import given_money, read_one
from salespath.commands.shared.screen import Quit, Screen, plain
from salespath.engine.assessment import Contradiction
from salespath.engine.base import Base
from salespath.facts import Case
from salespath.facts import fact_file as factfile
from salespath.facts.cases import NAMELESS, merge
from salespath.facts.company_names import folded_name
from salespath.facts.money import Rate, in_own_currency
from salespath.facts.rates import BadRate, Currencies
from salespath.facts.values import BadValue, cell_text
from salespath.files.problems import Problem, SalespathError, refusal, shown
from salespath.interview.answers import yes_or_no
from salespath.interview.interview import Event, Interview, replay
from salespath.interview.kept import Kept, fact_file_of, find, opened, to_read, unfinished_interviews, unknown
from salespath.interview.record import Record
from salespath.interview.store import Store
from salespath.report.formats.text import fitting
from salespath.report.pages import question as wording
from salespath.report.pages.assessment import versions
from salespath.report.pages.question import Asked
from salespath.report.words.phrases import number_of
from salespath.report.words.verdict import headline


@dataclass(frozen=True)
class Request:
    """What the command line asks for: the options of `ask`."""

    facts_file: str | None = None
    answers_file: str | None = None
    company: str = ""
    no_input: bool = False
    quick: bool = False
    resume: bool = False
    output: str | None = None
    force: bool = False
    order: str = "telling"
    interview: str = ""
    rules: tuple[str, ...] = ()


def _in_use(name: str) -> SalespathError:
    message = f"the interview {shown(name)} is open in another window; go on there, or give this one another name."
    return refusal("SP148", message, None)


class Unsaved(SalespathError):
    """An answer could not be written to the disk."""


def hold(base: Base, request: Request, *, correct: bool = False) -> int:
    """Hold an interview and print the report; the exit code. With `correct` it begins with what is to be corrected.

    Raises SalespathError for inputs that cannot be used.
    """
    target = None
    if request.output:
        target = factfile.Target(request.output, request.force, inputs=tuple(files_read()))
        target.check(before=not request.no_input)
    given = given_beforehand(base, request)
    with in_own_currency(given.rate or _rate(given.money)):
        session = _Session(base, request, given, target)
        return session.unattended() if request.no_input else session.attended(correct=correct)


def given_beforehand(base: Base, request: Request) -> Case:
    """What the files and options of the command line say of the company."""
    money = given_money()
    given, file = Case("", money=money), None
    for path in (request.facts_file, request.answers_file):
        if path is not None:
            given = merge(given, read_one(base, path, money))
            file = file or os.path.abspath(path)
    return replace(merge(given, Case(shown(request.company, 200))), file=file)


def _rate(money: Currencies) -> Rate | None:
    """The rate of the currency in which amounts are asked; None for dollars. Raises SalespathError (SP115)."""
    try:
        return money.default
    except BadRate as error:
        raise refusal("SP115", str(error), None) from None


def program() -> str:
    """The program as it can be typed again: its name where the shell finds it, else as it was called now."""
    called = sys.argv[0]
    if os.path.basename(called) == "__main__.py":
        return shlex.join([sys.orig_argv[0], "-m", "salespath"])
    found = shutil.which("salespath")
    with suppress(OSError):
        if not os.path.basename(called).startswith("salespath") or (found and os.path.samefile(found, called)):
            return "salespath"
    return shlex.quote(called)


class _Session:
    """One sitting. `target` is the fact file that is wanted."""

    def __init__(self, base: Base, request: Request, given: Case, target: factfile.Target | None) -> None:
        self.base, self.request, self.given, self.target = base, request, given, target
        self.screen = Screen()
        self.interview = self._replay(Record(given))
        self.store: Store | None = None
        self.kept: Kept | None = None
        self.said: tuple[Contradiction, ...] = ()
        self.reported: Case | None = None  # what the report was last about

    def unattended(self) -> int:
        """The report on what the files, or an interview, say."""
        try:
            if self.request.interview:
                self.store = to_read()
                if not find(self.store, self.request.interview):
                    raise unknown(self.store, self.request.interview)
                self._open()
            self._report()
            if self.target:
                self.target.write(self._facts())
        finally:
            self._close()
        return 0

    def attended(self, *, correct: bool) -> int:
        """The questions, from the first or from where they were left, and the report."""
        try:
            self._open()
            self._contradictions()
            if correct:
                self._edit()
            while True:
                while name := self.interview.question:
                    self._ask(name)
                code = self._finish()
                if code or not self._corrected():
                    break
            if not code and self.reported != self.interview.case:
                self._report()
            return code
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
            self._close()

    def _close(self) -> None:
        if self.kept:
            self.kept.close()
        if self.store:
            self.store.close()

    # Beginning

    def _open(self) -> None:
        """Take up an unfinished interview, or begin one."""
        self.store = store = self.store or opened()
        if self.request.interview:
            resumed = self._named(store, self.request.interview)
        else:
            resumed = self._unfinished(store) if self.screen.terminal or self.request.resume else None
        if self.request.resume and not resumed:
            raise refusal("SP142", f"there is no unfinished interview to resume; begin one with {program()} ask.", None)
        if resumed:
            self.kept, record = resumed
            report_problems(self.kept.report(record, self.base.vocabulary))
            self.interview = self._replay(replace(record, given=merge(record.given, self.given)))
            for name in self.interview.answers:
                self._remember(name)
            if self.target:
                self.target.written = record.written
                self.target.check()
            if self.request.no_input:
                return
            if self.given.values or self.given.company or self.interview.quick != record.quick:
                self._start()
            self.screen.say(wording.resumption(self.interview))
            return
        if self.target:
            self.target.check()
        try:
            self.kept = Kept.create(store, self.request.interview)
        except FileExistsError:  # another window was quicker
            raise _in_use(self.request.interview) from None
        try:
            self._start()
        except SalespathError:
            with suppress(SalespathError):  # which would say the same once more
                self.kept.remove()
            raise
        self.screen.show(*wording.introduction(self.interview))

    def _start(self) -> None:
        assert self.kept
        self.kept.start(self.interview.given, quick=self.interview.quick, rules=self.request.rules)

    def _named(self, store: Store, name: str) -> tuple[Kept, Record] | None:
        """The interview of a name, if there is one. Raises SalespathError where it is open elsewhere (SP148), or belongs to
        another company, file or rules (SP149), and is not wanted all the same.
        """
        stream = find(store, name)
        if not stream:
            return None
        try:
            kept = Kept.take_up(store, stream)
        except BlockingIOError:
            raise _in_use(name) from None
        try:
            record = kept.record(self.base.vocabulary)
            differs = self._differs(record) if record.begun else ""
            if differs and (not self.screen.terminal or self.request.no_input):
                message = f"the interview {shown(name)} {differs}. Give what belongs to it, or another name."
                raise refusal("SP149", message, None)
            if differs and not self._yes(wording.other_interview(name, differs), kept):
                message = f"the interview {shown(name)} is left as it is; choose another name."
                raise refusal("SP149", message, None)
        except BaseException:
            kept.close()
            raise
        return kept, record

    def _differs(self, record: Record) -> str:
        """In what an interview belongs to something else than was given on the command line; nothing where it does not."""
        company = self._replay(record).case.company
        if self.given.file and self.given.file != record.given.file:
            file = record.given.file
            return f"was begun {f'with {shown(file, 300)}' if file else 'without a file'}"
        if self.request.company and folded_name(self.request.company) != folded_name(company) and company != NAMELESS:
            return f"is about {shown(company)}"
        if self.request.rules != record.rules:
            folders = shown(", ".join(record.rules), 300)
            return f"was begun {f'with the rules of {folders}' if folders else 'with the built-in rules alone'}"
        return ""

    def _unfinished(self, store: Store) -> tuple[Kept, Record] | None:
        """The latest unfinished interview that fits what was given on the command line, if it is wanted."""
        for kept, record, changed in unfinished_interviews(store, self.base.vocabulary):
            interview = self._replay(record)
            fits = self.given.file in (None, record.given.file) and (
                not self.request.company or self.given.company == interview.case.company
            )
            fits = fits and record.rules == self.request.rules
            when = time.localtime(changed)
            if fits and (self.request.resume or self._yes(wording.offer(interview, kept.name, when), kept)):
                return kept, record
            kept.close()
            if fits:
                break
        return None

    def _replay(self, record: Record) -> Interview:
        """An interview taken up: a quick one stays quick, any other becomes so if that is asked for."""
        quick, fixed = record.quick or self.request.quick, self.request.order == "fixed"
        return replay(self.base, record.given, record.events, fixed=fixed, quick=quick)

    def _yes(self, asked: Asked, kept: Kept) -> bool:
        """Whether an interview that is there already is wanted; Enter is what `asked` says it is, yes where it is silent."""
        while True:
            text = self.screen.reply(asked, {"save": lambda: self._save(kept)})
            if text.lower() in ("back", "edit", "report"):
                self.screen.say("There is nothing before this." if text.lower() == "back" else "Answer this first.")
            elif text.lower() == "skip":
                return False
            elif (answer := yes_or_no(text or asked.earlier or "yes")) is not None:
                return answer
            else:
                self.screen.say(f"{shown(text)} is neither yes nor no.")

    # Asking

    def _reply(self, asked: Asked) -> str:
        """What is typed at a question of the interview."""
        return self.screen.reply(asked, {"save": lambda: self._save(self.kept), "report": self._report_so_far})

    def _report_so_far(self) -> None:
        self.screen.line()
        self.screen.put(self._page().rstrip("\n"))

    def _ask(self, name: str, *, again: bool = False) -> None:
        """Ask one question until something comes of it, and write that down; `again` to correct the answer."""
        asked, before = wording.question(self.interview, name, again=again), self.interview.answer(name)
        while True:
            text = self._reply(asked)
            if text.lower() == "edit":
                return self._edit()
            if again and text.lower() == "back":
                return None
            try:
                event = self.interview.event(text, name)
                break
            except BadValue as error:
                self.screen.say(str(error))
        self._record(event)
        if event.kind != "back":
            self._remember(name)
            if fact := self.base.vocabulary.facts.get(name):
                self.screen.say(wording.echo(fact, before, event.answer), 2)
                self.screen.say(wording.so_far(self.interview), 2)
            self._contradictions()
        return None

    def _edit(self) -> None:
        """List the answers, and ask one of the questions again."""
        names = self.interview.correctable
        if not names:
            return self.screen.say("Nothing is answered yet.")
        asked = wording.which(self.interview, names)
        while (text := self._reply(asked)).lower() not in ("", "skip", "back", "none", "edit"):
            number = text.lstrip("#").rstrip(".)")
            if number.isdecimal() and 1 <= int(number) <= len(names):
                return self._ask(names[int(number) - 1], again=True)
            self.screen.say(f"{shown(text)} is not one of the numbers.")
        return None

    def _corrected(self) -> bool:
        """At the end: whether an answer is corrected. Without a terminal nobody is there to do so."""
        if not self.screen.terminal:
            return False
        asked = wording.content()
        try:
            while (text := self._reply(asked).lower()) != "edit":
                if text in ("", "no", "n", "skip"):
                    return False
                self.screen.say("Type edit to change an answer, or Enter to end.")
        except (Quit, EOFError):
            return False
        self._edit()
        return True

    def _remember(self, name: str) -> None:
        """Let the arrow keys lead back to the answer to a question."""
        if answer := self.interview.answer(name):
            fact = self.base.vocabulary.facts.get(name)
            self.screen.remember(cell_text(fact, answer.value) if fact else str(answer.value))

    def _contradictions(self) -> None:
        """Say once, as soon as both answers are there, what cannot, or can hardly, be said together."""
        before, self.said = self.said, self.interview.assessment.contradictions
        for found in self.said:
            if found not in before:
                self.screen.say(wording.contradiction(self.interview, found), 2)

    def _record(self, event: Event) -> None:
        assert self.kept
        self.interview.apply(event)  # first, so that what is rescued holds it
        try:
            self.kept.append(event)
        except SalespathError as error:
            raise Unsaved(error.problems) from None

    # Saving and ending

    def _facts(self) -> str:
        return factfile.text(self.interview.case, self.base.vocabulary)

    def _page(self) -> str:
        return plain(fitting(versions(self.interview.assessment), self.screen.width, bold=bold), sys.stdout.encoding)

    def _report(self) -> None:
        click.echo(self._page(), nl=False)
        self.reported = self.interview.case

    def _save(self, kept: Kept | None) -> bool:
        """Say where the answers are, and write the fact file if one is wanted; whether that worked."""
        if kept:
            self.screen.say("Every answer is saved as soon as you give it, in")
            self.screen.line(f"  {kept.store.path}")
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
        assert self.kept
        self.kept.wrote(*target.written)

    def _leave(self) -> int:
        """Stop for now."""
        if not self.kept:
            self.screen.say("Nothing was changed.")
            return 0
        if not self.interview.answers:
            self.kept.remove()
            self.screen.say("Nothing was answered, so nothing is kept.")
            return 0
        worked = self._save(self.kept)
        self.screen.say(f"{number_of(self.interview.answered, 'answer', 'answers')} so far. Go on another time with")
        self.screen.line(f"  {self._command()}")
        return 0 if worked else 1

    def _command(self) -> str:
        """The command that opens this interview and no other."""
        assert self.kept
        return self._typed("ask", "--interview", self.kept.name, *(["-o", self.target.path] if self.target else []))

    def _typed(self, *words: str) -> str:
        """A command as it can be typed again, with the rules of this one."""
        rules = [word for folder in self.request.rules for word in ("--rules", folder)]
        return f"{program()} {shlex.join([*words, *rules])}"

    def _end_of_input(self) -> int:
        """A pipe has no more lines: the report on what was answered. It can still be resumed."""
        if not self.interview.answers:
            if self.kept:
                self.kept.remove()
            message = "standard input ended before the first answer. Without questions: --answers FILE --no-input."
            raise refusal("SP143", message, None)
        self.screen.say("The input ended here; the questions left count as unknown.")
        return self._finish(done=False)

    def _finish(self, *, done: bool = True) -> int:
        """The report, the fact file, and what can be done with it."""
        assert self.kept
        if not (self.reported or self.screen.aside):  # after a correction it comes once more, at the very end
            self.screen.line()
            self._report()
        target = self.target or factfile.Target(str(fact_file_of(self.kept.name)), force=True)
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
        self.screen.line()
        if self.screen.terminal:  # the verdict stands at the top of the report, which may have left the screen
            self.screen.say(f"In short: {headline(self.interview.assessment)}")
        self.screen.line(f"Your answers are saved in {shlex.quote(target.path)}")
        self.screen.line(f"The whole report:      {self._typed('assess', target.path, '--full')}")
        if self.interview.left_for_plan or not done:
            more = "All other questions:   " if self.interview.quick else "To answer more:        "
            self.screen.line(f"{more}{self._typed('ask', target.path)}")
        self.screen.line(f"To correct an answer:  {self._command()}")
        return 0

    def _rescue(self, problems: Iterable[Problem]) -> None:
        """Nothing is lost even where nothing can be written: the answers go to stderr as a fact file."""
        report_problems(problems)
        if self.interview.values:
            click.echo("The answers so far, as a fact file to copy:\n", err=True)
            click.echo(self._facts(), err=True, nl=False)
