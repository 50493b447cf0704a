"""The Open311 reader: lists of requests, one by one, however large, without personal fields."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.readers.formats import Format, open_records
from data.readers.open311 import CLOSED_AT, open_requests
from geo.errors import ImportRefused

REQUEST = {
    "service_request_id": "638344",
    "status": "closed",
    "service_name": "Losse stoeptegel",
    "service_code": "006",
    "description": "Tegel\nligt los",
    "requested_datetime": "2026-04-14T06:37:38+02:00",
    "updated_datetime": "2026-04-15T08:00:00+02:00",
    "address": "Kerkstraat 1",
    "lat": 52.99,
    "long": 6.56,
    "email": "iemand@voorbeeld.nl",
    "media_url": None,
}


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "requests.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def rows(path: Path) -> list[dict[str, str]]:
    records = open_requests(path)
    return [dict(zip(records.columns, row, strict=True)) for chunk in records.chunks(2) for row in chunk.rows]


@pytest.mark.parametrize("wrapper", [None, "service_requests"])
def test_a_list_of_requests_is_read_one_by_one(tmp_path: Path, wrapper: str | None) -> None:
    several = [REQUEST, {**REQUEST, "service_request_id": 2, "status": "open"}]
    path = written(tmp_path, {wrapper: several} if wrapper else several)
    first, second = rows(path)
    assert (first["service_request_id"], first["lat"], first[CLOSED_AT]) == (
        "638344",
        "52.99",
        "2026-04-15T08:00:00+02:00",
    )
    assert (second["service_request_id"], second[CLOSED_AT]) == ("2", "")


def test_personal_fields_of_a_request_are_not_even_columns(tmp_path: Path) -> None:
    (row,) = rows(written(tmp_path, [REQUEST]))
    assert "iemand@voorbeeld.nl" not in row.values()


def test_many_requests_pass_across_the_borders_of_blocks(tmp_path: Path) -> None:
    many = [{**REQUEST, "service_request_id": str(number)} for number in range(1_500)]
    path = written(tmp_path, many)
    assert path.stat().st_size > 200_000
    assert [row["service_request_id"] for row in rows(path)] == [str(number) for number in range(1_500)]


def test_1_numbers_that_json_does_not_have_do_not_pass_as_numbers(tmp_path: Path) -> None:
    (row,) = rows(written(tmp_path, '[{"service_request_id": "1", "lat": NaN, "long": 1e400}]'))
    assert (row["lat"], row["long"]) == ("NaN", "inf")


@pytest.mark.parametrize("text", ['[{"a": 1}', "[1, 2", '{"iets": 1}', "[{]"])
def test_a_broken_list_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ImportRefused, match="JSON"):
        rows(written(tmp_path, text))


def test_what_is_no_object_is_a_fault_with_its_place(tmp_path: Path) -> None:
    chunk = next(open_requests(written(tmp_path, [REQUEST, "x"])).chunks(10))
    assert [(fault.line, len(chunk.rows)) for fault in chunk.faults] == [(2, 1)]


def test_bulk_csv_is_recognised_with_its_subtype(tmp_path: Path) -> None:
    path = tmp_path / "bulk.csv"
    path.write_text(
        "service_request_id,requested_datetime,updated_datetime,closed_date,status_description,status_notes,"
        "source,service_name,service_subtype,description,agency_responsible,address,lat,long\n"
        "1,2026-04-14T06:37:38Z,,,open,,web,Afval,Dumping,,,,52.99,6.56\n",
        encoding="utf-8",
    )
    mapping = open_records(path).mapping
    assert mapping.format == Format.OPEN311
    assert mapping.columns["soort"] == ("service_name", "service_subtype")
    assert mapping.columns["afgehandeld"] == ("closed_date",)
