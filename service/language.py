"""Languages: Dutch, and English for the pages on which residents tell or ask something.

The language stands in the address (`?taal=en`), so that no cookie is needed: links and forms of a page carry
it on. A page that is not translated stays Dutch as a whole, and links to it say so.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import Request
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.texts import DEFAULT

PARAMETER: Final = "taal"
ENGLISH: Final = "en"
LANGUAGES: Final = {DEFAULT: "Nederlands", ENGLISH: "English"}
TRANSLATED: Final = re.compile(
    r"/(?:(?:melden|vraag|idee)(?:/[^/]+)?|volg(?:/[^/]+){1,2}"
    r"|status|privacy(?:/verzoek(?:/[^/]+)?)?|toegankelijkheid|zo-werkt-het"
    r"|peiling(?:/[^/]+(?:/uitkomst)?)?|evaluatie/[^/]+"
    r"|bijeenkomsten(?:/(?!plannen)[^/.]+(?:/aanmelden)?)?|aanmelding/[^/]+(?:/afmelden)?"
    r"|ik-help-mee(?:/[^/]+(?:/(?:bevestig|stop))?)?|kennismaken/[^/]+"
    r"|uitnodiging/[^/]+(?:/nooit-meer)?|zo-komt-het-advies-tot-stand)?"
)
_LINK: Final = re.compile(r'\b(href|action|formaction)="(/(?!/)[^"]*)"')
_GET_FORM: Final = re.compile(r'<form\b[^>]*\baction="(/[^"]*)"[^>]*\bmethod="get"[^>]*>')


def language_of(request: Request) -> str:
    """Return the language that a page is asked in; Dutch for pages that are not translated."""
    asked = request.query_params.get(PARAMETER)
    return ENGLISH if asked == ENGLISH and is_translated(request.url.path) else DEFAULT


def is_translated(path: str) -> bool:
    """Return whether a page is there in English too."""
    return TRANSLATED.fullmatch(path) is not None


def other_address(request: Request, language: str) -> str | None:
    """Return the address of this page in another language; None when it is not there.

    What a form sent is not in the address: its page links to where the form begins.
    """
    path = request.url.path
    if not is_translated(path):
        return None
    if request.method != "GET":
        path = path.removesuffix("/controle").removesuffix("/nooit-meer")
    pairs = [(name, value) for name, value in parse_qsl(request.url.query) if name != PARAMETER]
    return f"{path}?{urlencode([*pairs, (PARAMETER, language)])}"


def carried(page: str, language: str) -> str:
    """Return a page whose links and forms stay in a language; those to Dutch pages are marked as Dutch.

    Whatever a reader typed stands escaped in a page, so that it holds no attribute.
    """
    if language == DEFAULT:
        return page
    hidden = f'<input type="hidden" name="{PARAMETER}" value="{language}">'
    page = _GET_FORM.sub(lambda form: form[0] + (hidden if is_translated(form[1]) else ""), page)
    return _LINK.sub(lambda link: _carried_link(link[1], link[2], language), page)


def carried_address(address: str, language: str) -> str:
    """Return an address on this site that stays in a language."""
    parts = urlsplit(address)
    if language == DEFAULT or not is_translated(parts.path) or f"{PARAMETER}=" in parts.query:
        return address
    query = f"{parts.query}&{PARAMETER}={language}" if parts.query else f"{PARAMETER}={language}"
    return parts._replace(query=query).geturl()


def _carried_link(name: str, address: str, language: str) -> str:
    # In HTML an ampersand stands as &amp;, which splits like the sign itself.
    plain = address.replace("&amp;", "&")
    if is_translated(urlsplit(plain).path):
        onward = carried_address(plain, language).replace("&", "&amp;")
        return f'{name}="{onward}"'
    marked = name == "href" and not plain.startswith(("/static/", "/fotos/"))
    return f'{name}="{address}"' + (f' hreflang="{DEFAULT}"' if marked else "")


class StaysInLanguage:
    """ASGI middleware that lets a redirect lead to a page in the language of the page before."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and complete the address that its answer leads to."""
        spoken = QueryParams(scope.get("query_string", b"")).get(PARAMETER)
        if spoken != ENGLISH:
            await self.app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                onward = headers.get("Location", "")
                if onward.startswith("/"):
                    headers["Location"] = carried_address(onward, ENGLISH)
            await send(message)

        await self.app(scope, receive, complete)
