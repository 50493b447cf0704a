"""The canary walk: every route, feed, tile, error and page, as every role in two gemeenten (P8)."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import quote

import pytest
from account_town import OTHER, OWN
from canaries import Canary, leaks
from canary_town import HANDED_ON, POINTS, Planted, as_role, name_of, planted_service
from fastapi.testclient import TestClient
from sqlalchemy import true

from data import visibility
from data.rights import Role
from service.rights import listed

MOST = 500
_LINK = re.compile(r'(?:href|src|action|"url"|"tegels")\s*[=:]\s*"(/[^"#]*)')
DESK = (Role.WIJKCOORDINATOR, Role.MODERATOR)


pytestmark = [pytest.mark.faults]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Planted]]:
    with planted_service(tmp_path_factory.mktemp("kanaries")) as found:
        yield found


class Walk:
    """A walk over all that can be asked, and what it found; equal answers are looked at once."""

    def __init__(self, client: TestClient, planted: Planted, *, follow: bool = True) -> None:
        self.client, self.planted, self.follow = client, planted, follow
        self.visited: set[str] = set()
        self.found: dict[str, str] = {}
        self._looked_at: dict[bytes, set[str]] = {}

    def over_everything(self) -> Walk:
        return self.visit(
            *self._routes(), "/bestaat-niet", "/api/v1/bestaat-niet", "/wijken/BU9", "/volg/x.y"
        )

    def _routes(self) -> Iterator[str]:
        for line in listed(self.client.app.routes):  # type: ignore[attr-defined]
            method, path = line.split()
            if method != "GET" or path == "/static/{path}":
                continue
            names = re.findall(r"{(\w+)}", path)
            for values in product(*(self._values(name) for name in names)):
                filled = path
                for name, value in zip(names, values, strict=True):
                    filled = filled.replace(f"{{{name}}}", quote(value))
                yield filled
                if not names:
                    yield from (f"{filled}?gemeente={gemeente}" for gemeente in (OWN, OTHER))

    def _values(self, name: str) -> Iterable[str]:
        """What to ask of a route for the parameter of this name."""
        known: dict[str, Iterable[str]] = {
            "public_id": self.planted.public_ids,
            "id": self.planted.public_ids,
            "service_request_id": self.planted.public_ids,
            "digest": self.planted.digests,
            "code": (OWN, "WK062200", "BU06220001", "BU05560001"),
            "gemeente": (OWN, OTHER),
            "form": ("json", "xml"),
            "service_code": ("geluid", "boom"),
            "cijfer": ("meldingen",),
            "nummer": [str(number) for number in range(1, 17)],
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
                waiting.extend(self._links(address) if len(self.visited) < MOST else ())
        return self

    def _links(self, address: str) -> list[str]:
        answer = self.client.get(address)
        assert answer.status_code < 500, (address, answer.status_code)
        for what in self._leaks(answer.content, dict(answer.headers)):
            self.found.setdefault(what, address)
        if not self.follow or "image" in answer.headers.get("content-type", ""):
            return []
        links = (link.replace("&amp;", "&") for link in _LINK.findall(answer.text))
        return [link for link in links if not link.startswith(("/static", "/uitloggen", "//"))]

    def _leaks(self, body: bytes, headers: dict[str, str]) -> set[str]:
        mark = hashlib.sha256(body).digest()
        if mark not in self._looked_at:
            self._looked_at[mark] = leaks(self.planted.canaries, body)
        return self._looked_at[mark] | leaks(self.planted.canaries, b"", headers)


def forbidden(role: Role | None, what: str) -> bool:
    """Whether somebody with this role in OWN may not see a canary: the table of privacy 7."""
    gemeente, kind, part = re.fullmatch(r"(\w+) ([\w-]+): (.+)", what).groups()  # type: ignore[union-attr]
    if gemeente != OWN or role is None:
        return True
    if kind in ("vraag", "idee"):
        return role is not Role.WIJKCOORDINATOR or part in ("sleutel", "adres voor mail")
    if part in ("naam", "adres voor mail", "telefoon", "sleutel"):
        return True
    if role in (Role.COLLEGA, Role.PARTNER):
        return kind != HANDED_ON or part not in ("punt", "tekst", "adres", "antwoord")
    if part == "punt":
        return role not in (*DESK, Role.BELEIDSADVISEUR)
    return role not in DESK


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "bezoeker")
def test_nobody_is_told_what_is_not_for_them(
    town: tuple[TestClient, Planted],
    role: Role | None,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
) -> None:
    client, planted = town
    # Every route for every role; every link too for visitors, and for all in `make faults`.
    follow = role is None or request.config.option.markexpr == "faults"
    walk = Walk(as_role(client, role, OWN), planted, follow=follow).over_everything()
    told = {what: where for what, where in walk.found.items() if forbidden(role, what)}
    assert told == {}
    assert len(walk.visited) > 150
    logged = capsys.readouterr()
    assert not leaks(planted.canaries, (logged.out + logged.err).encode())


def test_the_desk_sees_what_it_handles_so_the_walk_does_find(town: tuple[TestClient, Planted]) -> None:
    client, planted = town
    walk = Walk(as_role(client, Role.WIJKCOORDINATOR, OWN), planted, follow=False).over_everything()
    assert {f"{OWN} geluid: tekst", f"{OWN} boom: notitie", f"{OWN} geluid: foto"} <= set(walk.found)


@pytest.mark.parametrize("role", [Role.COLLEGA, Role.PARTNER])
def test_who_works_along_sees_the_one_that_was_handed_on(
    town: tuple[TestClient, Planted], role: Role
) -> None:
    client, planted = town
    pages = ["/taken/1", "/taken/2", "/opdrachten/1", "/opdrachten/2"]
    walk = Walk(as_role(client, role, OWN), planted, follow=False).visit(*pages)
    assert {f"{OWN} {HANDED_ON}: tekst", f"{OWN} {HANDED_ON}: punt"} <= set(walk.found)
    assert not [what for what in walk.found if what.startswith(OTHER) or "notitie" in what]


def test_a_visitor_never_reads_the_name_of_staff(town: tuple[TestClient, Planted]) -> None:
    client, planted = town
    names = [Canary(f"{OWN} account: {role}", name_of(role, OWN)) for role in Role]
    names_only = Planted(names, planted.public_ids, planted.digests)
    walk = Walk(as_role(client, None, OWN), names_only, follow=False)
    assert walk.over_everything().found == {}


def test_a_door_that_shows_all_to_everybody_is_found(
    town: tuple[TestClient, Planted], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, planted = town
    monkeypatch.setattr(visibility, "_may_see", lambda viewer: true())
    walk = Walk(as_role(client, None, OWN), planted)
    walk.visit(f"/api/v1/meldingen?gemeente={OWN}")
    assert f"{OWN} geluid: punt" in walk.found


SECRET = Canary("geheim", "kanarie007vogel")
X, Y = POINTS[OWN, "geluid"]
POINT = Canary("punt", lon=4.3001, lat=51.9101, x=X, y=Y)


@pytest.mark.parametrize(
    "body",
    [
        b"een kanarie007vogel in tekst",
        b"KANARIE007VOGEL",
        gzip.compress(b"kanarie007vogel", mtime=0),  # without the time: xdist compares names
        base64.b64encode(b"iets met kanarie007vogel erin"),
        base64.urlsafe_b64encode(b"iets met kanarie007vogel erin").rstrip(b"="),
        b"kanarie007vogel".hex().encode(),
        "kanarie007vogel".encode("utf-16"),
        b"kanarie%30%30%37vogel",
        b"&#107;anarie007vogel",
        b"\\u006banarie007vogel",
        base64.b64encode(b"&#107;anarie007vogel en nog wat"),
        b"\x89PNG\r\n\x1a\n....tEXtkanarie007vogel....",
    ],
)
def test_a_text_is_found_in_every_decoding(body: bytes) -> None:
    assert leaks([SECRET], body) == {"geheim"}
    assert leaks([SECRET], body.replace(b"007", b"008")[:4]) == set()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (json.dumps([4.30012, 51.91008]), True),
        (f"<td>{X + 10:.0f}</td><td>{Y - 10:.0f}</td>", True),
        (json.dumps([4.3011, 51.9101]), False),
        (json.dumps([4.3001, 51.9111]), False),
        (json.dumps({"x": X}), False),
    ],
)
def test_a_point_is_found_within_25_m_in_degrees_and_in_metres(body: str, *, found: bool) -> None:
    assert bool(leaks([POINT], body.encode())) is found


def test_headers_are_looked_at_too() -> None:
    assert leaks([SECRET], b"", {"Location": "/volg?n=kanarie007vogel"}) == {"geheim"}
