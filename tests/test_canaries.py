"""Canaries are found in whatever an answer hides them in, and points within 25 m."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from account_town import OWN
from canaries import Canary, leaks
from canary_town import POINTS

from maps.meeting_sheets import TallySheet, pdf

SECRET = Canary("geheim", "kanarie007vogel")
X, Y = POINTS[OWN, "geluid"]
POINT = Canary("punt", lon=4.3001, lat=51.9101, x=X, y=Y)


def zipped(text: bytes) -> bytes:
    """A workbook, say, of which everything is packed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/sharedStrings.xml"), text, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        b"een kanarie007vogel in tekst",
        b"KANARIE007VOGEL",
        gzip.compress(b"kanarie007vogel", mtime=0),  # without the time: xdist compares names
        base64.b64encode(b"iets met kanarie007vogel erin"),
        base64.urlsafe_b64encode(b"iets met kanarie007vogel erin").rstrip(b"="),
        b"kanarie007vogel".hex().encode(),
        "kanarie007vogel".encode("utf-16"),
        b"kanarie%30%30%37vogel",
        b"&#107;anarie007vogel",
        b"\\u006banarie007vogel",
        base64.b64encode(b"&#107;anarie007vogel en nog wat"),
        b"\x89PNG\r\n\x1a\n....tEXtkanarie007vogel....",
        zipped(b"kanarie007vogel"),
    ],
)
def test_a_text_is_found_in_every_decoding(body: bytes) -> None:
    assert leaks([SECRET], body) == {"geheim"}
    assert leaks([SECRET], body.replace(b"007", b"008")[:4]) == set()


def test_a_text_is_found_on_paper_and_in_its_title() -> None:
    sheet = TallySheet(
        title="Wie was er?",
        lead="",
        how="",
        kinds=("Kanarie007vogel",),
        columns=("Wie", "Streepjes", "Samen"),
        total="Samen",
        sender="Gemeente",
    )
    for one in (sheet, replace(sheet, title="Kanarie007vogel", kinds=("Bewoners",))):
        assert leaks([SECRET], pdf(one, made_at=datetime(2026, 7, 1, tzinfo=UTC))) == {"geheim"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (json.dumps([4.30012, 51.91008]), True),
        (f"<td>{X + 10:.0f}</td><td>{Y - 10:.0f}</td>", True),
        (json.dumps([4.3011, 51.9101]), False),
        (json.dumps([4.3001, 51.9111]), False),
        (json.dumps({"x": X}), False),
    ],
)
def test_a_point_is_found_within_25_m_in_degrees_and_in_metres(body: str, *, found: bool) -> None:
    assert bool(leaks([POINT], body.encode())) is found


def test_headers_are_looked_at_too() -> None:
    assert leaks([SECRET], b"", {"Location": "/volg?n=kanarie007vogel"}) == {"geheim"}
