"""A stand-in for the meldsysteem of a town: a real HTTP server that keeps what it got, and can misbehave."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from pdok_stand_in import send
from serving import serving

from data.open311_client import Open311Client

Misbehave = Callable[[BaseHTTPRequestHandler], None]


class TownSystem(ThreadingHTTPServer):
    """The server. `misbehave` replaces its answers; `forgets` lets it keep a request and not answer well.

    `got` holds every request as it came, also repeats; `kept` each once, by the reference in its header.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.misbehave: Misbehave | None = None
        self.forgets: Misbehave | None = None
        self.by_token = False
        self.got: list[dict[str, str]] = []
        self.kept: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.states: dict[str, tuple[str, str]] = {}
        self.stopping = Event()
        self.callers: list[Open311Client] = []

    @property
    def base_url(self) -> str:
        """Where the system answers."""
        return f"http://127.0.0.1:{self.server_port}/open311/v2"

    def number_of(self, reference: str) -> str:
        """The number that a request has here."""
        return f"MOR-{list(self.kept).index(reference) + 1}"

    def settle(self, number: str, notes: str = "") -> None:
        """Let a request be closed from now on."""
        self.states[number] = ("closed", notes)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no fault of the server."""


@contextmanager
def town_system() -> Iterator[TownSystem]:
    """A running stand-in, stopped at the end."""
    server = TownSystem()
    with serving(server, server.stopping):
        yield server


class _Handler(BaseHTTPRequestHandler):
    server: TownSystem
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self._misbehaves():
            return
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        if "/tokens/" in url.path:
            reference = url.path.rpartition("/")[2].removeprefix("token-").removesuffix(".xml")
            self._answer(
                f"<request>{_field('service_request_id', self.server.number_of(reference))}</request>"
            )
            return
        numbers = query.get("service_request_id", [""])[0].split(",")
        parts = []
        for reference, fields in self.server.kept.items():
            number = self.server.number_of(reference)
            if numbers == [""] or number in numbers:
                parts.append(self._request(number, fields))
        self._answer("".join(parts))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {name: values[0] for name, values in parse_qs(body).items()}
        reference = self.headers["Idempotency-Key"]
        self.server.got.append({**fields, "reference": reference})
        if self._misbehaves():
            return
        self.server.kept.setdefault(reference, fields)
        if self.server.forgets is not None:
            self.close_connection = True
            self.server.forgets(self)
            return
        name, value = "service_request_id", self.server.number_of(reference)
        if self.server.by_token:
            name, value = "token", f"token-{reference}"
        self._answer(f"<request>{_field(name, value)}</request>")

    def _request(self, number: str, fields: dict[str, str]) -> str:
        status, notes = self.server.states.get(number, ("open", ""))
        told = {
            "service_request_id": number,
            "status": status,
            "status_notes": notes,
            "description": fields["description"],
        }
        return f"<request>{''.join(_field(*pair) for pair in told.items())}</request>"

    def _misbehaves(self) -> bool:
        if self.server.misbehave is None:
            return False
        self.close_connection = True
        self.server.misbehave(self)
        return True

    def _answer(self, parts: str) -> None:
        body = f"<?xml version='1.0' encoding='utf-8'?><service_requests>{parts}</service_requests>"
        # As FixMyStreet says it; the standard has text/xml.
        send(self, 200, "application/xml; charset=utf-8", body.encode())

    def log_message(self, *_: Any) -> None:
        return


def _field(name: str, value: str) -> str:
    return f"<{name}>{escape(value)}</{name}>"
