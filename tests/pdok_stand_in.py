"""A stand-in for PDOK Locatieserver v3.1: a real HTTP server that gives the recorded answers."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlsplit

from serving import serving

RECORDED = Path(__file__).parent / "fixtures" / "pdok"
ALLOWED = {
    "free": {"q", "lat", "lon", "fl", "fq", "df", "qf", "bq", "start", "rows", "sort", "wt"},
    "reverse": {"lat", "lon", "X", "Y", "type", "distance", "fl", "fq", "start", "rows", "wt"},
}
REVERSE_FIELDS = "id type weergavenaam score afstand"

Doc = dict[str, Any]


class StandIn(ThreadingHTTPServer):
    """The server; `misbehave` replaces its answers, `asked` lists the paths that were asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.misbehave: Callable[[BaseHTTPRequestHandler], None] | None = None
        self.asked: list[str] = []
        self.stopping = Event()
        self.docs = recorded_docs()

    @property
    def base_url(self) -> str:
        """Where the service is, up to and with its version."""
        return f"http://127.0.0.1:{self.server_port}/bzk/locatieserver/search/v3_1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no fault of the server."""


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A running stand-in, stopped at the end."""
    server = StandIn()
    with serving(server, server.stopping):
        yield server


def recorded_docs() -> list[Doc]:
    """Every recorded address, street, postcode and gemeente with a point, once."""
    docs: dict[str, Doc] = {}
    for path in sorted(RECORDED.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for doc in content.get("response", {"docs": [content]})["docs"]:
            if "centroide_rd" in doc:
                docs[doc["id"]] = doc
    return list(docs.values())


class _Handler(BaseHTTPRequestHandler):
    server: StandIn
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.server.misbehave is not None:
            self.close_connection = True
            self.server.misbehave(self)
            return
        url = urlsplit(self.path)
        service = url.path.rpartition("/")[2]
        params = parse_qs(url.query)
        if service not in ALLOWED or not params.keys() <= ALLOWED[service]:
            self._send(400, {"error": {"code": 400, "metadata": [], "msg": "unknown parameter"}})
            return
        self._send(
            200, _envelope(_free(params, self.server.docs) if service == "free" else _near(params, self))
        )

    def _send(self, status: int, content: object) -> None:
        send(self, status, "application/json;charset=UTF-8", json.dumps(content).encode())

    def log_message(self, *_: Any) -> None:
        return


def send(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes, **headers: str) -> None:
    """One whole answer."""
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def drip(handler: BaseHTTPRequestHandler, piece: bytes, *, every_s: float) -> None:
    """Send a piece again and again until the server stops or the caller hangs up."""
    while not handler.server.stopping.wait(every_s):  # type: ignore[attr-defined]
        handler.wfile.write(piece)
        handler.wfile.flush()


def flood(handler: BaseHTTPRequestHandler) -> None:
    """An answer that says it is JSON and never ends."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    end = time.monotonic() + 20
    while time.monotonic() < end:
        handler.wfile.write(b" " * 65_536)


def _envelope(docs: list[Doc]) -> Doc:
    top = max((doc.get("score", 0.0) for doc in docs), default=0.0)
    return {
        "response": {"numFound": len(docs), "start": 0, "maxScore": top, "numFoundExact": True, "docs": docs}
    }


def _free(params: dict[str, list[str]], docs: list[Doc]) -> list[Doc]:
    words = params["q"][0].lower().split()
    found = [doc for doc in docs if all(word in _words(doc) for word in words)]
    for clause in params.get("fq", []):
        name, _, value = clause.partition(":")
        allowed = value.strip('()"').split(" OR ")
        found = [doc for doc in found if doc.get(name) in allowed]
    return _cut(params, found, "*")


def _words(doc: Doc) -> list[str]:
    return str(doc["weergavenaam"]).lower().replace(",", " ").split()


def _near(params: dict[str, list[str]], handler: _Handler) -> list[Doc]:
    lat, lon = float(params["lat"][0]), float(params["lon"][0])
    far = float(params.get("distance", ["1e9"])[0])
    kinds = params.get("type", ["adres"])
    found = []
    for doc in handler.server.docs:
        doc_lon, doc_lat = map(float, doc["centroide_ll"][6:-1].split())
        metres = math.hypot(
            (doc_lon - lon) * 111_320 * math.cos(math.radians(lat)), (doc_lat - lat) * 111_200
        )
        if metres <= far and doc["type"] in kinds:
            found.append({**doc, "afstand": round(metres, 2)})
    return _cut(params, sorted(found, key=lambda doc: float(doc["afstand"])), REVERSE_FIELDS)


def _cut(params: dict[str, list[str]], docs: list[Doc], default_fields: str) -> list[Doc]:
    fields = params.get("fl", [default_fields])[0].split()
    rows = docs[: int(params.get("rows", ["10"])[0])]
    return [doc if fields == ["*"] else {name: doc[name] for name in fields if name in doc} for doc in rows]
