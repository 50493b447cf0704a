"""Choosing a theme together: put before people, reacted to, chosen with a reason, told, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from account_town import OWN, log_in
from choice_town import (
    CENTRUM,
    COMITE,
    HOLY_NOORD,
    HOLY_ZUID,
    WESTWIJK,
    ZORG,
    choosing_town,
    deliver,
    link_in,
    put_before,
    reactions,
    send,
    stored,
)
from fastapi.testclient import TestClient
from intake_door import database_of
from sqlalchemy import select, update

from data import theme_choices
from data.models import Audit
from data.theme_models import ChoiceReaction, ThemeChoice
from service.half_years import HalfYear, coming

FACT, OPINION, WORD = "kanariefeit", "kanariemening", "kanariereactie"
TOLD = "Omdat hier veel ouderen wonen die elkaar willen ontmoeten."


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with choosing_town(tmp_path_factory.mktemp("kiezen")) as client:
        yield client


def choose(client: TestClient, page: str, thema: str, **fields: object) -> int:
    told = {"thema": thema, "vorm": "themabijeenkomst", "bericht": TOLD, "mening": OPINION, **fields}
    return int(send(client, f"{page}/kies", page, **told).status_code)


def end_term(client: TestClient, page: str, *, days: int = 1) -> None:
    """Let the term of a choice have ended so many days ago."""
    row = stored(client, page)
    ended = datetime.now(UTC).date() - timedelta(days)
    with database_of(client).write() as session:
        session.execute(update(ThemeChoice).where(ThemeChoice.id == row.id).values(due_on=ended))


def earlier(client: TestClient, page: str, naam: str) -> None:
    """Let a reaction have come a week ago."""
    number = reactions(client, page)[naam].id
    came = datetime.now(UTC) - timedelta(7)
    with database_of(client).write() as session:
        session.execute(update(ChoiceReaction).where(ChoiceReaction.id == number).values(reacted_at=came))


def withdraw(client: TestClient, page: str, why: str = "Het plan verandert.") -> None:
    assert send(log_in(client, "wijk"), f"{page}/intrekken", page, waarom=why).status_code == 303


def test_a_theme_is_put_before_organisations_reacted_to_chosen_and_told_by_mail(town: TestClient) -> None:
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
    assert len(names) == 3
    assert all(f"- {name}" in body.get_content() for name in names)

    town.cookies.clear()
    shown = town.get(mine)
    assert shown.status_code == 200
    assert all(name in shown.text for name in names)
    assert shown.headers["X-Robots-Tag"].startswith("noindex")
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
    assert {len(post.to(COMITE)), len(post.to(ZORG))} == {1}
    [mail] = post.to(COMITE)
    text = mail.as_string()
    assert mail["Subject"] == "Het thema is gekozen"
    assert names[0] in text
    assert TOLD in text
    assert OPINION not in text
    assert FACT not in text
    assert WORD not in text
    withdraw(town, page)
    deliver(town)


def test_everybody_reads_the_theme_and_its_reason_on_the_pages_of_the_gebied_and_its_wijken(
    town: TestClient,
) -> None:
    page = put_before(log_in(town, "wijk"), partner=[])
    choice = stored(town, page)
    assert choose(town, page, choice.proposed[1], feiten=FACT) == 303
    town.cookies.clear()
    name = theme_choices.theme_name(choice, choice.proposed[1])
    for place in (f"/gebieden/{HOLY_ZUID}", "/wijken/WK062206", "/wijken/BU06220601"):
        shown = town.get(place).text
        assert TOLD in shown, place
        assert name in shown, place
        assert "Gekozen op" in shown
        assert OPINION not in shown
        assert FACT not in shown
        assert "Holy comit" not in shown
    assert TOLD not in town.get(f"/gebieden/{WESTWIJK}").text
    assert TOLD not in town.get("/wijken/WK062202").text
    withdraw(town, page)
    town.cookies.clear()
    assert TOLD not in town.get(f"/gebieden/{HOLY_ZUID}").text


def test_before_the_term_nobody_chooses_unless_all_have_reacted(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"))
    theme = stored(town, page).proposed[0]
    assert choose(town, page, theme) == 400
    assert stored(town, page).state == "voorgelegd"
    end_term(town, page, days=0)
    assert choose(town, page, theme) == 400, "the last day is still theirs"
    end_term(town, page)
    assert choose(town, page, theme) == 303
    assert choose(town, page, theme) == 400, "once is enough"
    withdraw(town, page)


def test_a_choice_against_the_advice_needs_facts_and_is_marked(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"), CENTRUM)
    chosen = stored(town, page).proposed
    other = next(slug for slug in ("opgroeien", "sport-en-bewegen", "eenzaamheid") if slug not in chosen)
    assert choose(town, page, other) == 400
    answer = send(town, f"{page}/kies", page, thema=other, vorm="themabijeenkomst", bericht=TOLD)
    assert "welke feiten ervoor spreken" in answer.text
    assert TOLD in answer.text, "nothing typed is lost"
    assert choose(town, page, other, feiten=FACT) == 303
    assert stored(town, page).against_advice
    assert "anders dan het advies" in town.get(page).text
    with database_of(town).read() as session:
        row = session.scalars(select(Audit).where(Audit.action == "keuze.gemaakt").order_by(Audit.id.desc()))
        detail = row.first()
    assert detail is not None
    assert detail.detail["tegen_advies"] is True
    assert OPINION not in str(detail.detail)
    assert FACT not in str(detail.detail)
    withdraw(town, page)


def test_late_reactions_are_kept_and_marked_and_what_was_weighed_does_not_change(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"))
    post = deliver(town)
    mine, other = link_in(post, COMITE), link_in(post, ZORG)
    town.cookies.clear()
    assert town.post(mine, data={"feiten": "op tijd"}).status_code == 303
    end_term(town, page, days=-3)
    assert choose(log_in(town, "wijk"), page, stored(town, page).proposed[0]) == 400
    end_term(town, page)
    earlier(town, page, "Wijkcomité Holy")
    assert choose(town, page, stored(town, page).proposed[0]) == 303
    town.cookies.clear()
    assert town.post(mine, data={"feiten": "veranderd"}).status_code == 400
    assert town.post(other, data={"feiten": "later"}).status_code == 303
    assert "te laat" not in town.get(mine).text
    kept = reactions(town, page)
    assert (kept["Wijkcomité Holy"].facts, kept["Zorg om de hoek"].facts) == ("op tijd", "later")
    assert log_in(town, "wijk").get(page).text.count("na de termijn") == 1
    withdraw(town, page)
    town.cookies.clear()
    assert town.post(other, data={"feiten": "nog later"}).status_code == 400


def test_a_gebied_has_one_choice_a_half_year_and_a_withdrawn_one_stays_in_the_history(
    town: TestClient,
) -> None:
    page = put_before(log_in(town, "wijk"), HOLY_NOORD)
    period = stored(town, page).period
    nieuw = f"/keuzes/nieuw/{HOLY_NOORD}"
    again = send(town, nieuw, nieuw, halfjaar=period)
    assert again.status_code == 400
    assert "loopt al een keuze" in again.text
    withdraw(town, page, "kanariereden")
    second = put_before(town, HOLY_NOORD, halfjaar=period)
    history = town.get(f"/keuzes?gemeente={OWN}&gebied={HOLY_NOORD}").text
    assert page in history
    assert second in history
    assert "ingetrokken" in history
    assert page not in town.get(f"/keuzes?gemeente={OWN}&gebied={WESTWIJK}").text
    assert page in town.get(f"/keuzes?gemeente={OWN}&jaar={period[:4]}").text
    assert page not in town.get(f"/keuzes?gemeente={OWN}&jaar=2019").text
    assert "kanariereden" in town.get(page).text
    assert "kanariereden" not in log_in(town, "advies").get(page).text
    withdraw(town, second)


def test_themes_of_the_last_year_rest_in_the_advice_until_they_are_withdrawn(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"), partner=[])
    theme = stored(town, page).proposed[0]
    assert choose(town, page, theme) == 303
    with database_of(town).read() as session:
        today = datetime.now(UTC).date()
        rests = theme_choices.recent(session, OWN, since=today - timedelta(365))
        assert rests[HOLY_ZUID] == {theme}
        assert HOLY_ZUID not in theme_choices.recent(session, OWN, since=today + timedelta(2))
    shown = town.get(f"/keuzes/nieuw/{HOLY_ZUID}").text
    assert f'id="thema-{theme}"' not in shown
    withdraw(town, page)
    assert f'id="thema-{theme}"' in town.get(f"/keuzes/nieuw/{HOLY_ZUID}").text


def test_who_has_some_gebieden_chooses_there_alone_and_an_adviser_reads(town: TestClient) -> None:
    page = put_before(log_in(town, "west"), WESTWIJK)
    assert town.get(f"/keuzes/nieuw/{HOLY_ZUID}").status_code == 404
    other = put_before(log_in(town, "wijk"))
    assert log_in(town, "west").get(other).status_code == 200
    assert choose(town, other, "opgroeien") == 404
    assert send(town, f"{other}/intrekken", other, waarom="x").status_code == 404
    assert log_in(town, "advies").get(other).status_code == 200
    assert "wijkcoördinator." in town.get(other).text
    assert choose(town, other, "opgroeien") == 403
    assert log_in(town, "elders").get(other).status_code == 404
    withdraw(town, page)
    withdraw(town, other)
    town.cookies.clear()
    assert town.get(other).status_code == 303


def test_a_link_of_another_is_none_and_personal_data_for_everybody_are_asked_about(town: TestClient) -> None:
    page = put_before(log_in(town, "wijk"))
    mine = link_in(deliver(town), COMITE)
    town.cookies.clear()
    assert town.get(f"{mine[:-1]}{'0' if mine[-1] != '0' else '1'}").status_code == 404
    assert town.post("/reactie/x.y", data={"feiten": "a"}).status_code == 404
    assert town.post(mine, data={"thema": "bestaat-niet"}).status_code == 400
    assert town.post(mine, data={}).status_code == 400
    end_term(town, page)
    log_in(town, "wijk")
    theme = stored(town, page).proposed[0]
    named = "Omdat mevrouw De Wit het vroeg."
    assert choose(town, page, theme, bericht=named) == 400
    assert choose(town, page, theme, bericht=named, laat_staan="ja") == 303
    withdraw(town, page)


def test_the_period_in_words_is_this_autumn_or_spring() -> None:
    assert [str(one) for one in coming(date(2026, 11, 22))] == ["2026-2", "2027-1", "2027-2"]
    assert (HalfYear.of(date(2027, 7, 31)).words, HalfYear.of(date(2027, 8, 1)).words) == (
        "voorjaar 2027",
        "najaar 2027",
    )
    assert [HalfYear.read(text) for text in ("2026-3", "26-1", "")] == [None] * 3
