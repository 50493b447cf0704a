"""The site's pages as the server sends them: what is public, what they hold, and under which policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from cheap_passwords import hashed
from fastapi.testclient import TestClient
from served import ACCOUNT, PASSWORD, loaded_database
from sqlalchemy import select

from data.categories import category_edition
from data.choices import PrivacyClass
from data.database import Database
from data.models import Category, Melding
from geo.main_groups import MainGroup
from geo.registry import INDICATORS
from service.app import create_app
from service.routes.kaarten import FRAME_HEADERS
from service.settings import Settings

PAGES = ("/", "/zoeken?adres=x", "/wijken/WK062206", "/gebieden/GB062201", "/analyse", "/kaarten", "/cijfers",
         "/cijfers/woning", "/woorden", "/bronnen", "/inloggen", "/nergens")  # fmt: skip
INLINE = re.compile(
    r"<[^>]+\s(?:style|on[a-z]+)=|<style|<script(?![^>]*(?:src=|application/json))", re.IGNORECASE
)


@pytest.fixture(scope="module")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    return loaded_database(tmp_path_factory.mktemp("pages"))


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[TestClient]:
    staff = {ACCOUNT: hashed(PASSWORD)}
    with TestClient(create_app(Settings(database_url=database_url, staff=staff))) as client:
        yield client


@pytest.fixture
def staff(client: TestClient) -> Iterator[TestClient]:
    answer = client.post("/inloggen", data={"naam": ACCOUNT, "wachtwoord": PASSWORD}, follow_redirects=False)
    assert answer.status_code == 303
    yield client
    client.cookies.clear()


def shielded(database_url: str) -> tuple[set[str], set[str]]:
    """Public ids and kinds of all meldingen that are not for everybody."""
    database = Database(database_url)
    query = (
        select(Melding.public_id, Category.naam).join(Category).where(Category.privacy != PrivacyClass.EXACT)
    )
    with database.read() as session:
        rows = session.execute(query).all()
    database.close()
    return {row[0] for row in rows}, {row[1] for row in rows}


def first_column(html: str) -> list[str]:
    table = html[html.index('data-wissel="tabel"') :]
    return re.findall(r'<th scope="row"><a href="[^"]+">([^<]+)</a>', table)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_no_script_or_style_of_its_own(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert INLINE.findall(answer.text) == []
    assert "'unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_one_heading_and_says_its_language(client: TestClient, path: str) -> None:
    html = client.get(path).text
    assert html.count("<h1") == 1
    assert '<html lang="nl">' in html
    assert re.search(r"<title>.+ - Wijkbeeld</title>", html)


@pytest.mark.parametrize("path", ["/", "/wijken/WK062206", "/analyse", "/kaarten/GM0622/warmte"])
def test_made_up_data_are_named_so_on_the_page(client: TestClient, path: str) -> None:
    assert "voorbeeldgegevens (verzonnen)" in client.get(path).text.split("<main")[0]


def test_a_town_without_made_up_data_does_not_say_so(client: TestClient) -> None:
    assert "voorbeeldbalk" not in client.get("/?gemeente=GM0106").text


def test_no_public_page_shows_a_shielded_melding(client: TestClient, database_url: str) -> None:
    _, kinds = shielded(database_url)
    assert kinds
    for wijk in re.findall(r'href="(/wijken/WK\d+)"', client.get("/").text):
        page = client.get(wijk).text
        rows = set(re.findall(r'<th scope="row">([^<]+?)\s*(?:<span|</th>)', page))
        assert rows.isdisjoint(kinds)
        assert "afgeschermd</span>" not in page


def test_the_list_of_points_of_the_public_map_holds_no_shielded_melding(
    client: TestClient, database_url: str
) -> None:
    ids, _ = shielded(database_url)
    seen: set[str] = set()
    for page in range(1, 8):
        asked = f"gemeente=GM0622&paginaGrootte=1000&pagina={page}"
        found = client.get(f"/api/v1/meldingen?{asked}").json()["features"]
        seen |= {one["id"] for one in found}
    assert len(seen) > 1000
    assert seen.isdisjoint(ids)


def test_staff_see_shielded_meldingen_marked_so(staff: TestClient) -> None:
    pages = [staff.get(f"/gebieden/GB062201?pagina={page}").text for page in range(1, 6)]
    assert any("afgeschermd</span>" in page for page in pages)


DOORS = ("/", "/bronnen", "/nergens", "/api/v1/gemeenten", "/api/v1/nergens", "/health",
         "/static/manifest.json", "/api/v1/warmte?gemeente=GM0622",
         "/tegels/warmte/12/2096/1357?gemeente=GM0622")  # fmt: skip


@pytest.mark.parametrize("path", DOORS)
def test_59_a_head_is_answered_as_a_get_without_its_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    changing = {"etag", "last-modified", "date"}
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "PROPFIND"])
@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/bronnen", "text/html"),
        ("/static/manifest.json", "text/html"),
        ("/api/v1/gemeenten", "application/problem+json"),
    ],
)
def test_59_another_method_is_refused_in_our_own_words(
    client: TestClient, method: str, path: str, kind: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith(kind)
    assert "Deze handeling kan niet" in answer.text


def test_what_has_its_hash_in_its_name_is_kept_for_good_and_nothing_else_is(client: TestClient) -> None:
    page = client.get("/bronnen").text
    (script,) = re.findall(r'src="(/static/assets/[^"]+)"', page)
    kept = client.get(script)
    assert (kept.status_code, kept.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
    for path in ("/static/assets/nergens.js", "/static/manifest.json", "/bronnen"):
        assert client.get(path).headers["Cache-Control"] == "no-store"


TILE = "/tegels/warmte/12/2096/1357?gemeente=GM0622"


def test_a_tile_of_staff_is_not_left_in_the_browser(client: TestClient, staff: TestClient) -> None:
    assert staff.get(TILE).headers["Cache-Control"] == "no-store"
    client.cookies.clear()
    public = client.get(TILE).headers
    assert (public["Cache-Control"], public["Vary"]) == ("private, max-age=60", "Cookie")


def test_the_public_gets_areas_by_name_whatever_order_is_asked(client: TestClient) -> None:
    found = first_column(client.get("/analyse?niveau=wijk&volgorde=waarde").text)
    assert found == sorted(found)
    assert len(found) == 8


def test_staff_may_have_areas_from_high_to_low(staff: TestClient) -> None:
    html = staff.get("/analyse?niveau=wijk&volgorde=waarde&cijfer=aandeel_65").text
    shares = [float(text.replace(",", ".")) for text in re.findall(r'class="getal">([\d,]+)</span>', html)]
    assert len(shares) == 7  # Wijk 08 Broekpolder has too few inhabitants for a share.
    assert shares == sorted(shares, reverse=True)


def test_the_share_of_65_plus_stands_as_cbs_has_it(client: TestClient) -> None:
    html = client.get("/analyse?gemeente=GM0556&niveau=gemeente&cijfer=aandeel_65").text
    (share,) = re.findall(r'class="getal">([\d,]+)</span>', html)
    expected = _share_of_65("GM0556")
    assert float(share.replace(",", ".")) == pytest.approx(expected, abs=0.05)


def _share_of_65(code: str) -> float:
    """The share from the bundled file itself, read apart from the product's own sums."""
    from data.readers.bundled import bundled_figures

    figures = bundled_figures()
    of_town = figures[figures["code"] == code].set_index("name")["value"]
    return float(100.0 * of_town["inwoners_65plus"] / of_town["inwoners"])


