"""Who may ask for what: the only door of the server, before which everything else stands.

The host and everybody who joins have secrets of their own, which are derived from one key that lies in the store, so that they
outlast a restart. Nothing is believed that is not known from these.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from salespath.interview.store import Store

BODY = 64 * 1024  # bytes of a form at most
FIELDS = 1000  # of a form
SLOW = 10.0  # seconds within which a form must have come
STREAMS = 8  # of one visitor at a time
DAYS = 60  # that a cookie is kept
OFTEN = (20.0, 80.0)  # requests a second of one visitor, and how many at once
OFTEN_FROM = (500.0, 3000.0)  # the same of one address: a whole room may share one
GUESSES = (0.2, 30.0)  # wrong codes and tokens of one address
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Keys:
    """The secrets of a store; it makes a key when it has none."""

    def __init__(self, store: Store) -> None:
        stream = store.find("server", "keys") or store.create("server", "keys")
        self.stream = stream.id
        said = [entry.body["key"] for entry in store.events(stream.id) if isinstance(entry.body.get("key"), str)]
        if not said:
            said = [store.append(stream.id, "made", {"key": secrets.token_hex(32)}).body["key"]]
        self._key = bytes(said[0], "utf-8")
        self.host = self._derived("the address of the host")
        self.join = self._derived("the address of those who join", 16)
        self.name = self._derived("the names of cookies", 6)

    def person(self, id_: int) -> str:
        """The secret of somebody who has joined."""
        return f"{id_}.{self._derived(f'person {id_}')}"

    def person_of(self, secret: str) -> int | None:
        """Whose secret it is."""
        number = secret.partition(".")[0]
        known = number.isascii() and number.isdigit() and len(number) < 19
        return int(number) if known and same(secret, self.person(int(number))) else None

    def cookie_of(self, what: str) -> str:
        """What the cookie holds that says that an address was known: not the address itself."""
        return self._derived(f"cookie {what}")

    def form_of(self, visitor: str) -> str:
        """What the forms of a visitor carry, which no other site can know."""
        return self._derived(f"form {visitor}")

    def _derived(self, what: str, length: int = 40) -> str:
        return hmac.digest(self._key, what.encode(), "sha256").hex()[:length]


def same(one: str, other: str) -> bool:
    """Whether two secrets are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


@dataclass
class Visit:
    """Who asks: a browser, whether it is the host's, and the form that it sent."""

    visitor: str
    host: bool
    token: str  # of its forms
    cookies: dict[str, str]
    form: list[tuple[str, str]] = field(default_factory=list)

    def get(self, name: str) -> str:
        """What a field of the form holds."""
        return next((value for key, value in self.form if key == name), "")

    def all(self, name: str) -> list[str]:
        """What all fields of that name hold."""
        return [value for key, value in self.form if key == name]


class Limit:
    """So many a second, and so many at once, for each of many."""

    def __init__(self, rate: float, most: float) -> None:
        self._rate, self._most = rate, most
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, who: str) -> bool:
        """Whether one more is allowed now; it counts."""
        now = time.monotonic()
        left, at = self._left.pop(who, (self._most, now))
        left = min(self._most, left + (now - at) * self._rate)
        self._left[who] = (left - 1 if left >= 1 else left), now
        while len(self._left) > 20_000:  # those that were here longest ago
            del self._left[next(iter(self._left))]
        return left >= 1


