"""YAML and JSON are read strictly: nothing is reinterpreted, repeated or expanded, and every problem knows its line."""

from __future__ import annotations

import io
import json
import os
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salespath.files import source
from salespath.files.nodes import parse, plain, read, repeated_keys
from salespath.files.problems import Problem, SalespathError
from salespath.files.source import decode, read_bytes


def problem_of(text: str, *, as_json: bool = False):
    with pytest.raises(SalespathError) as caught:
        parse(text, "f", as_json=as_json)
    (problem,) = caught.value.problems
    return problem


@pytest.mark.parametrize(
    "word",
    ["no", "on", "Yes", "1.10", "12:30", "0x1F", "017", "1e3", "2020-01-01", ".inf", "1_000", "true", "nan", "<<"],
)
def test_words_and_figures_stay_as_written(word):
    assert plain(parse(f"a: {word}\n{word}: b\n", "f")) == {"a": word, word: "b"}


@pytest.mark.parametrize(("text", "value"), [("", None), ("~", None), ("null", None), ("''", ""), ("'null'", "null")])
def test_only_an_unquoted_null_is_empty(text, value):
    assert plain(parse(f"a: {text}", "f")) == {"a": value}


def test_every_value_knows_its_line():
    node = parse("a: 1\nb:\n  - 2\n  - 3\n", "f")
    assert [item.line for item in node.get("b").items] == [3, 4]


def test_each_repeated_key_is_named_with_both_its_lines():
    node = parse("a: 1\nb: {c: 1, c: 2}\na: 2\na: 3\n", "f")
    assert [(p.line, p.code, p.message) for p in repeated_keys(node, "f")] == [
        (3, "SP105", "a is given twice, first on line 1."),
        (4, "SP105", "a is given twice, first on line 1."),
        (2, "SP105", "c is given twice, first on line 2."),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\nb: !!python/object/apply:os.system ['false']\n", 2),
        ("a: !!str 1\n", 1),
        ("a: !mine 1\n", 1),
        ("a: ! 1\n", 1),
        ("!!set {a, b}\n", 1),
        ("&a {x: 1}\n", 1),
        ("a: 1\nb: *a\n", 2),
        ("a: &a [*a]\n", 1),
        ("base: &b {x: 1}\nc: {<<: *b}\n", 1),
        ("base: &b [x]\nc: {\n<<: *b}\n", 3),
        ("a: 1\n---\nb: 2\n", 2),
        ("---\na: 1\n...\n---\nb: 2\n", 4),
        ("a: 1\n? [b, c]\n: 2\n", 2),
        ("{a: 1}: 2\n", 1),
    ],
)
def test_constructs_that_no_fact_file_needs_are_refused_at_their_line(text, line):
    problem = problem_of(text)
    assert (problem.code, problem.line) == ("SP104", line)


def test_aliases_of_scalars_and_lists_are_what_they_name():
    node = parse("a: &one 1\nb: &id001\n- x\n- *one\nc: *id001\nd:\n- *one\n- *id001\n", "f")
    assert plain(node) == {"a": "1", "b": ["x", "1"], "c": ["x", "1"], "d": ["1", ["x", "1"]]}
    assert node.get("c").line == 5


def test_an_anchor_given_again_names_the_later_value():
    assert plain(parse("[&a x, *a, &a y, *a]", "f")) == ["x", "x", "y", "y"]


def test_a_list_that_every_company_repeats_is_read():
    """What a writer of YAML makes of one list in many companies."""
    text = "- {a: &id001 [s, m, l]}\n" + "- {a: *id001}\n" * 5000
    assert len(plain(parse(text, "f"))) == 5001


