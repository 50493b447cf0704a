"""Meeting sheets: posters and counting sheets of one tagged page, and walks as drawings."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from pypdf import PdfReader
from stored_town import town

from geo.errors import CrsMismatch
from maps.meeting_sheets import EvaluationForm, Poster, Sheet, TallySheet, pdf
from maps.route_picture import RoutePicture, route_picture
from service.meeting_prints import code

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
LINK = "https://wijk.example/bijeenkomsten/0123456789abcdef012345"
POSTER = Poster(
    title="Samen eten",
    lead="Kom erbij.",
    day="dinsdag 2 maart 2027",
    hours="19.30 tot 21.30 uur",
    place="Buurthuis",
    address="Olmendreef 100",
    accessible="Er is een lift.",
    come="Meld u aan:",
    link=LINK,
    code_svg=code(LINK),
    code_alt="Code die de pagina opent",
    sender="Gemeente Vlaardingen",
)
SHEET = TallySheet(
    title="Wie was er?",
    lead="dinsdag 2 maart 2027",
    how="Zet een streepje.",
    kinds=("Bewoners", "Ondernemers", "Anderen"),
    columns=("Wie", "Streepjes", "Samen"),
    total="Alle mensen samen",
    sender="Gemeente Vlaardingen",
)

FORM = EvaluationForm(
    title="Wat vond u van: Samen eten",
    lead="dinsdag 2 maart 2027",
    how="Zet steeds een kruisje.",
    questions=("Had u er iets aan?", "Kon u zeggen wat u wilde?", "Kon u er goed bij?"),
    answers=("Ja", "Een beetje", "Nee"),
    write="Wat wilt u ons nog zeggen?",
    privacy="Alleen medewerkers lezen dit.",
    online="Liever met uw telefoon?",
    link="wijk.example/e/012345",
    code_svg=code("https://wijk.example/e/012345"),
    code_alt="Code die het formulier opent",
    return_to="Geef dit formulier terug.",
    sender="Gemeente Vlaardingen",
)


def read(sheet: Sheet) -> PdfReader:
    return PdfReader(io.BytesIO(pdf(sheet, made_at=MOMENT)))


def words(found: PdfReader) -> str:
    return " ".join("".join(page.extract_text() for page in found.pages).split())


@pytest.mark.parametrize("sheet", [POSTER, SHEET, FORM], ids=["affiche", "telblad", "evaluatie"])
def test_a_sheet_is_one_tagged_page_in_dutch_with_a_title(sheet: Sheet) -> None:
    found = read(sheet)
    root: Any = found.trailer["/Root"]
    assert len(found.pages) == 1
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "nl"
    assert found.metadata is not None
    assert found.metadata.title == sheet.title
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part(>|=\")1", xmp)


def test_a_poster_says_all_of_it() -> None:
    text = words(read(POSTER))
    for said in (POSTER.title, POSTER.lead, POSTER.day, POSTER.hours, POSTER.place, POSTER.address, LINK):
        assert said in text


def test_the_day_is_set_in_large_letters() -> None:
    sizes: dict[str, float] = {}

    def seen(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        for word in text.split():
            sizes[word] = max(sizes.get(word, 0.0), abs(size * matrix[3]))

    read(POSTER).pages[0].extract_text(visitor_text=seen)
    large = {word: sizes[word] for word in ("dinsdag", "19.30", "Buurthuis", "Olmendreef")}
    assert min(large.values()) >= 20.0, sizes


@pytest.mark.parametrize("filling", ["woord ", "W", "heellangwoordzonderspaties "])
def test_the_longest_words_still_fit_on_one_page(filling: str) -> None:
    def long(signs: int) -> str:
        return (filling * signs)[:signs].strip()

    full = replace(
        POSTER,
        title=long(160),
        lead=long(900),
        place=long(160),
        address=long(120),
        accessible=long(300),
        warning="Concept: nog niet aangekondigd",
    )
    assert len(read(full).pages) == 1
    assert len(read(replace(SHEET, title=long(180), lead=long(400))).pages) == 1
    assert len(read(replace(FORM, title=long(180))).pages) == 1


def test_the_same_meeting_gives_the_same_bytes_whatever_the_hour() -> None:
    assert pdf(POSTER, made_at=MOMENT) == pdf(POSTER, made_at=MOMENT)


def test_a_counting_sheet_has_a_row_for_each_kind_and_one_for_all() -> None:
    text = words(read(SHEET))
    places = [text.index(said) for said in (*SHEET.kinds, SHEET.total)]
    assert places == sorted(places)


def walk(x: list[float], y: list[float]) -> RoutePicture:
    numbers = tuple(range(1, len(x) + 1))
    return RoutePicture(np.array(x), np.array(y), numbers, town().buurten)


def test_a_walk_has_a_dot_with_its_number_for_each_place() -> None:
    drawing = route_picture(walk([80_100.0, 80_900.0, 80_500.0], [436_100.0, 436_200.0, 436_900.0])).decode()
    assert "<svg" in drawing
    three, two = (
        route_picture(walk([80_100.0 + 200.0 * n for n in range(k)], [436_500.0] * k)) for k in (3, 2)
    )
    dots = [len(re.findall(rb"<use ", one)) for one in (three, two)]
    assert dots[0] > dots[1]


def test_a_walk_of_one_place_is_drawn_and_one_of_none_is_refused() -> None:
    assert b"<svg" in route_picture(walk([80_500.0], [436_500.0]))
    with pytest.raises(ValueError, match="minstens een plek"):
        route_picture(walk([], []))


def test_outlines_in_degrees_are_refused() -> None:
    wrong = replace(walk([80_500.0], [436_500.0]), buurten=town().buurten.to_crs(4326))
    with pytest.raises(CrsMismatch):
        route_picture(wrong)


def test_a_form_about_a_meeting_asks_all_of_it_and_names_the_short_address() -> None:
    text = words(read(FORM))
    for said in (*FORM.questions, FORM.write, FORM.privacy, FORM.online, FORM.link, FORM.return_to):
        assert said in text
    assert text.count("Een beetje") == len(FORM.questions)


def test_a_form_of_a_closed_meeting_is_for_a_pen_alone() -> None:
    closed = read(replace(FORM, link="", online="", code_svg="", code_alt=""))
    assert len(closed.pages) == 1
    assert "telefoon" not in words(closed)
