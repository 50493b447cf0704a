"""Own cijfers: defined, tried, changed and withdrawn by staff of that gemeente alone."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from account_town import OTHER, OWN, account, csrf, log_in, service
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of, two_towns
from sqlalchemy import select
from stored_town import figures

from data import own_indicators
from data.areas import store_edition
from data.figures import store_figures
from data.indicator_models import OwnIndicator, OwnVersion
from data.models import Audit
from data.rights import Grant, Role
from data.sources import SourceCard, SourceKind, register_source
from data.visibility import PUBLIC, Viewer
from geo.errors import Circular
from service.analysis.own_figures import checked, own_figures
from service.analysis.workbench import Workbench

PAGE = "/analyse/eigen-cijfers"
SHARE = "aandeel(inwoners_65plus, inwoners)"


@pytest.fixture(scope="module")
def adviser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The browser of an adviser of one gemeente; its buurten have inhabitants on record."""
    with service(tmp_path_factory.mktemp("eigen")) as client:
        with database_of(client).write() as session:
            store_edition(session, two_towns())
            card = SourceCard(slug="cbs", kind=SourceKind.FIGURES, naam="CBS")
            source = register_source(session, card)
            for name, values in (
                ("inwoners", (1000.0, 600, 499, None)),
                ("inwoners_65plus", (250.0, 60, 100, 5)),
            ):
                store_figures(session, figures(*values, name=name), edition=2016, source_id=source)
        account(client, "adviseur", Role.BELEIDSADVISEUR)
        yield log_in(client, "adviseur")


def send(client: TestClient, **fields: object) -> Response:
    plain = {"csrf": csrf(client), "gemeente": OWN, "wat": "bewaar", "richting": "0"}
    answer: Response = client.post(PAGE, data=plain | fields, follow_redirects=False)
    return answer


def fault(answer: Response) -> str:
    found = re.search(r'role="alert"><p>(.*?)</p>', answer.text, re.DOTALL)
    return html.unescape(found.group(1)) if found else ""


def cells(page: str) -> dict[str, str]:
    """The value of each place in the table of outcomes."""
    rows = re.findall(r'<th scope="row">(\w+)</th>\s*<td class="rechts" data-kop="Cijfer">(.*?)</td>', page)
    return {naam: html.unescape(text) for naam, text in rows}


def values(client: TestClient, name: str, **query: str) -> dict[str, object]:
    found = client.get(
        f"/api/v1/cijfers/{name}/waarden", params={"gemeente": OWN, "niveau": "buurt", **query}
    )
    assert found.status_code == 200, found.text
    answer: dict[str, object] = found.json()
    return answer


def test_a_formula_that_is_tried_is_worked_out_at_once_and_kept_nowhere(adviser: TestClient) -> None:
    answer = send(adviser, naam="Ouderen", formule=SHARE, wat="proef")
    assert answer.status_code == 200
    shown = cells(answer.text)
    assert (shown["Een"], shown["Twee"], shown["Drie"]) == ("25", "10", "te klein voor een uitspraak")
    assert re.search(r"Bij \d van de \d buurten is er een uitkomst\.", answer.text)
    with database_of(adviser).read() as session:
        assert session.scalars(select(OwnIndicator)).all() == []


def test_a_cijfer_is_kept_and_shown_like_any_other(adviser: TestClient) -> None:
    kept = send(adviser, naam="Aandeel ouderen", formule=SHARE, uitleg="Wie er wonen.")
    assert kept.headers["location"] == f"{PAGE}?gemeente={OWN}&toon=eigen_aandeel_ouderen&klaar=bewaard"
    assert cells(adviser.get(kept.headers["location"]).text)["Een"] == "25"
    found = values(adviser, "eigen_aandeel_ouderen")
    assert (found["naam"], found["versie"]) == ("Aandeel ouderen", 1)
    assert found["waarden"]["BU06220001"]["waarde"] == 25.0  # type: ignore[index]
    page = adviser.get(f"/analyse?gemeente={OWN}&cijfer=eigen_aandeel_ouderen").text
    assert "eigen cijfer van de gemeente, versie 1" in page or "Aandeel ouderen" in page
    with database_of(adviser).read() as session:
        acts = session.execute(
            select(Audit.action, Audit.object_id, Audit.detail).where(Audit.object_kind == "cijfer")
        )
        assert ("cijfer.omschreven", f"{OWN} eigen_aandeel_ouderen", {"versie": 1}) in [
            tuple(row) for row in acts
        ]