def test_the_page_of_a_place_has_one_address(client: TestClient) -> None:
    answer = client.get("/wijken/GB062201", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/gebieden/GB062201")
    answer = client.get("/wijken/GM0622", follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?gemeente=GM0622")


def test_a_proposal_says_that_the_gemeente_must_confirm_it(client: TestClient) -> None:
    assert "Door de gemeente te bevestigen" in client.get("/gebieden/GB062201").text


def test_a_wijk_lists_its_buurten_with_links(client: TestClient) -> None:
    html = client.get("/wijken/WK062206").text
    assert set(re.findall(r'href="/wijken/(BU\d+)"', html)) == {f"BU0622060{n}" for n in range(1, 7)}


def test_a_page_of_meldingen_past_the_last_is_not_there(client: TestClient) -> None:
    assert client.get("/wijken/WK062206?pagina=9999").status_code == 404


def test_an_address_goes_straight_to_its_buurt(client: TestClient) -> None:
    answer = client.get("/zoeken?gemeente=GM0106&adres=Kloekhorststraat+29", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/wijken/BU0106")


def test_an_address_that_is_not_there_offers_known_places(client: TestClient) -> None:
    html = client.get("/zoeken?gemeente=GM0622&adres=Nergensstraat+12").text
    assert "Wij vonden dit adres niet" in html
    assert "Prins Willem Alexandersch" in html


def test_the_first_screen_has_three_doors_and_112(client: TestClient) -> None:
    html = client.get("/").text
    for door in (
        "Iets kapot, vies of onveilig?",
        "Een idee voor uw buurt?",
        "Een vraag aan de wijkcoördinator.",
    ):
        assert door in html
    assert "Spoed? Bel 112." in html


def test_a_folium_map_comes_under_its_own_policy(client: TestClient) -> None:
    answer = client.get("/kaarten/GM0556/meldingen_inw/kaart")
    for name, value in FRAME_HEADERS.items():
        assert answer.headers[name] == value
    assert "sandbox allow-scripts" in answer.headers["Content-Security-Policy"]
    assert "http" not in answer.headers["Content-Security-Policy"]


def test_a_download_names_its_file(client: TestClient) -> None:
    answer = client.get("/kaarten/GM0556/warmte/kaart?download=true")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="wijkbeeld-gm0556-warmte-wijk.html"'


@pytest.mark.parametrize("indicator", [one.id for one in INDICATORS])
def test_every_cijfer_explains_itself_to_staff(staff: TestClient, indicator: str) -> None:
    html = staff.get(f"/cijfers/{indicator}").text
    for heading in ("Hoe rekenen wij dit uit?", "Wat is beter?", "Waar moet u op letten?", "Bron"):
        assert heading in html
    assert "_" not in re.sub(r"<[^>]*>|\{.*?\}", "", html.split("<main")[1].split("</main>")[0])


def test_a_cijfer_for_staff_is_not_there_for_the_public(client: TestClient) -> None:
    assert client.get("/cijfers/overlast_inw").status_code == 404
    answer = client.get("/analyse?cijfer=overlast_inw", follow_redirects=False)
    # Who kept the link logs in, and then has all of it.
    assert (answer.status_code, answer.text) == (303, "")
    assert answer.headers["Location"] == "/inloggen?naar=/analyse%3Fcijfer%3Doverlast_inw"


def test_every_kind_of_melding_can_be_chosen(client: TestClient) -> None:
    html = client.get("/analyse").text
    assert set(re.findall(r'name="soort" value="([^"]+)"', html)) == {group.value for group in MainGroup}


def test_a_form_with_empty_fields_is_the_same_as_no_form(client: TestClient) -> None:
    filled = client.get("/analyse?gemeente=GM0622&van=&tot=&weergave=vlakken&niveau=wijk").text
    assert first_column(filled) == first_column(client.get("/analyse?niveau=wijk").text)


def test_an_unknown_question_is_refused_in_plain_words(client: TestClient) -> None:
    answer = client.get("/analyse?van=2026-02-01&tot=2026-01-01")
    assert answer.status_code == 400
    assert "Een of meer waarden kloppen niet (tot ligt voor van)." in answer.text
    assert "<p>Wij kennen geen cijfer niets" in re.sub(
        r"<p [^>]*>", "<p>", client.get("/analyse?cijfer=niets").text
    )


def test_an_empty_service_says_what_to_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    url = f"sqlite:///{tmp_path_factory.mktemp('leeg') / 'x.db'}"
    with TestClient(create_app(Settings(database_url=url))) as empty:
        for path in ("/", "/analyse", "/kaarten", "/zoeken?adres=x"):
            assert "Er zijn nog geen gegevens" in empty.get(path).text


def test_the_kinds_that_are_shielded_come_from_the_category_editions() -> None:
    # The generator draws from the edition `wijkbeeld`: noise and nuisance are shielded there.
    edition = category_edition("wijkbeeld")
    assert any(one.privacy == PrivacyClass.GEBIED for one in edition.categories)
