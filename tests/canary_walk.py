"""The walk of a role over every route, feed, tile, form and error, and the canaries that it meets."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import product
from urllib.parse import quote

from account_town import OTHER, OWN
from canaries import leaks
from canary_area import GEBIED
from canary_town import (
    BUURTEN,
    POINTS,
    Planted,
    as_role,
)
from fastapi.testclient import TestClient
from httpx2 import Response

from data.rights import Role
from service.analysis.export import Form
from service.rights import ROUTES, Open

MOST = 320
_LINK = re.compile(r'(?:href|src|action|"url"|"tegels")\s*[=:]\s*"(/[^"#]*)')
OF_A_LETTER = ("/vragen", "/ideeen")
OF_A_REQUEST = "/beheer/verzoeken"
# What ends the session of the walk, or stops its address after some tries.
NOT_SENT = {"POST /uitloggen", "POST /inloggen", "POST /inloggen/code"}
# Without it Open311 tells of no town at all.
JURISDICTION = "jurisdiction_id=vlaardingen.nl"
ERRORS = (
    "/bestaat-niet",
    "/api/v1/bestaat-niet",
    "/wijken/BU9",
    "/volg/x.y",
    f"/api/v1/meldingen?gemeente={OWN}&limiet=-1",
    "/open311/v2/requests.json",
    f"/meldingen?gemeente={OWN}&pagina=nul",
    f"/open311/v2/requests.json?{JURISDICTION}&start_date=gisteren",
    "/melden/controle",
)


@dataclass
class Town:
    """The service with its canaries and mails, and the walks that were made; equal answers are seen once."""

    client: TestClient
    planted: Planted
    mails: list[EmailMessage]
    routes: tuple[str, ...]
    walks: dict[Role | None, Walk] = field(default_factory=dict)
    looked_at: dict[bytes, set[str]] = field(default_factory=dict)

    def walk(self, role: Role | None, *, follow: bool = False) -> Walk:
        """The walk of a role over everything, made once."""
        if role not in self.walks:
            walk = Walk(self, as_role(self.client, role, OWN), follow=follow)
            self.walks[role] = walk.over_everything()
        return self.walks[role]

    def public_id(self, gemeente: str, kind: str) -> str:
        return self.planted.public_ids[list(POINTS).index((gemeente, kind))]


class Walk:
    """A walk over all that can be asked and sent, and what it found."""

    def __init__(self, town: Town, client: TestClient, *, follow: bool = True) -> None:
        self.town, self.client, self.follow = town, client, follow
        self.visited: set[str] = set()
        self.sent: dict[str, int] = {}
        self.found: dict[str, str] = {}

    def over_everything(self) -> Walk:
        self.visit(*self._routes(), *_questions(), *ERRORS)
        for line in self.town.routes:
            if line.startswith("POST ") and line not in NOT_SENT:
                path = next(self._paths(line.partition(" ")[2]))
                answer = self.client.post(path, data={"x": "y"})
                self.sent[line] = answer.status_code
                self._look(line, answer)
        return self

    def _routes(self) -> Iterator[str]:
        for line in self.town.routes:
            method, path = line.split()
            if method != "GET" or path == "/static/{path}":
                continue
            if path.startswith("/open311/"):
                yield from (f"{one}?{JURISDICTION}" for one in self._paths(path))
            elif "{" in path or ROUTES[line] is not Open.PUBLIC:
                yield from self._paths(path)
            else:
                yield from (f"{path}?gemeente={gemeente}" for gemeente in (OWN, OTHER))

    def _paths(self, path: str) -> Iterator[str]:
        names = re.findall(r"{(\w+)}", path)
        for values in product(*(self._values(path, name) for name in names)):
            filled = path
            for name, value in zip(names, values, strict=True):
                filled = filled.replace(f"{{{name}}}", quote(value))
            yield filled

    def _values(self, path: str, name: str) -> Iterable[str]:
        """What to ask of a route for the parameter of this name."""
        planted = self.town.planted
        named = planted.letters if path.startswith(OF_A_LETTER) else planted.public_ids
        named = planted.requests if path.startswith(OF_A_REQUEST) else named
        named = planted.meetings if path.startswith(("/bijeenkomsten", "/evaluatie/")) else named
        named = planted.partners if path.startswith("/partners") else named
        named = planted.choices if path.startswith("/keuzes") else named
        named = planted.invited if path.endswith(("/uitnodigen", "brieven.pdf")) else named
        known: dict[str, Iterable[str]] = {
            "public_id": named,
            "id": ("meldingen_inw",) if "cijfers" in path else named,
            "service_request_id": named,
            "digest": planted.digests[:1] if "{token}" in path else planted.digests,
            "code": (GEBIED,) if "/blad" in path else (OWN, "WK062200", *BUURTEN.values()),
            "gemeente": (OWN,),
            "gebied": ("WK062200",),
            "soort": ("warmte", "meldingen_inw"),
            "vorm": tuple(Form),
            "form": ("json", "xml"),
            "service_code": ("geluid", "boom"),
            "cijfer": ("meldingen_inw",),
            "nummer": [str(number) for number in range(1, 7)],
            "z": ("15",),
            "x": ("16770",),
            "y": ("10840",),
        }
        return known.get(name, ("onbekend",))

    def visit(self, *addresses: str) -> Walk:
        """Ask for these addresses, and for what their answers lead to."""
        waiting = deque(addresses)
        while waiting:
            address = waiting.popleft()
            if address not in self.visited:
                self.visited.add(address)
                links = self._links(address)
                waiting.extend(links if len(self.visited) + len(waiting) < MOST else ())
        return self

    def _links(self, address: str) -> list[str]:
        answer = self.client.get(address)
        self._look(address, answer)
        if not self.follow or "image" in answer.headers.get("content-type", ""):
            return []
        links = (link.replace("&amp;", "&") for link in _LINK.findall(answer.text))
        return [link for link in links if not link.startswith(("/static", "/uitloggen", "//"))]

    def _look(self, where: str, answer: Response) -> None:
        assert answer.status_code < 500, (where, answer.status_code)
        for what in self._leaks(answer.content, dict(answer.headers)):
            self.found.setdefault(what, where)

    def _leaks(self, body: bytes, headers: dict[str, str]) -> set[str]:
        mark, canaries = hashlib.sha256(body).digest(), self.town.planted.canaries
        if mark not in self.town.looked_at:
            self.town.looked_at[mark] = leaks(canaries, body)
        return self.town.looked_at[mark] | leaks(canaries, b"", headers)


def _questions() -> Iterator[str]:
    """Lists as exports ask for them, a box, and what is told near a canary point; nobody types the point."""
    lon, lat = 4.3031, 51.9125
    yield "/open311/v2/requests.json?jurisdiction_id=maassluis.nl"
    yield "/open311/v2/requests.xml?jurisdiction_id=maassluis.nl"
    for gemeente in (OWN, OTHER):
        yield f"/api/v1/meldingen?gemeente={gemeente}&bbox=4.2,51.8,4.4,52.0"
        yield f"/kaarten/{gemeente}/warmte/kaart?download=true"
        yield f"/feeds/{BUURTEN[gemeente]}.atom"
        yield f"/api/v1/meldingen/_bij?gemeente={gemeente}&plek={lon},{lat}&soort=geluid"


def parts_of(what: str) -> tuple[str, str, str]:
    gemeente, kind, part = re.fullmatch(r"(\w+) ([\w-]+): (.+)", what).groups()  # type: ignore[union-attr]
    return gemeente, kind, part
