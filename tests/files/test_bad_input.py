"""Bad files: each ends with a message that says where and what, and nothing half done is printed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from given import run

BAD = Path(__file__).parent.parent / "bad"

SAID = yaml.safe_load((BAD / "said.yaml").read_text("utf-8"))


def reported(done) -> list[str]:
    lines = done.stderr.decode().splitlines()
    return [line for line in lines if not re.match(r"[0-9]+ (compan|row)", line)]


@pytest.mark.parametrize("name", SAID)
def test_a_bad_file_is_named_with_line_code_and_reason(name):
    path = str(BAD / name)
    done = run("assess", path)
    assert done.returncode == 1
    assert not done.stdout or done.stdout.startswith(b"No company\n")
    lines = reported(done)
    assert len(lines) == len(SAID[name])
    for line, (number, code, message) in zip(lines, SAID[name]):
        place = path if number is None else f"{path}:{number}"
        assert line.startswith(f"{place}: error {code}: ")
        assert message in line


def test_every_bad_file_is_tested():
    assert {path.name for path in BAD.iterdir()} == {*SAID, "mixed_list.yaml", "said.yaml"}


def test_a_tag_runs_no_code(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the file says: touch pwned
    assert run("assess", str(BAD / "python_tag.yaml")).returncode == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["explain"], ["facts", "check"], ["assess", "--format", "json"]], ids=" ".join)
def test_every_command_says_the_same_of_a_bad_file(command):
    path = str(BAD / "wrong_types.yaml")
    done = run(*command, path)
    assert done.returncode == 1
    assert reported(done) == reported(run("assess", path))
    assert done.stdout == b"" or command[0] == "facts"


NESTED = {
    "brackets": "[" * 20_000,
    "json": '{"facts":' * 20_000 + "1" + "}" * 20_000,
    "mappings": "{a: " * 20_000,
    "indentation": "".join(f"{' ' * depth}a:\n" for depth in range(2_000)),
}


@pytest.mark.parametrize("shape", NESTED)
def test_bottomless_nesting_ends_with_a_message(shape, tmp_path):
    path = tmp_path / "deep.yaml"
    path.write_text(NESTED[shape])
    done = run("assess", str(path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"error SP104: more than 32 levels of nesting." in done.stderr


def test_aliases_that_would_fill_the_memory_end_with_a_message(tmp_path):
    path = tmp_path / "bomb.yaml"
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, last in zip("bcdefghijklm", "abcdefghijkl"):
        bomb += f"{name}: &{name} [{', '.join([f'*{last}'] * 10)}]\n"
    path.write_text(bomb)
    done = run("assess", str(path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert f"{path}:4: error SP104: aliases (`*`) name more than 16 values each" in done.stderr.decode()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("capital: " + "9" * 100_000, "is too large."),
        ("capital: " + "9," * 100_000, "is not a number"),
        ("product_stage: " + "launched " * 100_000, "is not one of idea"),
        ("launched" * 100_000 + ": 5", "not valid YAML"),
        ("x" * 1000 + ": 5", "there is no fact xxx"),
        ("customer_segments: [" + "huge, " * 20_000 + "]", "huge is not one of small, midsize, large."),
        ("customer_segments: [" + ", ".join(f"huge{n}" for n in range(20_000)) + "]", "large. And more."),
        ("company: '" + "x\\n" * 100_000 + "'\nnonsense: 5", "there is no fact nonsense"),
    ],
    ids=["digits", "commas", "words", "key", "long key", "member", "members", "name"],
)
def test_endless_values_are_cut_short_in_messages(text, message, tmp_path):
    path = tmp_path / "long.yaml"
    path.write_text(text)
    done = run("assess", str(path))
    assert (done.returncode, done.stdout) == (1, b"")
    assert message in done.stderr.decode()
    assert len(done.stderr) < 2_000


def test_a_hundred_thousand_mistakes_are_reported_in_time(tmp_path):
    path = tmp_path / "many.yaml"
    path.write_text("".join(f"annual_contract_valeu_{n}: 1\n" for n in range(100_000)))
    done = run("assess", str(path))
    assert done.returncode == 1
    assert "error SP111: 100,000 lines: there is no fact …. (lines 1, 2, 3 and 99,997 more)" in done.stderr.decode()
    assert done.stderr.count(b"\n") == 21


def test_control_characters_of_a_file_never_reach_the_terminal(tmp_path):
    path = tmp_path / "colour.json"
    path.write_text(json.dumps({"company": "\x1b[31mred\x07", "facts": {"self_serve": "\x1b]0;x\x07", "\x1b[2J": 1}}))
    done = run("assess", str(path))
    assert done.returncode == 1
    assert not {b"\x1b", b"\x07"} & {bytes([byte]) for byte in done.stderr + done.stdout}
    path.write_text(json.dumps({"company": "\x1b[31mred\x07", "facts": {}}))
    done = run("assess", str(path))
    assert done.returncode == 0
    assert not {b"\x1b", b"\x07"} & {bytes([byte]) for byte in done.stderr + done.stdout}


def test_in_a_list_the_good_are_assessed_and_the_bad_are_listed():
    path = str(BAD / "mixed_list.yaml")
    done = run("assess", path, "--format", "json")
    assert done.returncode == 1
    assert [company["company"] for company in json.loads(done.stdout)] == ["Good", "Also good"]
    lines = done.stderr.decode().splitlines()
    assert [line.split(": ")[:3] for line in lines[:-1]] == [
        [f"{path}:4", "error SP111", "Bad fact"],
        [f"{path}:6", "error SP112", "Bad value"],
        [f"{path}:7", "error SP110", "company 4"],
        [f"{path}:9", "error SP105", "capital is given twice, first on line 9."],
    ]
    assert lines[-1] == "6 companies: 2 assessed, 4 rejected."
    table = run("assess", path)
    assert table.returncode == 1
    assert b"Also good" in table.stdout
    assert b"Bad" not in table.stdout


def test_explain_tells_of_the_good_and_lists_the_bad():
    done = run("explain", str(BAD / "mixed_list.yaml"))
    assert done.returncode == 1
    assert b"Good: " in done.stdout
    assert b"Also good: " in done.stdout
    assert len(done.stderr.splitlines()) == 4
