"""Whatever other people wrote, no command sends a terminal anything that it obeys, and hides nothing from whoever reads it."""

from __future__ import annotations

import json
import os
import re
import sys
from functools import partial

import given
import pytest
from given import EXAMPLES

from salespath.files.visible import hidden

ESCAPES = "\x1b]0;title\x07\x1b[2J\x1b]8;;http://evil.example\x1b\\\x9b31m"
TURNED = "\u202eevil\u2066\u200b\u200d\xad"
EVIL = f"A{ESCAPES}{TURNED}B"
ASANA = str(EXAMPLES / "asana_2020.yaml")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in a folder with files whose names and contents are hostile."""
    monkeypatch.chdir(tmp_path)
    facts = {"company": EVIL, "note": EVIL, "facts": {"capital": 300000, "product_stage": "idea"}}
    (tmp_path / "evil.json").write_text(json.dumps(facts))
    (tmp_path / "many.json").write_text(json.dumps([facts, facts | {"company": "C"}]))
    (tmp_path / "bad.json").write_text(json.dumps({EVIL: 1, "company": EVIL, "facts": {EVIL: EVIL, "capital": EVIL}}))
    (tmp_path / "evil.csv").write_text(f"company,{TURNED},product_stage\n{EVIL},{EVIL},idea\nB,b,{EVIL}\n")
    (tmp_path / f"{ESCAPES.replace('/', '')}.yaml").write_text("capital: much")
    return partial(given.run, XDG_DATA_HOME=str(tmp_path / "data"))


NAMED = f"{ESCAPES.replace('/', '')}.yaml"


@pytest.mark.parametrize(
    "words",
    [
        ["assess", "evil.json"],
        ["assess", "evil.json", "--full"],
        ["assess", "evil.json", "--format", "json"],
        ["assess", "evil.json", "--format", "md"],
        ["assess", "evil.json", "--format", "html"],
        ["assess", "many.json"],
        ["assess", "evil.csv"],
        ["assess", "evil.csv", "--format", "json"],
        ["assess", "bad.json"],
        ["assess", NAMED],
        ["assess", f"missing{EVIL}"],
        ["assess", "evil.json", "--set", f"{EVIL}=1"],
        ["assess", "evil.json", "--set", f"capital={EVIL}"],
        ["assess", "evil.json", "--company", EVIL],
        ["assess", "evil.json", f"--{EVIL}"],
        ["assess", "evil.json", "-o", f"{EVIL}.xyz"],
        ["assess", "evil.json", "-o", f"no/{EVIL}.json"],
        ["assess", "evil.json", "--rules", EVIL],
        ["explain", "evil.json"],
        ["explain", "evil.json", EVIL],
        ["plan", "evil.json"],
        ["economics", "evil.json"],
        ["whatif", "evil.json"],
        ["whatif", "evil.json", "--goal", "smb"],
        ["compare", "many.json"],
        ["compare", "evil.json", ASANA],
        ["facts", "check", "evil.json", "bad.json", NAMED],
        ["ask", "--no-input", "--answers", "evil.json"],
        ["rules", "show", EVIL],
        ["rules", "graph", EVIL],
        ["rules", "test", "bad.json", "--no-coverage"],
        ["rules", "score", "many.json"],
        ["rules", "diff", EVIL, "-"],
        [EVIL],
    ],
    ids=lambda words: " ".join(words).encode("ascii", "replace").decode()[:40],
)
def test_no_command_lets_anything_hidden_through(run, words):
    done = run(*words)
    said = (done.stdout + done.stderr).decode()
    assert said
    assert hidden(said) == []


def test_an_interview_shows_what_it_was_told_and_hides_nothing(run):
    done = run("ask", "--order", "fixed", stdin=f"{EVIL}\n{EVIL}\nidea\nsave\nback\n")
    assert hidden((done.stdout + done.stderr).decode()) == []


def test_json_keeps_every_character(run):
    assert json.loads(run("assess", "evil.json", "--format", "json").stdout)["facts"]["capital"] == 300000
    (first, *_) = json.loads(run("assess", "many.json", "--format", "json").stdout)
    assert "<U+202E>" in first["company"] or "\u202e" in first["company"]


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(
    "words", [["evil.csv", "--format", "csv"], ["evil.csv"], ["evil.json"], ["evil.json", "--full"]]
)
def test_a_terminal_gets_nothing_that_it_obeys_but_bold(run, tmp_path, words):
    pexpect = pytest.importorskip("pexpect")
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    environment = {**kept, "TERM": "xterm", "PYTHONPATH": str(given.ROOT), "PYTHONIOENCODING": "utf-8"}
    child = pexpect.spawn(
        sys.executable,
        ["-m", "salespath", "assess", *words],
        env=environment,
        timeout=60,
        cwd=tmp_path,
        encoding="utf-8",
    )
    said = child.read()
    child.close()
    assert "<U+001B>" in said  # what follows may be cut
    assert hidden(re.sub(r"\x1b\[(?:\d+(?:;\d+)*m|\?25[lh]|\d*[AK])", "", said)) == []
