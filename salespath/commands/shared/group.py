"""Groups of commands that are the files of a folder, and what any of them says of its input.

`assess` stands in `assess.py` under the name `command`; a folder inside is a group of its own. The docstring of either is its
help. Problems with the input end any of them with messages on stderr and exit code 1.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, NoReturn

import click

from salespath.commands.shared.tally import Tally
from salespath.files.output import give_up_unwritten
from salespath.files.problems import Problem, SalespathError, has_error, in_order
from salespath.files.visible import visible, visible_lines

FAILED = "salespath.failed"  # in a command's context: whether an error was reported, so that it ends with exit code 1
TALLY = "salespath.tally"  # in the same place: the problems reported so far, counted
INTERRUPTED = 130  # what a shell reports of a command stopped by Ctrl-C


def say(text: str, *, err: bool = False) -> None:
    """Write lines to standard output, or to stderr, nothing hidden in them."""
    click.echo(visible_lines(text), err=err)


def report_problems(problems: Iterable[Problem]) -> None:
    """Write problems to stderr, one a line, in order of their place. After an error the command ends with exit code 1.

    After the first twenty those of one column and cause are counted; `report_rest` says the counts.
    """
    found = in_order(problems)
    meta = click.get_current_context().meta
    tally: Tally = meta.setdefault(TALLY, Tally())
    for problem in found:
        if tally.is_told(problem):
            say(str(problem), err=True)
    if has_error(found):
        meta[FAILED] = True


def report_rest() -> None:
    """Write what was counted of the problems so far, at the latest when a command ends."""
    for problem in click.get_current_context().meta.get(TALLY, Tally()).rest():
        say(str(problem), err=True)


class Reporting(click.Command):
    """A command that says on stderr what is wrong with its input, and ends with exit code 1 where that is an error.

    Whoever stops it with Ctrl-C gets 130; where nobody reads its output any more, it ends as such a program does.
    """

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line."""
        try:
            with _named_visibly():
                return super().make_context(*args, **kwargs)
        except BrokenPipeError:
            raise
        except OSError as error:  # --help on a full disk
            say(str(_cannot_write(error)), err=True)
            _fail()

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            with _named_visibly():
                super().invoke(ctx)
        except SalespathError as error:
            report_problems(error.problems)
        except KeyboardInterrupt:
            click.echo(err=True)  # after the ^C that the terminal shows
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            _end_unheard()
        except OSError as error:  # a full disk, for one; inputs and files report their own
            report_problems([_cannot_write(error)])
        report_rest()
        if ctx.meta.get(FAILED):
            _fail()


def _cannot_write(error: OSError) -> Problem:
    return Problem("SP140", f"cannot write the output: {error.strerror}.")


def _fail() -> NoReturn:
    give_up_unwritten()
    sys.exit(1)


@contextmanager
def _named_visibly() -> Iterator[None]:
    """What is wrong with the command line is said with nothing hidden in it, either."""
    try:
        yield
    except click.ClickException as error:
        object.__setattr__(error, "message", visible(error.message))
        raise


def _end_unheard() -> None:
    """End as a program does that nobody listens to, once it has cleared away what it was writing."""
    if os.name == "posix":
        import signal

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
    os._exit(1)  # what is not written yet has no reader


class Folder(Reporting, click.Group):
    """The commands of a package of commands, each imported when it is named; of the others only the first line is read.

    `alone` is the one that is meant where none is named.
    """

    def __init__(self, *args: Any, package: str, alone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package, self._alone = package, alone

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take what is said without a command as said to the one that is meant then."""
        options = not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names)
        return super().parse_args(ctx, [self._alone, *args] if self._alone and options else args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in alphabetical order."""
        return sorted({module.name for module in iter_modules(import_module(self._package).__path__)} - {"shared"})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{self._package}.{cmd_name}")
        if hasattr(module, "__path__"):
            alone = getattr(module, "ALONE", "")
            return Folder(cmd_name, package=module.__name__, alone=alone, help=module.__doc__)
        found: click.Command = module.command
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What `--help` says of the commands, without importing one."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, click.Command(name, help=self._first_line(name)).get_short_help_str(limit)) for name in names]
            )

    def _first_line(self, name: str) -> str:
        spec = find_spec(f"{self._package}.{name}")
        assert spec
        with open(str(spec.origin), encoding="utf-8") as lines:
            return next(lines).strip().strip('"')