def test_another_meaning_is_another_version_and_the_older_one_stays_to_be_read(adviser: TestClient) -> None:
    send(adviser, naam="Dichtheid", formule="inwoners / 2")
    before = datetime.now(UTC).isoformat()
    same = send(adviser, naam="Dichtheid", formule="inwoners / 2", cijfer="eigen_dichtheid", versie=1)
    assert same.status_code == 303
    send(adviser, naam="Dichtheid", formule="inwoners / 4", cijfer="eigen_dichtheid", versie=1)
    page = f"/cijfers/eigen_dichtheid?gemeente={OWN}"
    assert "inwoners / 4" in adviser.get(page).text
    older = adviser.get(f"{page}&versie=1").text
    assert "inwoners / 2" in older
    assert "U leest een oudere versie." in older
    assert adviser.get(f"{page}&versie=3").status_code == 404
    now = values(adviser, "eigen_dichtheid")
    then = values(adviser, "eigen_dichtheid", standVan=before)
    assert (now["versie"], then["versie"]) == (2, 1)
    assert then["waarden"]["BU06220001"]["waarde"] == 2 * now["waarden"]["BU06220001"]["waarde"]  # type: ignore[index]


def test_who_changes_an_older_version_is_told_that_another_was_first(adviser: TestClient) -> None:
    send(adviser, naam="Samen", formule="inwoners")
    send(adviser, naam="Samen", formule="inwoners * 2", cijfer="eigen_samen", versie=1)
    late = send(adviser, naam="Samen", formule="inwoners * 3", cijfer="eigen_samen", versie=1)
    assert (late.status_code, fault(late)[:12]) == (400, "Iemand ander")
    assert "inwoners * 3" in late.text


def test_names_that_collide_are_refused_however_they_are_written(adviser: TestClient) -> None:
    send(adviser, naam="Café", formule="inwoners")
    for naam in ("cafe", "  CAFÉ ", "Caf\u0065\u0301", "café!"):
        answer = send(adviser, naam=naam, formule="inwoners")
        assert (answer.status_code, fault(answer)) == (
            400,
            "Er is al een cijfer met de naam eigen_cafe; kies een andere naam.",
        )
    for naam in ("", "!!!", "日本"):
        assert "geef het cijfer een naam" in fault(send(adviser, naam=naam, formule="inwoners")).lower()


def test_a_name_of_the_registry_can_be_taken_without_covering_it(adviser: TestClient) -> None:
    send(adviser, naam="meldingen_inw", formule="inwoners")
    assert adviser.get(f"/cijfers/eigen_meldingen_inw?gemeente={OWN}").status_code == 200
    assert "Meldingen per 1.000 inwoners" in adviser.get("/cijfers/meldingen_inw").text


def test_a_cijfer_in_another_keeps_its_meaning_and_a_circle_is_refused(adviser: TestClient) -> None:
    send(adviser, naam="Eerste", formule="inwoners * 1")
    send(adviser, naam="Tweede", formule="eigen_eerste * 2")
    send(adviser, naam="Eerste", formule="inwoners * 10", cijfer="eigen_eerste", versie=1)
    # The second was made when the first still was `inwoners * 1`; its version is the same, so is its meaning.
    assert values(adviser, "eigen_tweede")["waarden"]["BU06220001"]["waarde"] == 2000  # type: ignore[index]
    circle = send(adviser, naam="Eerste", formule="eigen_tweede + inwoners", cijfer="eigen_eerste", versie=2)
    assert fault(circle) == "Dit cijfer gebruikt zichzelf, via eigen_tweede."
    itself = send(adviser, naam="Eerste", formule="eigen_eerste", cijfer="eigen_eerste", versie=2)
    assert fault(itself) == "Dit cijfer gebruikt zichzelf."
    page = adviser.get(f"/cijfers/eigen_eerste?gemeente={OWN}").text
    assert "In het eigen cijfer Tweede" in page


def test_a_withdrawn_cijfer_is_in_no_list_and_its_meaning_stays(adviser: TestClient) -> None:
    send(adviser, naam="Voorbij", formule="inwoners")
    before = datetime.now(UTC).isoformat()
    gone = adviser.post(
        f"{PAGE}/intrekken",
        data={"csrf": csrf(adviser), "gemeente": OWN, "cijfer": "eigen_voorbij"},
        follow_redirects=False,
    )
    assert gone.status_code == 303
    assert "eigen_voorbij" not in adviser.get(f"{PAGE}?gemeente={OWN}").text
    assert "eigen_voorbij" not in adviser.get(f"/analyse?gemeente={OWN}").text
    assert "Dit cijfer is ingetrokken." in adviser.get(f"/cijfers/eigen_voorbij?gemeente={OWN}").text
    query = {"gemeente": OWN, "niveau": "buurt"}
    assert adviser.get("/api/v1/cijfers/eigen_voorbij/waarden", params=query).status_code == 404
    assert values(adviser, "eigen_voorbij", standVan=before)["versie"] == 1
    again = adviser.post(
        f"{PAGE}/intrekken", data={"csrf": csrf(adviser), "gemeente": OWN, "cijfer": "eigen_voorbij"}
    )
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("formule", "expected"),
    [
        ("inwoners + hectare", "Bij teken 12: optellen kan niet met inwoners en hectare."),
        ("inwoners.__class__", "Bij teken 9 (.__class__): dit teken of deze naam kan niet in een formule."),
        ("inkomen * 2", "Bij teken 1: inkomen kennen wij niet."),
        ("", "De formule is leeg."),
        ("inwoners*" * 55 + "1", "De formule is meer dan 32 lagen diep."),
    ],
)
def test_a_wrong_formula_is_refused_with_the_place_and_what_was_typed_stays(
    adviser: TestClient, formule: str, expected: str
) -> None:
    answer = send(adviser, naam="Fout", formule=formule)
    assert (answer.status_code, fault(answer)) == (400, expected)
    assert html.escape(formule) in answer.text


