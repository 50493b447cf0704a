"""The only table from an error to what a visitor gets: a status, a title and a sentence."""

from __future__ import annotations

import http
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException

from data.areas import NoEdition
from data.database import WriterBusy, WriterStopped
from data.intake import KeyReused, NotStored
from data.photo_store import PhotoNotKept
from data.photos import PhotosBusy
from geo.errors import WijkbeeldError
from service.analysis.figures import UnknownIndicator
from service.analysis.places import GonePlace, UnknownPlace
from service.secret import SecretNotKept

log = structlog.get_logger()

# From narrow to wide: the first that fits counts.
STATUS: Sequence[tuple[type[Exception], int]] = (
    (WriterBusy, 503),
    (WriterStopped, 503),
    (SecretNotKept, 503),
    (NotStored, 503),
    (PhotosBusy, 503),
    (PhotoNotKept, 503),
    (KeyReused, 422),
    (GonePlace, 410),
    (UnknownPlace, 404),
    (UnknownIndicator, 404),
    (NoEdition, 404),
    (WijkbeeldError, 400),
    # PostgreSQL refuses values that SQLite takes, such as a text with a zero byte.
    (DataError, 400),
    (OperationalError, 503),
    (NoConnectionFree, 503),
    # The machine has no more files, memory or room to give.
    (OSError, 503),
)
TITLES = {
    400: "Dit klopt niet",
    401: "Log eerst in",
    403: "Dit mag niet",
    404: "Niet gevonden",
    405: "Dit kan hier niet",
    406: "Deze vorm hebben wij niet",
    408: "Dit duurde te lang",
    410: "Bestaat niet meer",
    413: "Te groot",
    415: "Deze vorm lezen wij niet",
    422: "Dit past niet bij wat wij al hebben",
    429: "Even wachten",
    431: "Te lange kop",
    500: "Er ging iets mis",
    503: "Even niet bereikbaar",
}
SENTENCES = {
    403: "Met deze inlog kunt u dit niet zien of doen. Vraag het de beheerder van uw gemeente.",
    404: "Deze pagina of dit gegeven bestaat niet, of u mag het niet zien.",
    405: "Deze handeling kan niet op dit adres.",
    500: "Er ging iets mis bij ons. Probeer het later nog eens.",
    503: "Wij kunnen nu niets opslaan of opzoeken. Probeer het zo nog eens.",
}
RETRY_SECONDS = "5"


def install_problems(api: FastAPI) -> None:
    """Let every fault in the API be answered as application/problem+json (RFC 9457)."""
    api.add_exception_handler(RequestValidationError, _invalid_problem)
    api.add_exception_handler(HTTPException, _http_problem)
    for kind, _ in STATUS:
        api.add_exception_handler(kind, _known_problem)
    api.add_exception_handler(Exception, _unknown_problem)


def install_pages(app: FastAPI) -> None:
    """Let every fault on a page be answered with a page in plain Dutch."""
    app.add_exception_handler(RequestValidationError, _invalid_page)
    app.add_exception_handler(HTTPException, _http_page)
    for kind, _ in STATUS:
        app.add_exception_handler(kind, _known_page)
    app.add_exception_handler(Exception, _unknown_page)


def problem(status: int, detail: str, faults: Sequence[dict[str, str]] = ()) -> JSONResponse:
    """Return a problem document; `faults` names each wrong value and its place."""
    body: dict[str, Any] = {"status": status, "title": title(status), "detail": detail}
    if faults:
        body["errors"] = list(faults)
    return JSONResponse(body, status, media_type="application/problem+json", headers=_headers(status))


def fault_page(request: Request, status: int, sentence: str) -> Response:
    """Return the page in the style of the house that says what went wrong."""
    from service.pages import render

    return render(request, "fout.html", {"titel": title(status), "zin": sentence}, status=status)


def title(status: int) -> str:
    """Return the Dutch name of a status."""
    return TITLES.get(status) or http.HTTPStatus(status).phrase


def faults_of(error: RequestValidationError) -> list[dict[str, str]]:
    """Return each fault with its place and a Dutch sentence; the value itself is not echoed."""
    return [
        {"in": str(fault["loc"][0]), "pointer": "/".join(map(str, fault["loc"][1:])), "detail": _dutch(fault)}
        for fault in error.errors()
    ]


