"""Answers of Open311: the same content as XML or as JSON, with errors in the form of the standard."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
from fastapi.responses import Response


class Format(StrEnum):
    """The form of an answer: the end of its address."""

    XML = "xml"
    JSON = "json"


MEDIA_TYPES: Final = {Format.XML: "text/xml", Format.JSON: "application/json"}
# What one part of a list is called; by the Spark convention JSON leaves that name out.
PARTS: Final = {
    "services": "service",
    "service_requests": "request",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
    "errors": "error",
}
# XML 1.0 has no way to write these.
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Value = Any


class Fault(Exception):
    """A question that Open311 refuses: 404, 403, or 400 for all else; `code` may tell it finer."""

    def __init__(self, status: int, description: str, *, code: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.code = code or status
        self.description = description


def answer(
    name: str,
    content: Value,
    form: Format,
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return content under its name: a list, or an object with lists in it."""
    body = _xml(name, content) if form is Format.XML else orjson.dumps(content)
    # Who may read it here may read it from any page: it is public.
    open_to_all = {"Access-Control-Allow-Origin": "*", **(headers or {})}
    return Response(body, status, headers=open_to_all, media_type=f"{MEDIA_TYPES[form]}; charset=utf-8")


def refusal(fault: Fault, form: Format, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return a fault as the list of errors that the standard asks for."""
    errors = [{"code": fault.code, "description": fault.description}]
    return answer("errors", errors, form, status=fault.status, headers=headers)


def _xml(name: str, content: Value) -> bytes:
    root = Element(name)
    _fill(root, name, content)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _fill(element: Element, name: str, content: Value) -> None:
    if isinstance(content, Mapping):
        for key, value in content.items():
            _fill(SubElement(element, key), key, value)
    elif isinstance(content, Sequence) and not isinstance(content, str):
        for one in content:
            _fill(SubElement(element, PARTS[name]), PARTS[name], one)
    elif content is not None:
        element.text = _text(content)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NO_XML.sub("\ufffd", str(value))