class Guard:
    """Stands before an application and lets through what is allowed.

    `names` are names, beside addresses, under which this server may be asked; None: it listens on this machine alone.
    """

    def __init__(self, app: ASGIApp, keys: Keys, names: Collection[str] | None) -> None:
        self._app, self.keys, self._names = app, keys, names
        self._often, self._often_from, self._guesses = Limit(*OFTEN), Limit(*OFTEN_FROM), Limit(*GUESSES)
        self._streams: dict[str, int] = {}

    def cookie(self, what: str) -> str:
        """The name of a cookie."""
        return f"salespath_{what}_{self.keys.name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or have the application answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        scope["guard"] = self
        request = Request(scope, receive)
        answer = await self._refused(request)
        if answer is not None:
            await answer(scope, receive, send_guarded)
            return
        if not scope["path"].startswith("/stream/"):
            await self._app(scope, receive, send_guarded)
            return
        who = scope["visit"].visitor
        if self._streams.get(who, 0) >= STREAMS:
            await _too_many()(scope, receive, send_guarded)
            return
        self._streams[who] = self._streams.get(who, 0) + 1
        try:
            await self._app(scope, receive, send_guarded)
        finally:
            self._streams[who] -= 1
            if not self._streams[who]:
                del self._streams[who]

    def guessed(self, request: Request) -> bool:
        """A wrong code came from an address; whether it may try another one."""
        return self._guesses.allows(_address(request))

    def remember(self, response: Response, what: str, value: str) -> None:
        """Have a browser keep a secret: scripts cannot read it, and it comes with no request that another site makes."""
        response.set_cookie(self.cookie(what), value, max_age=DAYS * 86400, path="/", httponly=True, samesite="strict")

    async def _refused(self, request: Request) -> Response | None:
        """The answer to what is not let through, be it refused or sent elsewhere."""
        if not self._is_ours(request.headers.get("host", "")):
            return _said("This is no address of this server.", 421)
        if request.method not in ("GET", "HEAD", "POST"):
            return _said("That is not understood.", 405)
        if not self._often_from.allows(_address(request)):
            return _too_many()
        cookies = _cookies(request.headers)
        known = {what: cookies.get(self.cookie(what), "") for what in ("host", "join", "visitor")}
        host = same(known["host"], self.keys.cookie_of("host"))
        joined = host or self._names is None or same(known["join"], self.keys.cookie_of("join"))
        if request.method != "POST" and (key := _given(request, ("key", "t"))):
            return self._entered(request, *key)
        if not joined:
            return _said("This workshop is for those who have its whole address. Ask the facilitator for it.", 403)
        if request.scope["path"].startswith("/static/"):
            return None
        visitor = known["visitor"]
        if not (visitor.isascii() and visitor.isalnum() and 16 <= len(visitor) <= 64):
            visitor = ""
        if visitor and not self._often.allows(visitor):
            return _too_many()
        if not visitor:
            if request.method == "POST":
                return _said("Open the page again: it was left too long, or this browser keeps no cookies.", 403)
            return self._met(request)
        visit = Visit(visitor, host, self.keys.form_of(visitor), cookies)
        request.scope["visit"] = visit
        if request.method != "POST":
            return RedirectResponse(_without(request, ("here",)), 303) if "here" in request.query_params else None
        return await self._form(request, visit)

    def _entered(self, request: Request, name: str, key: str) -> Response:
        """Somebody comes with a secret in the address: it is exchanged for a cookie, and no longer shown."""
        what = "host" if name == "key" else "join"
        if not same(key, self.keys.host if what == "host" else self.keys.join):
            if not self._guesses.allows(_address(request)):
                return _too_many()
            return _said("This address is not right, or no longer. Ask for it once more.", 403)
        response = _again(_without(request, ("key", "t"), here=True))
        self.remember(response, what, self.keys.cookie_of(what))
        return response

    def _met(self, request: Request) -> Response:
        """Somebody comes without a cookie: it may be that the browser keeps one back, as the link stood on another site."""
        if "here" not in request.query_params:
            return _again(_without(request, (), here=True))
        response = RedirectResponse(_without(request, ("here",)), 303)
        self.remember(response, "visitor", secrets.token_hex(16))
        return response

    async def _form(self, request: Request, visit: Visit) -> Response | None:
        """Read the form; the answer where it is not from a page of ours, or too much."""
        headers = request.headers
        origin = urlsplit(headers.get("origin", ""))
        if origin.scheme not in ("http", "https") or origin.netloc.lower() != headers.get("host", "").lower():
            return _said("Forms are taken from pages of this server only.", 403)
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
            return _said("That is no form of this server.", 415)
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > BODY:
            return _said("That is too much.", 413)
        body = b""
        try:
            async with asyncio.timeout(SLOW):
                async for part in request.stream():
                    body += part
                    if len(body) > BODY:
                        return _said("That is too much.", 413)
            visit.form = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=FIELDS)
        except TimeoutError:
            return _said("That took too long.", 408)
        except ValueError:
            return _said("That form cannot be read.", 400)
        if not same(visit.get("form"), visit.token):
            return _said("This form is not from a page that was opened here. Open the page again.", 403)
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether a server is asked by its own name: another one may have been pointed at its address."""
        name, is_address, is_loopback = _read_host(host)
        if is_address:
            return is_loopback or self._names is not None
        return bool(name) and name in ("localhost", *(self._names or ()))


def visit_of(request: Request) -> Visit:
    """Who asks."""
    found: Visit = request.scope["visit"]
    return found


def guard_of(request: Request) -> Guard:
    """What stands before the application."""
    found: Guard = request.scope["guard"]
    return found


@lru_cache(64)  # all come with the same few
def _read_host(host: str) -> tuple[str, bool, bool]:
    """The name of a server without its port ("" where there is none), whether that is an address, and whether of this machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return "", False, False
    try:
        return name, True, ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name, False, False


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(f"{text}\n", status)


def _too_many() -> Response:
    return PlainTextResponse("Too much at once; wait a moment.\n", 429, {"Retry-After": "2"})


def _again(path: str) -> Response:
    """A page that leads on at once: only what a page of ours asks for comes with cookies, whatever site the link stood on."""
    from html import escape

    address = escape(path)
    return HTMLResponse(
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Workshop</title>'
        '<link rel="icon" href="/static/icon.svg">'
        f'<meta http-equiv="refresh" content="0; url={address}"></head>'
        f'<body><main><h1>Workshop</h1><p><a href="{address}">Go on</a></p></main></body></html>'
    )


def _given(request: Request, names: Collection[str]) -> tuple[str, str] | None:
    return next(((name, request.query_params[name]) for name in names if name in request.query_params), None)


def _without(request: Request, names: Collection[str], *, here: bool = False) -> str:
    """The path of a request and what is asked there, without some of it."""
    asked = [(key, value) for key, value in request.query_params.multi_items() if key not in (*names, "here")]
    asked += [("here", "1")] if here else []
    path = "/" + request.url.path.lstrip("/\\")  # never another server's address
    return f"{path}?{urlencode(asked)}" if asked else path


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _cookies(headers: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value)
    return found
