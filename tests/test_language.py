"""English as the second language: complete, carried by links and forms, and nowhere half."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from letter_door import ADDRESS, ASSEN, WIJK, fields, idea, question, running, token_of

from data import agreements, themes
from data.categories import category_edition
from data.choices import Status
from data.kind_questions import every_question
from data.melding_words import OWN_EDITION
from geo.main_groups import MainGroup
from service.english_words import english_day, english_moment, english_number, soorten
from service.language import carried, is_translated
from service.pages import MENU
from service.texts import catalogue

TEMPLATES = Path(__file__).parent.parent / "service" / "templates"
# Tables whose texts stand on pages that are there in English: all of their keys are.
PUBLIC_TABLES = (
    "algemeen",
    "niveau",
    "home",
    "melden",
    "volg",
    "status",
    "brief",
    "vraag",
    "idee",
    "verzoek",
    "vereist",
    "privacy",
    "toegankelijkheid",
    "zo_werkt_het",
    "bij",
    "uitdaging",
    "script",
    "peiling",
    "peiling_tellen",
    "aanmelding",
    "helpmee",
    "kennismaken",
    "uitnodiging",
    "zo_komt_het_advies",
)
# Pages that are there in English, with the parts of which they are made.
PUBLIC_PAGES = (
    "home",
    "melden",
    "melden_controle",
    "volg",
    "status",
    "brief",
    "brief_volg",
    "vereist",
    "verzoek",
    "verzoek_volg",
    "peiling",
    "peilingkeuze",
    "peiling_uitkomst",
    "bijeenkomsten",
    "bijeenkomst",
    "aanmelden",
    "aanmelding",
    "evaluatie",
    "helpmee",
    "helpmee_eigen",
    "kennismaken",
    "uitnodiging",
)
PART = re.compile(r"""(?:extends|import|include) ["']([a-z_]+)\.html["']""")
KEY = re.compile(r"""\bt\(\s*'([a-z_]+\.[a-z_0-9]*[a-z0-9])'""")
PATHS = (
    "/",
    "/melden",
    "/status",
    "/vraag",
    "/idee",
    "/privacy",
    "/privacy/verzoek",
    "/toegankelijkheid",
    "/zo-werkt-het",
    "/peiling",
    f"/peiling/{WIJK}",
    f"/peiling/{WIJK}/uitkomst",
    "/bijeenkomsten",
    "/ik-help-mee",
    "/zo-komt-het-advies-tot-stand",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with running(tmp_path_factory.mktemp("taal")) as client:
        yield client


def leaves(value: Any, before: str = "") -> dict[str, str]:
    """Every text with the place where it stands."""
    if isinstance(value, Mapping):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)  # type: ignore[assignment]
    else:
        return {before: value}
    return {key: text for name, part in parts for key, text in leaves(part, f"{before}.{name}").items()}


def parts_of(name: str) -> set[str]:
    """A template with everything that it is made of."""
    source = (TEMPLATES / f"{name}.html").read_text("utf-8")
    return {name}.union(*(parts_of(part) for part in PART.findall(source)))


@pytest.mark.parametrize("table", PUBLIC_TABLES)
def test_every_text_of_a_public_table_is_there_in_both_languages(table: str) -> None:
    dutch, english = (leaves(catalogue(one).tables[table]) for one in ("nl", "en"))
    assert set(dutch) == set(english)
    names = re.compile(r"\{[a-z_]*\}")
    different = [
        key for key in dutch if sorted(names.findall(dutch[key])) != sorted(names.findall(english[key]))
    ]
    assert different == []
    assert [key for key, text in english.items() if not text.strip()] == []


def test_the_public_menu_is_there_in_english() -> None:
    assert {key for _, key in MENU} <= set(catalogue("en").tables["menu"])


def test_the_english_catalogue_has_nothing_that_the_dutch_lacks() -> None:
    assert set(leaves(catalogue("en").tables)) <= set(leaves(catalogue().tables))


def test_every_soort_with_its_questions_is_there_in_english() -> None:
    names = {one.naam for one in category_edition(OWN_EDITION).by_slug.values()}
    asked = {words for one in every_question() for words in (one.question, *one.choices)}
    registry = themes.bundled()
    about = {words for one in registry.themes for words in (one.naam, one.invitation, one.question)}
    about |= {one.naam for one in registry.forms}
    assert names | asked | about | {group.naam for group in MainGroup} | set(Status) == set(soorten())


def test_the_form_in_english_asks_in_english_and_sends_what_the_dutch_one_does(client: TestClient) -> None:
    written = {"tekst": "De lantaarnpaal brandt niet", "adres": "", "gemeente": ASSEN}
    dutch, english = (
        client.post(f"/melden/controle{query}", data=written).text for query in ("", "?taal=en")
    )
    assert "<span>Straatverlichting</span>" in dutch
    assert "<span>Street light</span>" in english
    assert '<option value="Eén lamp">One lamp</option>' in english
    sent = re.compile(r'<(?:option|input type="radio" name="soort") value="([^"]*)"')
    assert sent.findall(dutch) == sent.findall(english)


def test_the_public_pages_say_nothing_that_is_not_translated() -> None:
    names = set().union(*(parts_of(name) for name in PUBLIC_PAGES))
    asked = {key for name in names for key in KEY.findall((TEMPLATES / f"{name}.html").read_text("utf-8"))}
    asked |= {f"verslag.stand_{one}" for one in agreements.AgreementState}
    known = {key.removeprefix(".") for key in leaves(catalogue("en").tables)}
    assert len(asked) > 150
    assert asked - known == set()


@pytest.mark.parametrize("path", PATHS)
def test_a_page_says_which_language_it_is_in_and_leads_to_the_other(client: TestClient, path: str) -> None:
    dutch = client.get(f"{path}?gemeente={ASSEN}").text
    english = client.get(f"{path}?gemeente={ASSEN}&taal=en").text
    assert '<html lang="nl">' in dutch
    assert '<html lang="en">' in english
    assert 'lang="en" data-taal>English' in dutch
    assert 'lang="nl" data-taal>Nederlands' in english
    assert "Emergency? Call 112." in english
    assert "Spoed?" not in english
    there = re.search(r'href="([^"]+)"[^>]*data-taal', dutch)
    back = re.search(r'href="([^"]+)"[^>]*data-taal', english)
    assert there is not None
    assert back is not None
    assert html.unescape(there[1]) == f"{path}?gemeente={ASSEN}&taal=en"
    returned = client.get(html.unescape(back[1])).text
    assert re.findall(r"<h1.*?</h1>", returned, re.DOTALL) == re.findall(r"<h1.*?</h1>", dutch, re.DOTALL)
    assert '<html lang="nl">' in returned


@pytest.mark.parametrize("path", ["/analyse", "/bronnen", "/wijken/WK010600", "/inloggen"])
def test_a_page_that_is_not_translated_stays_dutch_as_a_whole(client: TestClient, path: str) -> None:
    page = client.get(f"{path}?taal=en").text
    assert '<html lang="nl">' in page
    assert "Spoed? Bel 112." in page
    assert "data-taal" not in page


def test_what_went_wrong_is_told_in_dutch(client: TestClient) -> None:
    answer = client.get("/vraag/bestaat.niet?taal=en")
    assert (answer.status_code, '<html lang="nl">' in answer.text) == (404, True)


def test_links_and_forms_stay_in_english_and_links_to_dutch_pages_say_so(client: TestClient) -> None:
    page = client.get(f"/?gemeente={ASSEN}&taal=en").text
    links = [
        (html.unescape(one), rest) for one, rest in re.findall(r'<a\b[^>]*?href="(/[^"]*)"([^>]*)>', page)
    ]
    for address, rest in links:
        if "data-taal" in rest:
            continue
        if is_translated(address.split("?")[0]):
            assert "taal=en" in address, address
        else:
            assert 'hreflang="nl"' in rest, address


@pytest.mark.parametrize(("path", "form"), [("/vraag", question()), ("/idee", idea())])
def test_a_letter_is_written_in_english_from_door_to_receipt(
    client: TestClient, path: str, form: dict[str, str]
) -> None:
    page = client.get(f"{path}?gemeente={ASSEN}&taal=en").text
    action = re.search(r'<form[^>]*formulier[^>]*action="([^"]+)"', page)
    assert action is not None
    assert action[1] == f"{path}/controle?taal=en"
    checked = client.post(html.unescape(action[1]), data={**form, "adres": ADDRESS}).text
    assert '<html lang="en">' in checked
    assert "Is this" in checked
    answer = client.post(f"{path}?taal=en", data={**form, **fields(checked), "tekst": "Where to plant?"})
    assert token_of(answer)
    assert answer.headers["Location"].endswith("bericht=bedankt&taal=en")
    receipt = client.get(answer.headers["Location"]).text
    assert "Thank you for your" in receipt
    assert "Where to plant?" in receipt


def test_a_melding_is_made_in_english_too(client: TestClient) -> None:
    page = client.post(
        "/melden/controle?taal=en",
        data={"gemeente": ASSEN, "tekst": "The street lamp is broken.", "adres": ADDRESS},
    ).text
    assert '<html lang="en">' in page
    assert "Is this address right?" in page
    assert 'action="/melden?taal=en"' in page


def test_what_is_wrong_is_said_in_english(client: TestClient) -> None:
    answer = client.post("/vraag?taal=en", data=question(tekst=""))
    assert (answer.status_code, "Write down what you want to say." in answer.text) == (400, True)


def test_an_unknown_language_is_dutch(client: TestClient) -> None:
    assert '<html lang="nl">' in client.get("/vraag?taal=xx").text


def test_what_a_reader_typed_is_not_taken_for_a_link(client: TestClient) -> None:
    typed = 'href="/melden" <a href="/status">'
    page = client.post("/vraag/controle?taal=en", data=question(tekst=typed)).text
    assert typed in html.unescape(page.split("<textarea")[1].split("</textarea>")[0])


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ('<a href="/melden">', '<a href="/melden?taal=en">'),
        ('<a href="/melden?a=1&amp;b=2#x">', '<a href="/melden?a=1&amp;b=2&amp;taal=en#x">'),
        ('<a href="/melden?taal=nl">', '<a href="/melden?taal=nl">'),
        ('<a href="/analyse">', '<a href="/analyse" hreflang="nl">'),
        ('<a href="//elders.example/melden">', '<a href="//elders.example/melden">'),
        ('<a href="https://elders.example/">', '<a href="https://elders.example/">'),
        ('<link href="/static/main.css">', '<link href="/static/main.css">'),
        ('<form action="/zoeken" method="get">', '<form action="/zoeken" method="get">'),
        (
            '<form action="/melden" method="get">',
            '<form action="/melden?taal=en" method="get"><input type="hidden" name="taal" value="en">',
        ),
    ],
)
def test_addresses_carry_the_language(page: str, wanted: str) -> None:
    assert carried(page, "en") == wanted
    assert carried(page, "nl") == page


def test_dates_and_numbers_are_english() -> None:
    assert english_day(date(2026, 3, 3)) == "3 March 2026"
    assert english_moment(datetime(2026, 7, 1, 17, 5, tzinfo=UTC)) == "1 July 2026, 19:05"
    assert english_number(1204) == "1,204"
    assert catalogue("en").counted(1204, "melding") == "1,204 reports"


def test_the_wijk_of_a_letter_is_told_by_its_own_name(client: TestClient) -> None:
    page = client.get(f"/vraag?gemeente={ASSEN}&wijk={WIJK}&taal=en").text
    assert f'<option value="{WIJK}" selected>' in page
