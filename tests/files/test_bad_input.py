"""Bad files: each ends with a message that says where and what, and nothing half done is printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from given import run

BAD = Path(__file__).parent.parent / "bad"

# What is said of each file in tests/bad: the line (None where the file as a whole is meant), the code, and a part of it.
FILES = {
    "unknown_fact.yaml": [
        (4, "SP111", "Acme: there is no fact anual_contract_value. Did you mean annual_contract_value?")
    ],
    "wrong_types.yaml": [
        (1, "SP112", "product_stage: yes is not one of idea, prototype, pilot, launched."),
        (2, "SP112", "self_serve: 1 is neither yes nor no."),
        (3, "SP112", "paying_customers: many is not a number."),
        (4, "SP112", "customer_segments: large is not a list; write [large], or [] for none."),
        (5, "SP112", "is a list; expected one value."),
        (6, "SP112", "amount: 5 is not understood; expected value, how, note, date."),
    ],
    "out_of_range.yaml": [
        (1, "SP112", "large_customer_share: 60 is more than 1"),
        (2, "SP112", "decision_makers: 0 is less than 1"),
        (3, "SP112", "sales_cycle_months: 0 is not more than 0."),
        (4, "SP112", "customer_employees: 0.5 is not a whole number."),
    ],
    "negative_money.yaml": [
        (1, "SP112", "monthly_burn: -50,000 is less than 0"),
        (2, "SP112", "annual_contract_value: -1 is "),
    ],
    "not_a_number.yaml": [(1, "SP112", "NaN is not a number."), (2, "SP112", ".nan is not a number.")],
    "infinite.yaml": [
        (1, "SP112", "inf is not a number."),
        (2, "SP112", ".inf is not a number."),
        (3, "SP112", "1e999 is too large."),
    ],
    "infinite.json": [
        (1, "SP112", "NaN is not a number."),
        (2, "SP112", "Infinity is not a number."),
        (3, "SP112", "1e400 is too large."),
    ],
    "outside_a_choice.yaml": [
        (1, "SP112", "lunched is not one of idea, prototype, pilot, launched. Did you mean launched?"),
        (2, "SP112", "huge is not one of small, midsize, large."),
        (3, "SP112", "boss is not one of"),
    ],
    "other_currency.yaml": [
        (1, "SP112", "annual_contract_value: £9,000 is in £, and amounts are in US dollars for now"),
        (2, "SP112", "capital: 250k EUR is in EUR"),
        (3, "SP112", "case_studies: €3 is an amount of money; expected a whole number."),
    ],
    "share_for_another_number.yaml": [
        (1, "SP112", "paying_customers: 500% is a share; expected a whole number."),
        (2, "SP112", "annual_contract_value: 45% is a share; expected US dollars."),
        (3, "SP112", "case_studies: $3 is an amount of money; expected a whole number."),
        (4, "SP112", "sales_cycle_months: 50% is a share; expected a number."),
    ],
    "beside_facts.yaml": [
        (4, "SP108", "Acme: self_serve is a fact, but stands beside facts; indent it"),
        (5, "SP108", "Acme: assumption is not known beside facts. Did you mean assumptions?"),
    ],
    "name.yaml": [(1, "SP108", "name is not known beside facts. Did you mean company?")],
    "two_readings.yaml": [(1, "SP112", "250.000 can be read as 250000 or as 250; write one of these.")],
    "duplicate_keys.yaml": [(4, "SP105", "self_serve is given twice, first on line 2.")],
    "duplicate_keys.json": [(2, "SP105", "self_serve is given twice, first on line 1.")],
    "python_tag.yaml": [(2, "SP104", "the tag tag:yaml.org,2002:python/object/apply:os.system is not used here")],
    "plain_tag.yaml": [(1, "SP104", "the tag tag:yaml.org,2002:int is not used here")],
    "anchor.yaml": [(1, "SP104", "anchors and aliases (`&`, `*`) are not used here")],
    "two_documents.yaml": [(2, "SP104", "a second document (`---`) in one file")],
    "complex_key.yaml": [(1, "SP104", "a key must be a word.")],
    "only_text.yaml": [(1, "SP110", "found the text launched; expected facts")],
    "empty.yaml": [(None, "SP103", "the file is empty.")],
    "only_comments.yaml": [(None, "SP103", "the file is empty.")],
    "list_of_text.yaml": [(1, "SP110", "company 1: found launched"), (2, "SP110", "company 2: found 5")],
    "facts_as_list.yaml": [(3, "SP110", "Acme: facts should be a mapping.")],
    "company_as_list.yaml": [(1, "SP110", "company should be a name.")],
    "broken.yaml": [(3, "SP103", "not valid YAML: ")],
    "tab.yaml": [(2, "SP103", "not valid YAML: ")],
    "trailing_comma.json": [(2, "SP103", "not valid JSON: ")],
    "yaml_in_json.json": [(1, "SP103", "not valid JSON: ")],
    "latin1.yaml": [(1, "SP102", "the byte 0xe9 is not UTF-8. Save the file as UTF-8.")],
    "binary.yaml": [(None, "SP102", "this is a ZIP archive; unpack it, or give what is in it on standard input")],
    "how_unknown.yaml": [(1, "SP112", "how: sure is not understood; how is one of measured, estimated, guessed.")],
}


def reported(done) -> list[str]:
    lines = done.stderr.decode().splitlines()
    return [line for line in lines if " companies: " not in line]


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_named_with_line_code_and_reason(name):
    path = str(BAD / name)
    done = run("assess", path)
    assert (done.returncode, done.stdout) == (1, b"")
    lines = reported(done)
    assert len(lines) == len(FILES[name])
    for line, (number, code, message) in zip(lines, FILES[name]):
        place = path if number is None else f"{path}:{number}"
        assert line.startswith(f"{place}: error {code}: ")
        assert message in line


def test_every_bad_file_is_tested():
    assert {path.name for path in BAD.iterdir()} == {*FILES, "mixed_list.yaml"}


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
    assert f"{path}:1: error SP104: anchors and aliases" in done.stderr.decode()


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
    assert done.stderr.count(b"\n") == 100_000


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
