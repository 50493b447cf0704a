"""Rights of routes: the one table of who may ask what; a route that is not in it is refused.

A line names a method and a path as docs/routes.md lists it. A right opens a route for who has it in any
gemeente, and the viewer goes on with only the roles that have it (`Viewer.only`): the gemeente of the object
then decides what there is to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlencode

from fastapi import HTTPException, Request
from fastapi.routing import iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute, Match, Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from data import audit
from data.database import Database
from data.rights import Right
from data.visibility import Viewer
from service.dependencies import live_session
from service.open_routes import OPEN_ROUTES
from service.settings import Settings


class Open(StrEnum):
    """Routes that ask for no right."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"


Access = Open | Right


_STAFF: Final[Mapping[str, Access]] = {
    "GET /begin": Open.SIGNED_IN,
    "GET /bijeenkomsten/plannen": Right.MEETINGS,
    "POST /bijeenkomsten/plannen": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/beheer": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/telblad": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/telblad.pdf": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/wijzigen": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/wijzigen": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/verslag": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/verslag": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/afspraken": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/afspraken/{afspraak}": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/evaluatie": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/evaluatie/formulier.pdf": Right.MEETINGS,
    "GET /bijeenkomsten/{public_id}/evaluatie/scherm": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/evaluatie": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/evaluatie/wachtend": Right.MEETINGS,
    "GET /evaluaties/{gebied}": Right.MEETINGS,
    "POST /evaluaties/{gebied}/versturen": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/aankondigen": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/afgelasten": Right.MEETINGS,
    "POST /bijeenkomsten/{public_id}/aanmeldingen/{nummer}/weg": Right.MEETINGS,
    "GET /overdracht": Right.MEETINGS,
    "GET /overdracht/{gebied}": Right.MEETINGS,
    "GET /overdracht/{code}/map.pdf": Right.MEETINGS,
    "GET /mijn": Open.SIGNED_IN,
    "POST /mijn/wachtwoord": Open.SIGNED_IN,
    "POST /mijn/sessies": Open.SIGNED_IN,
    "POST /mijn/vervanger": Open.SIGNED_IN,
    "POST /mijn/vervanger/weg": Open.SIGNED_IN,
    "GET /mijn/code": Open.SIGNED_IN,
    "POST /mijn/code": Open.SIGNED_IN,
    "POST /mijn/code/nieuw": Open.SIGNED_IN,
    "GET /mijn/code/beeld.svg": Open.SIGNED_IN,
    "GET /beheer/accounts": Right.ACCOUNTS,
    "POST /beheer/accounts": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/rollen": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/uit": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/code-weg": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/mail": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/partij": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/koppel": Right.ACCOUNTS,
    "POST /beheer/accounts/{naam}/ontkoppel": Right.ACCOUNTS,
    "GET /beheer/wissen": Right.ERASE,
    "POST /beheer/wissen": Right.ERASE,
    "POST /beheer/wissen/zoek": Right.ERASE,
    "POST /beheer/wissen/inzage": Right.ERASE,
    "GET /beheer/verzoeken": Right.REQUESTS,
    "GET /beheer/verzoeken/{public_id}": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/identiteit": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/langer": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/notitie": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/antwoord": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/sluiten": Right.REQUESTS,
    "POST /beheer/verzoeken/{public_id}/contact": Right.REQUESTS,
    "GET /beheer/antwoorden": Right.CONFIGURE,
    "POST /beheer/antwoorden": Right.CONFIGURE,
    "POST /beheer/antwoorden/{nummer}": Right.CONFIGURE,
    "POST /beheer/antwoorden/{nummer}/weg": Right.CONFIGURE,
    "GET /beheer/termijnen": Right.CONFIGURE,
    "POST /beheer/termijnen": Right.CONFIGURE,
    "GET /vragen": Right.ANSWER,
    "GET /vragen/{public_id}": Right.ANSWER,
    "POST /vragen/{public_id}/antwoord": Right.ANSWER,
    "GET /ideeen": Right.ANSWER,
    "GET /ideeen/{public_id}": Right.ANSWER,
    "POST /ideeen/{public_id}/antwoord": Right.ANSWER,
    "POST /ideeen/{public_id}/zichtbaar": Right.ANSWER,
    "GET /acties": Right.ACTIONS,
    "POST /acties/{public_id}/klaar": Right.ACTIONS,
    "GET /acties/{public_id}/wijzigen": Right.MEETINGS,
    "POST /acties/{public_id}/wijzigen": Right.MEETINGS,
    "GET /signalen": Right.ACTIONS,
    "POST /signalen": Right.ACTIONS,
    "POST /signalen/{nummer}/weg": Right.ACTIONS,
    "GET /peilingen": Right.THEMES_READ,
    "GET /peilingen/{code}": Right.THEMES_READ,
    "POST /peilingen/{code}/wachtend": Right.THEMES_CHOOSE,
    "GET /peilingen/{code}/invoeren": Right.THEMES_CHOOSE,
    "POST /peilingen/{code}/invoeren": Right.THEMES_CHOOSE,
    "POST /peilingen/{code}/terug": Right.THEMES_CHOOSE,
    "GET /peilingen/{code}/scherm": Right.THEMES_READ,
    "GET /peilingen/{code}/formulier.pdf": Right.THEMES_READ,
    "GET /tevredenheid": Right.FIGURES_STAFF,
    "GET /analyse/eigen-cijfers": Right.FIGURES_STAFF,
    "POST /analyse/eigen-cijfers": Right.FIGURES_STAFF,
    "POST /analyse/eigen-cijfers/intrekken": Right.FIGURES_STAFF,
    "GET /analyse/hier-horen-we-weinig": Right.FIGURES_STAFF,
    "GET /analyse/hier-horen-we-weinig/export/{vorm}": Right.FIGURES_STAFF,
    "GET /analyse/opvallend": Right.FIGURES_STAFF,
    "GET /analyse/plek": Right.FIGURES_STAFF,
    "GET /analyse/opvallend/beeld.{form}": Right.FIGURES_STAFF,
    "GET /analyse/opvallend/export/{vorm}": Right.FIGURES_STAFF,
    "GET /api/v1/opvallend": Right.FIGURES_STAFF,
    "GET /analyse/verandering": Right.FIGURES_STAFF,
    "GET /analyse/verandering/beeld.svg": Right.FIGURES_STAFF,
    "GET /analyse/verandering/export/{vorm}": Right.FIGURES_STAFF,
    "GET /analyse/verandering/reeksen.svg": Right.FIGURES_STAFF,
    "GET /api/v1/verandering": Right.FIGURES_STAFF,
    "GET /api/v1/verandering/voor-en-na": Right.FIGURES_STAFF,
    # For two rights: who reads the lines, and who configures the gemeente.
    "GET /analyse/gebeurtenissen": Open.SIGNED_IN,
    "POST /analyse/gebeurtenissen": Open.SIGNED_IN,
    "POST /analyse/gebeurtenissen/{nummer}/weg": Open.SIGNED_IN,
    "GET /themas": Right.THEMES_READ,
    "GET /themas/register": Right.THEMES_READ,
    "GET /themas/register/{thema}": Right.THEMES_READ,
    "POST /themas/register/{thema}": Right.THEMES_CHOOSE,
    "GET /themas/register/vormen/{vorm}": Right.THEMES_READ,
    "POST /themas/register/vormen/{vorm}": Right.THEMES_CHOOSE,
    "GET /themas/{code}": Right.THEMES_READ,
    "GET /api/v1/gebieden/{code}/thema-advies": Right.THEMES_READ,
    "GET /analyse/leefbaarheid": Right.FIGURES_STAFF,
    "GET /analyse/leefbaarheid/export/{vorm}": Right.FIGURES_STAFF,
    "GET /analyse/weergaven": Right.FIGURES_STAFF,
    "POST /analyse/weergaven": Right.FIGURES_STAFF,
    "POST /analyse/weergaven/{nummer}/naam": Right.FIGURES_STAFF,
    "POST /analyse/weergaven/{nummer}/weg": Right.FIGURES_STAFF,
    "GET /werkbak": Right.DESK_READ,
    "GET /werkbak/nieuw": Right.INTAKE_FOR_CALLER,
    "POST /werkbak/nieuw": Right.INTAKE_FOR_CALLER,
    "GET /werkbak/{public_id}/bewijs": Right.INTAKE_FOR_CALLER,
    "GET /werkbak/{public_id}": Right.DESK_READ,
    "POST /werkbak/{public_id}/zichtbaar": Right.MODERATE,
    "POST /werkbak/{public_id}/nagekeken": Right.MODERATE,
    "POST /werkbak/{public_id}/apart": Right.MODERATE,
    "GET /werkbak/{public_id}/fotos/{nummer}": Right.MODERATE,
    "POST /werkbak/{public_id}/fotos/{nummer}": Right.MODERATE,
    "POST /werkbak/{public_id}/status": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/notitie": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/soort": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/samen": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/los": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/doorsturen": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/collega": Right.DESK_HANDLE,
    "POST /werkbak/{public_id}/contact": Right.CONTACT_SHOW,
    "GET /organisatie": Right.OWN_PAGE,
    "POST /organisatie": Right.OWN_PAGE,
    "GET /organisaties": Right.ANSWER,
    "POST /organisaties/{nummer}/zichtbaar": Right.ANSWER,
    "POST /organisaties/{nummer}/weg": Right.ANSWER,
    "GET /jaarplan": Right.THEMES_READ,
    "GET /jaarplan.ics": Right.THEMES_READ,
    "GET /jaarplan/dagen": Right.THEMES_CHOOSE,
    "POST /jaarplan/dagen": Right.THEMES_CHOOSE,
    "POST /jaarplan/dagen/avonden": Right.THEMES_CHOOSE,
    "POST /jaarplan/dagen/schoolvakanties": Right.THEMES_CHOOSE,
    "POST /jaarplan/dagen/{nummer}/weg": Right.THEMES_CHOOSE,
    "GET /keuzes": Right.THEMES_READ,
    "GET /keuzes/nieuw/{gebied}": Right.THEMES_CHOOSE,
    "POST /keuzes/nieuw/{gebied}": Right.THEMES_CHOOSE,
    "GET /keuzes/{public_id}": Right.THEMES_READ,
    "GET /keuzes/{public_id}/advies-van-toen": Right.THEMES_READ,
    "POST /keuzes/{public_id}/kies": Right.THEMES_CHOOSE,
    "POST /keuzes/{public_id}/intrekken": Right.THEMES_CHOOSE,
    "GET /partners": Right.PARTNERS,
    "POST /partners": Right.PARTNERS,
    "GET /partners/nieuw": Right.PARTNERS,
    "GET /partners/inlezen": Right.PARTNERS,
    "POST /partners/inlezen": Right.PARTNERS,
    "POST /partners/inlezen/{naam}": Right.PARTNERS,
    "GET /partners/inlezen/{naam}/afgekeurd.csv": Right.PARTNERS,
    "GET /partners/export/{vorm}": Right.PARTNERS,
    "GET /partners/{public_id}": Right.PARTNERS,
    "POST /partners/{public_id}": Right.PARTNERS,
    "POST /partners/{public_id}/klopt": Right.PARTNERS,
    "POST /partners/{public_id}/weg": Right.PARTNERS,
    "GET /bijeenkomsten/{public_id}/uitnodigen": Right.PARTNERS,
    "GET /bijeenkomsten/{public_id}/uitnodigen/brieven.pdf": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/voorstel": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/erbij": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/versturen": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/herinneren": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/{naam}/weg": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/{naam}/terug": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/{naam}/antwoord": Right.PARTNERS,
    "POST /bijeenkomsten/{public_id}/uitnodigen/{naam}/gemeld": Right.PARTNERS,
    "GET /wie-helpt-mee": Right.PARTNERS,
    "POST /wie-helpt-mee/kennismaking": Right.PARTNERS,
    "POST /wie-helpt-mee/{naam}/weg": Right.PARTNERS,
    "GET /taken": Right.ASSIGNED_READ,
    "GET /taken/{nummer}": Right.ASSIGNED_READ,
    "POST /taken/{nummer}/antwoord": Right.ASSIGNED_READ,
    "GET /opdrachten": Right.PARTNER_TASKS,
    "GET /opdrachten/{nummer}": Right.PARTNER_TASKS,
    "POST /opdrachten/{nummer}/stand": Right.PARTNER_TASKS,
}

