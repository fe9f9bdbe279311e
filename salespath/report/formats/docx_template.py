"""A handout in a firm's own Word template, by docxtpl (an extra).

A template names what the handout says (`{{ company }}`, `{% for move in moves %}`), and the whole of it as `{{p handout }}`. It is
somebody's program, so it runs in a process of its own, bounded in memory and time, in jinja's sandbox; what it names is text, which
nothing takes for markup or for a template again.
"""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

from salespath.files.problems import SalespathError, refusal, shown, suggestion
from salespath.files.source import open_file
from salespath.files.visible import visible
from salespath.report.firm import Firm
from salespath.report.formats import docx as word
from salespath.report.page import Page, seen

LARGEST, UNPACKED, PARTS = 10 * 2**20, 100 * 2**20, 2000  # bytes, and files, of a template
MEMORY, SECONDS = 2**30, 10  # of the process that fills it in
MOST = 50 * 2**20  # bytes of a document
_BAD, _TOO_MUCH = 3, 4  # exit codes


def ready() -> None:
    """Raises SalespathError (SP188) where what fills a template in is not installed."""
    word.ready()
    try:
        import docxtpl  # noqa: F401 (an extra)
    except ImportError:
        what = "a Word template is filled in with docxtpl, which is not installed: `pip install 'salespath[docx]'`."
        raise refusal("SP188", what, None) from None


def read_template(path: str) -> bytes:
    """A template, its size and parts looked at. Raises SalespathError (SP199)."""
    with open_file(path) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise refusal("SP199", f"the template has more than {LARGEST // 2**20} MB.", path)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            wrong = "word/document.xml" not in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        wrong, entries = True, []
    if wrong:
        raise refusal("SP199", "this is no Word document (.docx); expected a template made with Word.", path)
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names) or len(names) > PARTS or sum(entry.file_size for entry in entries) > UNPACKED:
        what = (
            f"the template is larger than {UNPACKED // 2**20} MB unpacked, has more than {PARTS} parts, or one twice."
        )
        raise refusal("SP199", what, path)
    return data


def fill(path: str, record: Mapping[str, Any], pages: Sequence[Page], firm: Firm | None = None) -> bytes:
    """The template with what the handout says in it.

    Raises SalespathError: SP188 without docxtpl, SP199 for a template that cannot be used, SP200 for one that takes too much.
    """
    ready()
    template, some = read_template(path), tuple(map(seen, pages))
    said = _visible({**record, "firm": {"name": firm.name if firm else "", "contact": firm.contact if firm else ""}})
    job = pickle.dumps((template, said, some, word.drawn(some)))
    command = [sys.executable, "-P", "-m", __name__]
    try:
        done = subprocess.run(command, input=job, capture_output=True, timeout=18 * SECONDS)
    except subprocess.TimeoutExpired:
        raise _too_much(path) from None
    if done.returncode == _BAD:
        found = json.loads(done.stderr.decode("utf-8", "replace").splitlines()[-1])
        raise SalespathError([_problem(path, found, said)])
    if done.returncode != 0 or not 0 < len(done.stdout) <= MOST:
        raise _too_much(path)
    return done.stdout


def _too_much(path: str) -> SalespathError:
    what = f"the template takes more than {MEMORY // 2**20} MB or {SECONDS} seconds to fill in; nothing is written."
    return refusal("SP200", what, path)


def _problem(path: str, found: Mapping[str, str], said: Mapping[str, Any]) -> Any:
    name = found.get("name", "")
    hint = suggestion(name, [*said, "handout"]) if name else ""
    (problem,) = refusal(
        "SP199", f"the template cannot be filled in: {shown(found['what'], 300)}.{hint}", path
    ).problems
    return problem


def _visible(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {key: _visible(item) for key, item in value.items()}
    return [_visible(item) for item in value] if isinstance(value, list) else value


# The process that fills it in


class _Whole:
    """The handout as what it is in the document, which says nothing else of itself."""

    __slots__ = ("_made",)

    def __init__(self, made: str) -> None:
        self._made = made.replace("{", "&#123;").replace("}", "&#125;")  # docxtpl takes some for its own

    def __html__(self) -> str:
        return self._made


def _environment(*, escape: bool) -> Any:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment
    from markupsafe import Markup
    from markupsafe import escape as escaped

    def text(value: Any) -> Any:
        if hasattr(value, "__html__") and not isinstance(value, Markup):
            return value
        # A brace that docxtpl would take for one of its own, were it there as a letter.
        return Markup(str(escaped(value)).replace("{", "&#123;").replace("}", "&#125;"))

    how: dict[str, Any] = {"finalize": text} if escape else {}
    return ImmutableSandboxedEnvironment(autoescape=escape, undefined=jinja2.StrictUndefined, **how)


def _filled(template: bytes, said: dict[str, Any], pages: Sequence[Page], charts: Sequence[word.Picture]) -> bytes:
    import docx
    from docxtpl import DocxTemplate
    from lxml import etree

    class Template(DocxTemplate):  # type: ignore[misc]
        def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
            """Properties are texts, in which nothing is escaped."""
            super().render_properties({**context, "handout": ""}, _environment(escape=False))

    made = Template(io.BytesIO(template))
    made.init_docx()
    inside = docx.Document()
    inside._part = made.docx._part  # its styles, lists and pictures are those of the template
    word.Writer(inside, charts, word.room(made.docx)).pages(pages)
    body = "".join(
        etree.tostring(element, encoding="unicode")
        for element in inside.element.body
        if not str(element.tag).endswith("}sectPr")
    )
    made.render({**said, "handout": _Whole(body)}, jinja_env=_environment(escape=True))
    return word.saved(made.save)


def _bound() -> None:
    """Bound what this process may take, where the system can do so."""
    try:
        import resource
    except ImportError:  # Windows, where the time is bounded only
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, MOST))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _main() -> None:
    _bound()
    job = pickle.loads(sys.stdin.buffer.read())  # from the process that began this one
    import jinja2
    from jinja2.exceptions import SecurityError

    try:
        made = _filled(*job)
    except (MemoryError, RecursionError, OverflowError):
        sys.exit(_TOO_MUCH)
    except jinja2.UndefinedError as error:
        _give_up(str(error), str(error).split("'")[1] if str(error).startswith("'") else "")
    except SecurityError as error:
        _give_up(f"it does what no template may ({error})")
    except jinja2.TemplateError as error:
        _give_up(str(error))
    except Exception as error:  # whatever else is in somebody's file: its XML, its arithmetic
        _give_up(f"{type(error).__name__}, {error}")
    else:
        sys.stdout.buffer.write(made)
        sys.stdout.buffer.flush()


def _give_up(what: str, name: str = "") -> None:
    print(json.dumps({"what": what.rstrip("."), "name": name}), file=sys.stderr)
    sys.exit(_BAD)


if __name__ == "__main__":
    _main()
