"""What is refused, one by one, and that nothing of another's text runs."""

from __future__ import annotations

import json
import re

import pytest

from salespath.workshop.security import BODY, FIELDS, Limit

TOKEN_HERE = {"Origin": "http://127.0.0.1:8765"}
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "=HYPERLINK(1)",
    "'; --",
]


@pytest.fixture
def lan(started):
    """A server that others on the network reach."""
    return started("http://192.168.1.5:8765", ("192.168.1.5", "desk"))


def test_every_answer_forbids_what_is_not_ours(workshop) -> None:
    host = workshop.host()
    code = host.create()
    for path in ("/", f"/host/{code}", f"/wall/{code}", "/join", "/nowhere", "/static/app.css"):
        headers = host.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'self';")
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"  # with none, browsers hide where a form is from


def test_pages_have_nothing_inline(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    pages = [host.open(path) for path in ("/", f"/host/{code}", f"/wall/{code}")]
    ana = workshop.person(code, "Ana")
    pages += [ana.open(f"/me/{code}"), workshop.browser().open(f"/join/{code}")]
    for page in pages:
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=\"/static/)", page)
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//(?!127\.0\.0\.1)", page)


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "192.168.1.5", "", "[", "desk"]
)
def test_another_name_of_the_server_is_refused(workshop, name) -> None:
    assert workshop.browser().get("/join", headers={"Host": name}).status_code == 421


@pytest.mark.parametrize("name", ["127.0.0.1:1", "localhost:8765", "[::1]:8765", "localhost"])
def test_its_own_names_are_not(workshop, name) -> None:
    assert workshop.browser().get("/join", headers={"Host": name}).status_code == 200


def test_names_on_a_network(lan) -> None:
    def status(name: str) -> int:
        return lan.browser().get(f"/join?t={lan.app.keys.join}", headers={"Host": name}).status_code

    assert [status(name) for name in ("192.168.1.5:8765", "desk:8765", "10.0.0.7", "evil.example")] == [
        200,
        200,
        200,
        421,
    ]


def test_on_a_network_only_with_the_token(lan) -> None:
    host = lan.host()
    code = host.create()
    stranger = lan.browser()
    for path in (
        "/",
        "/join",
        f"/join/{code}",
        f"/me/{code}",
        f"/wall/{code}",
        "/static/app.css",
        f"/stream/{code}/me",
    ):
        assert stranger.get(path).status_code == 403
        assert stranger.get(f"{path}?t=0000000000000000").status_code == 403
    assert stranger.post(f"/join/{code}", data={"name": "Eve"}, headers=TOKEN_HERE).status_code == 403
    link = re.search(r'href="(http://192[^"]+)"', host.open(f"/host/{code}"))
    assert link
    assert f"?t={lan.app.keys.join}" in link[1]
    guest = lan.browser()
    guest.open(link[1].removeprefix("http://192.168.1.5:8765"))
    assert "Your name" in guest.page
    assert "t=" not in str(guest.get(f"/join/{code}").url)  # it is not shown, or sent, any more


def test_the_join_token_makes_nobody_a_facilitator(lan) -> None:
    host = lan.host()
    code = host.create()
    guest = lan.browser()
    guest.open(f"/join/{code}?t={lan.app.keys.join}")
    assert guest.get(f"/?key={lan.app.keys.join}").status_code == 403
    for path in ("/", f"/host/{code}", f"/wall/{code}", f"/host/{code}/export", f"/stream/{code}/host"):
        assert guest.get(path).status_code == 403
    assert "facilitator" in guest.open("/")
    for path in ("/", f"/host/{code}"):
        guest.open(f"/join/{code}")
        assert guest.submit(path, action="closed", code=code).status_code == 403


def test_on_this_machine_too_the_facilitator_needs_the_key(workshop) -> None:
    code = workshop.host().create()
    other = workshop.browser()
    other.open("/join")
    assert other.get(f"/host/{code}").status_code == 403
    assert other.get("/?key=" + "0" * 40).status_code == 403