def bomb(levels: int, width: int) -> str:
    """Lists of lists by alias, each level as many times as wide as the one before."""
    lists = [f"- &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, levels)]
    return "- &a0 [x]\n" + "".join(lists)


@pytest.mark.parametrize(("levels", "width"), [(20, 9), (30, 2), (28, 40)])
def test_aliases_cannot_make_a_small_file_a_large_one(levels, width):
    problem = problem_of(bomb(levels, width))
    assert (problem.code, problem.message) == ("SP104", "aliases (`*`) name more than 16 values each; write them out.")


def test_aliases_cannot_make_a_flat_file_a_deep_one():
    assert problem_of(bomb(40, 1)).message == "more than 32 levels of nesting."


def test_a_merge_key_merges_nothing():
    assert plain(parse("a: {<<: {b: 1}, c: 2}", "f")) == {"a": {"<<": {"b": "1"}, "c": "2"}}


@pytest.mark.parametrize(
    "text",
    [
        "[" * 20_000,
        "[" * 20_000 + "]" * 20_000,
        '{"a":' * 20_000 + "1" + "}" * 20_000,
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_bottomless_nesting_is_refused(text, as_json):
    assert problem_of(text, as_json=as_json).message == "more than 32 levels of nesting."


def test_bottomless_nesting_by_indentation_is_refused():
    assert problem_of("- " * 20_000 + "x").code == "SP104"


def test_nesting_within_the_bound_is_read():
    node = plain(parse("[" * 20 + "x" + "]" * 20, "f"))
    for _ in range(20):
        (node,) = node
    assert node == "x"


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1,\nb: 2\n", 3), ("a: 'x\n\n", 3), ("\ta: 1\n", 1), ("a: b: c\n", 1), ("a: 1\n b: 2\n", 2), ("@x\n", 1)],
)
def test_broken_yaml_is_named_with_its_line(text, line):
    problem = problem_of(text)
    assert (problem.code, problem.line) == ("SP103", line)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"a": 1,}', 1),
        ('{\n"a": 1,\n}', 3),
        ("{'a': 1}", 1),
        ('{"a": 1} // x', 1),
        ("a: 1", 1),
        ('{"a": +1}', 1),
        ('{"a": 01}', 1),
        ('{"a": "tab\there"}', 1),
        ('["a" "b"]', 1),
    ],
)
def test_a_json_file_holds_json_and_not_merely_yaml(text, line):
    problem = problem_of(text, as_json=True)
    assert (problem.code, problem.line) == ("SP103", line)
    assert problem.message.startswith("not valid JSON: ")


def test_json_surrogate_pairs_are_one_character_and_escaped_backslashes_none():
    text = r'{"a": "\ud83d\ude80", "b": "\\ud83d\\ude80", "c": "\\\ud83d\ude80"}'
    assert plain(parse(text, "f", as_json=True)) == {"a": "🚀", "b": r"\ud83d\ude80", "c": "\\🚀"}


def test_half_a_surrogate_pair_is_refused():
    assert problem_of(r'{"a": "\ud83d"}', as_json=True).code == "SP103"


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_json_figures_beyond_numbers_stay_text_for_the_vocabulary_to_refuse(word):
    assert plain(parse(f'{{"a": {word}}}', "f", as_json=True)) == {"a": word}


@pytest.mark.parametrize("character", ["\x7f", "\x85", " \u2028 ", "\u2029", "\ufeff", "\uffff", "/", "\\", '"'])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_json_text_keeps_characters_that_yaml_would_fold_or_refuse(character, ascii_only):
    text = json.dumps({"a": f"x{character}y"}, ensure_ascii=ascii_only)
    assert plain(parse(text, "f", as_json=True)) == {"a": f"x{character}y"}


def test_standard_input_has_the_same_bound(monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 10)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 6789012")))
    assert read_bytes("-") == b"a: 6789012"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a: 67890123")))
    with pytest.raises(SalespathError, match="SP101: - is larger than"):
        read_bytes("-")


def test_problems_stand_in_order_of_their_place():
    places = [
        ("a", 1, None),
        ("a", 2, None),
        ("a", 10, None),
        ("b", None, None),
        ("b", None, 2),
        ("b", None, 10),
        ("b", 1, None),
    ]
    problems = [Problem("SP1", "x", file=file, line=line, row=row) for file, line, row in places]
    assert list(SalespathError(reversed(problems)).problems) == problems
    assert [problem.place for problem in problems[2:6]] == ["a:10", "b", "b, row 2", "b, row 10"]


