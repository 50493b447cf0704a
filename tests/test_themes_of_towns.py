"""Themes on real figures: what the memo speaks of comes out, and the other way round where figures say so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from served import bundled_database

from data import audit, polls, signals
from data.database import Database
from data.meeting_models import Agreement
from data.partner_models import Partner
from data.polls import Answer
from data.rights import EVERYWHERE, Grant, Role
from data.signals import SignalKind
from data.visibility import Viewer
from geo.areas import Level
from geo.membership import Membership
from geo.themes import EvidenceKind
from service.analysis import places, special_places
from service.analysis.theme_advice import town_advice
from service.analysis.theme_bias import bias
from service.analysis.town_advice import AdvisedTheme, GebiedAdvice, TownAdvice, Wish
from service.analysis.workbench import Workbench, today

TOWN = "GM0622"
ADVISER = Viewer("adviseur", (Grant(Role.BELEIDSADVISEUR, EVERYWHERE),))
CARE, HELPING, NEIGHBOURS = "zorg-en-welzijn", "vrijwilligers-en-mantelzorg", "contact-met-buren"
ELDERLY = {"eenzaamheid", CARE, HELPING, NEIGHBOURS}
NOORD, ZUID, WEST, POLDER = "GB062201", "GB062202", "GB062203", "GB062208"
# Buurten with many older people: in the first two more of them feel well than in the town, then fewer.
WELL = ("BU06220601", "BU06220708")
LESS_WELL = ("BU06220603", "BU06220602", "BU06220704")
WISH, ESTIMATES = Wish(), Wish(estimates=True)


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    database = Database(bundled_database(tmp_path_factory.mktemp("themas")))
    yield Workbench(database)
    database.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workbench]:
    """A town of which a test may change what people said."""
    database = Database(bundled_database(tmp_path))
    yield Workbench(database)
    database.close()


def advice(workbench: Workbench, wish: Wish = WISH, *, level: Level | None = None) -> TownAdvice:
    return town_advice(workbench, ADVISER, places.places(workbench, TOWN), wish=wish, level=level)


def gebied(town: TownAdvice, code: str) -> GebiedAdvice:
    found = town.of(code)
    assert found is not None
    return found


def place(found: GebiedAdvice, slug: str) -> int:
    one = found.of(slug)
    assert one is not None
    return one.place


def test_where_many_older_people_live_a_theme_for_them_is_among_the_first(workbench: Workbench) -> None:
    town = advice(workbench)
    for code in (NOORD, ZUID):
        themes = [one for one in gebied(town, code).top if one.slug in ELDERLY]
        assert themes
        assert {one.label for one in themes} == {"aanwijzing"}
        assert gebied(town, code).stands_out
    assert not ELDERLY & {one.slug for one in gebied(town, WEST).top}
    assert not town.example


def test_the_buurten_that_carry_it_are_named_and_those_with_children_are_not(workbench: Workbench) -> None:
    themes = [one for one in gebied(advice(workbench), ZUID).themes if one.slug in ELDERLY]
    assert themes
    for one in themes:
        assert one.carriers == ("Loper Zuid", "Vaart Zuid", "Statenbuurt")
        assert one.reasons[0].text == "Inwoners van 65 jaar en ouder: 30,2 %. In heel Vlaardingen: 20,8 %."
        assert one.carried[0] == "Loper Zuid (45,3 %, 1.480 inwoners)"
        assert one.reasons[0].neutral


def test_older_is_not_frail(workbench: Workbench) -> None:
    town = advice(workbench, ESTIMATES, level=Level.BUURT)
    for code in WELL:
        found = gebied(town, code)
        assert min(place(found, HELPING), place(found, NEIGHBOURS)) < place(found, CARE)
    for code in LESS_WELL:
        found = gebied(town, code)
        assert place(found, CARE) < min(place(found, HELPING), place(found, NEIGHBOURS))
        assert any(one.estimate for one in found.of(CARE).reasons) or code == "BU06220602"  # type: ignore[union-attr]
    # The same between gebieden: above the gemeente in Holy-Noord, below it in Holy-Zuid.
    per_gebied = advice(workbench, ESTIMATES)
    noord, zuid = gebied(per_gebied, NOORD), gebied(per_gebied, ZUID)
    assert place(noord, HELPING) < place(noord, CARE)
    assert place(zuid, CARE) < place(zuid, HELPING)
    assert "modelschatting" in " ".join(one.text for one in zuid.of(CARE).reasons)  # type: ignore[union-attr]


def test_without_model_estimates_nothing_speaks_of_health(workbench: Workbench) -> None:
    town = advice(workbench)
    every = [one for each in town.gebieden for theme in (*each.themes, *each.others) for one in theme.reasons]
    assert every
    assert not any(one.estimate for one in every)
    health = gebied(town, WEST).of("gezond-en-bewegen")
    assert health is not None
    assert not health.ranked


def test_the_wijk_of_cbs_in_place_of_the_gebied_turns_the_advice_over(workbench: Workbench) -> None:
    union = gebied(advice(workbench), POLDER)
    assert not {CARE, HELPING} & {one.slug for one in union.themes}
    of_cbs = gebied(advice(workbench, level=Level.WIJK), "WK062203")
    assert union.place.naam in of_cbs.place.naam
    assert {CARE, HELPING} & {one.slug for one in of_cbs.top}
    reasons = [each.text for one in of_cbs.top for each in one.reasons]
    assert "Inwoners van 65 jaar en ouder: 23,3 %. In heel Vlaardingen: 20,8 %." in reasons


def _answers(workbench: Workbench, first: int, until: int) -> None:
    answer = Answer(gemeente=TOWN, area=WEST, themes=(), wants_activity=True, knows_not_how=True)
    with workbench.database.write() as session:
        for at in range(first, until):
            assert polls.enter(session, answer, actor="a", on=today(), key=f"{at}", secret=b"geheim")


def _organising(workbench: Workbench, wish: Wish = WISH) -> AdvisedTheme:
    found = gebied(advice(workbench, wish), WEST).of("samen-organiseren")
    assert found is not None
    return found


def test_organising_together_comes_out_of_what_people_say_alone(own: Workbench) -> None:
    silent = _organising(own)
    assert (silent.ranked, silent.label) == (False, "alleen op verzoek")
    _answers(own, 0, 4)
    assert not _organising(own).ranked
    _answers(own, 4, 12)
    heard = _organising(own)
    assert (heard.place, heard.label) == (1, "aanwijzing")
    assert heard.reasons[0].text == "12 mensen willen een activiteit en weten niet hoe zij die regelen."
    assert heard.reasons[0].evidence == EvidenceKind.RESIDENTS.value
    # What people say is laid aside when a reader weighs it with 0.
    assert not _organising(own, Wish(moved=((EvidenceKind.RESIDENTS, 0.0),))).ranked


def test_a_second_kind_of_evidence_makes_a_theme_well_founded(own: Workbench) -> None:
    with own.database.write() as session:
        signals.hear(
            session, TOWN, ZUID, theme=CARE, kind=SignalKind.CONCERN, text="De post is dicht.", actor="a"
        )
    found = gebied(advice(own), ZUID).of(CARE)
    assert found is not None
    assert found.label == "sterk onderbouwd"
    assert "Het is 1 keer gehoord in de wijk." in {one.text for one in found.reasons}


def test_without_who_lives_there_the_advice_rests_on_the_rest(workbench: Workbench) -> None:
    town = advice(workbench, Wish(neutral=False))
    for each in town.gebieden:
        assert not any(one.neutral for theme in each.themes for one in theme.reasons)
    helping = gebied(town, ZUID).of(HELPING)
    assert helping is not None
    assert not helping.ranked


def test_the_same_question_gives_the_same_advice_to_keep(workbench: Workbench) -> None:
    one, other = advice(workbench), advice(Workbench(workbench.database))
    assert one.as_dict(ZUID) == other.as_dict(ZUID)
    kept = one.as_dict(ZUID)
    assert date.fromisoformat(kept["dag"]) == today()
    assert [each["slug"] for each in kept["themas"]][:1] == [CARE]


def test_the_bias_check_says_what_rests_on_who_lives_there(workbench: Workbench) -> None:
    changed = {one.naam: one for one in bias(workbench, ADVISER, places.places(workbench, TOWN), wish=WISH)}
    gone = sum(len(one.gone) for one in changed.values())
    print(f"{gone} of {sum(len(one.usual) for one in changed.values())} places rest on who lives there")
    # Care stays in Holy-Zuid, for the distance to a doctor; in Vlaardinger Ambacht it is children alone.
    assert "Zorg en welzijn dichtbij" not in changed["Holy-Zuid"].gone
    assert "Opgroeien en jeugd" in changed["Vlaardinger Ambacht"].gone
    assert 0 < gone < sum(len(one.usual) for one in changed.values())


def test_a_gebied_is_counted_without_its_special_places_when_asked(workbench: Workbench) -> None:
    def older(found: GebiedAdvice) -> set[str]:
        texts = {each.text for one in found.themes for each in one.reasons}
        return {one for one in texts if one.startswith("Inwoners van 65 jaar")}

    usual, asked = advice(workbench), advice(workbench, Wish(special=False))
    # 3,540 of 11,710 in Holy-Zuid are older; without Sportpark Holy (55, of whom 35) 3,505 of 11,655.
    town = "In heel Vlaardingen: 20,8 %."
    assert older(gebied(usual, ZUID)) == {f"Inwoners van 65 jaar en ouder: 30,2 %. {town}"}
    assert older(gebied(asked, ZUID)) == {f"Inwoners van 65 jaar en ouder: 30,1 %. {town}"}
    assert "Loper Noord" not in {naam for one in gebied(usual, NOORD).themes for naam in one.carriers}
    found = places.places(workbench, TOWN)
    with workbench.session() as session:
        assert [one.naam for one in special_places.inside(session, found, found.by_code[ZUID])] == [
            "Sportpark Holy"
        ]
        assert special_places.inside(session, found, found.by_code[POLDER]) == []


def test_an_area_of_nothing_but_special_places_keeps_them() -> None:
    members = Membership.of(Level.GEBIED, {"a": ["1", "2"], "b": ["3"]})
    left = special_places.without(members, {"2", "3"})
    assert list(zip(left.codes[left.owner], left.buurten, strict=True)) == [("a", "1"), ("b", "3")]


def test_what_goes_well_is_told_beside_what_does_not(own: Workbench) -> None:
    assert gebied(advice(own), WEST).strengths == ()
    now = datetime.now(UTC)
    with own.database.write() as session:
        for kind, theme, text in (
            (SignalKind.STRENGTH, NEIGHBOURS, "Iets."),
            (SignalKind.STRENGTH, CARE, "Iets."),
            (SignalKind.STRENGTH, NEIGHBOURS, "Iets anders."),
            (SignalKind.CONCERN, HELPING, "Iets."),
        ):
            signals.hear(session, TOWN, WEST, theme=theme, kind=kind, text=text, actor="a")
        for naam, gebieden in (("Wijkraad", [WEST]), ("Stadsraad", []), ("Holykring", [ZUID])):
            session.add(_group(naam, gebieden, now))
        session.add(_kept(now))
        audit.record(session, actor="a", action="afspraak.nagekomen", object_kind="afspraak", object_id="1")
    assert gebied(advice(own), WEST).strengths == (
        "Er zijn 2 bewonersorganisaties actief.",
        "In het laatste jaar is één afspraak nagekomen.",
        "Wij hoorden 3 keer dat iets goed gaat. Het ging over: Contact met buren, Zorg en welzijn dichtbij.",
    )
    assert gebied(advice(own), NOORD).strengths == ("Er is één bewonersorganisatie actief.",)


def _kept(now: datetime) -> Agreement:
    return Agreement(
        public_id="kept",
        municipality_code=TOWN,
        gebied=WEST,
        text="Een bankje",
        owner="De buurt",
        due_on=today(),
        state="nagekomen",
        outcome="Het staat er.",
        closed_on=today(),
        created_at=now,
        created_by="a",
    )


def _group(naam: str, gebieden: list[str], now: datetime) -> Partner:
    return Partner(
        public_id=naam,
        municipality_code=TOWN,
        kind="bewonersorganisatie",
        organisation=naam,
        themes=[],
        gebieden=gebieden,
        confirmed_on=today(),
        source="",
        created_at=now,
        created_by="a",
    )
