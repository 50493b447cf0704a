"""Open311 GeoReport v2: the standard door for requests, with public records only."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Coroutine
from datetime import date, datetime, time
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from fastapi.routing import APIRoute

from data.categories import Category, category_edition
from data.kind_questions import LONGEST_ANSWER, KindQuestion, kind_questions
from data.melding_words import OWN_EDITION
from data.open311_records import Record, Wanted, records
from geo.exposure import AMSTERDAM
from service.analysis.intake import receive
from service.analysis.workbench import today
from service.dependencies import DatabaseDep, SettingsDep, WorkbenchDep
from service.errors import told
from service.open311_answers import MEDIA_TYPES, Fault, Format, answer, refusal
from service.open311_places import Jurisdiction, jurisdiction
from service.open311_question import read_question
from service.open311_sent import SentRequest, read_request, report, service_of
from service.settings import Settings

BASE: Final = "/open311/v2"
SPECIFICATION: Final = "http://wiki.open311.org/GeoReport_v2"
CHANGESET: Final = "2026-07-01T00:00:00+02:00"
KEY_SIGNS: Final = range(16, 201)
RECEIVED: Final = "Uw melding is bewaard. Een medewerker kijkt er eerst naar; daarna staat zij in deze lijst."
NO_FORM: Final = "dit adres is er niet; een adres eindigt op .xml of .json"


class Open311Route(APIRoute):
    """A route whose every fault is answered in the form of the standard."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of the route, with its faults answered."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except Exception as error:
                return _refused(request, error)

        return answered


router = APIRouter(prefix=BASE, include_in_schema=False, route_class=Open311Route)


def _jurisdiction(request: Request, workbench: WorkbenchDep, settings: SettingsDep) -> Jurisdiction:
    return jurisdiction(workbench, settings, request.query_params.get("jurisdiction_id", "").strip())


JurisdictionDep = Annotated[Jurisdiction, Depends(_jurisdiction)]
SentDep = Annotated[SentRequest, Depends(read_request)]


@router.get("/discovery.{form}")
def discovery(form: Format, settings: SettingsDep) -> Response:
    """Say where this door is, what it speaks and whom to ask."""
    endpoint = {
        "specification": SPECIFICATION,
        "url": f"{settings.public_url}{BASE}",
        "changeset": CHANGESET,
        "type": "test" if settings.demo else "production",
        "formats": list(MEDIA_TYPES.values()),
    }
    found = {
        "changeset": CHANGESET,
        "contact": settings.beheer_email,
        "key_service": f"Vraag een api_key aan bij {settings.beheer_email}.",
        "endpoints": [endpoint],
    }
    return answer("discovery", found, form)


@router.get("/services.{form}")
def services(form: Format, where: JurisdictionDep) -> Response:
    """List what can be reported."""
    edition = category_edition(OWN_EDITION)
    return answer("services", [_service(one, edition.groups[one.parent]) for one in edition.categories], form)


@router.get("/services/{service_code}.{form}")
def service_definition(form: Format, service_code: str, where: JurisdictionDep) -> Response:
    """Give the questions of a service."""
    service = service_of(service_code)
    attributes = [_attribute(order, one) for order, one in enumerate(kind_questions(service.slug), start=1)]
    return answer("service_definition", {"service_code": service.slug, "attributes": attributes}, form)


@router.get("/requests.{form}")
def requests(
    request: Request, form: Format, settings: SettingsDep, database: DatabaseDep, where: JurisdictionDep
) -> Response:
    """List public records, newest day first."""
    wanted = read_question(request.query_params, where.gemeente, today=today())
    return answer("service_requests", _found(settings, database, where, wanted), form)


@router.get("/requests/{service_request_id}.{form}")
def one_request(
    form: Format,
    service_request_id: str,
    settings: SettingsDep,
    database: DatabaseDep,
    where: JurisdictionDep,
) -> Response:
    """Give one public record, as a list of one."""
    wanted = read_question({"service_request_id": service_request_id}, where.gemeente, today=today())
    found = _found(settings, database, where, wanted)
    if not found:
        raise Fault(HTTPStatus.NOT_FOUND, "deze melding is er niet, of is niet openbaar")
    return answer("service_requests", found, form)


@router.get("/tokens/{token}.{form}")
def token(form: Format, token: str, where: JurisdictionDep) -> Response:
    """Answer that no token is known: every service here is `realtime`, so none is ever given."""
    raise Fault(HTTPStatus.NOT_FOUND, "dit token kennen wij niet; elke melding krijgt hier meteen een nummer")


