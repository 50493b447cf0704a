"""Choices of a theme as they are kept: terms, reasons, reactions, reminders, and the advice of the day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from fresh import database_at, sqlite_url
from made_advice import FIGURE, NOW, NUISANCE, advice, place, put_down, theme
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import choice_reactions, snapshots, theme_choices, themes
from data.choice_reactions import Asked, WrongReaction
from data.models import Audit, Outbox
from data.municipalities import store_municipalities
from data.partner_models import Partner
from data.rights import Grant, Role
from data.theme_choices import ChoiceState, Decision, WrongChoice
from data.theme_models import ChoiceReaction, ThemeChoice
from data.visibility import Viewer
from service.advice_sheet import snapshot
from service.half_years import HalfYear, coming

SECRET = b"geheim"
DECISION = Decision("eenzaamheid", "huiskamergesprek", "Omdat hier veel ouderen wonen.")
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = sqlite_url(tmp_path_factory.mktemp("keuzes"))
    database = database_at(url)
    with database.write() as session:
        store_municipalities(session, [("GM0622", "Vlaardingen"), ("GM0556", "Maassluis")])
    database.close()
    return url


@pytest.fixture
def session(folder: str) -> Iterator[Session]:
    """A session of which nothing stays."""
    database = database_at(folder)
    with database.write() as session:
        yield session
        session.rollback()
    database.close()


def partner(session: Session, naam: str = "Wijkraad", **changes: object) -> Partner:
    values: dict[str, object] = {
        "public_id": naam.lower().replace(" ", "-"),
        "municipality_code": "GM0622",
        "kind": "bewonersorganisatie",
        "organisation": naam,
        "email": f"{naam.lower().replace(' ', '.')}@wijk.example",
        "themes": [],
        "gebieden": ["GB062202"],
        "created_at": NOW,
        "created_by": "proef",
    }
    row = Partner(**{**values, **changes})
    session.add(row)
    session.flush()
    return row


def asked(session: Session, choice: ThemeChoice, one: Partner) -> Asked:
    found = choice_reactions.asked_by(session, choice_reactions.link_token(choice, one, SECRET), SECRET)
    assert found is not None
    return found


def react(session: Session, choice: ThemeChoice, one: Partner, *, after: timedelta, facts: str = "a") -> None:
    found = asked(session, choice, one)
    choice_reactions.react(session, found, preferred="", facts=facts, opinion="", now=NOW + after)


def mails(session: Session, kind: str) -> list[str]:
    rows = session.scalars(select(Outbox).where(Outbox.kind == kind).order_by(Outbox.id))
    return [row.recipient for row in rows]


def test_the_last_day_is_still_theirs_and_the_day_after_one_may_choose(session: Session) -> None:
    choice = put_down(session, asked=(partner(session),), due_in=14)
    for day, may in ((0, False), (14, False), (15, True)):
        assert theme_choices.may_decide(session, choice, today=(NOW + day * DAY).date()) is may, day
    with pytest.raises(WrongChoice, match="termijn loopt nog"):
        theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW)
    react(session, choice, session.scalars(select(Partner)).one(), after=DAY)
    theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW + 2 * DAY)
    assert (choice.state, choice.theme, choice.against_advice) == ("gekozen", "eenzaamheid", False)
    with pytest.raises(WrongChoice, match="al gemaakt"):
        theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW + 3 * DAY)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"theme": "opgroeien"}, "welke feiten ervoor spreken"),
        ({"theme": "opgroeien", "facts": " \n"}, "welke feiten ervoor spreken"),
        ({"told": "  "}, "wat iedereen leest"),
        ({"told": "a" * 601}, "600 tekens"),
        ({"opinion": "a" * 2_001}, "2000 tekens"),
    ],
)
def test_a_choice_without_its_reason_is_refused(session: Session, changes: dict[str, str], why: str) -> None:
    choice = put_down(session)
    with pytest.raises(WrongChoice, match=why):
        theme_choices.choose(session, choice, replace(DECISION, **changes), actor="wijk", now=NOW)
    assert choice.state == ChoiceState.VOORGELEGD


def test_a_theme_that_the_advice_does_not_name_is_marked_and_without_an_advice_none_is(
    session: Session,
) -> None:
    other = replace(DECISION, theme="opgroeien", facts="De school vroeg erom.")
    first = put_down(session)
    theme_choices.choose(session, first, other, actor="wijk", now=NOW)
    assert first.against_advice
    second = put_down(session, gebied="GB062203", of=advice("GB062203", themas=[]))
    with pytest.raises(WrongChoice, match="welke feiten"):
        theme_choices.choose(session, second, DECISION, actor="wijk", now=NOW)
    theme_choices.choose(session, second, other, actor="wijk", now=NOW)
    assert not second.against_advice


def test_a_gebied_has_one_choice_a_half_year_until_it_is_withdrawn(session: Session) -> None:
    first = put_down(session)
    with pytest.raises(WrongChoice, match="loopt al een keuze"):
        put_down(session)
    put_down(session, period="2027-1")
    put_down(session, gebied="GB062203")
    with pytest.raises(WrongChoice, match="waarom u de keuze intrekt"):
        theme_choices.withdraw(session, first, " ", actor="wijk", now=NOW)
    theme_choices.withdraw(session, first, "Een ander plan.", actor="wijk", now=NOW)
    with pytest.raises(WrongChoice, match="al ingetrokken"):
        theme_choices.withdraw(session, first, "Nog eens.", actor="wijk", now=NOW)
    put_down(session)
    viewer = Viewer("a", (Grant(Role.BELEIDSADVISEUR, "GM0622"),))
    of_gebied = theme_choices.choices(session, viewer, "GM0622", gebied="GB062202")
    assert [one.state for one in of_gebied] == ["voorgelegd", "voorgelegd", "ingetrokken"]
    assert len(theme_choices.choices(session, viewer, "GM0622", year=2027)) == 1
    elsewhere = Viewer("b", (Grant(Role.WIJKCOORDINATOR, "GM0556"),))
    assert theme_choices.choices(session, elsewhere, "GM0622") == []
    assert theme_choices.choice_for(session, elsewhere, first.public_id) is None


@pytest.mark.parametrize("due_in", [-1, 91])
def test_a_term_ends_today_or_later_within_ninety_days(session: Session, due_in: int) -> None:
    with pytest.raises(WrongChoice, match="laatste dag"):
        put_down(session, due_in=due_in)


def test_chosen_themes_are_recent_from_the_day_on_until_they_are_withdrawn(session: Session) -> None:
    choice = put_down(session)
    theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW)
    put_down(session, gebied="GB062203")
    day = NOW.date()
    assert theme_choices.recent(session, "GM0622", since=day) == {"GB062202": {"eenzaamheid"}}
    assert theme_choices.recent(session, "GM0622", since=day + DAY) == {}
    assert theme_choices.recent(session, "GM0556", since=day) == {}
    theme_choices.withdraw(session, choice, "Een ander plan.", actor="wijk", now=NOW)
    assert theme_choices.recent(session, "GM0622", since=day) == {}
    assert theme_choices.told(session, "GM0622") == []


def test_who_is_asked_works_in_the_gebied_can_be_reached_and_did_not_say_no(session: Session) -> None:
    partner(session, "Zorg", kind="organisatie")
    partner(session, "Bewoners van Holy")
    partner(session, "Overal", kind="partner", gebieden=[])
    partner(session, "Elders", gebieden=["GB062203"])
    partner(session, "Ambtenaar", kind="ambtenaar")
    partner(session, "Jansen", kind="initiatiefnemer")
    partner(session, "Zei nee", opted_out_at=NOW)
    partner(session, "Onbereikbaar", email="")
    partner(session, "Maassluis", municipality_code="GM0556", gebieden=[])
    found = choice_reactions.to_ask(session, "GM0622", "GB062202")
    assert [one.organisation for one in found] == ["Bewoners van Holy", "Zorg", "Overal"]


def test_each_link_is_of_one_alone_and_only_its_digest_is_kept(session: Session) -> None:
    first, second = partner(session, "Een"), partner(session, "Twee")
    choice = put_down(session, asked=(first, second))
    link = choice_reactions.link_token(choice, first, SECRET)
    assert asked(session, choice, first).row.naam == "Een"
    assert asked(session, choice, second).row.naam == "Twee"
    assert choice_reactions.asked_by(session, link, b"ander") is None
    assert choice_reactions.asked_by(session, f"{link}0", SECRET) is None
    kept = session.scalars(select(ChoiceReaction.token_hash)).all()
    assert all(len(one) == 64 and one not in link for one in kept)
    assert link not in json.dumps([row.payload for row in session.scalars(select(Outbox))])


def test_a_reaction_can_change_until_the_choice_and_comes_late_after_the_last_day(session: Session) -> None:
    on_time, late, after = partner(session, "Tijdig"), partner(session, "Later"), partner(session, "Laatst")
    choice = put_down(session, asked=(on_time, late, after), due_in=2)
    react(session, choice, on_time, after=DAY, facts="eerst")
    react(session, choice, on_time, after=2 * DAY, facts="beter")
    react(session, choice, late, after=3 * DAY)
    theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW + 4 * DAY)
    react(session, choice, after, after=5 * DAY)
    with pytest.raises(WrongReaction, match="kan niet meer veranderen"):
        react(session, choice, on_time, after=5 * DAY, facts="anders")
    rows = {row.naam: row for row in choice_reactions.asked_of(session, choice)}
    assert rows["Tijdig"].facts == "beter"
    lates = {naam: choice_reactions.is_late(row, choice) for naam, row in rows.items()}
    assert lates == {"Tijdig": False, "Later": True, "Laatst": True}
    theme_choices.withdraw(session, choice, "Anders.", actor="wijk", now=NOW + 6 * DAY)
    with pytest.raises(WrongReaction, match="ingetrokken"):
        react(session, choice, after, after=7 * DAY)


def test_who_did_not_react_is_reminded_once_three_days_before_the_end(session: Session) -> None:
    silent, quick, gone = partner(session, "Stil"), partner(session, "Snel"), partner(session, "Weg")
    choice = put_down(session, asked=(silent, quick, gone), due_in=14)
    short = put_down(session, gebied="GB062203", asked=(silent,), due_in=3)
    react(session, choice, quick, after=DAY)
    gone.opted_out_at = NOW
    reminded = {day: choice_reactions.remind(session, NOW + day * DAY) for day in (0, 2, 3, 10, 11, 12, 20)}
    assert reminded == {0: 0, 2: 0, 3: 1, 10: 0, 11: 1, 12: 0, 20: 0}
    assert mails(session, choice_reactions.REMINDER_MAIL) == [silent.email, silent.email]
    assert choice_reactions.asked_of(session, short)[0].reminded_at == NOW + 3 * DAY


def test_everybody_who_was_asked_hears_what_became_of_it(session: Session) -> None:
    first, second, gone = partner(session, "Een"), partner(session, "Twee"), partner(session, "Weg")
    choice = put_down(session, asked=(first, second, gone), due_in=1)
    gone.opted_out_at = NOW
    theme_choices.choose(session, choice, DECISION, actor="wijk", now=NOW + 2 * DAY)
    assert choice_reactions.tell(session, choice, now=NOW + 2 * DAY) == 2
    assert mails(session, choice_reactions.CHOSEN_MAIL) == [first.email, second.email]
    theme_choices.withdraw(session, choice, "Anders.", actor="wijk", now=NOW + 3 * DAY)
    choice_reactions.tell(session, choice, now=NOW + 3 * DAY)
    assert mails(session, choice_reactions.WITHDRAWN_MAIL) == [first.email, second.email]


def test_the_audit_holds_every_act_and_no_word_of_it(session: Session) -> None:
    one = partner(session)
    choice = put_down(session, asked=(one,), due_in=0)
    react(session, choice, one, after=timedelta(), facts="kanariefeit")
    told = replace(DECISION, facts="kanariereden", opinion="kanariemening")
    theme_choices.choose(session, choice, told, actor="wijk", now=NOW)
    theme_choices.withdraw(session, choice, "kanariewaarom", actor="wijk", now=NOW)
    rows = session.scalars(select(Audit).where(Audit.object_id == choice.public_id).order_by(Audit.id)).all()
    acts = [row.action.partition(".")[2] for row in rows]
    assert acts == ["voorgelegd", "reactie", "gemaakt", "ingetrokken"]
    assert "kanarie" not in json.dumps([row.detail for row in rows])


def test_a_kept_advice_has_the_digest_of_what_was_put_in_and_shows_any_change(session: Session) -> None:
    made = advice()
    choice = put_down(session, of=made)
    session.flush()
    session.expire(choice)
    assert snapshots.is_intact(choice.snapshot, choice.digest)
    assert choice.snapshot["advies"] == made
    for changed in (
        {**choice.snapshot, "dag": "2026-11-23"},
        {**choice.snapshot, "advies": {**choice.snapshot["advies"], "kans": 0.2000001}},
        {**choice.snapshot, "blad": choice.snapshot["blad"][1:]},
    ):
        assert not snapshots.is_intact(changed, choice.digest)
    with pytest.raises(ValueError, match="Out of range"):
        snapshots.digest({"a": float("nan")})


def test_the_digest_is_the_sha_256_of_names_in_order() -> None:
    # printf '{"a":["é",1.5],"b":null}' | sha256sum
    expected = "6f7fa1bab9a908edab17d26a52fff29e1000ce076b321e2af54e6eee5f31d3f7"
    assert snapshots.digest({"b": None, "a": ["é", 1.5]}) == expected


def test_what_leaves_the_town_hall_of_an_advice_holds_nothing_that_was_counted_of_meldingen() -> None:
    registry = themes.bundled()
    kept = snapshot(advice(), registry, place(), "Vlaardingen")
    assert kept["openbaar"]["eenzaamheid"] == [FIGURE]
    assert NUISANCE not in json.dumps([kept["openbaar"], kept["themas"], kept["vormen"]], ensure_ascii=False)
    assert NUISANCE in json.dumps(kept["blad"], ensure_ascii=False)


def test_the_sheet_says_every_part_of_an_advice_in_words() -> None:
    made = advice(
        springtEruit=False,
        themas=[theme("eenzaamheid", "Eenzaamheid", missing=["Gezondheid: geheim"], counter=[])],
    )
    kept = snapshot(made, themes.bundled(), place(), "Vlaardingen")
    words = json.dumps(kept["blad"], ensure_ascii=False)
    for said in (
        "Holy-Zuid in Vlaardingen, 22 november 2026",
        "Geen thema springt eruit",
        "1. Eenzaamheid",
        "Onderbouwing: aanwijzing. In 82 % van de berekeningen",
        f"{FIGURE} (CBS 2024)",
        "Vooral in: Statenbuurt.",
        "Gezondheid: geheim",
        "Vraag het de mensen zelf.",
        "Er zijn 3 plannen van bewoners begonnen.",
        "Schone buurt (kwam hier pas aan de orde)",
    ):
        assert said in words, said


def test_half_years_are_springs_until_july_and_autumns_from_august() -> None:
    assert [str(one) for one in coming(date(2026, 11, 22))] == ["2026-2", "2027-1", "2027-2"]
    assert HalfYear.of(date(2027, 7, 31)).words == "voorjaar 2027"
    assert HalfYear.of(date(2027, 8, 1)).words == "najaar 2027"
    assert [HalfYear.read(text) for text in ("2026-3", "26-1", "")] == [None] * 3
