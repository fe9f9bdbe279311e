"""The decision journal: what is recorded is read back, any events lead to a state, and what is due is found."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import given
import pytest
from given import BASE, EXAMPLES, VOCABULARY
from hypothesis import given as examples
from hypothesis import strategies as st

from salespath.engine.assess import assess
from salespath.facts import read_file
from salespath.facts.outcomes import AgreedMove, Outcome
from salespath.files.problems import SalespathError, shown
from salespath.files.visible import hidden
from salespath.interview import decisions as journal
from salespath.interview.decisions import Came, close, decisions, due, record, replay
from salespath.interview.store import Entry, Store
from salespath.report.formats import write_page
from salespath.report.pages import decisions as pages

DAY = date(2026, 2, 1)
ASANA = read_file(str(EXAMPLES / "asana_2020.yaml"), VOCABULARY).cases[0]
RECOMMENDED = pages.recommended(assess(BASE, ASANA), "asana.yaml")
FULL = Outcome(
    sentence="We sell to banks",
    dissent=(("Ana", "Too slow"),),
    moves=(AgreedMove("Hire a seller", "Ana", date(2026, 4, 15)), AgreedMove("Call them", "Bo"), AgreedMove("Wait")),
    review=date(2026, 9, 30),
    check="the pipeline",
    advice="overridden",
    because="Two deals are signed",
    prediction="Three banks sign",
    predicted_for=date(2026, 10, 30),
)
EVIL = "<script>alert(1)</script> =HYPERLINK(1) {{7*7}} \x1b[2J\u202eevil | `x` \ud800 ăâîșț"

texts = st.text(st.sampled_from("ab ș<>&{}|`*=\x1b\u202e\u200b\n\"'"), max_size=20).map(lambda text: f"x{text}")
days = st.dates(DAY, date(2030, 1, 1))


@st.composite
def outcomes(draw):
    """Outcomes that can be recorded."""
    advice = draw(st.sampled_from(["", "taken", "overridden"]))
    predicted, review = draw(st.booleans()), draw(st.booleans())
    return Outcome(
        sentence=draw(texts),
        dissent=tuple(draw(st.lists(st.tuples(texts, texts), max_size=2))),
        moves=tuple(draw(st.lists(st.builds(AgreedMove, texts, texts, st.none() | days), max_size=3))),
        review=draw(days) if review else None,
        check=draw(texts) if review else "",
        advice=advice,
        because=draw(texts) if advice else "",
        prediction=draw(texts) if predicted else "",
        predicted_for=draw(days) if predicted else None,
    )


def visible_outcome(outcome: Outcome) -> Outcome:
    """The same with what cannot be seen named."""

    def said(text):
        return shown(text, 10_000)

    return replace(
        outcome,
        sentence=said(outcome.sentence),
        dissent=tuple((said(who), said(why)) for who, why in outcome.dissent),
        moves=tuple(AgreedMove(said(m.what), said(m.owner), m.due) for m in outcome.moves),
        **{key: said(getattr(outcome, key)) for key in ("check", "because", "prediction")},
    )


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path / "store.sqlite") as opened:
        yield opened


def codes(error) -> list[str]:
    return [problem.code for problem in error.value.problems]


@examples(outcome=outcomes())
def test_what_is_recorded_is_read_back(tmp_path_factory, outcome):
    path = tmp_path_factory.mktemp("store") / "store.sqlite"
    with Store(path) as store:
        number = record(store, VOCABULARY, RECOMMENDED, outcome, DAY).number
    with Store(path) as store:
        found, problems = decisions(store, VOCABULARY)
    assert [(one.number, one.day, one.outcome) for one in found] == [(number, DAY, visible_outcome(outcome))]
    assert problems == []
    assert found[0].company == "Asana"


def test_what_was_recommended_is_kept_with_the_facts_and_the_rules(store):
    found = record(store, VOCABULARY, RECOMMENDED, FULL, DAY).recommended
    assert found.verdict.startswith("Run both processes, the SMB one first")
    assert (found.process, found.version) == ("both, SMB first", BASE.knowledge.version)
    assert found.sha256 == (BASE.knowledge.sha256,)
    assert found.source == "asana.yaml"
    assert dict(found.given.values) == dict(ASANA.values)


def test_what_has_a_day_is_due_from_then_on_the_oldest_first(store):
    record(store, VOCABULARY, RECOMMENDED, replace(FULL, moves=(), review=None, check=""), DAY)
    record(store, VOCABULARY, RECOMMENDED, FULL, DAY)
    found, _ = decisions(store, VOCABULARY)
    assert due(found, date(2026, 4, 14)) == []
    assert [item.kind for item in due(found, date(2026, 4, 15))] == ["move"]
    everything = due(found, date(2026, 10, 30))
    assert [(item.kind, item.decision.number) for item in everything] == [
        ("move", 2), ("review", 2), ("prediction", 1), ("prediction", 2),
    ]  # fmt: skip
    assert (everything[0].text, everything[0].owner, everything[0].place) == ("Hire a seller", "Ana", 1)
    assert [item.kind for item in journal.coming(found, date(2026, 9, 30))] == ["prediction", "prediction"]


def test_what_is_settled_is_due_no_more(store):
    number = record(store, VOCABULARY, RECOMMENDED, FULL, DAY).number
    late = date(2030, 1, 1)

    def kinds(came: Came) -> list[str]:
        return [item.kind for item in due([close(store, VOCABULARY, number, came)], late)]

    assert kinds(Came(date(2026, 5, 1), "Ana hired", done=(("Hire a seller", "Ana"),))) == ["review", "prediction"]
    assert kinds(Came(date(2026, 9, 29), "Not yet the day")) == ["review", "prediction"]
    assert kinds(Came(date(2026, 9, 30), "Looked at")) == ["prediction"]
    assert kinds(Came(date(2026, 11, 1), "One signed", "wrong")) == []
    found = close(store, VOCABULARY, number, Came(date(2026, 12, 1), "The others signed, too", "right"))
    assert found.told == "right"
    assert [came.note for came in found.came] == [
        "Ana hired", "Not yet the day", "Looked at", "One signed", "The others signed, too",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"because": " "}, ["SP240"]),
        ({"predicted_for": None}, ["SP241"]),
        ({"prediction": ""}, ["SP241"]),
        ({"review": None}, ["SP241"]),
        ({"review": DAY - timedelta(1)}, ["SP242"]),
        ({"predicted_for": DAY - timedelta(1)}, ["SP242"]),
        ({"moves": (AgreedMove("Hire", "", DAY - timedelta(1)),)}, ["SP242"]),
        ({"sentence": "x" * 401}, ["SP243"]),
        ({"because": "\u202e" * 60}, ["SP243"]),
        ({"check": f"x{' ' * 4000}y"}, ["SP243"]),
        ({"moves": (AgreedMove("", "Ana"),)}, ["SP248"]),
        ({"because": "", "review": DAY - timedelta(1), "sentence": "x" * 401}, ["SP240", "SP242", "SP243"]),
    ],
)
def test_what_makes_no_sense_is_refused_all_at_once_and_nothing_is_written(store, changes, expected):
    with pytest.raises(SalespathError) as error:
        record(store, VOCABULARY, RECOMMENDED, replace(FULL, **changes), DAY)
    assert codes(error) == expected
    assert decisions(store, VOCABULARY) == ([], [])


def test_the_day_of_the_decision_itself_is_no_day_in_the_past(store):
    moves = (AgreedMove("Hire", "Ana", DAY),)
    found = record(store, VOCABULARY, RECOMMENDED, replace(FULL, review=DAY, predicted_for=DAY, moves=moves), DAY)
    assert len(due([found], DAY)) == 3


def test_nothing_comes_of_what_is_not_there(store):
    with pytest.raises(SalespathError) as error:
        close(store, VOCABULARY, 1, Came(DAY, "x"))
    assert codes(error) == ["SP245"]
    record(store, VOCABULARY, RECOMMENDED, Outcome(advice="taken"), DAY)
    with pytest.raises(SalespathError) as error:
        close(store, VOCABULARY, 1, Came(DAY - timedelta(1), "", "right"))
    assert codes(error) == ["SP242", "SP246"]
    with pytest.raises(SalespathError) as error:
        close(store, VOCABULARY, 1, Came(DAY))
    assert codes(error) == ["SP246"]
    assert decisions(store, VOCABULARY)[0][0].came == ()


def test_a_revision_keeps_what_came_but_is_not_told_by_what_was_predicted_before(store):
    recommended = replace(RECOMMENDED, source="workshop:abc")
    number = record(store, VOCABULARY, recommended, FULL, DAY).number
    close(store, VOCABULARY, number, Came(DAY, "Signed", "right", done=(("Hire a seller", "Ana"),)))
    assert journal.number_from(store, VOCABULARY, "workshop:abc") == number
    assert journal.number_from(store, VOCABULARY, "workshop:other") == 0
    moves = (AgreedMove("Something else", "Ana"), AgreedMove("Hire a seller", "Ana", date(2026, 5, 1)))
    changed = replace(FULL, prediction="Nobody signs", moves=moves)
    found = record(store, VOCABULARY, recommended, changed, DAY, number=number)
    assert (found.number, found.told, [came.note for came in found.came]) == (number, "", ["Signed"])
    assert [found.is_done(move) for move in found.outcome.moves] == [False, True]
    assert len(decisions(store, VOCABULARY)[0]) == 1


def test_a_process_killed_before_it_said_anything_leaves_no_decision(store):
    store.create("decision", "1")
    assert decisions(store, VOCABULARY) == ([], [])
    assert record(store, VOCABULARY, RECOMMENDED, FULL, DAY).number == 2


def test_damage_is_said_and_the_rest_counts(store):
    for _ in range(2):
        number = record(store, VOCABULARY, RECOMMENDED, FULL, DAY).number
        close(store, VOCABULARY, number, Came(DAY, "Signed", "right"))
    with closing(sqlite3.connect(store.path)) as db:
        db.execute(
            "UPDATE event SET body = '{}' WHERE id IN (1, 4)"
        )  # the first is no decision, the second has no note
        db.commit()
    found, problems = decisions(store, VOCABULARY)
    assert [(one.number, one.came, one.damage) for one in found] == [(2, (), 1)]
    assert [(problem.code, problem.severity) for problem in problems] == [("SP244", "warning")] * 2


# Any order of events

anything = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "x", "right", "2026-02-01", "2026-13-01"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["what", "owner", "due", "given"]), inner),
    max_leaves=6,
)
keys = st.sampled_from(["day", "recommended", "outcome", "note", "told", "prediction", "done", "moves", "given"])
nonsense = st.tuples(st.sampled_from(["decided", "came", "other"]), st.dictionaries(keys, anything, max_size=6))
noted = st.builds(
    lambda day, note, told: ("came", {"day": day.isoformat(), "note": note, "told": told, "prediction": "p"}),
    days, texts, st.sampled_from(["", "right", "wrong", "untold"]),
)  # fmt: skip
DECIDED = (
    "decided",
    {"day": "2026-02-01", "recommended": {"given": {"company": "Acme"}}, "outcome": {"prediction": "p"}},
)


def entries(events) -> list[Entry]:
    return [Entry(number, 1, 0.0, kind, body) for number, (kind, body) in enumerate(events, 1)]


@examples(st.lists(nonsense | noted | st.just(DECIDED), max_size=8))
def test_any_events_lead_to_a_state_that_can_be_shown(events):
    found = replay(1, entries(events), VOCABULARY)
    assert found or DECIDED not in events
    if found:
        assert list(found.came) == sorted(found.came, key=lambda came: came.day)
        assert all(item.decision is found for item in due([found], date.max))
        assert "Decision 1" in write_page([pages.page(found, "salespath")], "md")


@examples(st.lists(noted, max_size=6, unique_by=lambda event: event[1]["day"]), st.data())
def test_notes_of_different_days_lead_to_one_state_in_whatever_order_they_are_written(events, data):
    some = [DECIDED, *events]
    assert replay(1, entries(data.draw(st.permutations(some))), VOCABULARY) == replay(1, entries(some), VOCABULARY)


# Other people's texts, and other processes


def test_nothing_that_somebody_wrote_runs_or_hides_on_a_page(store):
    case = replace(ASANA, company=EVIL)
    outcome = Outcome(EVIL, ((EVIL, EVIL),), (AgreedMove(EVIL, EVIL, DAY),), DAY, EVIL, "taken", EVIL, EVIL, DAY)
    record(store, VOCABULARY, replace(RECOMMENDED, given=case, source=EVIL), outcome, DAY)
    found = close(store, VOCABULARY, 1, Came(DAY, EVIL, "right", done=((shown(EVIL, 400), shown(EVIL, 400)),)))
    assert found.is_done(found.outcome.moves[0])
    for page in (pages.page(found, "salespath"), pages.listing([replace(found, came=())], DAY, "salespath")):
        html, markdown = (write_page([page], ending) for ending in ("html", "md"))
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html
        assert "<script>alert" not in markdown
        assert not hidden(html + markdown)


RECORDING = """
import sys
from datetime import date
from pathlib import Path
from salespath.facts import Case
from salespath.interview import decisions
from salespath.facts.outcomes import Outcome
from salespath.interview.store import Store
from salespath.engine.load import load
words = load().vocabulary
with Store(Path(sys.argv[1])) as store:
    for at in range(15):
        told = decisions.Recommended("", "", "", "", "", (), Case(f"{sys.argv[2]} {at}"))
        decisions.record(store, words, told, Outcome(advice="taken"), date(2026, 2, 1))
"""


def test_two_processes_record_at_once_and_each_decision_has_a_number_of_its_own(tmp_path):
    path = tmp_path / "store.sqlite"
    started = [subprocess.Popen([sys.executable, "-c", RECORDING, str(path), name], cwd=given.ROOT) for name in "AB"]
    assert [process.wait(timeout=120) for process in started] == [0, 0]
    with Store(path) as store:
        found, problems = decisions(store, VOCABULARY)
    assert problems == []
    assert [one.number for one in found] == list(range(1, 31))
    assert {one.company for one in found} == {f"{name} {at}" for name in "AB" for at in range(15)}