def test_cookies_are_kept_from_scripts_and_other_sites(workshop) -> None:
    host = workshop.host()
    code = host.create()
    ana = workshop.browser()
    ana.open(f"/join/{code}")
    joined = ana.submit(f"/join/{code}", name="Ana")
    said = [line for each in joined.history for line in each.headers.get_list("set-cookie")]
    said += host.get(f"/?key={workshop.app.keys.host}").headers.get_list("set-cookie")
    assert len(said) == 2
    for line in said:
        assert "HttpOnly" in line
        assert "SameSite=strict" in line
    assert workshop.app.keys.host not in "".join(said)


def test_a_form_of_another_site_is_refused(workshop) -> None:
    host = workshop.host()
    code = host.create()
    path, token = f"/host/{code}", re.search(r'name="form" value="(\w+)"', host.page)[1]
    good = {"form": token, "action": "closed"}
    for origin in ("http://evil.example", "null", "https://127.0.0.1:1", "http://127.0.0.1:8766", ""):
        headers = {"Origin": origin} if origin else {}
        assert host.post(path, data=good, headers=headers).status_code == 403
    for form in ({"action": "closed"}, {**good, "form": "0" * 40}, {**good, "form": ""}):
        assert host.post(path, data=form, headers=TOKEN_HERE).status_code == 403
    other = workshop.browser()
    other.open("/join")
    assert (
        host.post(path, data={**good, "form": workshop.app.keys.form_of("x" * 32)}, headers=TOKEN_HERE).status_code
        == 403
    )
    assert "what they say is hidden" in host.open(f"/host/{code}")  # nothing was done
    host.post(path, data=good, headers=TOKEN_HERE)
    assert "Closed" in host.open(f"/host/{code}")


