"""Verandering, as staff see it: the known findings, what is refused, breaks, events, and before and after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from import_files import take_in
from served import ACCOUNT, PASSWORD, bundled_database, loaded_database
from sqlalchemy import delete, select, update

from data.areas import newest_edition
from data.database import Database
from data.meldingen import Filters
from data.models import Melding, MeldingArea, Source
from data.rights import EVERYWHERE, Grant, Role
from data.sources import SourceCard, SourceKind, register_source
from data.visibility import Viewer
from geo.rates import Verdict
from geo.trends import Method
from service.analysis import places
from service.analysis.around import Around, around
from service.analysis.change import change
from service.analysis.change_view import Asked, ChangeView
from service.analysis.workbench import Workbench
from service.app import create_app
from service.settings import Settings

PAGE, EVENTS, API = "/analyse/verandering", "/analyse/gebeurtenissen", "/api/v1/verandering"
TOWN = "GM0622"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))
CRIMES = "cijfer=misdrijven_inw"
HEALTH = "cijfer=gezondheid"
OF_TOWN = Source.slug == "voorbeeld-meldingen-vlaardingen"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("verandering")
    settings = Settings(
        database_url=loaded_database(folder), var_folder=folder, staff={ACCOUNT: hashed(PASSWORD)}
    )
    with TestClient(create_app(settings), follow_redirects=False) as client:
        client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD})
        yield client


def asked(client: TestClient, query: str, path: str = API) -> dict[str, Any]:
    answer = client.get(f"{path}?gemeente={TOWN}&{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_rate_beside_a_line_has_its_margin_source_and_moment(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&{CRIMES}&niveau=gebied").text
    rows = re.findall(r'data-kop="per 1.000 inwoners per jaar">(.*?)</td>', html)
    assert len(rows) == 8
    assert all(re.search(r"tussen [\d,]+ en [\d,]+", row) for row in rows)
    assert "<dt>Indeling</dt><dd>indeling 2016, cijfers 2024</dd>" in html
    assert re.search(r"<dt>Bron</dt><dd>politie[^<]*2023-2025; CBS Kerncijfers[^<]* 2024", html)
    assert "langs de jaren" in html


def test_the_link_of_a_view_gives_the_same_numbers_at_its_moment(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&cijfer=dumping_hh").text
    link = re.search(r'href="([^"]+)" data-permalink', html)
    assert link
    again = client.get(link[1].replace("&amp;", "&")).text
    tables = [re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL) for page in (html, again)]
    assert len(tables[0]) >= 2
    assert [re.sub(r'href="[^"]*"', "", one) for one in tables[0]] == [
        re.sub(r'href="[^"]*"', "", one) for one in tables[1]
    ]
    assert 'name="standVan"' in again
    assert 'name="standVan"' not in html


def test_soorten_that_a_cijfer_does_not_count_give_no_line_of_zeros(client: TestClient) -> None:
    """Control: of its own main group there is a line."""
    assert asked(client, "cijfer=dumping_hh&soort=verkeer")["lijnen"][0]["punten"] == []
    assert len(asked(client, "cijfer=dumping_hh&soort=afval")["lijnen"][0]["punten"]) > 20


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {line["naam"]: line for line in found["gebieden"]}


# The known findings


@pytest.mark.parametrize(
    ("gebied", "counts", "ratio", "said"),
    [
        ("Holy-Zuid", [400, 482, 532], (1.33, 1.17, 1.51), "duidelijk meer"),
        ("Holy-Noord", [424, 378, 331], (0.78, 0.68, 0.90), "duidelijk minder"),
        ("Westwijk", [592, 572, 581], (0.98, 0.88, 1.10), "geen duidelijk verschil"),
    ],
)
def test_crimes_from_2023_to_2025_say_what_the_published_findings_say(
    client: TestClient, gebied: str, counts: list[int], ratio: tuple[float, ...], said: str
) -> None:
    line = by_name(asked(client, CRIMES))[gebied]
    assert [point["waarde"] for point in line["punten"]][-3:] == counts
    found = line["verandering"]
    assert (found["waarde"], found["ondergrens"], found["bovengrens"]) == pytest.approx(ratio, abs=0.005)
    assert found["oordeel"] == said


def test_the_page_says_them_in_words_and_asks_no_proof_of_them(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&{CRIMES}").text
    assert "1,33 keer zo veel (tussen 1,17 en 1,51)" in html
    assert "0,98 keer zo veel (tussen 0,88 en 1,10)" in html
    assert "Dit is geen bewijs" in html


def test_two_gebieden_are_told_apart_by_the_ratio_of_their_ratios(client: TestClient) -> None:
    codes = {name: line["code"] for name, line in by_name(asked(client, CRIMES)).items()}
    found = asked(client, f"{CRIMES}&gebied={codes['Holy-Zuid']}&met={codes['Holy-Noord']}")
    assert found["onderling"]["waarde"] == pytest.approx(532 / 400 / (331 / 424), abs=1e-6)
    assert found["onderling"]["oordeel"] == "duidelijk meer"
    # Of two without a clear difference nothing is said either.
    alike = asked(client, f"{CRIMES}&gebied={codes['Westwijk']}&met={codes['Oostwijk']}")
    assert alike["onderling"]["oordeel"] == "geen duidelijk verschil"


def test_health_across_its_break_is_never_read_as_a_fall(client: TestClient) -> None:
    found = asked(client, f"{HEALTH}&eersteJaar=2020&laatsteJaar=2022")
    assert any("daalt dit cijfer in elke gemeente" in note for note in found["letOp"])
    assert [mark["dag"] for mark in found["merken"]] == ["2022-01-01"]
    for line in found["gebieden"]:
        # Only differences from the gemeente: none is near the fall of 10 points that every town shows.
        apart = {point["dag"][:4]: point["waarde"] for point in line["punten"]}
        assert abs(apart["2022"] - apart["2020"]) < 4
        assert line["verandering"]["waarde"] is None
        assert line["uitleg"].startswith("Naast de gemeente: ")
    html = client.get(f"{PAGE}?gemeente={TOWN}&{HEALTH}&eerste=2020&laatste=2022").text
    assert "duidelijk minder" not in html
    assert "modelschatting zonder marge" in html


def test_health_begins_after_its_break_and_has_no_line_of_the_gemeente_itself(client: TestClient) -> None:
    found = asked(client, f"{HEALTH}&gebied={TOWN}")
    assert "in 2022" in found["lijnen"][0]["uitleg"]
    assert found["letOp"] == [
        "Dit is een modelschatting zonder marge. Wij zeggen dus niet of het verschil duidelijk is."
    ]
    assert found["lijnen"][0]["code"] != TOWN


def test_broekpolder_has_counts_and_no_rate(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente={TOWN}&{CRIMES}&niveau=buurt").text
    row = re.search(r"<tr>\s*<th scope=\"row\"><a[^>]*>Broekpolder gebied</a>.*?</tr>", html, re.DOTALL)
    assert row is not None
    assert "te klein voor een uitspraak" in row[0]
    assert "7.133" not in html


# Months


def test_two_years_of_months_are_compared_with_a_year_earlier_and_a_part_is_not(client: TestClient) -> None:
    found = asked(client, "cijfer=meldingen_inw")
    line = found["lijnen"][0]
    # The example begins on 2 July 2024 and ends on 1 July 2026: both months are there in part.
    parts = [point["dag"] for point in line["punten"] if point["deelVanDeMaand"]]
    assert parts == ["2024-07-01", "2026-07-01"]
    assert line["methode"] == Method.ZELFDE_MAANDEN
    whole = {point["dag"]: point["waarde"] for point in line["punten"] if not point["deelVanDeMaand"]}
    now = sum(value for day, value in whole.items() if day >= "2025-08-01")
    then = sum(value for day, value in whole.items() if "2024-08-01" <= day < "2025-07-01")
    assert line["verandering"]["waarde"] == pytest.approx(now / then, abs=1e-9)
    assert found["voorbeeldgegevens"]


def test_gebieden_add_up_to_the_gemeente_in_every_month(client: TestClient) -> None:
    found = asked(client, "cijfer=zwerfvuil_ha&niveau=buurt")
    added: dict[str, float] = {}
    for line in found["gebieden"]:
        for point in line["punten"]:
            added[point["dag"]] = added.get(point["dag"], 0) + point["waarde"]
    assert {point["dag"]: point["waarde"] for point in found["lijnen"][0]["punten"]} == added


def changed(database: Database, **more: Any) -> ChangeView:
    workbench = Workbench(database)
    town = places.places(workbench, TOWN)
    return change(workbench, ADVISER, town, Asked(filters=Filters(TOWN), key="meldingen_inw", **more))


def test_with_24_whole_months_the_season_is_taken_out_and_the_trend_has_a_band(tmp_path: Path) -> None:
    database = Database(loaded_database(tmp_path))
    with database.write() as session:
        # One day more, and July 2024 is whole.
        session.execute(update(Source).where(OF_TOWN).values(observed_from=date(2024, 7, 1)))
    line = changed(database).lines[0]
    database.close()
    assert line.method is Method.SEIZOEN
    inside = [point for point in line.points if point.line is not None]
    assert len(inside) == 24
    for point in inside:
        assert point.lower is not None
        assert point.upper is not None
        assert point.lower < (point.line or 0) < point.upper
    assert "Het seizoen is eraf gehaald. Gerekend over 24 maanden." in line.words


def test_a_second_source_that_began_later_is_left_out_and_named(tmp_path: Path) -> None:
    database = Database(loaded_database(tmp_path))
    alone = changed(database)
    with database.write() as session:
        card = SourceCard(
            slug="later",
            kind=SourceKind.MELDINGEN,
            naam="Meldpunt",
            municipality_code=TOWN,
            observed_from=date(2026, 1, 1),
            observed_to=date(2026, 7, 1),
        )
        source = register_source(session, card)
        recent = Melding.created_on >= date(2026, 1, 1)
        some = select(Melding.id).where(Melding.municipality_code == TOWN, recent, Melding.id % 3 == 0)
        session.execute(update(Melding).where(Melding.id.in_(some)).values(source_id=source))
    both = changed(database)
    database.close()
    assert any(note.startswith("Meldpunt (1 januari 2026") for note in both.notes)
    assert [mark.kind for mark in both.marks] == ["bron"]
    # What it brought is in no month of the line, so that its own start is no rise.
    last = [view.lines[0].points[-2].value or 0 for view in (alone, both)]
    assert last[1] < 0.9 * last[0]
    first = [view.lines[0].points[1].value for view in (alone, both)]
    assert first[0] == first[1]


def test_a_short_period_is_refused_with_its_days(client: TestClient) -> None:
    line = asked(client, "van=2026-01-01&tot=2026-03-23")["lijnen"][0]
    assert line["methode"] == Method.TE_KORT
    assert line["uitleg"].startswith("Te kort om iets over een trend te zeggen: er zijn 82 dagen.")
    assert line["verandering"]["oordeel"] == "niet te zeggen"


def test_a_town_without_meldingen_says_that_there_are_none(client: TestClient) -> None:
    html = client.get(f"{PAGE}?gemeente=GM0106").text
    assert "Hierover zijn geen meldingen geleverd." in html
    assert "In deze periode is niets gevolgd." in html


@pytest.mark.shared
def test_the_meldingen_of_assen_are_too_short_to_say_anything(shared: Path, tmp_path: Path) -> None:
    database = Database(bundled_database(tmp_path))
    take_in(
        database,
        shared / "data/meldingen/assen_2026.csv",
        tmp_path,
        category_edition="assen-2026",
        observed_from="2026-05-18",
    )
    workbench = Workbench(database)
    town = places.places(workbench, "GM0106")
    view = change(workbench, ADVISER, town, Asked(filters=Filters("GM0106"), key="meldingen_inw"))
    line = view.lines[0]
    assert line.method is Method.TE_KORT
    assert line.words == (
        "Te kort om iets over een trend te zeggen: er zijn 83 dagen. Nodig zijn 13 hele maanden."
    )
    # What came in before that day is known in part, and stands nowhere: June and July are whole.
    assert [(point.day.month, point.part) for point in line.points] == [
        (5, True), (6, False), (7, False), (8, True),
    ]  # fmt: skip
    assert {row.change.verdict for row in view.rows} == {Verdict.ONBEKEND}
    database.close()


# Pictures


def test_the_pictures_hold_the_areas_and_are_no_page(client: TestClient) -> None:
    for name in ("beeld", "reeksen"):
        answer = client.get(f"{PAGE}/{name}.svg?gemeente={TOWN}&{CRIMES}")
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.text.count("<path") > 10


# Before and after


def since(workbench: Workbench, day: date = date(2025, 7, 1)) -> Around:
    town = places.places(workbench, TOWN)
    place = town.by_code["BU06220606"]
    return around(workbench, ADVISER, town, Filters(TOWN), key="meldingen_inw", place=place, day=day)


def test_where_nothing_was_done_there_is_no_clear_difference(client: TestClient) -> None:
    found = asked(client, "gebied=BU06220606&dag=2025-07-01", f"{API}/voor-en-na")
    assert found["verandering"]["oordeel"] == "geen duidelijk verschil"
    assert found["dagen"] == 364
    assert len(found["vergelekenMet"]) == 15
    html = client.get(f"{PAGE}?gemeente={TOWN}&waar=BU06220606&dag=2025-07-01").text
    section = html[html.index('id="voor-na"') :]
    assert "Geen duidelijk verschil: " in section
    assert "Dit is geen bewijs" in section


def test_what_really_went_away_is_found(tmp_path: Path) -> None:
    database = Database(loaded_database(tmp_path))
    with database.write() as session:
        edition = newest_edition(session, gemeente=TOWN)
        here = select(MeldingArea.melding_id).where(
            MeldingArea.buurt == "BU06220606", MeldingArea.edition == edition
        )
        gone = session.scalars(
            select(Melding.id).where(Melding.id.in_(here), Melding.created_on >= date(2025, 7, 1))
        ).all()
        # Three out of four go.
        taken = [one for place, one in enumerate(gone) if place % 4]
        session.execute(delete(MeldingArea).where(MeldingArea.melding_id.in_(taken)))
        session.execute(delete(Melding).where(Melding.id.in_(taken)))
    said = since(Workbench(database))
    database.close()
    assert said.found is not None
    assert said.found.change.verdict is Verdict.LAGER
    # Duplicates count once.
    left = len(gone) - len(taken)
    assert 0.8 * left <= said.found.after <= left
    assert said.words[0].startswith("Duidelijk minder: ")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("gebied=BU06220606&dag=2026-06-20", "Te kort om voor en na te vergelijken"),
        ("gebied=BU06220707&dag=2025-07-01&cijfer=misdrijven_inw", "alleen bij meldingen"),
        ("gebied=GM0622&dag=2025-07-01", "alleen bij meldingen"),
        ("gebied=WK062207&dag=2025-07-01", "Er zijn te weinig gebieden"),
    ],
)
def test_what_cannot_be_compared_is_refused_with_its_reason(
    client: TestClient, query: str, says: str
) -> None:
    found = asked(client, query, f"{API}/voor-en-na")
    assert found["verandering"] is None
    assert says in " ".join(found["uitleg"])