ROUTES: Final[Mapping[str, Access]] = MappingProxyType(
    {**{line: Open.PUBLIC for line in OPEN_ROUTES.split("\n") if line}, **_STAFF}
)


# What who has no app for codes yet may ask: setting it up comes before anything else.
SETTING_UP: Final = frozenset(
    {"/mijn", "/mijn/code", "/mijn/code/nieuw", "/mijn/code/beeld.svg", "/mijn/wachtwoord", "/mijn/sessies"}
)


class Asked(NamedTuple):
    """The route that a request is for: its path with names of parameters, and whether the method fits."""

    path: str
    fits: bool


class Guard:
    """Between the service and its routes: nobody gets past who the table does not let through."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes
        # A path without parameters leads to the same route each time: as many as there are routes.
        self._found: dict[tuple[str, str, str], Asked] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on when it may be asked; 404 for a route that the table does not name."""
        if scope["type"] == "http":
            asked = self._asked(scope)
            # What is no route, or not with this method, is answered by the routes themselves.
            if asked is not None and asked.fits and not _is_public(scope["method"], asked.path):
                await run_in_threadpool(_admit, Request(scope), asked.path)
        await self.app(scope, receive, send)

    def _asked(self, scope: Scope) -> Asked | None:
        key = (scope["method"], scope.get("root_path", ""), scope["path"])
        if (found := self._found.get(key)) is not None:
            return found
        asked = asked_route(self.routes, scope)
        if asked is not None and asked.fits and asked.path == scope["path"]:
            self._found[key] = asked
        return asked


