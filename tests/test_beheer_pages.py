"""Standard answers and terms: who configures a gemeente changes them, for that gemeente alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
from account_town import OTHER, OWN, account, csrf, log_in, service
from fastapi.testclient import TestClient
from httpx2 import Response
from intake_door import database_of
from sqlalchemy import select

from data import category_store, standard_answers
from data.categories import category_edition
from data.handling_terms import bundled_terms, own_terms
from data.melding_words import OWN_EDITION
from data.models import Audit, Category
from data.rights import Role
from geo.main_groups import MainGroup

TEXT = "Wij komen binnen een week kijken."


@pytest.fixture(scope="module")
def beheer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The browser of the beheerder of one gemeente."""
    with service(tmp_path_factory.mktemp("beheer")) as client:
        account(client, "beheer", Role.BEHEERDER, code=True)
        yield log_in(client, "beheer")


def send(client: TestClient, path: str, **fields: object) -> Response:
    answer: Response = client.post(path, data={"csrf": csrf(client), **fields})
    return answer


def kept(client: TestClient, gemeente: str = OWN) -> dict[str, tuple[str, str]]:
    with database_of(client).read() as session:
        rows = standard_answers.answers(session, gemeente)
        return {one.titel: (one.category, one.text) for one in rows}


def number_of(client: TestClient, titel: str, gemeente: str = OWN) -> int:
    with database_of(client).read() as session:
        return next(one.id for one in standard_answers.answers(session, gemeente) if one.titel == titel)


def acts(client: TestClient, start: str) -> list[str]:
    with database_of(client).read() as session:
        return list(session.scalars(select(Audit.action).where(Audit.action.startswith(start))))


def test_an_answer_is_added_changed_and_taken_away_and_each_is_in_the_audit(beheer: TestClient) -> None:
    page = "/beheer/antwoorden"
    assert send(beheer, page, gemeente=OWN, titel="Kijken", tekst=TEXT, soort="afval").status_code == 303
    assert kept(beheer) == {"Kijken": ("afval", TEXT)}
    assert TEXT in beheer.get(page).text
    number = number_of(beheer, "Kijken")
    assert send(beheer, f"{page}/{number}", titel="Komen", tekst="Wij komen.").status_code == 303
    assert kept(beheer) == {"Komen": ("", "Wij komen.")}
    assert send(beheer, f"{page}/{number}/weg").status_code == 303
    assert kept(beheer) == {}
    assert acts(beheer, "antwoord.") == ["antwoord.bewaard", "antwoord.bewaard", "antwoord.weggehaald"]


@pytest.mark.parametrize(
    "wrong", [{"titel": ""}, {"tekst": ""}, {"titel": "x" * 81}, {"tekst": "x" * 1001}, {"soort": "nergens"}]
)
def test_an_answer_that_cannot_be_kept_is_told_with_what_was_typed(
    beheer: TestClient, wrong: Mapping[str, str]
) -> None:
    fields = {"titel": "Iets anders", "tekst": "Dit typte ik.", "soort": "", **wrong}
    answer = send(beheer, "/beheer/antwoorden", gemeente=OWN, **fields)
    assert (answer.status_code, 'role="alert"' in answer.text) == (400, True)
    assert fields["tekst"] in answer.text
    assert "Iets anders" not in kept(beheer)


def test_what_is_of_another_gemeente_is_not_there(beheer: TestClient) -> None:
    with database_of(beheer).write() as session:
        standard_answers.keep(session, OTHER, "Van de buren", TEXT, actor="b")
    number = number_of(beheer, "Van de buren", OTHER)
    for path in (f"/beheer/antwoorden/{number}", f"/beheer/antwoorden/{number}/weg", "/beheer/antwoorden/0"):
        assert send(beheer, path, titel="x", tekst="x").status_code == 404
    for page in ("/beheer/antwoorden", "/beheer/termijnen"):
        assert beheer.get(f"{page}?gemeente={OTHER}").status_code == 404
        assert send(beheer, page, gemeente=OTHER, titel="x", tekst="x").status_code == 404
        assert "Van de buren" not in beheer.get(page).text
    assert kept(beheer, OTHER) == {"Van de buren": ("", TEXT)}


def test_the_desk_offers_the_answers_of_a_soort_its_group_and_all_and_no_others(beheer: TestClient) -> None:
    with database_of(beheer).write() as session:
        category_store.store_bundled(session)
        for titel, category in (("A", ""), ("B", "straat"), ("C", "straatverlichting"), ("D", "groen")):
            standard_answers.keep(session, OWN, titel, TEXT, category=category, actor="b")
        here = (Category.edition == OWN_EDITION, Category.slug == "straatverlichting")
        kind = session.scalars(select(Category).where(*here)).one()
        assert [one.titel for one in standard_answers.fitting(session, OWN, kind)] == ["A", "B", "C"]


def test_every_group_and_soort_has_one_field_with_what_holds_without_it(beheer: TestClient) -> None:
    page = beheer.get("/beheer/termijnen").text
    words = re.findall(r'name="woord" value="([^"]*)"', page)
    kinds = category_edition(OWN_EDITION).by_slug
    used = {one.main_group for one in kinds.values()}
    assert sorted(words) == sorted({"", *kinds, *(group for group in MainGroup if group in used)})
    assert f"Zonder eigen termijn: {bundled_terms()['brug']} werkdagen." in page


def test_terms_are_set_and_taken_away_and_a_wrong_one_changes_nothing(beheer: TestClient) -> None:
    def terms() -> dict[str, int]:
        with database_of(beheer).read() as session:
            return dict(own_terms(session, OWN))

    words = {"woord": ["", "afval", "brug"]}
    page = "/beheer/termijnen"
    assert send(beheer, page, gemeente=OWN, **words, dagen=["20", "", " 4 "]).status_code == 303
    assert terms() == {"": 20, "brug": 4}
    for days in (["20", "0", ""], ["20", "261", ""], ["20", "veel", ""], ["20", "²", ""]):
        answer = send(beheer, page, gemeente=OWN, **words, dagen=days)
        assert (answer.status_code, f'value="{days[1]}"' in answer.text) == (400, True)
    assert send(beheer, page, gemeente=OWN, **words, dagen=["1"]).status_code == 400
    assert terms() == {"": 20, "brug": 4}
    assert send(beheer, page, gemeente=OWN, **words, dagen=["", "", ""]).status_code == 303
    assert terms() == {}
    assert acts(beheer, "termijnen.") == ["termijnen.ingesteld"] * 2
