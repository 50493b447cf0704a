"""Questions to Open311: which requests are asked for, read from the address by the rules of GeoReport v2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final

from data.open311_records import MOST, Wanted
from geo.exposure import AMSTERDAM
from service.open311_answers import Fault

LONGEST_SPAN: Final = timedelta(days=90)
YEARS: Final = range(1900, 2101)
STATES: Final = {"open": False, "closed": True}
LAST_PAGE: Final = 1_000_000

ID = re.compile(r"[A-Za-z0-9_-]{1,22}")
CODE = re.compile(r"[A-Za-z0-9_-]{1,120}")
WHOLE = re.compile(r"[0-9]{1,7}")


def read_question(params: Mapping[str, str], gemeente: str, *, today: date) -> Wanted:
    """Return what is asked of the requests of a gemeente; a Fault with 400 says what is wrong.

    An empty value is none. `service_request_id` goes before all else. Without days the latest 90 are meant;
    moments are taken by their day in Amsterdam, as that is what is published.
    """
    if ids := _list(params, "service_request_id"):
        return Wanted(gemeente, ids=tuple(one for one in ids if ID.fullmatch(one)) or ("",))
    since, until = _period(_day(params, "start_date"), _day(params, "end_date"), today)
    size = _number(params, "page_size", MOST, MOST)
    page = _number(params, "page", 1, LAST_PAGE)
    codes = _list(params, "service_code")
    return Wanted(
        gemeente,
        service_codes=tuple(one if CODE.fullmatch(one) else "" for one in codes),
        since=since,
        until=until,
        is_closed=_is_closed(params),
        limit=size,
        offset=(page - 1) * size,
    )


def _list(params: Mapping[str, str], name: str) -> tuple[str, ...]:
    found = tuple(part for one in params.get(name, "").split(",") if (part := one.strip()))
    if len(found) > MOST:
        raise Fault(HTTPStatus.BAD_REQUEST, f"{name} noemt er hoogstens {MOST}")
    return found


def _is_closed(params: Mapping[str, str]) -> bool | None:
    asked = set(_list(params, "status"))
    if asked - STATES.keys():
        raise Fault(HTTPStatus.BAD_REQUEST, "status is open, closed, of beide met een komma ertussen")
    return STATES[asked.pop()] if len(asked) == 1 else None


def _number(params: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = params.get(name, "")
    if not text:
        return default
    number = int(text) if WHOLE.fullmatch(text) else 0
    if not 1 <= number <= most:
        raise Fault(HTTPStatus.BAD_REQUEST, f"{name} is een heel getal van 1 tot en met {most}")
    return number


def _period(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    if since is None:
        until = until or today
        return until - LONGEST_SPAN, until
    until = until or since + LONGEST_SPAN
    if until < since:
        raise Fault(HTTPStatus.BAD_REQUEST, "end_date ligt voor start_date")
    if until - since > LONGEST_SPAN:
        raise Fault(HTTPStatus.BAD_REQUEST, f"vraag hoogstens {LONGEST_SPAN.days} dagen tegelijk")
    return since, until


def _day(params: Mapping[str, str], name: str) -> date | None:
    """Return the day in Amsterdam of a moment with its zone, such as 2026-07-01T00:00:00Z."""
    # A plus sign that was not encoded arrives as a space.
    text = params.get(name, "").strip().replace(" ", "+")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or moment.year not in YEARS:
            raise ValueError(text)
        return moment.astimezone(AMSTERDAM).date()
    except (ValueError, OverflowError):
        raise Fault(
            HTTPStatus.BAD_REQUEST, f"{name} is geen moment met een zone, zoals 2026-07-01T00:00:00+02:00"
        ) from None
