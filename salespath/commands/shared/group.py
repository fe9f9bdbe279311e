"""Groups of commands that are the files of a folder.

`assess` stands in `assess.py` under the name `command`; the docstring of the file is its help.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click


class Folder(click.Group):
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
