"""The pages without scripts: what each one can do, and what is said of it."""

from __future__ import annotations


def test_a_workshop_without_scripts(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    assert "what they say is hidden" in host.page
    ana = workshop.person(code, "Ana")
    assert "Question 1 of 7" in ana.page
