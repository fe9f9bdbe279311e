"""The two files of a form: a workbook (XlsxWriter) and a fact file. No text in them can become a formula, a link or markup."""

from __future__ import annotations

import textwrap
from io import BytesIO
from typing import Any

from salespath.facts import Fact, Value, Vocabulary
from salespath.facts.fact_file import fact_text, quoted
from salespath.facts.money import USD
from salespath.facts.rates import CURRENCY
from salespath.facts.values import HOW, Range, cell_text, readable, words
from salespath.files.problems import shown
from salespath.files.visible import visible
from salespath.tables.forms import AMOUNTS, COLUMNS, FORM, HOW_KNOWN, TITLE, BlankForm
from salespath.tables.spreadsheet import new_workbook

_FIRST = "correct what is wrong, and send the file back. The first questions matter most."
_UNKNOWN = "what you do not know: it counts as unknown, never as no or zero. Rough answers do: about 70k, 5 to 10."
_KEEP = "this tells whose form it is; leave it as it stands"
_SHEET, _HIDDEN = "Questions", "salespath"
_WIDTHS = {"#": 4, "Question": 40, "Answer": 24, "In": 16, HOW_KNOWN: 13, "Help": 52, "Why it is asked": 52, "Fact": 20}
_LINE = 15  # points of a line of text
_FORMATS = {"money": "#,##0.##", "share": "0.0##%", "integer": "#,##0", "number": "#,##0.###"}
_MESSAGE, _CAPTION = 255, 32  # characters that Excel shows beside a cell
_WIDE = 112


def workbook(form: BlankForm) -> bytes:
    """The form as a workbook. Raises SalespathError (SP128) without XlsxWriter."""
    file = BytesIO()
    with new_workbook(file, in_memory=True) as book:
        _write(book, form)
    return file.getvalue()


def _write(book: Any, form: BlankForm) -> None:
    sheet, hidden = book.add_worksheet(_SHEET), book.add_worksheet(_HIDDEN)
    hidden.hide()
    hidden.write_string(0, 0, form.mark)
    look: dict[str, Any] = {"text_wrap": True, "valign": "top"}
    small = {"font_color": "#767676", "font_size": 8}
    strong, plain, faint = (book.add_format(look | more) for more in ({"bold": True}, {}, small))
    head = book.add_format(look | {"bold": True, "bg_color": "#DDE6EE", "bottom": 1})
    grey = book.add_format(look | {"bg_color": "#F2F2F2", "border": 1, "border_color": "#BFBFBF"})
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS[name], plain, {"hidden": name == COLUMNS[-1]})
    title = book.add_format({"bold": True, "font_size": 14})
    line = book.add_format({})
    sheet.write_string(0, 0, f"{TITLE}{shown(form.case.company, 200)}", title)
    about = [
        f"Fill in the column Answer, {_FIRST}",
        f"Leave empty {_UNKNOWN}",
        f"{AMOUNTS}{form.case.currency or USD}.",
    ]
    for row, text in enumerate(about, 1):
        sheet.write_string(row, 0, text, line)
    sheet.write_string(len(about) + 1, 0, f"{form.mark} ({_KEEP})", book.add_format(small))
    top = len(about) + 2
    for column, name in enumerate(COLUMNS):
        sheet.write_string(top, column, name, head)
    open_ = look | {"locked": False, "border": 1, "border_color": "#7F7F7F", "quote_prefix": True}
    free = {
        kind: book.add_format(open_ | {"quote_prefix": False, "num_format": code}) for kind, code in _FORMATS.items()
    }
    text_format = book.add_format(open_ | {"num_format": "General"})
    for number, item in enumerate(form.lines, 1):
        row, fact = top + number, item.fact
        texts = (fact.question, 34), (item.unit, 15), (item.help, 56), (item.why, 56)
        sheet.set_row(row, _LINE * max(_lines(*text) for text in texts) + 4)
        sheet.write_number(row, 0, number, grey)
        for column, text, style in (
            (1, fact.question, strong),
            (3, item.unit, plain),
            (5, item.help, plain),
            (6, item.why, plain),
            (7, fact.id, faint),
        ):
            sheet.write_string(row, column, text, style)
        _answer(sheet, row, 2, fact, form.known(fact), free.get(fact.type, text_format), text_format)
        _pick(sheet, hidden, number, row, 2, fact, item.help)
        sheet.write_string(row, 4, form.case.how.get(fact.id, ""), text_format)
        sheet.data_validation(row, 4, row, 4, {"validate": "list", "source": list(HOW)})
    sheet.freeze_panes(top + 1, 2)
    sheet.protect("", {"format_columns": True, "format_rows": True, "select_locked_cells": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.activate()


def _lines(text: str, width: int) -> int:
    """How many lines a text takes: LibreOffice fits no row to what it holds when it opens a file."""
    return len(textwrap.wrap(text, width)) or 1


def _answer(sheet: Any, row: int, column: int, fact: Fact, value: Value | None, style: Any, as_text: Any) -> None:
    """What is known, as it is read back."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif fact.numeric and isinstance(value, (int, float)) and not isinstance(value, bool):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, Range) or fact.type == "date":
        sheet.write_string(row, column, cell_text(fact, value), as_text)
    else:
        sheet.write_string(row, column, words(fact, value), as_text)


def _pick(sheet: Any, hidden: Any, number: int, row: int, column: int, fact: Fact, help: str) -> None:
    """What can be picked in a cell, and the help that shows beside it."""
    shown_beside = {"input_title": shown(fact.label, _CAPTION), "input_message": shown(help, _MESSAGE)}
    options = ["yes", "no"] if fact.type == "boolean" else list(map(readable, fact.values))
    if fact.type not in ("boolean", "choice"):
        sheet.data_validation(row, column, row, column, {"validate": "any", **shown_beside})
        return
    for place, option in enumerate(options, 1):  # a list in the cell itself may be 255 characters long at most
        hidden.write_string(place, number, option)
    from xlsxwriter.utility import xl_range_abs  # an extra

    source = f"={_HIDDEN}!{xl_range_abs(1, number, len(options), number)}"
    sheet.data_validation(
        row,
        column,
        row,
        column,
        {
            "validate": "list",
            "source": source,
            "error_title": "Not one of the choices",
            "error_message": "Pick one of the list, or leave the cell empty.",
            **shown_beside,
        },
    )


def fact_file(form: BlankForm, vocabulary: Vocabulary) -> str:
    """The form as a fact file."""
    case = form.case
    lines = [
        f"# {TITLE}{shown(case.company, 100)}",
        f"# Fill in what you know after each colon, {_FIRST}",
        f"# Leave empty {_UNKNOWN}",
        "# A value may say how it is known: {value: 70000, how: guessed}   (measured, estimated or guessed)",
        f"{FORM}: {form.mark}  # {_KEEP}",
        f"company: {quoted(case.company)}",
        f"{CURRENCY}: {case.currency or USD}",
        "facts:",
    ]
    for number, item in enumerate(form.lines, 1):
        lines.append("")
        for text in (f"{number}. {item.fact.question} ({item.unit})", item.help, f"Why: {item.why}"):
            lines += textwrap.wrap(visible(text), _WIDE, initial_indent="  # ", subsequent_indent="  #   ")
        known = item.fact.id in case.values
        lines.append(f"  {item.fact.id}:{f' {fact_text(case, vocabulary, item.fact.id)}' if known else ''}")
    return "\n".join(lines) + "\n"
