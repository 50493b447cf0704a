"""A season from its meeting on: who is invited, who comes, what is agreed, what people thought of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mail_box import part
from season import GEBIED, NAAM, TOWN, Season, link_in, press
from season_choice import COMITE, GREEN, NATURE, SECRETS, WATER, told_none_of

from geo.exposure import AMSTERDAM

TITLE = "Groen, water en hitte in Holy-Zuid"
RESIDENT = "jansen@thuis.example"
SEATS = 4
NOTE = "Wij nemen onze kaart met bomen mee"
NAME = "Mevrouw De Wit vroeg om bomen."
REPORT = "Bewoners willen groen terug in de straten die opengaan."
PROMISE, OF_THE_COMITE = "Tien bomen planten in de Vogelbuurten", "Een lijst met straten maken"
OUTCOME = "De bomen staan er, via de aannemer"
THOUGHT = "Volgende keer graag eerder beginnen"


def a_meeting_is_planned_and_announced(season: Season, choice: str) -> str:
    """In one go from the choice: its theme, form and gebied are filled in; the path of the meeting."""
    page = season.at("wijk", choice)
    page.get_by_role("link", name="Plan een bijeenkomst over dit thema").click()
    assert page.input_value("#gebied") == GEBIED
    assert page.input_value("#thema") == "groen-en-klimaat"
    assert page.input_value("#vorm") == "werkavond"
    page.fill("#dag", (datetime.now(AMSTERDAM).date() + timedelta(days=10)).isoformat())
    page.fill("#van", "19:30")
    page.fill("#tot", "21:30")
    page.fill("#plek", "Wijkcentrum Holy")
    page.fill("#toegankelijk", "Er is een lift.")
    page.fill("#plaatsen", str(SEATS))
    season.look("24_plannen", "wijk")
    press(page.get_by_role("button", name="Kijk na"))
    looked = season.look("25_nagekeken", "wijk")
    assert "Nagekeken" in looked
    press(page.get_by_role("button", name="Bewaar als concept"))
    page.wait_for_url("**/beheer*")
    meeting = page.url.removeprefix(season.url).partition("/beheer")[0]
    season.look("26_concept", "wijk")
    assert season.closed_to("bewoner", meeting)
    press(page.get_by_role("button", name="Kondig aan"))
    page.get_by_text("De bijeenkomst is aangekondigd.").wait_for()
    season.look("27_aangekondigd", "wijk")
    season.at("wijk", choice).get_by_role("link", name=TITLE).wait_for()
    page = season.at("bewoner", f"/wijken/{GEBIED}")
    press(page.get_by_role("link", name=TITLE).first)
    public = season.look("28_bijeenkomst", "bewoner")
    assert f"Nog {SEATS} plaatsen vrij" in public
    assert told_none_of(public, *SECRETS, "Natuurvereniging", "stadsbeheer")
    assert season.closed_to("bewoner", f"{meeting}/beheer")
    return meeting


def residents_register_until_it_is_full(season: Season, meeting: str) -> None:
    """Twice two seats; who had the form open by then is told so, and no seat goes twice."""
    late = season.pages["partner"]
    late.goto(f"{season.url}{meeting}/aanmelden")
    for number, mail in enumerate((RESIDENT, "")):
        page = season.at("bewoner", meeting)
        page.get_by_role("link", name="Meld u aan").click()
        page.select_option("#plaatsen", "2")
        if mail:
            page.fill("#naam", "Jansen")
            page.check("[name=mag_mailen]")
            page.fill("#email", mail)
            season.look("29_aanmelden", "bewoner")
        page.wait_for_timeout(2_000)
        page.locator("main").get_by_role("button", name="Meld u aan").click()
        page.get_by_text("U staat op de lijst.").wait_for()
        if not number:
            season.look("30_aangemeld", "bewoner")
    press(late.locator("main").get_by_role("button", name="Meld u aan"))
    assert "Alle plaatsen zijn vergeven." in season.look("31_net_vol", "partner")
    season.at("bewoner", meeting)
    full = season.look("32_vol", "bewoner", closely=True)
    assert "Vol. Alle plaatsen zijn vergeven." in full
    assert season.pages["bewoner"].get_by_role("link", name="Meld u aan").count() == 0
    assert told_none_of(full, "Jansen")
    mail_of_one = season.mail_to(RESIDENT, "U staat op de lijst")
    season.at("bewoner", link_in(mail_of_one, "aanmelding"))
    assert "Jansen" in season.pages["bewoner"].inner_text("main")
    season.at("wijk", f"{meeting}/beheer")
    staff = season.look("33_beheer_vol", "wijk")
    assert f"Aangemeld: {SEATS} mensen." in staff
    assert told_none_of(staff, RESIDENT)


def the_list_is_proposed_edited_and_sent(season: Season, meeting: str) -> None:
    """Who belongs to the theme and the gebied, each with a reason; one left out, one put on it by hand."""
    page = season.at("wijk", f"{meeting}/beheer")
    page.get_by_role("link", name="Nodig mensen uit").click()
    page.get_by_role("button", name="Stel een lijst voor").click()
    page.get_by_text("Op de lijst gezet: 5.").wait_for()
    proposed = season.look("34_uitnodigen", "wijk")
    for reason in (
        "bewonersorganisatie, actief in Holy-Zuid",
        "voorzitter bij Groen, water en hitte, werkt in Holy-Zuid",
        "groenbeheerder, hoort bij Groen, water en hitte, werkt in heel Vlaardingen",
    ):
        assert reason in proposed
    assert "Corporatie West" not in proposed
    assert "Nog niemand: school" in proposed
    row = page.get_by_role("row").filter(has_text="Volkstuin Zuid")
    row.get_by_text("Weglaten").click()
    row.get_by_label("Waarom laat u deze weg?").fill("is dit seizoen dicht")
    row.get_by_role("button", name="Laat weg").click()
    page.get_by_text("is dit seizoen dicht").wait_for()
    page.fill("#zoek", "corporatie")
    page.locator("main").get_by_role("button", name="Zoek", exact=True).click()
    page.get_by_label("Waarom nodigt u Corporatie West").fill("heeft woningen aan de rand")
    page.get_by_role("button", name="Zet op de lijst").click()
    page.get_by_text("Er staat iemand bij op de lijst.").wait_for()
    page.get_by_role("button", name="Verstuur per mail (5)").click()
    page.get_by_text("De mails gaan nu weg. Aantal: 5.").wait_for()
    season.look("35_verstuurd", "wijk")
    for address in (COMITE, NATURE, GREEN, WATER):
        mail = season.mail_to(address, "Uitnodiging voor een bijeenkomst")
        (file,) = mail.iter_attachments()
        assert file.get_content_type() == "text/calendar"
        assert f"SUMMARY:{TITLE}".replace(",", "\\,") in str(file.get_content())
        assert told_none_of(part(mail, "plain"), *SECRETS)
    assert not season.post.to("tuinders@zuid.example")


def they_answer(season: Season, meeting: str) -> None:
    """A collega and a partner come, by their links; one wants no invitations any more, and gets none."""
    for who, address, note in (("collega", GREEN, ""), ("partner", NATURE, NOTE)):
        link = link_in(season.mail_to(address, "Uitnodiging"), "uitnodiging")
        page = season.at(who, link)
        asked = season.look(f"36_uitnodiging_{who}", who)
        assert told_none_of(asked, "Jansen", "Waterschap", "Corporatie", *SECRETS)
        page.get_by_label("Ja, ik kom").check()
        page.fill("#opmerking", note)
        page.get_by_role("button", name="Verstuur uw antwoord").click()
        page.get_by_text("Wij weten nu dat u komt.").wait_for()
    season.look("37_geantwoord", "partner")
    page = season.at("partner", link_in(season.mail_to(WATER, "Uitnodiging"), "uitnodiging"))
    page.get_by_text("Ik wil geen uitnodigingen meer").click()
    page.get_by_role("button", name="Nodig mij niet meer uit").click()
    page.get_by_text("U krijgt van deze gemeente geen uitnodigingen meer.").wait_for()
    season.look("38_nooit_meer", "partner")
    page = season.at("wijk", f"{meeting}/uitnodigen")
    answered = season.look("39_antwoorden", "wijk", closely=True)
    assert "komt: 2, samen 2 mensen" in answered
    assert NOTE in answered
    page.get_by_role("button", name="Vul de lijst aan").click()
    page.get_by_text("Op de lijst gezet: 0.").wait_for()
    page = season.at("wijk", f"/partners?gemeente={TOWN}&zoek=waterschap")
    assert "wil geen uitnodiging" in page.inner_text("main")
    for who in ("collega", "partner", "bewoner", "comite"):
        assert season.closed_to(who, f"{meeting}/uitnodigen"), who


def the_meeting_is_reported(season: Season, meeting: str) -> None:
    """What was said, how many came and who does what: first for staff, then for everybody, without names."""
    season.let_pass(days=12)
    page = season.at("wijk", f"{meeting}/beheer")
    season.look("40_geweest", "wijk")
    page.get_by_role("link", name="Schrijf het verslag").click()
    for kind, number in (("bewoner", 14), ("ambtenaar", 1), ("organisatie", 2)):
        page.fill(f"#aantal_{kind}", str(number))
    page.fill("#verslag", f"{REPORT} {NAME}")
    press(page.get_by_role("button", name="Laat iedereen dit lezen"))
    assert "De Wit" in season.look("41_naam_in_verslag", "wijk")
    page.fill("#verslag", REPORT)
    press(page.get_by_role("button", name="Bewaar als concept"))
    page.get_by_text("Het verslag is bewaard.").wait_for()
    assert REPORT not in season.at("bewoner", meeting).inner_text("main")
    due = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
    for text, owner in ((PROMISE, "collega"), (OF_THE_COMITE, "Bewonerscomité Holy-Zuid")):
        page.fill("#tekst", text)
        page.select_option("#wie", label=owner)
        page.fill("#dag", due)
        page.check("[name=openbaar]")
        press(page.get_by_role("button", name="Leg vast"))
        page.get_by_text("De afspraak is vastgelegd.").wait_for()
    press(page.get_by_role("button", name="Laat iedereen dit lezen"))
    page.get_by_text("Iedereen kan het verslag nu lezen.").wait_for()
    season.look("42_verslag", "wijk")
    page = season.at("bewoner", f"/bijeenkomsten?gemeente={TOWN}")
    press(page.get_by_role("link", name=TITLE).first)
    public = season.look("43_verslag_openbaar", "bewoner", closely=True)
    for shown in (REPORT, "Er waren 17 mensen.", PROMISE, "gemeente, voor", "Bewonerscomité Holy-Zuid, voor"):
        assert shown in public
    assert told_none_of(public, "collega", "De Wit", "Jansen", NOTE, *SECRETS)
    assert season.closed_to("bewoner", f"{meeting}/verslag")


def the_collega_does_what_was_agreed(season: Season, meeting: str) -> None:
    """It stands in their own list and in nobody else's, and everybody reads that it was done, not how."""
    page = season.at("collega", "/acties")
    own = season.look("44_mijn_acties", "collega", closely=True)
    assert PROMISE in own
    assert OF_THE_COMITE not in own
    theirs = season.at("comite", "/acties").inner_text("main")
    assert OF_THE_COMITE in theirs
    assert PROMISE not in theirs
    page.get_by_text("Dit is klaar").click()
    page.get_by_label("Wat kwam ervan?").fill(OUTCOME)
    page.get_by_role("button", name="Meld dat het klaar is").click()
    page.get_by_text("Bedankt. De afspraak staat op nagekomen.").wait_for()
    season.look("45_actie_klaar", "collega")
    assert OUTCOME in season.at("wijk", f"{meeting}/verslag").inner_text("main")
    public = season.at("bewoner", meeting).inner_text("main")
    assert "nagekomen" in public
    assert OUTCOME not in public


