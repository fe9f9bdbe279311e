"""Answer questions, one at a time, and get the recommendation with its reasons and plan.

Every answer is saved as it is given; the next `salespath ask` offers to go on with an interview that was stopped, and
`salespath interviews` lists them all. Type ? at any question for help. FACTS_FILE is a fact file whose facts are not asked again.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from salespath.commands.shared.group import say
from salespath.commands.shared.reading import reading_options, with_base
from salespath.commands.shared.serving import opened
from salespath.commands.shared.sitting import Request, given_beforehand, hold
from salespath.engine.base import Base

if TYPE_CHECKING:
    from salespath.workshop.solo import Wanted


@click.command("ask", help=__doc__)
@click.argument("facts_file", required=False)
@click.option("--interview", metavar="NAME", default="", help="Begin the interview of this name, or go on with it.")
@click.option("--company", metavar="NAME", default="", help="The company's name.")
@click.option(
    "--answers", "answers_file", metavar="FILE", help="Take the answers in this fact file; ask only the rest."
)
@click.option("--no-input", is_flag=True, help="Ask nothing: report on what FACTS_FILE, --answers or --interview says.")
@click.option("--quick", is_flag=True, help="Ask at most seven questions, those that tell most by themselves.")
@click.option("--resume", is_flag=True, help="Go on with the latest unfinished interview without asking.")
@click.option("-o", "--output", metavar="FILE.yaml", help="Save the answers as a fact file.")
@click.option("--force", is_flag=True, help="Let -o replace an existing file.")
@click.option(
    "--order",
    type=click.Choice(["telling", "fixed"]),
    default="telling",
    show_default=True,
    help="Ask first what narrows the recommendation most, or in the order of the sheet.",
)
@click.option("--web", is_flag=True, help="Ask on a page in the browser, on this machine alone.")
@reading_options(asks=False)
@with_base
def command(base: Base, web: bool, **options: Any) -> None:
    folders = click.get_current_context().params["folders"]
    request = Request(**options, rules=tuple(map(os.path.abspath, folders)))
    if request.no_input and not (request.facts_file or request.answers_file or request.interview):
        raise click.UsageError("--no-input asks nothing; give the answers with --answers FILE.")
    if request.interview and request.resume:
        raise click.UsageError(
            "--resume goes on with the latest interview, --interview with the one named; give one of them."
        )
    for option, wanted, does in (("--quick", request.quick, "asks"), ("--resume", request.resume, "goes on with")):
        if request.no_input and wanted:
            raise click.UsageError(f"{option} {does} questions; it does not go with --no-input.")
    files = request.facts_file, request.answers_file
    if "-" in files and not (request.no_input and files[0] != files[1]):
        raise click.UsageError("- reads facts from standard input, where answers are typed; add --no-input.")
    if request.output is not None and not request.output.lower().endswith((".yaml", ".yml")):
        raise click.UsageError(f"-o {request.output}: expected a name that ends in .yaml or .yml.")
    if web:
        _serve(base, request)
        return
    sys.exit(hold(base, request))


def _serve(base: Base, request: Request) -> None:
    """Hold the interview on a page."""
    for option, said in (
        ("--no-input", request.no_input),
        ("--interview", request.interview),
        ("--resume", request.resume),
        ("-o", request.output),
    ):
        if said:
            raise click.UsageError(f"{option} is for the terminal; leave it out, or --web.")
    given = given_beforehand(base, request)

    def wanted() -> Wanted:
        from salespath.workshop.solo import Wanted

        return Wanted(given, request.quick, request.order == "fixed", request.rules)

    with opened(base, "127.0.0.1", 0, wanted=wanted) as (app, _, own, serve):
        say(f"Open this in a browser, and stop here with Ctrl-C: {own}/solo?key={app.keys.host}")
        serve()
