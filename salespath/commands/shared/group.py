"""Groups of commands that are the files of a folder.

`assess` stands in `assess.py` under the name `command`; the docstring of the file is its help. Problems with the input end any of
them with messages on stderr and exit code 1.
"""

from __future__ import annotations

import errno
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click


class Reporting(click.Command):
    """A command that says on stderr what is wrong with its input, and ends with exit code 1 where that is an error."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        from salespath.commands.shared.messages import FAILED, report_problems  # `--help` does without
        from salespath.files.problems import Problem, SalespathError

        try:
            super().invoke(ctx)
        except SalespathError as error:
            report_problems(error.problems)
            sys.exit(1)
        except OSError as error:  # a full disk, for one; inputs and files report their own
            if error.errno == errno.EPIPE:
                raise
            report_problems([Problem("SP140", f"cannot write the output: {error.strerror}.")])
        if ctx.meta.get(FAILED):
            sys.exit(1)


class Folder(Reporting, click.Group):
    """The commands of a package of commands, each imported when it is named; of the others only the first line is read."""

    def __init__(self, *args: Any, package: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._package = package
        self._folder = Path(str(import_module(package).__file__)).parent

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in alphabetical order."""
        inside = (path for path in self._folder.iterdir() if path.name[0] != "_" and path.name != "shared")
        return sorted(path.stem for path in inside if path.is_dir() or path.suffix == ".py")

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"{self._package}.{cmd_name}").command
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
        file = self._folder / f"{name}.py"
        with open(file if file.exists() else self._folder / name / "__init__.py", encoding="utf-8") as lines:
            return next(lines).strip().strip('"')