@router.post("/requests.{form}")
def new_request(
    request: Request, form: Format, settings: SettingsDep, workbench: WorkbenchDep, sent: SentDep
) -> Response:
    """Store a new request; the answer comes when it is safely kept."""
    asked = sent.get("jurisdiction_id") or request.query_params.get("jurisdiction_id", "").strip()
    where = jurisdiction(workbench, settings, asked)
    client = where.client(sent.get("api_key"))
    made = report(workbench, where.gemeente, sent)
    receipt = receive(workbench, settings, made, key=_key(request, client))
    stored = {"service_request_id": receipt.public_id, "service_notice": RECEIVED, "account_id": None}
    link = f"{settings.public_url}{BASE}/requests/{receipt.public_id}.{form}"
    return answer("service_requests", [stored], form, status=201, headers={"Location": link})


@router.api_route("/{rest:path}", methods=["GET", "POST"])
def nothing(rest: str) -> Response:
    """Answer in the form of the standard that nothing is here."""
    raise Fault(HTTPStatus.NOT_FOUND, NO_FORM)


def _service(category: Category, group: str) -> dict[str, Any]:
    return {
        "service_code": category.slug,
        "service_name": category.naam,
        "description": f"{category.naam} ({group})",
        "metadata": bool(kind_questions(category.slug)),
        "type": "realtime",
        "keywords": ",".join(dict.fromkeys((category.main_group.naam, group))),
        "group": category.main_group.naam,
    }


def _attribute(order: int, question: KindQuestion) -> dict[str, Any]:
    return {
        "variable": True,
        "code": question.key,
        "datatype": "singlevaluelist" if question.choices else "string",
        "required": False,
        "datatype_description": None if question.choices else f"Hoogstens {LONGEST_ANSWER} tekens.",
        "order": order,
        "description": question.question,
        "values": [{"key": choice, "name": choice} for choice in question.choices],
    }


def _found(
    settings: Settings, database: DatabaseDep, where: Jurisdiction, wanted: Wanted
) -> list[dict[str, Any]]:
    with database.read() as session:
        found = records(session, wanted)
    return [_request(settings, where, one) for one in found]


def _request(settings: Settings, where: Jurisdiction, record: Record) -> dict[str, Any]:
    """Return a record by the names of the standard; what is not published is empty."""
    return {
        "service_request_id": record.public_id,
        "status": "closed" if record.is_closed else "open",
        "status_notes": record.note,
        "service_name": record.service_name,
        "service_code": record.service_code,
        "description": record.text,
        "agency_responsible": f"Gemeente {where.naam}",
        "service_notice": None,
        "requested_datetime": _midnight(record.created_on),
        "updated_datetime": _midnight(record.closed_on) if record.closed_on else None,
        "expected_datetime": None,
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": None if record.lat is None else round(record.lat, 6),
        "long": None if record.lon is None else round(record.lon, 6),
        "media_url": f"{settings.public_url}/fotos/{record.photo}.jpg" if record.photo else None,
    }


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), AMSTERDAM).isoformat()


def _key(request: Request, client: str) -> str:
    """Return the key under which a request is stored once: the sender's own, when it gives one."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return f"open311:{secrets.token_urlsafe(24)}"
    if len(given) not in KEY_SIGNS or not given.isascii() or not given.isprintable():
        raise Fault(HTTPStatus.BAD_REQUEST, "Idempotency-Key heeft 16 tot 200 tekens")
    return f"open311:{client}:{given}"


def _refused(request: Request, error: Exception) -> Response:
    """Answer an error as the standard asks; one that is nobody's fault outside goes on."""
    form = Format.JSON if request.url.path.endswith(".json") else Format.XML
    if isinstance(error, Fault):
        return refusal(error, form)
    if isinstance(error, RequestValidationError):
        return refusal(Fault(HTTPStatus.NOT_FOUND, NO_FORM), form)
    if isinstance(error, HTTPException):
        fault = Fault(HTTPStatus.BAD_REQUEST, str(error.detail), code=error.status_code)
        return refusal(fault, form, headers=error.headers)
    status, sentence = told(error)
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return refusal(Fault(status, sentence), form, headers={"Retry-After": "5"})
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise error
    return refusal(Fault(HTTPStatus.BAD_REQUEST, sentence, code=status), form)
