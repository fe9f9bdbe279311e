"""Many people at once lose nothing: a small share of what `benchmarks/load.py` tries."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from given import BASE

from benchmarks.load import choices, kills, run


def test_what_people_are_made_to_say_are_answers_to_all_questions() -> None:
    assert {*choices(BASE)} == {*BASE.vocabulary.facts}


def test_people_answer_at_once_and_the_wall_counts_all_of_it() -> None:
    with ThreadPoolExecutor(1) as apart:  # of the tests in a browser, which leave a loop running
        found = apart.submit(run, BASE, people=10, answers=6, seconds=2).result()
    assert (found.answers, found.lost) == (60, 0)
    assert max(found.late) < float("inf")
    assert found.events >= 10 * 2  # everybody's own stream said how far all are, before and after


def test_a_server_killed_while_people_answer_has_all_that_was_acknowledged() -> None:
    with ThreadPoolExecutor(1) as apart:
        answers, lost = apart.submit(kills, BASE, times=2, people=10).result()
    assert answers >= 2 * 10
    assert lost == 0
