"""Choosing a theme together, on pages and by mail: asked, reacted to, chosen with a reason, told, kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from account_town import OWN, log_in
from choice_town import (
    COMITE,
    HOLY_ZUID,
    WESTWIJK,
    ZORG,
    choosing_town,
    deliver,
    link_in,
    placed,
    put_before,
    reactions,
    send,
    stored,
)
from fastapi.testclient import TestClient
from intake_door import database_of
from made_advice import FIGURE, NUISANCE
from sqlalchemy import select, update

from data import choice_reactions, signals, theme_choices, themes
from data.models import Audit
from data.organisations import buurten_of
from data.partner_models import Partner
from data.signals import SignalKind
from data.theme_models import ThemeChoice
from service.half_years import words_of

FACT, OPINION, WORD = "kanariefeit", "kanariemening", "kanariereactie"
TOLD = "Omdat hier veel ouderen wonen die elkaar willen ontmoeten."
PRIVATE = (FACT, OPINION, WORD, "Wijkcomité Holy", "Zorg om de hoek")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with choosing_town(tmp_path_factory.mktemp("kiezen")) as client:
        yield client


def choose(client: TestClient, page: str, thema: str, **fields: object) -> int:
    told = {"thema": thema, "vorm": "themabijeenkomst", "bericht": TOLD, "mening": OPINION, **fields}
    return int(send(client, f"{page}/kies", page, **told).status_code)


def end_term(client: TestClient, page: str) -> None:
    """Let the term of a choice have ended yesterday."""
    row = stored(client, page)
    ended = datetime.now(UTC).date() - timedelta(2)
    with database_of(client).write() as session:
        session.execute(update(ThemeChoice).where(ThemeChoice.id == row.id).values(due_on=ended))


def withdraw(client: TestClient, page: str, why: str = "Het plan verandert.") -> None:
    assert send(log_in(client, "wijk"), f"{page}/intrekken", page, waarom=why).status_code == 303


def as_public(client: TestClient, path: str) -> str:
    client.cookies.clear()
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.text)


@pytest.mark.parametrize("path", ["/keuzes", "/jaarplan", "/peilingen", "/themas"])
def test_who_works_in_more_towns_begins_in_that_of_the_service_and_chooses(
    town: TestClient, path: str
) -> None:
    log_in(town, "overal")
    for asked, here in (("", "Vlaardingen"), ("?gemeente=GM0106", "Assen")):
        shown = town.get(path + asked).text
        link = re.findall(rf'href="{path}\?gemeente=\w+"( aria-current="true")?>([^<]+)</a></li>', shown)
        named = {naam: bool(now) for now, naam in link}
        assert {naam: naam == here for naam in ("Assen", "Maassluis", "Vlaardingen")}.items() <= named.items()
    log_in(town, "wijk")
    assert "?gemeente=GM0106" not in town.get(path).text


@pytest.mark.parametrize(("where", "asked"), [(HOLY_ZUID, True), (WESTWIJK, False)])
def test_who_works_in_one_buurt_of_the_gebied_is_asked_too(town: TestClient, where: str, asked: bool) -> None:
    with database_of(town).write() as session:
        some = session.scalars(select(Partner).where(Partner.organisation == "Post Westwijk")).one()
        some.gebieden = [min(buurten_of(session, [where]))]
        assert (some in choice_reactions.to_ask(session, OWN, HOLY_ZUID)) is asked
        session.rollback()


def test_an_advice_is_put_before_organisations_reacted_to_chosen_and_told_by_mail(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"))
    assert set(reactions(town, page)) == {"Wijkcomité Holy", "Zorg om de hoek"}
    post = deliver(town)
    [first], [second] = post.to(COMITE), post.to(ZORG)
    assert first["Subject"] == "Welk thema past bij uw gebied?"
    mine, other = link_in(post, COMITE), link_in(post, ZORG)
    assert mine != other
    choice = stored(town, page)
    names = [theme_choices.theme_name(choice, slug) for slug in choice.proposed]
    body = second.get_body(("plain",))
    assert body is not None
    assert [name for name in names if f"- {name}" in body.get_content()] == names
    assert len(names) == 3

    shown = as_public(town, mine)
    assert [name for name in names if name in shown] == names
    told = {"thema": "ander", "ander": "opgroeien", "feiten": FACT, "mening": WORD}
    assert town.post(mine, data=told).headers["Location"] == f"{mine}?klaar=ja"
    assert FACT in town.get(mine).text
    assert FACT not in town.get(other).text
    assert town.post(other, data={"thema": choice.proposed[0]}).status_code == 303
    row = reactions(town, page)["Wijkcomité Holy"]
    assert (row.preferred, row.facts, row.opinion) == ("opgroeien", FACT, WORD)

    desk = log_in(town, "wijk").get(page).text
    assert FACT in desk
    assert WORD in desk
    assert "na de termijn" not in desk
    assert choose(town, page, choice.proposed[0]) == 303
    post = deliver(town)
    assert (len(post.to(COMITE)), len(post.to(ZORG))) == (1, 1)
    [mail] = post.to(COMITE)
    body = mail.get_body(("plain",))
    assert body is not None
    assert mail["Subject"] == "Het thema is gekozen"
    assert names[0] in body.get_content()
    assert TOLD in body.get_content()
    assert [word for word in PRIVATE if word in mail.as_string()] == []

    rests = town.get(f"/keuzes/nieuw/{HOLY_ZUID}").text
    assert f'id="thema-{choice.proposed[0]}"' not in rests, "what was just chosen rests"
    withdraw(town, page)
    [mail] = deliver(town).to(ZORG)
    assert mail["Subject"] == "Wij kiezen het thema opnieuw"
    assert f'id="thema-{choice.proposed[0]}"' in town.get(f"/keuzes/nieuw/{HOLY_ZUID}").text


def test_everybody_reads_the_theme_and_its_reason_on_the_pages_of_the_gebied_and_its_wijken(
    town: TestClient,
) -> None:
    page = placed(town, ask=False)
    log_in(town, "wijk")
    assert choose(town, page, "zorg-en-welzijn", feiten=FACT) == 303
    advice = town.get(f"/themas/{HOLY_ZUID}").text
    assert f"{words_of(stored(town, page).period)}</a> (Zorg en welzijn dichtbij)" in advice
    for place in (f"/gebieden/{HOLY_ZUID}", "/wijken/WK062206", "/wijken/BU06220601"):
        shown = as_public(town, place)
        assert TOLD in shown, place
        assert re.search(r"Thema van dit (voor|na)jaar", shown), place
        assert "Zorg en welzijn" in shown, place
        assert "Gekozen op" in shown, place
        assert [word for word in (*PRIVATE, NUISANCE) if word in shown] == [], place
    assert TOLD not in as_public(town, f"/gebieden/{WESTWIJK}")
    assert TOLD not in as_public(town, "/wijken/WK062202")
    withdraw(town, page)
    assert TOLD not in as_public(town, f"/gebieden/{HOLY_ZUID}")


def test_who_reacts_sees_reasons_of_public_figures_and_none_of_meldingen(town: TestClient) -> None:
    page = placed(town)
    mine = link_in(deliver(town), COMITE)
    shown = as_public(town, mine)
    assert FIGURE in shown
    assert NUISANCE not in shown
    assert "Post Westwijk" not in shown
    withdraw(town, page)
    assert "U hoeft niets te doen." in as_public(town, mine)


def test_an_organisation_with_an_account_finds_the_question_on_its_own_page(town: TestClient) -> None:
    page = placed(town)
    shown = log_in(town, "comite").get("/organisatie").text
    found = re.search(r'href="(/reactie/[^"]+)"', shown)
    assert found is not None
    assert town.post(found[1], data={"mening": WORD}).status_code == 303
    assert "U hebt gereageerd." in town.get("/organisatie").text
    assert reactions(town, page)["Wijkcomité Holy"].opinion == WORD
    withdraw(town, page)
    assert "/reactie/" not in log_in(town, "comite").get("/organisatie").text


def test_a_choice_against_the_advice_needs_facts_and_is_marked(town: TestClient) -> None:
    page = placed(town, ask=False)
    log_in(town, "wijk")
    fields = {"thema": "opgroeien", "vorm": "themabijeenkomst", "bericht": TOLD}
    answer = send(town, f"{page}/kies", page, **fields)
    assert answer.status_code == 400
    assert "welke feiten ervoor spreken" in answer.text
    assert f"{TOLD}</textarea>" in answer.text, "nothing typed is lost"
    assert send(town, f"{page}/kies", page, **{**fields, "vorm": "feest"}).status_code == 400
    assert choose(town, page, "opgroeien", feiten=FACT) == 303
    assert "anders dan het advies" in town.get(page).text
    assert "anders dan het advies" in town.get(f"/keuzes?gemeente={OWN}").text
    with database_of(town).read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "keuze.gemaakt").order_by(Audit.id.desc()))
        detail = row.first()
    assert detail is not None
    assert detail.detail["tegen_advies"] is True
    withdraw(town, page)


def test_who_chooses_reads_the_reasons_of_the_advice_and_the_form_that_fits(town: TestClient) -> None:
    page = placed(town, ask=False)
    shown = log_in(town, "wijk").get(page).text
    kept = stored(town, page).snapshot["advies"]["themas"]
    assert [one["text"] for theme in kept[:3] for one in theme["reasons"] if one["text"] not in shown] == []
    assert shown.count("Vorm die past:") == len(stored(town, page).proposed)
    withdraw(town, page)


def test_late_reactions_are_marked_at_the_desk_and_told_to_who_sends_one(town: TestClient) -> None:
    page = placed(town)
    mine = link_in(deliver(town), ZORG)
    log_in(town, "wijk")
    assert choose(town, page, "eenzaamheid") == 400, "the term is not over"
    end_term(town, page)
    assert "Wij bewaren die als te laat." in as_public(town, mine)
    assert town.post(mine, data={"feiten": FACT}).status_code == 303
    assert "Zij kwam na de termijn." in town.get(f"{mine}?klaar=ja").text
    assert log_in(town, "wijk").get(page).text.count("na de termijn") == 1
    assert choose(town, page, "eenzaamheid") == 303
    town.cookies.clear()
    assert town.post(mine, data={"feiten": "anders"}).status_code == 400
    withdraw(town, page)


def test_the_advice_of_then_opens_unchanged_after_themes_and_figures_have_changed(town: TestClient) -> None:
    page = placed(town, ask=False)
    then = f"{page}/advies-van-toen"
    before = log_in(town, "wijk").get(then).text
    assert FIGURE in before
    assert NUISANCE in before
    assert "Het is sindsdien niet veranderd." in before
    with database_of(town).write() as session:
        theme = themes.registry(session, OWN).theme("eenzaamheid")
        given = themes.content(theme, used=False) | {"naam": "Andere naam"}
        themes.change(session, OWN, "eenzaamheid", given, reason="Proef.", actor="proef")
    after = town.get(then).text
    main = re.compile(r"<main.*</main>", re.DOTALL)
    shown, again = main.search(before), main.search(after)
    assert shown is not None
    assert again is not None
    assert shown[0] == again[0]
    with database_of(town).write() as session:
        themes.change(
            session, OWN, "eenzaamheid", given | {"gebruikt": True, "naam": theme.naam}, reason="P", actor="p"
        )
    row = stored(town, page)
    forged = row.snapshot | {"blad": [{"soort": "alinea", "tekst": "Dit stond er niet."}]}
    with database_of(town).write() as session:
        session.execute(update(ThemeChoice).where(ThemeChoice.id == row.id).values(snapshot=forged))
    broken = town.get(then).text
    assert "De vingerafdruk klopt niet meer." in broken
    assert "Het is sindsdien niet veranderd." not in broken
    withdraw(town, page)


def test_who_comes_back_to_the_form_begins_no_second_choice_by_accident(town: TestClient) -> None:
    log_in(town, "wijk")
    nieuw = f"/keuzes/nieuw/{HOLY_ZUID}"
    first = put_before(town)
    words = words_of(stored(town, first).period)
    shown = town.get(nieuw).text
    assert f"Voor {words} is er al een keuze." in shown
    # Nothing is chosen beforehand, so that sending it again asks for a half-year.
    assert '<option value="">Kies een halfjaar</option>' in shown
    assert send(town, nieuw, nieuw, halfjaar="", uiterlijk="").status_code == 400
    withdraw(town, first)
    assert "is er al een keuze" not in town.get(nieuw).text


def test_the_history_of_a_gebied_keeps_what_was_withdrawn(town: TestClient) -> None:
    page = placed(town, WESTWIJK, ask=False)
    period = stored(town, page).period
    log_in(town, "wijk")
    nieuw = f"/keuzes/nieuw/{WESTWIJK}"
    again = send(town, nieuw, nieuw, halfjaar=period)
    assert again.status_code == 400
    assert "loopt al een keuze" in again.text
    withdraw(town, page, "kanariereden")
    second = placed(town, WESTWIJK, ask=False)
    history = town.get(f"/keuzes?gemeente={OWN}&gebied={WESTWIJK}").text
    assert page in history
    assert second in history
    assert page not in town.get(f"/keuzes?gemeente={OWN}&gebied={HOLY_ZUID}").text
    assert page in town.get(f"/keuzes?gemeente={OWN}&jaar={period[:4]}").text
    assert page not in town.get(f"/keuzes?gemeente={OWN}&jaar=2019").text
    assert "kanariereden" in town.get(page).text
    assert "kanariereden" not in log_in(town, "advies").get(page).text
    withdraw(town, second)


def test_who_has_some_gebieden_chooses_there_alone_and_an_adviser_reads_no_words(town: TestClient) -> None:
    own, other = placed(town, WESTWIJK), placed(town)
    mine = link_in(deliver(town), COMITE)
    assert town.post(mine, data={"feiten": FACT, "mening": WORD}).status_code == 303
    log_in(town, "west")
    assert town.get(f"/keuzes/nieuw/{HOLY_ZUID}").status_code == 404
    assert town.get(other).status_code == 200
    assert choose(town, other, "opgroeien") == 404
    assert send(town, f"{other}/intrekken", other, waarom="x").status_code == 404
    assert send(town, f"{own}/intrekken", own, waarom="x").status_code == 303
    read = log_in(town, "advies").get(other)
    assert read.status_code == 200
    assert "1 van 2 organisaties hebben gereageerd." in read.text
    assert [word for word in (FACT, WORD) if word in read.text] == []
    assert choose(town, other, "opgroeien") == 403
    for name in ("elders", "comite"):
        assert log_in(town, name).get(other).status_code in {403, 404}, name
    withdraw(town, other)
    town.cookies.clear()
    assert town.get(other).status_code == 303


def test_a_link_of_another_is_none_and_personal_data_for_everybody_are_asked_about(town: TestClient) -> None:
    page = placed(town)
    mine = link_in(deliver(town), COMITE)
    town.cookies.clear()
    assert town.get(f"{mine[:-1]}{'0' if mine[-1] != '0' else '1'}").status_code == 404
    assert town.post("/reactie/x.y", data={"feiten": "a"}).status_code == 404
    assert town.post(mine, data={"thema": "bestaat-niet"}).status_code == 400
    assert town.post(mine, data={}).status_code == 400
    assert town.get(mine).headers["X-Robots-Tag"].startswith("noindex")
    end_term(town, page)
    log_in(town, "wijk")
    named = "Omdat mevrouw De Wit het vroeg."
    assert choose(town, page, "eenzaamheid", bericht=named) == 400
    assert choose(town, page, "eenzaamheid", bericht=named, laat_staan="ja") == 303
    withdraw(town, page)


def test_who_chooses_reads_beside_an_advice_what_was_heard_and_an_adviser_does_not(town: TestClient) -> None:
    with database_of(town).write() as session:
        for number in range(3):
            text = f"{WORD} {number}, bel 06-12345678"
            told = {"theme": "eenzaamheid", "kind": SignalKind.CONCERN, "actor": "wijk"}
            signals.hear(session, OWN, HOLY_ZUID, text=text, **told)  # type: ignore[arg-type]
    shown = log_in(town, "wijk").get(f"/themas/{HOLY_ZUID}").text
    assert [f"{WORD} {number}" in shown for number in range(3)] == [False, True, True]
    assert "06-12345678" not in shown
    assert "gehoord in de wijk" in shown
    for name in ("advies", "west"):
        assert WORD not in log_in(town, name).get(f"/themas/{HOLY_ZUID}").text
