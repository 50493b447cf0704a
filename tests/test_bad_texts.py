"""Bad texts, links and keys at the doors for meldingen: shown as they are typed, or refused with a reason."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from melden_door import ADDRESS, ASSEN, form, made
from served import loaded_database

from service.app import create_app
from service.settings import Settings

DOOR = "/api/v1/meldingen"
PLACE = {"lon": 6.5625, "lat": 52.9967}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("teksten")
    settings = Settings(database_url=loaded_database(folder), var_folder=folder / "var")
    app = create_app(settings)
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as client:
        yield client


def sent(client: TestClient, text: str, key: bytes = b"k" * 20) -> tuple[int, str]:
    body = {"gemeente": ASSEN, "soort": "boom", "tekst": text, **PLACE}
    answer = client.post(DOOR, json=body, headers={b"Idempotency-Key": key})
    return answer.status_code, answer.text


HOSTILE = {
    "rij 60: script": "<script>alert(1)</script>",
    "rij 60: uit een attribuut": '"><img src=x onerror=alert(1)>',
    "rij 60: javascript-link": "<a href='javascript:alert(1)'>hier</a>",
    "rij 60: sjabloon van JavaScript": "`${alert(1)}`",
    "rij 60: sjabloon van de pagina": "{{7*7}} {% include 'x' %}",
    "rij 60: einde van een script": "</script></textarea><b>",
    "rij 60: markdown": "[klik](javascript:alert(1)) <!-- -->",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_typed_is_shown_as_it_is_typed(client: TestClient, text: str) -> None:
    pages = [
        client.post("/melden/controle", data=form(tekst=text, naam=text, plek="")).text,
        client.post("/melden/controle", data=form(adres=text[:100], plek="")).text,
        client.get(f"/volg/{made(client, tekst=text)}").text,
    ]
    escaped = (html.escape(text), html.escape(text).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"))
    for page in pages:
        assert any(one[:90] in page for one in escaped)
        if "<" in text:
            assert text not in page


EMPTY = {
    "rij 63: leeg": ("", "Schrijf op wat er aan de hand is"),
    "rij 63: alleen spaties": ("  \n\t ", "Schrijf op wat er aan de hand is"),
    "rij 63: 100.000 tekens": ("a" * 100_000, "4000"),
    "rij 63: net te lang": ("a" * 4_001, "4000"),
}


@pytest.mark.parametrize(("text", "words"), EMPTY.values(), ids=EMPTY.keys())
def test_a_text_that_is_none_or_too_long_is_refused(client: TestClient, text: str, words: str) -> None:
    page = client.post("/melden", data=form(tekst=text))
    assert (page.status_code, words in page.text.replace("4.000", "4000")) == (400, True)
    assert sent(client, text)[0] in {400, 413}


@pytest.mark.parametrize("text", [pytest.param("a" * 2_000, id="rij 63: een woord van 2.000 tekens")])
def test_a_long_word_is_taken(client: TestClient, text: str) -> None:
    assert text in client.get(f"/volg/{made(client, tekst=text)}").text


LINKS = {
    "rij 61: geraden": "1.00000000000000000000000000000000",
    "rij 61: zonder handtekening": "{id}",
    "rij 61: lege handtekening": "{id}.",
    "rij 61: halve handtekening": "{id}.{half}",
    "rij 61: van een ander": "{other}.{sign}",
    "rij 61: hoofdletters": "{id}.{SIGN}",
    "rij 61: streepjes": "{id}.--__--",
    "rij 61: nul": "%00",
    "rij 61: heel lang": "a" * 5_000,
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS.keys())
def test_a_link_that_is_not_ours_tells_nothing(client: TestClient, link: str) -> None:
    public_id, sign = made(client).split(".")
    other = made(client).split(".")[0]
    tried = link.format(id=public_id, sign=sign, half=sign[:16], SIGN=sign.upper() + "X", other=other)
    answer = client.get(f"/volg/{tried}")
    unknown = client.get("/volg/onbekend")
    assert answer.status_code == unknown.status_code == 404
    # A page names its own address where it leads to the other language.
    own = re.compile(r"(/|%2F)volg(/|%2F)[^\"'&]*")
    assert own.sub("", answer.text) == own.sub("", unknown.text)
    assert client.get(f"/volg/{public_id}.{sign}").headers["Referrer-Policy"] == "no-referrer"


KEYS = {
    "rij 68: leeg": b"",
    "rij 68: kort": b"kort",
    "rij 68: 10 kB": b"k" * 10_000,
    "rij 68: met een spatie": b"sleutel met een spatie erin",
    "rij 68: unicode": "sleutel-é-sleutel-sleutel".encode(),
    "rij 68: met een nul": b"sleutel\x7fsleutel-sleutel",
}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS.keys())
def test_a_key_that_is_none_is_refused_by_name(client: TestClient, key: bytes) -> None:
    status, told = sent(client, "Er ligt een tak.", key)
    assert status == 400
    assert [fault["pointer"] for fault in json.loads(told)["errors"]] == ["Idempotency-Key"]


def test_68_the_key_of_another_gives_nobody_an_answer(client: TestClient) -> None:
    assert sent(client, "Er ligt een tak.", b"sleutel-van-een-ander")[0] == 201
    status, told = sent(client, "Iets anders.", b"sleutel-van-een-ander")
    assert status == 422
    assert "volg" not in told


@pytest.mark.parametrize(
    "times", [pytest.param(2, id="rij 67: dubbele klik"), pytest.param(5, id="rij 67: blijven verversen")]
)
def test_the_same_form_sent_again_is_one_melding(client: TestClient, times: int) -> None:
    same = form(adres=ADDRESS)
    found = {client.post("/melden", data=same).headers["Location"].split("?")[0] for _ in range(times)}
    assert len(found) == 1