def _is_public(method: str, path: str) -> bool:
    return ROUTES.get(f"{method} {path}") is Open.PUBLIC


def asked_route(routes: Sequence[BaseRoute], scope: Scope) -> Asked | None:
    """Return the route that will answer, found as the router finds it; None when there is none."""
    partial = None
    for context in iter_route_contexts(routes):
        match, child = context.matches(scope)
        if match is Match.NONE:
            continue
        route = context.original_route
        if isinstance(route, Mount):
            return _mounted(route, {**scope, **child})
        path = context.path_format or ""
        if match is Match.FULL:
            return Asked(path, fits=True)
        partial = partial or Asked(path, fits=False)
    return partial


def _mounted(mount: Mount, scope: Scope) -> Asked | None:
    if not mount.routes:
        # A folder of files answers GET alone, and refuses other methods in its own words.
        return Asked(mount.path + "/{path}", fits=scope["method"] in {"GET", "HEAD"})
    found = asked_route(mount.routes, scope)
    return found and found._replace(path=mount.path + found.path)


def _admit(request: Request, path: str) -> None:
    """Let a request through; otherwise lead it to the login, or refuse it."""
    access = ROUTES.get(f"{request.method} {path}")
    if access is None:
        raise HTTPException(404)
    settings: Settings = request.app.state.settings
    signed = live_session(request, settings, request.app.state.database)
    request.state.signed = signed
    if signed is None:
        raise to_login(request, path)
    viewer = signed.viewer
    # A refusal is a page too, and shows who has logged in.
    request.state.staff, request.state.viewer = signed.session, viewer
    # Whose roles do not count yet.
    if not viewer.grants and path not in SETTING_UP:
        raise HTTPException(303, headers={"Location": "/mijn"})
    if isinstance(access, Right):
        if not viewer.may_somewhere(access):
            _note_refusal(request.app.state.database, viewer, access)
            raise HTTPException(403)
        viewer = viewer.only(access)
    request.state.admitted = viewer


