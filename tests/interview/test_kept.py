"""Interviews in the store: what is written is read back, one window at a time, and what makes no sense counts for nothing."""

from __future__ import annotations

import json

import pytest
from given import BASE, VOCABULARY, values
from hypothesis import given
from hypothesis import strategies as st
from interviewed import EVENTS, GIVEN

from salespath.facts import fact_file as factfile
from salespath.facts.objects import as_json
from salespath.facts.values import HOW, Range
from salespath.files.problems import SalespathError
from salespath.interview import kept
from salespath.interview.answers import Answer
from salespath.interview.interview import Event, replay
from salespath.interview.kept import Kept, fact_file_of, find, interviews, opened, unfinished_interviews
from salespath.interview.record import Record, body, given_body, read
from salespath.interview.store import folder


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def store(_home):
    with opened() as there:
        yield there


def written(store, events=EVENTS, name=""):
    interview = Kept.create(store, name)
    interview.start(GIVEN)
    for event in events:
        interview.append(event)
    interview.close()
    return interview.stream


def record(store, stream):
    return kept.record_of(store, stream, VOCABULARY)


def test_what_is_written_is_read_back(store):
    found = record(store, written(store))
    assert (found.events, found.given) == (tuple(EVENTS), GIVEN)
    assert not found.quick


def test_a_quick_interview_is_read_back_as_one_and_may_become_one_later(store):
    interview = Kept.create(store)
    interview.start(GIVEN)
    interview.append(EVENTS[1])
    assert not interview.record(VOCABULARY).quick
    interview.start(GIVEN, quick=True, rules=("/a", "/b"))
    interview.wrote("/x.yaml", "0" * 64)
    assert interview.record(VOCABULARY) == Record(GIVEN, (EVENTS[1],), ("/x.yaml", "0" * 64), True, ("/a", "/b"))
    interview.close()


def as_stored(said):
    """What the store gives back of a body."""
    return json.loads(json.dumps(said, default=as_json))


@given(st.data())
def test_any_answer_is_read_back(data):
    name = data.draw(st.sampled_from(list(VOCABULARY.facts)))
    note = data.draw(st.sampled_from(["", "ștampilă"]))
    event = Event("answer", name, Answer(data.draw(values(name)), data.draw(st.sampled_from(["", *HOW])), note))
    assert read([("answer", as_stored(body(event)))], VOCABULARY).events == (event,)


def test_ranges_and_notes_are_read_back(store):
    events = [
        Event("answer", "annual_contract_value", Answer(Range(20_000, 40_000), "estimated", "from the CRM")),
        Event("answer", "paying_customers", Answer(Range(100, 10_000_000_000))),
        Event("answer", "monthly_burn", Answer(Range(0, 5_000), note="ștampilă")),
    ]
    assert record(store, written(store, events)).events == tuple(events)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("answer", {"question": "no_such_fact", "value": 1}),
        ("answer", {"question": "product_stage", "value": "sold"}),
        ("answer", {"question": "product_stage", "value": 3}),
        ("answer", {"question": "self_serve", "value": "sometimes"}),
        ("answer", {"question": "capital", "value": True}),
        ("answer", {"question": "capital", "value": float("nan")}),
        ("answer", {"question": "capital", "value": float("inf")}),
        ("answer", {"question": "capital", "value": -1}),
        ("answer", {"question": ["capital"], "value": 1}),
        ("answer", {"question": "capital"}),
        ("answer", {"question": "customer_segments", "value": ["tiny"]}),
        ("answer", {"question": "customer_segments", "value": [["small"]]}),
        ("answer", {"question": "plan", "value": "__import__('os')"}),
        ("answer", {"question": "company", "value": 7}),
        ("shout", {"question": "capital"}),
        ("known", {"damaged": "all"}),
        ("wrote", {"file": 7}),
        ("", {}),
    ],
)
def test_what_makes_no_sense_counts_for_nothing(kind, said):
    sense = [("given", as_stored(given_body(GIVEN))), *((event.kind, as_stored(body(event))) for event in EVENTS)]
    assert read([(kind, said), *sense, (kind, said)], VOCABULARY) == read(sense, VOCABULARY)


@given(
    st.sampled_from(["given", "answer", "skip", "wrote", "known"]),
    st.dictionaries(
        st.sampled_from(
            ["company", "facts", "how", "notes", "extra", "quick", "file", "question", "value", "money", "damaged"]
        ),
        st.recursive(
            st.one_of(
                st.sampled_from(["given", "answer", "capital", "product_stage", "idea"]), st.integers(), st.none()
            ),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["capital", "how"]), inner),
        ),
    ),
)
def test_any_json_can_be_read(kind, said):
    found = read([(kind, said)], VOCABULARY)
    assert factfile.text(replay(BASE, found.given, found.events).case, VOCABULARY)


@pytest.mark.parametrize("name", ["acme", "Müller & Co / 2027", "../../etc/passwd", "a b", ".", "con%2e", "北"])
def test_an_interview_has_its_name_and_its_fact_file_stays_in_the_folder(store, name):
    interview = Kept.create(store, name)
    assert interview.name == name.casefold()
    assert find(store, f" {name.upper().lower()} ") == interview.stream
    assert fact_file_of(interview.name).parent == folder()
    with pytest.raises(FileExistsError):
        Kept.create(store, name.title())
    interview.close()


@pytest.mark.parametrize("name", ["  ", "a\x00b", "x" * 300, "\x1b[31m"])
def test_what_is_no_name_is_refused(store, name):
    for use in (Kept.create, find):
        with pytest.raises(SalespathError, match="SP142"):
            use(store, name)


def test_an_interview_is_open_in_one_window_and_a_deleted_one_in_none(store):
    first, second = Kept.create(store), Kept.create(store)
    assert first.name != second.name
    with pytest.raises(BlockingIOError):
        Kept.take_up(store, first.stream)
    first.close()
    Kept.take_up(store, first.stream).close()
    second.remove()
    with pytest.raises(BlockingIOError):
        Kept.take_up(store, second.stream)


def test_the_latest_unfinished_interview_comes_first(store):
    older, latest = written(store), written(store)
    written(store, [*EVENTS, Event("done")])
    written(store, [])
    held = Kept.create(store)
    held.append(EVENTS[0])
    found = []
    for interview, _, changed in unfinished_interviews(store, VOCABULARY):
        found.append((interview.stream, changed))
        interview.close()
    held.close()
    assert found == [(one, store.last(one.id)) for one in (latest, older)]
    participant = store.create(kept.KIND, "ana", parent=store.create("workshop", "monday").id)
    assert participant not in [one for one, _ in interviews(store)], "those of a workshop are not one's own"


def test_a_folder_that_cannot_be_written_is_a_problem(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with pytest.raises(SalespathError, match="cannot save the interview"):
        opened()
    assert kept.to_read() is None
