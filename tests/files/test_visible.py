"""Nothing in a text that leaves the program is obeyed by a terminal or hidden from the eye."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
import yaml
from given import VOCABULARY
from hypothesis import given
from hypothesis import strategies as st

from salespath.facts import Case, fact_file
from salespath.facts.fact_file import text as fact_file_text
from salespath.files.output import json_lines, json_pieces
from salespath.files.problems import Problem, shown
from salespath.files.visible import escaped, hidden, is_hidden, visible, visible_lines

# Controls of terminals, marks of direction, what has no width, what looks like nothing.
HOSTILE = [
    "\x00", "\x07", "\x08", "\x1b[2J", "\x1b]0;title\x07", "\x1b]8;;http://evil.example\x1b\\", "\x7f", "\x9b2J", "\x9d0;t\x9c",
    "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069", "\u200e", "\u200f", "\u061c",
    "\u200b", "\u200c", "\u200d", "\u2060", "\u2061", "\ufeff", "\xad", "\u034f", "\u115f", "\u3164", "\uffa0", "\u2800",
    "\ufe0f", "\U000e0001", "\U000e0041", "\U000e0100", "\ufff9", "\ud800",
]  # fmt: skip
SIGNS = "\u0600\u06dd\u070f\u08e2"  # of numbers: the tables call them controls, but they are printed


@pytest.mark.parametrize("said", HOSTILE, ids=lambda said: f"U+{ord(said[0]):04X}")
def test_a_hidden_character_is_shown_by_its_number(said):
    assert visible(f"a{said[0]}b") == f"a<U+{ord(said[0]):04X}>b"
    assert not any(map(is_hidden, visible(said)))


def test_what_can_be_seen_stays():
    for said in ("Țiriac & Søn – “GmbH” ☂ 🚀", "نص عربي", "株式会社", "e\u0301", "a\xa0b", SIGNS, "<U+202E>", ""):
        assert visible(said) == said


def test_a_line_is_one_line():
    assert visible("a\tb\r\nc\nd\x0be\x85f\u2028g") == "a b c d e f g"
    assert visible_lines("a\tb\nc\x1b") == "a b\nc<U+001B>"


def test_all_controls_of_unicode_are_hidden():
    kept = [
        chr(number)
        for number in range(sys.maxunicode + 1)
        if unicodedata.category(chr(number)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and not is_hidden(chr(number))
    ]
    assert set(SIGNS) <= set(kept) <= {*SIGNS, *"\u0601\u0602\u0603\u0604\u0605\u0890\u0891\U000110bd\U000110cd"}


@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from([said[0] for said in HOSTILE])))
def test_nothing_is_hidden_in_any_text(said):
    assert hidden(visible(said)) == []
    assert visible(visible(said)) == visible(said)
    assert not any(map(is_hidden, shown(said)))
    assert not any(map(is_hidden, str(Problem("SP101", said, file=said, row=1, column=said))))


@given(st.recursive(st.text() | st.sampled_from(HOSTILE), lambda inner: st.lists(inner, max_size=3)))
def test_json_says_the_same_and_hides_nothing(said):
    for written in ("".join(json_pieces(said)), "".join(json_pieces(iter([said]))), "".join(json_lines(said))):
        assert json.loads(written) in (said, [said])
        assert hidden(written) == []


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from([c for c in map(chr, range(32)) if c])))
def test_yaml_in_quotes_says_the_same_and_hides_nothing(said):
    quoted = fact_file.quoted(said)
    assert hidden(quoted) == []
    assert yaml.safe_load(quoted) == said


def test_a_fact_file_hides_nothing_and_reads_back():
    case = Case("A\u202eB", {"self_serve": True}, extra={"year": "20\u200b26", "basis": "\U000e0041"})
    written = fact_file_text(case, VOCABULARY)
    assert hidden(written) == []
    assert yaml.safe_load(written) == {
        "company": "A\u202eB", "year": "20\u200b26", "basis": "\U000e0041", "facts": {"self_serve": True}
    }  # fmt: skip


def test_hidden_characters_are_named_once_each():
    assert hidden("plain – text\n\twith lines\r\n") == []
    assert hidden("\u202ea\x1b\u202e\x1b") == ["U+001B ESCAPE", "U+202E RIGHT-TO-LEFT OVERRIDE"]
    assert hidden("\x9b") == ["U+009B, a control character"]


def test_an_escape_of_json_is_one_of_json():
    assert escaped('"\U000e0041\x7f"') == '"\\udb40\\udc41\\u007f"'
