"""What is on disk: whatever happens to it, every complete line counts, and a fact file reads back as it was."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import pytest
from given import BASE, VOCABULARY, some_facts, values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from salespath.interview.journal import Journal

from salespath.commands.shared.reading import read_one
from salespath.facts import Case
from salespath.facts import fact_file as factfile
from salespath.facts.values import HOW, Range
from salespath.files.problems import SalespathError
from salespath.interview import journal
from salespath.interview.answers import Answer
from salespath.interview.interview import COMPANY, PLAN, Event, replay

GIVEN = Case(
    "Ăcme – 你好",
    {"capital": 250.125, "customer_segments": frozenset({"small", "large"}), "runway_months": 7},
    {"capital": "guessed"},
    {"capital": {"note": "from memory", "date": "2026-03"}},
    {"id": "7", "labels": ["a", "b"], "year": None},
)
EVENTS = [
    Event("answer", COMPANY, Answer("Acme")),
    Event("answer", "product_stage", Answer("launched")),
    Event("answer", "self_serve", Answer(False)),
    Event("back"),
    Event("answer", "self_serve", Answer(True, "guessed")),
    Event("skip", "customization"),
    Event("answer", "customer_segments", Answer(frozenset({"small", "large"}))),
    Event("answer", "targeted_segments", Answer(frozenset())),
    Event("answer", "large_customer_share", Answer(0.12)),
    Event("answer", "annual_contract_value", Answer(70_000, "estimated")),
    Event("answer", PLAN, Answer(True)),
]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def written(events=EVENTS, given_case=GIVEN):
    file = Journal.create()
    file.start(given_case)
    for event in events:
        file.append(event)
    file.close()
    return file.path


def test_what_is_written_is_read_back():
    record = journal.read(written().read_bytes(), VOCABULARY)
    assert record.events == tuple(EVENTS)
    assert record.given == GIVEN


def test_a_quick_interview_is_read_back_as_one_and_may_become_one_later():
    file = Journal.create()
    file.start(GIVEN)
    file.append(EVENTS[1])
    assert not journal.read(file.path.read_bytes(), VOCABULARY).quick
    file.start(GIVEN, quick=True)
    file.close()
    record = journal.read(file.path.read_bytes(), VOCABULARY)
    assert record.quick
    assert (record.given, record.events) == (GIVEN, (EVENTS[1],))


def test_a_journal_from_before_there_were_quick_interviews_is_read():
    lines = (
        b'{"kind": "given", "version": 1, "company": "Acme", "file": null, "facts": {"capital": 5}, "how": {}, '
        b'"notes": {}, "extra": {}}\n{"kind": "answer", "question": "product_stage", "value": "pilot"}\n'
    )
    expected = journal.JournalRecord(Case("Acme", {"capital": 5}), (Event("answer", "product_stage", Answer("pilot")),))
    assert journal.read(lines, VOCABULARY) == expected
    assert not expected.quick


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_answer_is_read_back(data):
    name = data.draw(st.sampled_from(list(VOCABULARY.facts)))
    event = Event("answer", name, Answer(data.draw(values(name)), data.draw(st.sampled_from(["", *HOW]))))
    assert journal.read(written([event]).read_bytes(), VOCABULARY).events == (event,)


def test_each_event_is_in_the_file_once_append_returns():
    file = Journal.create()
    file.start(GIVEN)
    for number, event in enumerate(EVENTS, 1):
        file.append(event)
        assert journal.read(file.path.read_bytes(), VOCABULARY).events == tuple(EVENTS[:number])
    file.close()


OLD = Path(__file__).parent / "journals" / "before_checksums.jsonl"


def test_an_interview_that_was_saved_before_there_were_checksums_is_read_and_written_on(tmp_path):
    data = OLD.read_bytes()
    record = journal.read(data, VOCABULARY)
    assert not record.damage  # two lines of it were torn by a killed process
    assert (record.given.file, record.given.extra) == ("/home/ana/acme.yaml", {"id": "7"})
    assert record.written == ("/home/ana/acme-answers.yaml", "0" * 64)
    expected = replay(BASE, record.given, record.events)
    assert expected.case.company == "Ștefan & Söhne"
    assert dict(expected.case.how) == {
        "self_serve": "guessed", "willingness_to_pay": "guessed", "paying_customers": "measured",
        "annual_contract_value": "estimated",
    }  # fmt: skip
    assert expected.values == {
        "product_stage": "pilot", "self_serve": False, "willingness_to_pay": "paid_pilot", "paying_customers": 3,
        "free_trial": False, "deployment_options": frozenset(), "customer_segments": {"small", "large"},
        "large_customer_share": 0.5, "annual_contract_value": 12000.5,
    }  # fmt: skip
    path = journal.folder() / "20250102-101112-0a1b2c3d.jsonl"
    path.parent.mkdir(parents=True)
    path.write_bytes(data)
    file = Journal(path)
    assert file.name == "20250102-101112-0a1b2c3d"
    file.append(Event("skip", "role"))
    file.close()
    again = journal.read(path.read_bytes(), VOCABULARY)
    assert path.read_bytes().startswith(data)
    assert again.events == (*record.events, Event("skip", "role"))
    assert not again.damage


def test_every_line_carries_the_checksum_of_the_rest_of_it():
    for line in written().read_bytes().splitlines():
        assert f"{crc32(line[20:]):08x}" == json.loads(line)["sum"]


@given(st.data())
def test_a_damaged_byte_costs_the_line_it_stands_in_and_is_told(data):
    whole = written().read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (whole[place], ord("\n"))))
    damaged = whole[:place] + bytes([byte]) + whole[place + 1 :]
    number = whole[:place].count(b"\n") + 1
    record = journal.read(damaged, VOCABULARY)
    if whole[place] == ord("\n"):  # two lines became one
        assert len(record.events) >= len(EVENTS) - 2
    else:
        assert record.events == tuple(event for at, event in enumerate(EVENTS, 2) if at != number)
    if damaged.endswith(b"\n"):
        assert [line for line, _ in record.damage] == [number]


def test_what_is_damaged_is_told_once_with_its_line_and_what_it_was_about():
    path = written()
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b'"product_stage", "value": "launched"', b'"product_stage", "value": "idea    "'))
    damaged = path.read_bytes()
    file = Journal(path)
    record = journal.read(file.data, VOCABULARY)
    assert EVENTS[1] not in record.events
    (problem,) = file.report(record, VOCABULARY)
    assert (problem.code, problem.severity, problem.file, problem.line) == ("SP147", "warning", str(path), 3)
    assert "it was about product stage, which is asked again." in problem.message
    assert file.report(replace(record, damage=()), VOCABULARY) == []
    file.close()
    assert path.read_bytes().startswith(damaged)  # the damaged bytes are kept
    assert not journal.read(path.read_bytes(), VOCABULARY).damage


def test_where_the_damaged_line_corrected_an_answer_it_is_told_that_the_earlier_one_counts():
    path = written()
    path.write_bytes(path.read_bytes().replace(b'"value": true, "how": "guessed"', b'"value": true, "how": "qqqqqqq"'))
    file = Journal(path)
    record = journal.read(file.data, VOCABULARY)
    assert replay(BASE, record.given, record.events).values["self_serve"] is False
    (problem,) = file.report(record, VOCABULARY)
    assert "it was about self-serve; another answer to that counts now: check it with edit." in problem.message
    file.close()


def test_a_line_torn_by_a_killed_process_is_no_damage_then_or_later():
    path = written()
    path.write_bytes(path.read_bytes()[:-30])
    file = Journal(path)
    assert not journal.read(file.data, VOCABULARY).damage
    file.append(Event("skip", "role"))
    file.close()
    record = journal.read(path.read_bytes(), VOCABULARY)
    assert not record.damage
    assert record.events == (*EVENTS[:-1], Event("skip", "role"))


def test_a_line_that_was_taken_out_of_its_checksum_counts_for_nothing():
    path = written()
    forged = b'{"kind": "answer", "question": "capital", "value": 1, "how": ""}\n'
    record = journal.read(path.read_bytes() + forged, VOCABULARY)
    assert record.events == tuple(EVENTS)
    assert record.damage == ((len(EVENTS) + 2, "capital"),)


def test_ranges_and_notes_are_read_back():
    events = [
        Event("answer", "annual_contract_value", Answer(Range(20_000, 40_000), "estimated", "from the CRM")),
        Event("answer", "paying_customers", Answer(Range(100, 10_000_000_000))),
        Event("answer", "monthly_burn", Answer(Range(0, 5_000), note="ștampilă")),
    ]
    assert journal.read(written(events).read_bytes(), VOCABULARY).events == tuple(events)


def test_an_answer_is_on_the_disk_before_append_returns_and_the_folder_after_a_new_file(monkeypatch):
    calls = []
    fsync, write = os.fsync, os.write

    def synced(handle):
        calls.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        fsync(handle)

    def wrote(handle, data):
        calls.append("write")
        return write(handle, data)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "write", wrote)
    file = Journal.create()
    assert set(calls) == {"folder"}
    calls.clear()
    file.append(EVENTS[0])
    assert calls == ["write", "file"]
    file.close()


def test_every_folder_that_is_made_for_interviews_survives_a_crash(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(journal, "sync_folder", synced.append)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "new" / "share"))
    Journal.create("acme").close()
    assert synced == [tmp_path, tmp_path / "new", tmp_path / "new" / "share", journal.folder()]
    assert stat.S_IMODE(journal.folder().stat().st_mode) == 0o700


# Names


@pytest.mark.parametrize("name", ["acme", "Müller & Co / 2027", "../../etc/passwd", "a b", ".", "con%2e", "北"])
def test_an_interview_has_its_name_and_stays_in_the_folder(name):
    file = Journal.create(name)
    assert file.path.parent == journal.folder()
    assert file.name == name.casefold()
    assert journal.path_of(f" {name.upper().lower()} ") == file.path
    with pytest.raises(FileExistsError):
        Journal.create(name.title())
    file.close()


@pytest.mark.parametrize("name", ["  ", "a\x00b", "x" * 300, "\x1b[31m"])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(SalespathError, match="SP142"):
        Journal.create(name)


def test_a_deleted_interview_is_not_written_on_by_another_window():
    path = written()
    held = Journal(path)
    held.remove()
    with pytest.raises(SalespathError):
        Journal(path)


def test_torn_at_any_byte_every_complete_line_counts():
    data = written().read_bytes()
    ends = [place for place, byte in enumerate(data) if byte == ord("\n")]
    for cut in range(len(data) + 1):
        complete = sum(1 for end in ends if end <= cut)  # a line is complete before its line end is there
        assert journal.read(data[:cut], VOCABULARY).events == tuple(EVENTS[: max(0, complete - 1)])


def test_a_torn_interview_is_taken_up_and_written_on():
    path = written()
    data = path.read_bytes()
    for cut in (len(data) - 1, len(data) - 5, len(data) - 30):
        path.write_bytes(data[:cut])
        before = journal.read(data[:cut], VOCABULARY).events
        file = Journal(path)
        assert journal.read(file.data, VOCABULARY).events == before
        file.append(Event("skip", "role"))
        file.close()
        assert journal.read(path.read_bytes(), VOCABULARY).events == (*before, Event("skip", "role"))


@pytest.mark.parametrize(
    "line",
    [
        b"", b"{}", b"[]", b"null", b"nonsense", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000,
        b'{"kind": "answer", "question": "no_such_fact", "value": 1}',
        b'{"kind": "answer", "question": "product_stage", "value": "sold"}',
        b'{"kind": "answer", "question": "product_stage", "value": 3}',
        b'{"kind": "answer", "question": "self_serve", "value": "sometimes"}',
        b'{"kind": "answer", "question": "capital", "value": true}',
        b'{"kind": "answer", "question": "capital", "value": NaN}',
        b'{"kind": "answer", "question": "capital", "value": 1e999}',
        b'{"kind": "answer", "question": "capital", "value": -1}',
        b'{"kind": "answer", "question": ["capital"], "value": 1}',
        b'{"kind": "answer", "question": "capital"}',
        b'{"kind": "answer", "question": "customer_segments", "value": ["tiny"]}',
        b'{"kind": "answer", "question": "customer_segments", "value": [["small"]]}',
        b'{"kind": "answer", "question": "plan", "value": "__import__(\'os\')"}',
        b'{"kind": "answer", "question": "company", "value": 7}',
        b'{"kind": ["answer"]}',
        b'{"kind": "shout", "question": "capital"}',
    ],
)  # fmt: skip
def test_a_senseless_line_counts_for_nothing(line):
    data = written().read_bytes()
    assert journal.read(line + b"\n" + data + line, VOCABULARY) == journal.read(data, VOCABULARY)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data):
    record = journal.read(data, VOCABULARY)
    replay(BASE, record.given, record.events)


@given(
    st.dictionaries(
        st.sampled_from(["kind", "company", "facts", "how", "notes", "extra", "quick", "file", "question", "value"]),
        st.recursive(
            st.one_of(
                st.sampled_from(["given", "answer", "capital", "product_stage", "idea"]), st.integers(), st.none()
            ),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["capital", "how"]), inner),
        ),
    )
)
def test_any_json_can_be_read(line):
    record = journal.read(json.dumps({"kind": "given", **line}).encode(), VOCABULARY)
    interview = replay(BASE, record.given, record.events)
    assert factfile.text(interview.case, VOCABULARY)


def test_a_journal_is_private():
    path = written()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_interviews_have_two_files_and_one_is_not_opened_twice():
    first, second = Journal.create(), Journal.create()
    assert first.path != second.path
    with pytest.raises(BlockingIOError):
        Journal(first.path)
    first.close()
    Journal(first.path).close()
    second.close()


def test_the_latest_unfinished_interview_comes_first():
    finished = written([*EVENTS, Event("done")])
    older, latest, untouched = written(), written(), written([])
    for age, path in enumerate((finished, untouched, latest, older)):
        os.utime(path, (1_000_000_000 - age, 1_000_000_000 - age))
    held = Journal.create()
    held.append(EVENTS[0])
    found = []
    for file, _ in journal.unfinished_interviews(VOCABULARY):
        found.append(file.path)
        file.close()
    held.close()
    assert found == [latest, older]


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(SalespathError, match="cannot save the interview"):
        Journal.create()
    assert list(journal.unfinished_interviews(VOCABULARY)) == []


# The fact file


def read_back(tmp_path, case):
    path = tmp_path / "facts.yaml"
    path.write_text(factfile.text(case, VOCABULARY), encoding="utf-8")
    return read_one(BASE, str(path))


def same(one: Case, other: Case) -> bool:
    parts = ("company", "values", "how", "notes", "extra")
    return all(getattr(one, part) == getattr(other, part) for part in parts)


def test_a_fact_file_is_read_back_as_it_was(tmp_path):
    assert same(read_back(tmp_path, GIVEN), GIVEN)
    assert same(read_back(tmp_path, Case("no")), Case("no"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1).map(lambda text: " ".join(text.split())[:200]), some_facts(), st.data())
def test_any_facts_are_read_back(tmp_path, name, facts, data):
    name = "".join(c if c.isprintable() else "x" for c in name) or "x"
    how = {fact: data.draw(st.sampled_from(HOW)) for fact in list(facts)[::3]}
    case = Case(name, facts, how)
    assert same(read_back(tmp_path, case), case)


def test_an_existing_file_is_replaced_only_if_it_is_our_own_or_with_force(tmp_path):
    path = tmp_path / "acme.yaml"
    target = factfile.Target(str(path))
    target.write("facts: {}\n")
    target.write("facts: {capital: 1}\n")
    assert path.read_text() == "facts: {capital: 1}\n"
    again = factfile.Target(str(path), written=target.written)
    again.check()
    path.write_text("facts: {capital: 2}  # by hand\n")
    for other in (target, again, factfile.Target(str(path))):
        with pytest.raises(SalespathError, match="--force"):
            other.write("facts: {}\n")
    assert "by hand" in path.read_text()
    factfile.Target(str(path), force=True).write("facts: {}\n")
    assert path.read_text() == "facts: {}\n"
