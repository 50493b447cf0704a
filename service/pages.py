"""Pages: Jinja templates with everything that all of them share."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from data.rights import Right
from data.visibility import PUBLIC, Viewer
from maps.numbers import dutch
from service.analysis.meeting_page import hour_text, moment_text
from service.analysis.places import Place, Places
from service.analysis.words import day_text, moment_words
from service.english_words import (
    english_day,
    english_hour,
    english_meeting,
    english_moment,
    english_number,
    english_soort,
)
from service.language import LANGUAGES, carried, language_of, other_address
from service.rights import opens
from service.settings import GemeenteSettings, Settings
from service.static_files import STATIC
from service.texts import DEFAULT, Catalogue, catalogue

TEMPLATES = Path(__file__).parent / "templates"
ENTRY = "src/main.ts"
# What staff or residents typed stays as it is: on a page in English it says that it is Dutch.
IN_DUTCH = Markup(' lang="nl"')
FAULT = "fout.html"
# Address, key of the text in the menu.
MENU = (
    ("/", "kaart"),
    ("/melden", "melden"),
    ("/meldingen", "meldingen"),
    ("/bijeenkomsten", "bijeenkomsten"),
    ("/analyse", "analyse"),
    ("/kaarten", "kaarten"),
    ("/cijfers", "cijfers"),
    ("/woorden", "woorden"),
    ("/bronnen", "bronnen"),
)
STAFF_MENU = (
    ("/werkbak", "werkbak"),
    ("/vragen", "vragen"),
    ("/ideeen", "ideeen"),
    ("/beheer/accounts", "accounts"),
    ("/beheer/verzoeken", "verzoeken"),
    ("/beheer/wissen", "wissen"),
    ("/taken", "taken"),
    ("/opdrachten", "opdrachten"),
    ("/organisatie", "organisatie"),
    ("/organisaties", "organisaties"),
)
# Where the work in the wijk begins; its other pages stand beside each other on each of them.
WIJK = ("/themas", "themas")
# What somebody agreed to do: beside the work of every role, and the first page of none.
ACTIONS = ("/acties", "acties")


def render(
    request: Request,
    name: str,
    context: dict[str, Any],
    *,
    status: int = 200,
    town: Places | None = None,
    example: bool = False,
) -> HTMLResponse:
    """Return the page `name` filled with `context`; who is logged in and the settings come with it.

    `town` is the gemeente that the page is about; `example` says that made-up data stand on the page.
    """
    settings: Settings = request.app.state.settings
    staff = getattr(request.state, "staff", None)
    viewer = getattr(request.state, "viewer", PUBLIC)
    shared = {
        "request": request,
        "staff": staff,
        "settings": settings,
        "town": town,
        "contact": contact(settings, town),
        "example": example,
        "menu": menu(request.url.path, town, viewer),
        "opens": lambda path: opens(viewer, f"GET {path}"),
    }
    # What went wrong is told in Dutch alone, and does not repeat the address that was asked for.
    language = DEFAULT if name == FAULT else language_of(request)
    shared["other_languages"] = {
        other: address
        for other in (LANGUAGES if name != FAULT else ())
        if other != language and (address := other_address(request, other)) is not None
    }
    page = _environment(language).get_template(name).render(**shared, **context)
    return HTMLResponse(carried(page, language), status)


def contact(settings: Settings, town: Places | None) -> GemeenteSettings:
    """Return how residents reach the gemeente of a page; empty where that was not set."""
    code = town.gemeente.code if town else settings.default_gemeente
    return settings.gemeenten.get(code, GemeenteSettings())


def menu(path: str, town: Places | None, viewer: Viewer) -> list[dict[str, Any]]:
    """Return the links of the main menu; they stay with the gemeente of the page. Staff have one more."""
    asked = f"?{urlencode({'gemeente': town.gemeente.code})}" if town else ""
    own = tuple(one for one in (WIJK, *STAFF_MENU, ACTIONS) if opens(viewer, f"GET {one[0]}"))
    return [
        {"url": url + asked, "key": key, "here": path == url or (url != "/" and path.startswith(f"{url}/"))}
        for url, key in MENU + own
    ]


def first_page(viewer: Viewer) -> str:
    """Return the page that somebody works on: of the menu, else the figures, else the own account."""
    own = (url for url, _ in STAFF_MENU if opens(viewer, f"GET {url}"))
    return next(own, "/analyse" if viewer.may_somewhere(Right.FIGURES_STAFF) else "/mijn")


def place_url(place: Place) -> str:
    """Return the address of the page of a place."""
    if place.level == "gemeente":
        return f"/?{urlencode({'gemeente': place.code})}"
    return f"/gebieden/{place.code}" if place.level == "gebied" else f"/wijken/{place.code}"


def asset(entry: str = ENTRY) -> str:
    """Return the address of a built script by its source name, as Vite's manifest has it."""
    return f"/static/{_built()[entry]['file']}"


def styles(entry: str = ENTRY) -> list[str]:
    """Return the addresses of the styles that belong to a built script."""
    return [f"/static/{name}" for name in _built()[entry].get("css", [])]


def _built() -> dict[str, dict[str, Any]]:
    path = STATIC / "manifest.json"
    return _manifest(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _manifest(path: Path, _changed: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(path.read_text("utf-8"))
    return found


@lru_cache(maxsize=2)
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    texts: Catalogue = catalogue(language)
    in_own_words = str if language == DEFAULT else english_soort
    environment.filters["soortwoord"] = in_own_words
    environment.globals.update(
        asset=asset,
        styles=styles,
        place_url=place_url,
        t=texts.text,
        counted=texts.counted,
        texts=texts,
        day_text=day_text if language == DEFAULT else english_day,
        moment_words=moment_words if language == DEFAULT else english_moment,
        dutch=dutch if language == DEFAULT else english_number,
        hour_words=hour_text if language == DEFAULT else english_hour,
        meeting_moment=moment_text if language == DEFAULT else english_meeting,
        soortwoord=in_own_words,
        languages=LANGUAGES,
        in_dutch="" if language == DEFAULT else IN_DUTCH,
    )
    return environment