def test_markup_in_a_name_or_note_stays_text(adviser: TestClient) -> None:
    send(adviser, naam="<b>vet</b>", formule="inwoners", uitleg="<script>alert(1)</script>")
    page = adviser.get(f"/cijfers/eigen_b_vet_b?gemeente={OWN}").text
    assert "<b>vet" not in page
    assert "<script>alert" not in page
    assert "&lt;b&gt;vet" in page


def test_who_is_no_staff_of_the_gemeente_sees_and_changes_nothing(adviser: TestClient) -> None:
    send(adviser, naam="Geheim", formule="inwoners")
    for path in (f"{PAGE}?gemeente={OTHER}", f"/cijfers/eigen_geheim?gemeente={OTHER}"):
        assert adviser.get(path).status_code == 404
    assert send(adviser, gemeente=OTHER, naam="Daar", formule="inwoners").status_code == 404
    query = {"gemeente": OTHER, "niveau": "buurt"}
    assert adviser.get("/api/v1/cijfers/eigen_geheim/waarden", params=query).status_code == 404
    database = database_of(adviser)
    elsewhere = Viewer("ander", (Grant(Role.BELEIDSADVISEUR, OTHER),))
    with database.read() as session:
        for viewer in (PUBLIC, elsewhere):
            assert own_figures(Workbench(database), session, viewer, OWN).versions == {}


def test_the_public_gets_neither_the_page_nor_the_values(adviser: TestClient) -> None:
    send(adviser, naam="Intern", formule="inwoners")
    public = TestClient(adviser.app, raise_server_exceptions=False)
    assert public.get(f"{PAGE}?gemeente={OWN}", follow_redirects=False).status_code in {303, 401, 403}
    assert public.get(f"/cijfers/eigen_intern?gemeente={OWN}").status_code == 404
    assert "eigen_" not in public.get(f"/cijfers?gemeente={OWN}").text
    query = {"gemeente": OWN, "niveau": "buurt"}
    assert public.get("/api/v1/cijfers/eigen_intern/waarden", params=query).status_code == 404


def test_a_form_of_somebody_else_is_refused(adviser: TestClient) -> None:
    assert send(adviser, csrf="x" * 43, naam="Vals", formule="inwoners").status_code == 403


def test_a_formula_whose_words_are_gone_is_said_to_be_broken_and_stops_nothing(adviser: TestClient) -> None:
    send(adviser, naam="Kapot", formule="inwoners")
    with database_of(adviser).write() as session:
        row = session.scalar(select(OwnIndicator).where(OwnIndicator.slug == "kapot"))
        assert row is not None
        version = session.get(OwnVersion, (row.id, 1))
        assert version is not None
        version.formula = "soort_die_er_niet_meer_is"
    page = adviser.get(f"{PAGE}?gemeente={OWN}")
    assert page.status_code == 200
    assert "een naam in de formule bestaat niet meer" in page.text
    assert adviser.get(f"/cijfers/eigen_kapot?gemeente={OWN}").status_code == 404


def test_circles_are_found_through_any_number_of_others(adviser: TestClient) -> None:
    database = database_of(adviser)
    viewer = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, OWN),))
    with database.write() as session:
        last = "inwoners"
        for number in range(6):
            wording = own_indicators.Wording(f"keten {number}", f"{last} * 2", "", "0")
            last = own_indicators.define(session, OWN, wording, actor="proef")
    with database.read() as session:
        own = own_figures(Workbench(database), session, viewer, OWN)
        with pytest.raises(Circular, match="via eigen_keten_5, eigen_keten_4, eigen_keten_3"):
            checked(own, "eigen_keten_0", "eigen_keten_5")
        assert checked(own, "eigen_keten_5", "eigen_keten_0").unit.words == "inwoners"