def opens(viewer: Viewer, line: str) -> bool:
    """Return whether the table lets this viewer through for a line of it, in any gemeente."""
    access = ROUTES.get(line)
    if isinstance(access, Right):
        return viewer.may_somewhere(access)
    return access is Open.PUBLIC or (access is Open.SIGNED_IN and viewer.account is not None)


def to_login(request: Request, path: str) -> HTTPException:
    """Return the answer to who has not logged in: from a page the login, which leads back to a page.

    To all that was asked of it: a link with the moment of its numbers still gives those after the login.
    """
    if path.startswith("/api/"):
        return HTTPException(401)
    back = request.url.path
    if request.method == "GET" and request.url.query:
        back += f"?{request.url.query}"
    elif request.method != "GET" and f"GET {path}" not in ROUTES:
        back = back.rpartition("/")[0] or "/"
    return HTTPException(303, headers={"Location": f"/inloggen?{urlencode({'naar': back}, safe='/')}"})


def _note_refusal(database: Database, viewer: Viewer, right: Right) -> None:
    with database.write() as session:
        audit.record(
            session,
            actor=str(viewer.account),
            action="geweigerd",
            object_kind="recht",
            object_id=right.value,
        )


def listed(routes: Sequence[BaseRoute], prefix: str = "") -> Iterator[str]:
    """Give every method and path that these routes answer, as the table names them."""
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, Mount):
            path = prefix + route.path
            yield from listed(route.routes, path) if route.routes else (f"GET {path}/{{path}}",)
        else:
            path = prefix + (context.path_format or "")
            methods = getattr(context, "methods", None) or set()
            yield from (f"{method} {path}" for method in sorted(methods - {"HEAD", "OPTIONS"}))
