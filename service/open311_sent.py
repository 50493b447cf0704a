"""What is sent to Open311: the form of a new request, read strictly and made into a report of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import Message
from http import HTTPStatus
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from data.categories import Category, category_edition
from data.intake import Report
from data.kind_questions import LONGEST_ANSWER, answers_of, kind_questions
from data.melding_words import OWN_EDITION
from service.analysis.workbench import Workbench
from service.errors import faults_of
from service.open311_answers import Fault
from service.routes.api.intake import NieuweMelding, report_of

FORM: Final = "application/x-www-form-urlencoded"
LARGEST_BODY: Final = 64 * 1024
MOST_FIELDS: Final = 200
LONGEST_URL: Final = 2_000
LONGEST_ADDRESS: Final = 120
NUMBER = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")
# What the standard calls the fields of our own melding.
NAMES: Final = {
    "tekst": "description",
    "soort": "service_code",
    "lon": "long",
    "lat": "lat",
    "adres": "address_string",
    "contact/naam": "first_name",
    "contact/email": "email",
    "contact/telefoon": "phone",
}


@dataclass(frozen=True, slots=True)
class SentRequest:
    """The fields of a request as they were sent, and the answers to questions of its service."""

    values: Mapping[str, str]
    answers: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, pairs: list[tuple[str, str]]) -> Self:
        """Return what these fields say; a Fault with 400 for a field that comes twice."""
        values: dict[str, str] = {}
        answers: dict[str, tuple[str, ...]] = {}
        for name, value in pairs:
            asked = re.fullmatch(r"attribute\[([^\[\]]{1,120})\](\[\])?", name)
            if asked is not None and asked[2]:
                answers[asked[1]] = (*answers.get(asked[1], ()), value)
            elif asked is not None and asked[1] not in answers:
                answers[asked[1]] = (value,)
            elif asked is None and name not in values:
                values[name] = value.strip()
            else:
                raise Fault(HTTPStatus.BAD_REQUEST, "een veld staat er twee keer")
        return cls(values, answers)

    def get(self, name: str) -> str:
        """Return a value, empty when it was not sent."""
        return self.values.get(name, "")


async def read_request(request: Request) -> SentRequest:
    """Return the form in the body; a Fault with 400 when it is no form, too large or not UTF-8."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    if message.get_content_type() != FORM or message.get_content_charset("utf-8") != "utf-8":
        raise Fault(HTTPStatus.BAD_REQUEST, f"stuur {FORM}; charset=utf-8", code=415)
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise Fault(HTTPStatus.BAD_REQUEST, f"dit is groter dan {LARGEST_BODY // 1024} KiB", code=413)
    try:
        text = body.decode("utf-8")
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        raise Fault(HTTPStatus.BAD_REQUEST, "dit is geen formulier in UTF-8, of het is te lang") from None
    return SentRequest.of(pairs)


def service_of(code: str) -> Category:
    """Return the soort of a service_code; a Fault with 400 when it is missing, with 404 when unknown."""
    if not code:
        raise Fault(HTTPStatus.BAD_REQUEST, "service_code ontbreekt")
    found = category_edition(OWN_EDITION).by_slug.get(code)
    if found is None:
        raise Fault(HTTPStatus.NOT_FOUND, "deze service_code kennen wij niet")
    return found


def report(workbench: Workbench, gemeente: str, sent: SentRequest) -> Report:
    """Return the report that a request stands for, checked as the one of our own API is.

    The standard asks nobody for consent: contact data are kept, and nobody is contacted for them. Faults
    have 400; AddressError when an address stands for no single place.
    """
    service = service_of(sent.get("service_code"))
    try:
        melding = NieuweMelding.model_validate(_melding(gemeente, service, sent))
    except ValidationError as error:
        raise Fault(HTTPStatus.BAD_REQUEST, _sentence(error)) from None
    made = report_of(workbench, melding)
    answers = _answers(service, sent)
    if url := _media_url(sent):
        answers["media_url"] = url
    address = made.address or sent.get("address_string")[:LONGEST_ADDRESS] or None
    return replace(made, address=address, answers=answers)


def _answers(service: Category, sent: SentRequest) -> dict[str, str]:
    """Return the answers to the questions of a service, by question; a Fault for one that cannot be."""
    questions = {one.key: one for one in kind_questions(service.slug)}
    given = {key: values[0] for key, values in sent.answers.items() if key in questions and values[0].strip()}
    for key, value in given.items():
        choices = questions[key].choices
        if (choices and value not in choices) or len(value) > LONGEST_ANSWER or not value.isprintable():
            raise Fault(HTTPStatus.BAD_REQUEST, f"attribute[{key}] is geen antwoord op deze vraag")
    return answers_of(service.slug, {questions[key].field: value for key, value in given.items()})


def _melding(gemeente: str, service: Category, sent: SentRequest) -> dict[str, Any]:
    made: dict[str, Any] = {
        "gemeente": gemeente,
        "soort": service.slug,
        # The standard lets a request be without words: then its service is what it says.
        "tekst": sent.get("description") or service.naam,
        "contact": {
            "naam": " ".join(filter(None, (sent.get("first_name"), sent.get("last_name")))),
            "email": sent.get("email"),
            "telefoon": sent.get("phone"),
        },
    }
    lat, lon = sent.get("lat"), sent.get("long")
    if lat or lon:
        return {**made, "lat": _degrees("lat", lat), "lon": _degrees("long", lon)}
    if sent.get("address_string"):
        return {**made, "adres": sent.get("address_string")}
    raise Fault(HTTPStatus.BAD_REQUEST, "geef lat met long, of address_string")


def _degrees(name: str, text: str) -> float:
    if not text:
        raise Fault(HTTPStatus.BAD_REQUEST, "lat en long horen bij elkaar")
    if not NUMBER.fullmatch(text):
        raise Fault(HTTPStatus.BAD_REQUEST, f"{name} is geen getal in graden")
    return float(text)


def _media_url(sent: SentRequest) -> str:
    """Return the address of a photo elsewhere: kept as text, never fetched."""
    text = sent.get("media_url")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if len(text) > LONGEST_URL or parts.scheme not in {"http", "https"} or not text.isprintable():
        raise Fault(HTTPStatus.BAD_REQUEST, "media_url is geen adres van een pagina")
    return text


def _sentence(error: ValidationError) -> str:
    """Return all that is wrong, by the names of the standard."""
    located = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
    told = []
    for fault in faults_of(RequestValidationError(located)):
        name = NAMES.get(fault["pointer"], fault["pointer"])
        told.append(f"{name}: {fault['detail']}" if name else fault["detail"])
    return "; ".join(told)
