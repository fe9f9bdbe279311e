"""Journals of earlier versions come into the store once, whatever happened to them, and stay as they are."""

from __future__ import annotations

import fcntl
import json
import os
from pathlib import Path
from zlib import crc32

import pytest
from given import BASE, VOCABULARY, kept
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interviewed import EVENTS, GIVEN

from salespath.facts.objects import as_json
from salespath.files.problems import SalespathError
from salespath.interview import journals
from salespath.interview.interview import Event, replay
from salespath.interview.kept import KIND, Kept, find, interviews, opened
from salespath.interview.record import body, given_body
from salespath.interview.store import folder

OLD = Path(__file__).parent / "journals" / "before_checksums.jsonl"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder().mkdir(parents=True)


def line(kind: str, **said: object) -> bytes:
    """A line as the last version with journals wrote it."""
    rest = json.dumps({"kind": kind, **said}, default=as_json).encode()[1:]
    return b'{"sum": "%08x", ' % crc32(rest) + rest + b"\n"


def written(events=EVENTS, case=GIVEN) -> bytes:
    head = line("given", version=2, **given_body(case, rules=("/home/ana/rules",)))
    return head + b"".join(line(event.kind, **{"question": "", **body(event)}) for event in events)


def journal(data: bytes, name: str = "acme", changed: float = 1_700_000_000) -> Path:
    path = folder() / f"{name}.jsonl"
    path.write_bytes(data)
    os.utime(path, (changed, changed))
    return path


def brought_in() -> dict:
    opened().close()
    return kept(folder().parent)


def events(data: bytes) -> tuple[Event, ...]:
    """The events of a journal, once it is in the store."""
    journal(data)
    return brought_in()["acme"].events


def test_a_journal_comes_once_with_its_name_and_date_and_stays_as_it_is():
    path = journal(written(), "M%c3%bcller & co")
    data, status = path.read_bytes(), path.stat()
    for _ in range(2):
        ((name, record),) = brought_in().items()
        assert name == "Müller & co"
        assert (record.given, record.events, record.rules) == (GIVEN, tuple(EVENTS), ("/home/ana/rules",))
    with opened() as store:
        assert [changed for _, changed in interviews(store)] == [1_700_000_000]
        assert find(store, "müller & CO")
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == (data, status.st_mtime_ns, status.st_ino)


def test_one_that_was_written_before_there_were_checksums():
    journal(OLD.read_bytes(), "20250102-101112-0a1b2c3d")
    record = brought_in()["20250102-101112-0a1b2c3d"]
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


def test_one_that_an_earlier_version_wrote_on_becomes_a_further_interview():
    journal(written(EVENTS[:3]))
    with opened() as store:
        taken = Kept.take_up(store, find(store, "acme"))
        taken.append(Event("skip", "role"))
        taken.close()
    journal(written(EVENTS[:5]), changed=1_700_000_500)
    found = brought_in()
    assert found["acme"].events == (*EVENTS[:3], Event("skip", "role"))
    assert found["acme 2"].events == tuple(EVENTS[:5])
    journal(written(EVENTS[:5]), changed=1_700_000_900)  # touched, and not changed
    assert list(brought_in()) == ["acme", "acme 2"]


def test_one_that_an_earlier_version_has_open_waits_and_its_name_is_in_use():
    path = journal(written())
    with path.open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert not brought_in()
        with opened() as store, pytest.raises(SalespathError, match="SP148"):
            find(store, "acme")
    assert list(brought_in()) == ["acme"]


def test_what_is_no_file_of_ours_is_left_alone(tmp_path):
    (tmp_path / "elsewhere.jsonl").write_bytes(written())
    (folder() / "link.jsonl").symlink_to(tmp_path / "elsewhere.jsonl")
    (folder() / "folder.jsonl").mkdir()
    journal(b"", "empty")
    assert not brought_in()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.data())
def test_a_damaged_byte_costs_the_line_it_stands_in(data):
    whole = written()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte not in (whole[place], ord("\n"))))
    damaged = whole[:place] + bytes([byte]) + whole[place + 1 :]
    number = whole[:place].count(b"\n") + 1
    found = journals.said(damaged)
    if whole[place] != ord("\n"):  # else two lines became one
        lost = journals.said(whole)[number - 1]
        assert [one for one in found if not isinstance(one[1], str)] == [o for o in journals.said(whole) if o != lost]
        assert [isinstance(one[1], str) for one in found].index(True) == number - 1


def test_damage_is_told_once_be_it_by_an_earlier_version_or_by_this_one():
    damaged = written().replace(b'"product_stage", "value": "launched"', b'"product_stage", "value": "idea    "')
    journal(damaged)
    journal(damaged + line("known", lines=[3]), "told")
    found = brought_in()
    assert not found["told"].damage
    with opened() as store:
        interview = Kept.take_up(store, find(store, "acme"))
        record = interview.record(VOCABULARY)
        assert record.events == (EVENTS[0], *EVENTS[2:])
        (problem,) = interview.report(record, VOCABULARY)
        assert (problem.code, problem.severity, problem.file) == ("SP147", "warning", str(store.path))
        assert "of the interview acme is damaged" in problem.message
        assert "it was about product stage, which is asked again." in problem.message
        assert not interview.record(VOCABULARY).damage
        interview.close()


def test_torn_at_any_byte_every_complete_line_counts():
    data = written()
    ends = [place for place, byte in enumerate(data) if byte == ord("\n")]
    whole = journals.said(data)
    for cut in range(len(data) + 1):
        complete = sum(1 for end in ends if end <= cut)  # a line is complete before its line end is there
        assert journals.said(data[:cut]) == whole[:complete]


def test_a_line_that_was_taken_out_of_its_checksum_counts_for_nothing():
    forged = b'{"kind": "answer", "question": "capital", "value": 1, "how": ""}\n'
    assert events(written() + forged) == tuple(EVENTS)


@pytest.mark.parametrize(
    "senseless",
    [b"", b"{}", b"[]", b"null", b"nonsense", b"\xff\xfe\x00", b"[" * 100_000, b"9" * 5000, b'{"kind": ["answer"]}'],
)
def test_a_senseless_line_counts_for_nothing(senseless):
    assert events(senseless + b"\n" + written() + senseless) == tuple(EVENTS)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data):
    journals.said(data)


def test_a_discarded_interview_does_not_come_back_and_its_journal_goes():
    path = journal(written())
    with opened() as store:
        stream = find(store, "acme")
        ((_, there),) = journals.of(store, stream.id)
        assert there == path
        store.remove(stream.id)
    assert not brought_in()
    path.write_bytes(written(EVENTS[:2]))
    with opened() as store:
        assert [one.name for one in store.streams(KIND)] == ["acme"]
        assert not journals.of(store, stream.id), "it is not the same any more"