def test_a_form_is_a_form_and_no_more_than_that(workshop) -> None:
    host = workshop.host()
    code = host.create()
    path = f"/host/{code}"
    assert host.post(path, json={"action": "closed"}, headers=TOKEN_HERE).status_code == 415
    assert host.post(path, data={"action": "x" * BODY}, headers=TOKEN_HERE).status_code == 413

    def slowly():
        for _ in range(9):
            yield b"a" * (BODY // 8)

    headers = {**TOKEN_HERE, "Content-Type": "application/x-www-form-urlencoded"}
    assert host.post(path, content=slowly(), headers=headers).status_code == 413
    assert host.post(path, content=b"&".join([b"a=1"] * (FIELDS + 1)), headers=headers).status_code == 400
    assert host.post(path, content=b"\xff\xfe", headers=headers).status_code in (400, 403)
    assert host.request("DELETE", path).status_code == 405
    assert host.request("PUT", path, content=b"").status_code == 405


def test_a_limit() -> None:
    limit = Limit(0.0001, 3)
    assert [limit.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert limit.allows("b")


def test_too_much_at_once(workshop, monkeypatch) -> None:
    host = workshop.host()
    monkeypatch.setattr(workshop.app, "_often", Limit(0.0001, 3))
    assert [host.get("/").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert workshop.browser().get("/join").status_code == 200  # others are not held up


def test_codes_cannot_be_guessed(workshop, monkeypatch) -> None:
    monkeypatch.setattr(workshop.app, "_guesses", Limit(0.0001, 3))
    found = []
    for code in ("aaaaaa", "bbbbbb", "cccccc", "dddddd"):
        guest = workshop.browser()  # a new browser does not help
        guest.open(f"/join/{code}")
        found.append(guest.status)
    assert found == [404, 404, 404, 429]
    assert workshop.browser().get("/?key=" + "0" * 40).status_code == 429


@pytest.mark.parametrize(
    "code", ["..%2f..%2fetc%2fpasswd", "%00", "a'--", "ABCDEF%0d%0aX: y", "server", "keys", "😀😀😀😀😀😀"]
)
def test_no_path_of_a_user_leads_anywhere(workshop, code) -> None:
    host = workshop.host()
    for path in (f"/join/{code}", f"/host/{code}", f"/me/{code}", f"/static/{code}", f"/static/../{code}"):
        response = host.get(path)
        assert response.status_code in (400, 404, 429)
        assert "root:" not in response.text
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static//etc/passwd"):
        assert host.get(path).status_code == 404


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_write_is_text(workshop, text) -> None:
    host = workshop.host()
    code = host.create(company=text, which="quick")
    ana, ben = workshop.person(code, text), workshop.person(code, "Ben")
    ana.answer(code, {"product_stage": "launched"}, {"product_stage": text})
    ben.answer(code, {"product_stage": "idea", "annual_contract_value": "5k"})
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="agenda", text=f"{text} 5")
    host.submit(f"/host/{code}", action="revealed")
    pages = [host.page, ana.open(f"/me/{code}"), host.open("/"), host.open(f"/wall/{code}")]
    assert all(re.search("(?i)acme|&|HYPERLINK|7 \\* 7", page) for page in pages)
    for page in pages:
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "49" not in re.sub(r"[0-9a-f]{16,}", "", page) or "7 * 7" not in text


def test_hidden_characters_are_shown(workshop) -> None:
    host = workshop.host()
    code = host.create(company="Ac\u202eme")
    assert "Ac&lt;U+202E&gt;me" in host.open(f"/host/{code}")


def test_a_link_on_another_site_keeps_who_you_are(workshop) -> None:
    """A browser sends no strict cookie with the first request then: the page leads on to itself, and makes nobody anew."""
    code = workshop.host().create()
    ana = workshop.person(code, "Ana")
    bare = workshop.browser().get(f"/me/{code}")
    assert f'content="0; url=/me/{code}?here=1"' in bare.text
    assert not bare.headers.get_list("set-cookie")
    assert "Question 1" in ana.open(f"/me/{code}?here=1")


def test_one_person_is_not_another(workshop) -> None:
    code = workshop.host().create()
    ana, eve = workshop.person(code, "Ana"), workshop.person(code, "Eve")
    name = next(each.name for each in ana.cookies.jar if "person" in each.name)
    number = ana.cookies[name].partition(".")[0]
    eve.cookies.delete(name)
    eve.cookies.set(name, f"{number}.{eve.cookies.get(name, '0' * 40)}")
    assert "Your name" in eve.open(f"/me/{code}")


def test_export_and_erase(workshop) -> None:
    host = workshop.host()
    code, other = host.create(which="quick"), host.create(company="Other")
    ana = workshop.person(code, "Ana Secret")
    ana.answer(code, {"product_stage": "launched"}, {"product_stage": "a reason"})
    response = host.get(f"/host/{code}/export")
    assert response.headers["content-disposition"] == f'attachment; filename="workshop-{code}.json"'
    assert "a reason" in json.dumps(response.json())
    assert workshop.app.keys.host not in response.text
    host.open(f"/host/{code}")
    assert host.submit(f"/host/{code}", action="erase", code="wrong").status_code == 422
    assert "Ana Secret" in host.page
    host.submit(f"/host/{code}", action="erase", code=code)
    assert code not in host.page
    assert other in host.page
    assert ana.get(f"/me/{code}").status_code == 404
    for path in workshop.store.path.parent.iterdir():
        assert b"Ana Secret" not in path.read_bytes()
        assert b"a reason" not in path.read_bytes()


def test_removing_somebody_deletes_what_they_said(workshop) -> None:
    host = workshop.host()
    code = host.create(which="quick")
    ana = workshop.person(code, "Ana Secret")
    ana.answer(code, {}, {})
    number = next(each.value for each in ana.cookies.jar if "person" in each.name).partition(".")[0]
    host.open(f"/host/{code}")
    host.submit(f"/host/{code}", action="remove", person=number)
    assert "Nobody has joined yet" in host.page
    assert "Your name" in ana.open(f"/me/{code}")
    assert workshop.store.events(int(number)) == []
