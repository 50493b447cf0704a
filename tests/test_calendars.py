"""Calendars: meetings as iCalendar, read back by another program, with hours that are right all year."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from dateutil.tz import tzical  # type: ignore[import-untyped]
from icalendar import Calendar, Event

from data.meeting_models import Meeting
from geo.exposure import AMSTERDAM
from service.calendars import calendar

BASE = "https://wijk.example"
MADE = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def meeting(**changes: object) -> Meeting:
    begins = changes.pop("starts_at", datetime(2027, 3, 2, 18, 30, tzinfo=UTC))
    assert isinstance(begins, datetime)
    plain: dict[str, object] = {
        "public_id": "abc",
        "titel": "Samen eten; met, iedereen",
        "intro": "Kom erbij.\nNeem iemand mee.",
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=2),
        "place": "Buurthuis",
        "address": "Olmendreef 100",
        "lon": 4.33,
        "lat": 51.92,
        "state": "aangekondigd",
        "sequence": 3,
        "created_at": MADE,
        "changed_at": None,
    }
    return Meeting(**(plain | changes))


def read(*rows: Meeting) -> tuple[str, list[Event]]:
    body = calendar(rows, base=BASE, name="Bijeenkomsten")
    return body.decode(), list(Calendar.from_ical(body).events)


def test_a_meeting_comes_back_as_it_was() -> None:
    text, [event] = read(meeting())
    assert event["UID"] == "abc@wijk.example"
    assert event.start == datetime(2027, 3, 2, 18, 30, tzinfo=UTC)
    assert event.end - event.start == timedelta(hours=2)
    assert (event["SEQUENCE"], event["STATUS"]) == (3, "CONFIRMED")
    assert event["SUMMARY"] == "Samen eten; met, iedereen"
    assert event["LOCATION"] == "Buurthuis, Olmendreef 100"
    assert event["DESCRIPTION"] == ("Kom erbij.\nNeem iemand mee.\n\nhttps://wijk.example/bijeenkomsten/abc")
    assert "GEO:51.92;4.33" in text


def test_one_that_is_called_off_stays_under_its_name() -> None:
    _, [event] = read(meeting(state="afgelast", sequence=4))
    assert (event["UID"], event["STATUS"], event["SEQUENCE"]) == ("abc@wijk.example", "CANCELLED", 4)


def test_the_same_meetings_give_the_same_bytes_and_a_change_a_later_stamp() -> None:
    first, again = (read(meeting())[0] for _ in range(2))
    assert first == again
    _, [event] = read(meeting(changed_at=MADE + timedelta(days=2)))
    assert event.decoded("DTSTAMP") == MADE + timedelta(days=2)


def test_lines_are_as_long_as_the_standard_allows_and_end_as_it_says() -> None:
    text, _ = read(meeting(titel="Eén heel lange titel met é en ë " * 5))
    lines = text.encode().split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in b"".join(lines)


def test_what_was_typed_adds_no_line_of_its_own() -> None:
    text, events = read(meeting(titel="Feest\r\nBEGIN:VALARM", place="Huis\nATTACH:x"))
    assert len(events) == 1
    assert not [line for line in text.splitlines() if line.startswith(("BEGIN:VALARM", "ATTACH"))]


@pytest.mark.parametrize("year", [2026, 2027, 2031, 2040])
def test_the_zone_in_the_file_tells_the_hours_of_amsterdam(year: int) -> None:
    text, _ = read(meeting())
    zone = tzical(StringIO(text.replace("\r\n", "\n"))).get("Europe/Amsterdam")
    assert zone is not None
    for hours in range(0, 366 * 24, 5):
        moment = datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        assert moment.astimezone(zone).replace(tzinfo=None) == moment.astimezone(AMSTERDAM).replace(
            tzinfo=None
        )


def test_the_hour_that_comes_twice_is_the_first_of_the_two() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    text, [event] = read(meeting(starts_at=first))
    assert "DTSTART;TZID=Europe/Amsterdam:20271031T023000" in text
    assert event.decoded("DTSTART").astimezone(UTC) == first