def who_was_there_says_what_they_thought(season: Season, meeting: str) -> None:
    """Two by the link on the page of the meeting, four on paper; nobody reads counts while they change."""
    for number in range(2):
        page = season.at("bewoner", meeting)
        page.get_by_role("link", name="Was u erbij?").click()
        for question in ("nuttig", "gezegd", "bereikbaar"):
            page.check(f"[name={question}][value=ja]")
        page.fill("#woorden", THOUGHT)
        if not number:
            season.look("46_evaluatie", "bewoner")
        page.wait_for_timeout(2_000)
        page.get_by_role("button", name="Verstuur").click()
        page.get_by_text("Bedankt. Uw antwoord telt mee.").wait_for()
    season.look("47_evaluatie_bedankt", "bewoner")
    page = season.at("wijk", f"{meeting}/beheer")
    page.get_by_role("link", name="Wat vond men ervan?").click()
    for _ in range(4):
        page.check("[name=nuttig][value=ja]")
        press(page.get_by_role("button", name="Voer in"))
        page.get_by_text("Het formulier is ingevoerd.").wait_for()
    inside = season.look("48_evaluatie_papier", "wijk")
    assert "6 mensen" in inside
    assert THOUGHT in inside
    evaluation = f"/evaluatie/{meeting.rpartition('/')[2]}"
    assert "6 mensen ervan" not in season.at("bewoner", evaluation).inner_text("main")
    season.let_pass(weeks=5)
    season.at("bewoner", evaluation)
    public = season.look("49_evaluatie_uitkomst", "bewoner")
    assert "6 mensen ervan vonden" in public
    row = season.pages["bewoner"].get_by_role("row").filter(has_text="Had u iets aan de bijeenkomst?")
    assert row.get_by_role("cell").all_inner_texts() == ["6", "minder dan 5", "minder dan 5"]
    assert THOUGHT not in public


def it_stands_beside_the_next_advice(season: Season, meeting: str) -> None:
    """The theme rests, what people thought is there, and a successor finds all of it."""
    page = season.at("wijk", f"/themas?gemeente={TOWN}")
    press(page.get_by_role("link", name=NAAM, exact=True))
    advice = season.look("50_volgend_advies", "wijk", closely=True)
    resting = advice.split("Had u iets aan de bijeenkomst?")[1]
    assert "Antwoorden: 6" in advice
    assert "Groen, water en hitte" in resting
    season.at("wijk", f"/overdracht/{GEBIED}")
    handed = season.look("51_overdracht", "wijk")
    assert OF_THE_COMITE in handed
    press(page.get_by_role("link", name="Groen, water en hitte").first)
    press(page.get_by_role("link", name="Het hele advies van die dag"))
    assert "Het is sindsdien niet veranderd." in page.inner_text("main")
    assert season.closed_to("collega", f"/overdracht/{GEBIED}")
    assert season.closed_to("comite", f"{meeting}/evaluatie")