def test_json_is_recognized_on_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(rb'{"a": "\ud83d\ude80"}')))
    assert plain(read("-")) == {"a": "🚀"}


@pytest.mark.parametrize(
    "data",
    [
        b"a: \xc4\x83\n",
        b"\xef\xbb\xbfa: \xc4\x83\n",
        "a: ă\n".encode("utf-16"),
        b"\xfe\xff" + "a: ă\n".encode("utf-16-be"),
        "a: ă\n".encode("utf-32"),
    ],
)
def test_utf_8_with_or_without_mark_and_marked_utf_16_and_32_are_read(data):
    assert plain(parse(decode(data, "f"), "f")) == {"a": "ă"}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("a: 1\nb: é\n".encode("latin-1"), 2),
        (b"\x89PNG\r\n\x1a\n\x00\x00", 1),
        (b"a: 1\n\xff\xff\n", 2),
        (b"\xff\xfea", 1),
    ],
)
def test_other_encodings_are_named_with_the_line(data, line):
    with pytest.raises(SalespathError) as caught:
        decode(data, "f")
    (problem,) = caught.value.problems
    assert (problem.code, problem.line) == ("SP102", line)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_seen_by_its_zeros(encoding):
    assert decode("capital: 5".encode(encoding), "f") == "capital: 5"


@pytest.mark.parametrize("data", [b"a: \0", b"PAR1\0\0", "a: 1".encode("utf-32-le")])
def test_a_file_with_nul_is_binary(data):
    with pytest.raises(SalespathError, match="SP102: this is a binary file"):
        decode(data, "f")


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~", "   ", "---\n...\n"])
def test_an_empty_file_is_called_empty(text):
    assert problem_of(text).message == "the file is empty."


def test_a_file_larger_than_the_bound_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 2**20)
    path = tmp_path / "large.yaml"
    path.write_bytes(b"#" * 2**20)
    assert len(read_bytes(str(path))) == 2**20
    path.write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(SalespathError, match=r"SP101: .* is larger than 1 MiB"):
        read_bytes(str(path))


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (".", "is a directory"),
        (os.devnull, "is a device"),
        ("/dev/zero", "is a device"),
        ("missing.yaml", "No such file"),
        ("nul\0.yaml", "null"),
        ("a" * 5000, "too long"),
    ],
)
def test_what_is_no_file_is_refused_with_the_reason(path, what, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SalespathError, match=f"SP101: .*{what}"):
        read_bytes(path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_that_may_not_be_read_is_refused_with_the_reason(tmp_path):
    path = tmp_path / "secret.yaml"
    path.write_text("a: 1")
    path.chmod(0)
    with pytest.raises(SalespathError, match=r"SP101: .*Permission denied"):
        read_bytes(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_read_like_a_file(tmp_path):
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(b"a: 1\n",), daemon=True)
    writer.start()
    assert plain(read(str(path))) == {"a": "1"}
    writer.join()


# Near enough to YAML and JSON that the parser gets beyond the first character.
scraps = st.text(alphabet="ab01 \n:-,.[]{}'\"&*!?|>%@`#\\~<=/+\t\ré\0", max_size=60).map(str.encode)


@given(st.one_of(st.binary(max_size=200), scraps), st.booleans())
def test_any_bytes_give_a_node_or_problems_and_nothing_else(data, as_json):
    problems = ()
    try:
        node = parse(decode(data, "f"), "f", as_json=as_json)
        plain(node)
        list(repeated_keys(node, "f"))
    except SalespathError as error:
        problems = error.problems
    assert all(p.file == "f" and "\n" not in str(p) for p in problems)


keys = st.text(max_size=80)  # YAML, which reads the lines, bounds a key to 1,024 characters as written
documents = st.dictionaries(
    keys,
    st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=8),
    max_size=5,
)


@given(documents, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_json_objects_of_text_read_back_equal(document, ascii_only, indent):
    text = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    assert plain(parse(text, "f", as_json=True)) == document