def told(error: Exception) -> tuple[int, str]:
    """Return the status of an error and what to tell of it; a 500 for one that is not in the table."""
    status = _status_of(error)
    _note(status, error)
    return status, _sentence(status, error)


def _dutch(fault: dict[str, Any]) -> str:
    kind, limits = str(fault["type"]), fault.get("ctx", {})
    sentences = {
        "missing": "dit is nodig en ontbreekt",
        "int_parsing": "dit is geen heel getal",
        "float_parsing": "dit is geen getal",
        "finite_number": "dit is geen eindig getal",
        "enum": f"kies uit: {_choices(limits)}",
        "literal_error": f"kies uit: {_choices(limits)}",
        "json_invalid": "dit is geen geldige JSON",
        "float_type": "dit is geen getal",
        "string_type": "dit is geen tekst",
        "bool_type": "dit is geen true of false",
        "extra_forbidden": "deze naam kennen wij niet",
        "greater_than_equal": f"dit is kleiner dan {limits.get('ge')}",
        "less_than_equal": f"dit is groter dan {limits.get('le')}",
        "string_pattern_mismatch": "dit heeft niet de goede vorm",
        "string_too_short": f"dit is korter dan {limits.get('min_length')} tekens",
        "string_too_long": f"dit is langer dan {limits.get('max_length')} tekens",
    }
    if kind.startswith("date"):
        return "dit is geen datum; schrijf jjjj-mm-dd"
    if kind == "value_error":
        return str(limits.get("error", "dit klopt niet"))
    return sentences.get(kind, "dit klopt niet")


def _choices(limits: dict[str, Any]) -> str:
    return str(limits.get("expected")).replace(" or ", " of ")


def _headers(status: int) -> dict[str, str]:
    return {"Retry-After": RETRY_SECONDS} if status == http.HTTPStatus.SERVICE_UNAVAILABLE else {}


def _status_of(error: Exception) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 500)


def _sentence(status: int, error: Exception) -> str:
    """Return what to tell: our own refusals speak for themselves, others say nothing of the inside."""
    if isinstance(error, WijkbeeldError) and status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return str(error)
    if isinstance(error, HTTPException) and error.detail != http.HTTPStatus(error.status_code).phrase:
        return str(error.detail)
    return SENTENCES.get(status, title(status) + ".")


async def _invalid_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem(400, "Een of meer waarden kloppen niet.", faults_of(error))


async def _http_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = problem(error.status_code, _sentence(error.status_code, error))
    answer.headers.update(error.headers or {})
    return answer


async def _known_problem(_request: Request, error: Exception) -> Response:
    status = _status_of(error)
    _note(status, error)
    return problem(status, _sentence(status, error))


async def _unknown_problem(_request: Request, error: Exception) -> Response:
    return problem(500, SENTENCES[500])


async def _invalid_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What is wrong of several values together has no place of its own.
    told = "; ".join(f"{one['pointer']}: {one['detail']}".removeprefix(": ") for one in faults_of(error))
    return _page(request, 400, f"Een of meer waarden kloppen niet ({told}).")


async def _http_page(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code in {303, 307}:
        return Response(status_code=error.status_code, headers=error.headers)
    answer = _page(request, error.status_code, _sentence(error.status_code, error))
    answer.headers.update(error.headers or {})
    return answer


async def _known_page(request: Request, error: Exception) -> Response:
    status = _status_of(error)
    _note(status, error)
    told = _sentence(status, error)
    return _page(request, status, told[:1].upper() + told[1:])


async def _unknown_page(request: Request, error: Exception) -> Response:
    return _page(request, 500, SENTENCES[500])


def _page(request: Request, status: int, sentence: str) -> Response:
    # What is under the API but not its own, such as an address with the end of a line in it.
    if request.url.path.startswith("/api/"):
        return problem(status, sentence)
    answer = fault_page(request, status, sentence)
    answer.headers.update(_headers(status))
    return answer


def _note(status: int, error: Exception) -> None:
    if status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("fout", status=status, soort=type(error).__name__)
