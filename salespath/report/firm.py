"""Whose name is on a document: a firm's name, logo, colour and contact line, from a YAML file of its own.

It is checked like every input: all that is wrong is said at once, a logo is looked into before anything draws it, and what a logo
in SVG could load or run is refused.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from salespath.files.nodes import Mapping, Scalar, read, repeated_keys
from salespath.files.problems import WARNING, Problem, SalespathError, refusal, shown, suggestion
from salespath.files.source import open_file
from salespath.files.visible import visible

KEYS = ("name", "logo", "colour", "contact")
INK = "#1c1c1c"
LARGEST = 512 * 1024  # bytes of a logo
_LONGEST = {"name": 80, "contact": 160}  # characters, so that each is a line
_SIDE = 4000  # pixels
_ELEMENTS, _DEEPEST = 5000, 60
_LEGIBLE = 4.5  # the least contrast of text (WCAG 2, AA)
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_DRAWN = frozenset({
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "linearGradient", "radialGradient",
    "stop", "clipPath", "title", "desc", "text", "tspan", "style", "metadata",
})  # fmt: skip
_SVG, _XHTML = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class Firm:
    """A firm: its name, its colour (#rrggbb), the line that says how to reach it, and its logo, with what kind of file that is."""

    name: str
    colour: str = INK
    contact: str = ""
    logo: bytes = b""
    kind: Literal["", "png", "svg"] = ""

    def __post_init__(self) -> None:
        for key in ("name", "contact"):  # nothing is hidden in them, and each is a line
            object.__setattr__(self, key, visible(" ".join(getattr(self, key).split())))

    @property
    def ink(self) -> str:
        """The colour of letters: the firm's, where it can be read on white."""
        return self.colour if contrast(self.colour) >= _LEGIBLE else INK


def contrast(colour: str) -> float:
    """The contrast of a colour (#rrggbb) against white, 1 to 21, as WCAG 2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear)) + 0.05)


def read_firm(path: str) -> tuple[Firm, tuple[Problem, ...]]:
    """The firm of a file, and what is to be said of it. Raises SalespathError with all that is wrong (SP196, SP197)."""
    node = read(path)
    if not isinstance(node, Mapping):
        raise refusal("SP196", f"expected the keys {', '.join(KEYS)}; found no keys.", path, node.line)
    wrong = list(repeated_keys(node, path))
    said: dict[str, Scalar] = {}
    for key, value in node.items:
        if key.text not in KEYS:
            what = f"{shown(key.text)} is no key of a firm file; there are {', '.join(KEYS)}."
            also = {"color": "colour", "company": "name", "firm": "name"}
            wrong.append(Problem("SP196", what + suggestion(key.text, KEYS, also=also), file=path, line=key.line))
        elif not isinstance(value, Scalar):
            wrong.append(Problem("SP196", f"{key.text}: expected a text.", file=path, line=value.line))
        elif not value.empty:
            said[key.text] = value
    wrong += _check(said, path, node.line)
    logo, kind = b"", ""
    if "logo" in said:
        try:
            logo, kind = _logo(said["logo"], path)
        except SalespathError as error:
            wrong += error.problems
    if wrong:
        raise SalespathError(wrong)
    texts = {key: value.text for key, value in said.items()}
    colour = texts.get("colour", INK).lower()
    firm = Firm(texts["name"], colour, texts.get("contact", ""), logo, kind)  # type: ignore[arg-type]
    if firm.ink != colour:
        what = (
            f"colour {colour} has a contrast of {contrast(colour):.1f} against white, less than {_LEGIBLE}: letters stay dark, "
            "and the colour is used for lines only."
        )
        return firm, (Problem("SP198", what, WARNING, file=path, line=said["colour"].line, value=colour),)
    return firm, ()


def _check(said: dict[str, Scalar], path: str, line: int) -> Iterator[Problem]:
    if "name" not in said:
        yield Problem("SP196", "name: the firm's name is missing.", file=path, line=line)
    for key, most in _LONGEST.items():
        if key in said and len(said[key].text) > most:
            what = f"{key}: {len(said[key].text)} characters; at most {most} fit on a line."
            yield Problem("SP196", what, file=path, line=said[key].line)
    if "colour" in said and not _COLOUR.fullmatch(said["colour"].text):
        what = f'colour: {shown(said["colour"].text)} is no colour; expected six digits in quotes, such as "#1a4f8b".'
        yield Problem("SP196", what, file=path, line=said["colour"].line, value=said["colour"].text)


def _logo(given: Scalar, path: str) -> tuple[bytes, str]:
    """The logo that a firm file names, which stands in the file's folder or below. Raises SalespathError (SP197)."""

    def no(what: str) -> SalespathError:
        return refusal("SP197", f"logo {shown(given.text)}: {what}", path, given.line)

    folder = Path(path).resolve().parent
    try:
        place = (folder / given.text).resolve()
    except (OSError, ValueError, RuntimeError):
        raise no("this is no path.") from None
    if Path(given.text).is_absolute() or not place.is_relative_to(folder):
        raise no("expected a path below the folder of the firm file.")
    with open_file(str(place)) as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise no(f"more than {LARGEST // 1024} KB; make it smaller.")
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        if wrong := _png(data):
            raise no(wrong)
        return data, "png"
    if b"<svg" in data[:4096]:
        if wrong := _svg(data):
            raise no(wrong)
        return data, "svg"
    raise no("neither PNG nor SVG; expected one of these.")


def _png(data: bytes) -> str:
    """What is wrong with a PNG, or nothing: its parts, their sums, and whether the pixels are all there."""
    at, parts = 8, list[tuple[bytes, bytes]]()
    while at + 12 <= len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        body, end = data[at + 8 : at + 8 + size], at + 12 + size
        if end > len(data) or zlib.crc32(name + body) != int.from_bytes(data[end - 4 : end], "big"):
            return "the PNG is damaged."
        parts.append((name, body))
        at = end
    if not parts or parts[0][0] != b"IHDR" or len(parts[0][1]) != 13 or parts[-1][0] != b"IEND":
        return "the PNG is damaged."
    wide, high, depth, colours, *_, laced = struct.unpack(">IIBBBBB", parts[0][1])
    if not (0 < wide <= _SIDE and 0 < high <= _SIDE):
        return f"{wide} by {high} pixels; at most {_SIDE} by {_SIDE}."
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}.get(colours)
    if not channels or depth not in (1, 2, 4, 8, 16) or (colours == 3 and b"PLTE" not in dict(parts)) or laced:
        return "a kind of PNG that not every program reads; save it anew, not interlaced."
    rows = high * (1 + (wide * channels * depth + 7) // 8)
    try:
        pixels = zlib.decompressobj().decompress(b"".join(body for name, body in parts if name == b"IDAT"), rows + 1)
    except zlib.error:
        return "the PNG is damaged."
    return "" if len(pixels) == rows else "the PNG is damaged."


def _svg(data: bytes) -> str:
    """What is wrong with an SVG, or nothing: it draws shapes and letters, and neither runs nor loads anything."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "the SVG is not UTF-8."
    if "<!" in re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL) or "<?" in re.sub(r"^\s*<\?xml [^>]*\?>", "", text):
        return "the SVG has a document type, CDATA or an instruction; save it as plain SVG."
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        return "the SVG is not well formed."
    if root.tag != f"{{{_SVG}}}svg":
        return f"the SVG does not begin with an svg of {_SVG}."
    if not re.fullmatch(r"\s*(-?[\d.]+[\s,]+){2}[\d.]*[1-9][\d.]*[\s,]+[\d.]*[1-9][\d.]*\s*", root.get("viewBox", "")):
        return "the SVG has no viewBox with a width and a height."
    elements = [(root, 1)]
    for number, (element, depth) in enumerate(elements):
        space, _, name = str(element.tag).rpartition("}")
        if number > _ELEMENTS or depth > _DEEPEST:
            return f"more than {_ELEMENTS} elements, or more than {_DEEPEST} within one another; make it simpler."
        if space[1:] == _XHTML or (space[1:] in ("", _SVG) and name not in _DRAWN):
            return f"the SVG has <{shown(name)}>; only shapes and letters are drawn. Save it as plain SVG."
        for key, value in (*element.attrib.items(), ("", element.text or "")):
            short = key.rpartition("}")[2].lower()
            loads = re.search(r"url\(\s*['\"]?\s*(?!#)|@import|javascript:|\\|expression\(", value, re.IGNORECASE)
            watched = key or name == "style"
            if short.startswith("on") or (short in ("href", "src") and value[:1] != "#") or (watched and loads):
                return (
                    f"the SVG would load or run something ({shown(short or name)}); only shapes and letters are drawn."
                )
        elements += [(child, depth + 1) for child in element]
    return ""
