"""A season up to its theme: what residents say, what is advised, what others think, what is chosen."""

from __future__ import annotations

from mail_box import part
from season import GEBIED, NAAM, TOWN, Season, link_in, press

COMITE, NATURE, GREEN, WATER = (
    "comite@holy.example",
    "natuur@holy.example",
    "groen@gemeente.example",
    "water@schap.example",
)
# Words that one person alone writes, and where else they are looked for.
OF_POLL = "Een bankje bij de kinderboerderij"
OF_COMITE, OF_NATURE = "In de Vogelbuurt staat water bij elke bui", "De vijver stonk vorige zomer"
MIND_OF_COMITE, MIND_OF_NATURE = "Wij willen geen avond over zorg", "Begin met de bomen"
FACTS, MIND, TOLD = (
    "Volgend jaar gaat in tien straten het riool open.",
    "Ik denk dat eenzaamheid beter bij het spreekuur past.",
    "Omdat volgend jaar veel straten opengaan. Dan kan er groen terugkomen.",
)
SECRETS = (OF_POLL, OF_COMITE, OF_NATURE, MIND_OF_COMITE, MIND_OF_NATURE, FACTS, MIND)
FILE = f"""soort;organisatie;functie;email;themas;gebieden;toestemming;toestemming hoe;bron
organisatie;Natuurvereniging Holy;voorzitter;{NATURE};groen-en-klimaat;{NAAM};;;de markt
organisatie;Volkstuin Zuid;volkstuinvereniging;tuinders@zuid.example;;{NAAM};;;de markt
ambtenaar;Gemeente Vlaardingen, stadsbeheer;groenbeheerder;{GREEN};;;;;collega
partner;Waterschap;adviseur klimaat;{WATER};groen-en-klimaat;;;;belde op 3 mei
partner;Corporatie West;wijkbeheerder;west@wonen.example;groen-en-klimaat;Westwijk;;;website
initiatiefnemer;Geveltuin;;tuin@thuis.example;;{NAAM};;;de markt
"""


def told_none_of(words: str, *secrets: str) -> bool:
    """Whether a page keeps all of this to itself."""
    return not [one for one in secrets if one in words]


def residents_fill_in_the_poll(season: Season) -> None:
    """Two on a phone, the first by way of the page that everybody begins at."""
    page = season.at("bewoner", f"/peiling?gemeente={TOWN}")
    season.look("01_peiling_kiezen", "bewoner")
    for themes, words in ((("samen-organiseren", "groen-en-klimaat"), OF_POLL), (("groen-en-klimaat",), "")):
        page = season.at("bewoner", f"/peiling?gemeente={TOWN}")
        press(page.get_by_role("link", name=NAAM, exact=True))
        for theme in themes:
            page.check(f"[name='thema.{theme}']")
        if words:
            page.fill("[name='woord.samen-organiseren']", words)
        page.get_by_label("Ik wil graag een activiteit").check()
        season.look("02_peiling", "bewoner")
        # Who answers within two seconds is no person.
        page.wait_for_timeout(2_000)
        page.get_by_role("button", name="Verstuur").click()
        page.wait_for_url("**/uitkomst?bericht=geteld")
    told = season.look("03_peiling_bedankt", "bewoner")
    assert "Bedankt voor uw antwoord." in told
    assert "Er is nog geen ronde klaar." in told
    assert told_none_of(told, OF_POLL)


def paper_is_entered_and_a_round_goes_by(season: Season) -> None:
    """Nine forms of paper: with those from the web enough for a round, told when its quarter is over."""
    page = season.at("wijk", f"/peilingen?gemeente={TOWN}")
    season.look("04_peilingen", "wijk")
    press(page.get_by_role("link", name=NAAM, exact=True))
    page.get_by_role("link", name="Voer formulieren van papier in").click()
    for number in range(9):
        page.fill("#kruisjes", "5 1 a b" if number % 2 else "5 a c")
        page.press("#kruisjes", "Enter")
        page.get_by_text(f"U voerde hier vandaag in: {number + 1}.").wait_for()
    season.look("05_peiling_papier", "wijk")
    press(page.get_by_role("link", name=f"Peiling in {NAAM}"))
    counted = season.look("06_peiling_telling", "wijk")
    people = page.get_by_role("row").filter(has_text="Mensen die antwoord gaven")
    assert people.get_by_role("cell").all_inner_texts() == ["11", "11"]
    assert OF_POLL in counted
    assert "Er is nog geen ronde klaar." in season.at("bewoner", f"/peiling/{GEBIED}/uitkomst").inner_text(
        "main"
    )
    season.let_pass(weeks=14)
    season.at("bewoner", f"/peiling/{GEBIED}/uitkomst")
    public = season.look("07_peiling_uitkomst", "bewoner", closely=True)
    assert "11 mensen gaven antwoord" in public
    assert "minder dan 5" in public
    assert told_none_of(public, OF_POLL)
    for path in (f"/peilingen/{GEBIED}", "/themas", f"/themas/{GEBIED}", "/keuzes", "/partners", "/acties"):
        assert season.closed_to("bewoner", path), path


def partners_come_into_the_register(season: Season) -> None:
    """One by hand, with its account, the others from a file; a resident who did not consent is not taken."""
    page = season.at("wijk", f"/partners/nieuw?gemeente={TOWN}")
    page.select_option("#soort", "bewonersorganisatie")
    page.fill("#organisatie", "Bewonerscomité Holy-Zuid")
    page.locator("#gebieden > summary").click()
    page.locator("#gebieden").get_by_label(NAAM, exact=True).check()
    page.fill("#email", COMITE)
    page.fill("#bron", "hun website")
    page.select_option("#account", "comite")
    season.look("08_partner_nieuw", "wijk")
    page.get_by_role("button", name="Bewaren").click()
    page.get_by_text("De partner is toegevoegd.").wait_for()
    page = season.at("wijk", f"/partners/inlezen?gemeente={TOWN}")
    page.set_input_files(
        "#bestand", {"name": "partners.csv", "mimeType": "text/csv", "buffer": FILE.encode()}
    )
    press(page.get_by_role("button", name="Bekijk het bestand"))
    read = season.look("09_partners_inlezen", "wijk")
    assert "Nieuwe partners: 5" in read
    assert "Van een bewoner bewaren wij alleen gegevens met toestemming." in read
    page.get_by_role("button", name="Lees in").click()
    page.get_by_text("Erbij: 5.").wait_for()
    assert "Geveltuin" not in season.look("10_partners", "wijk")


def the_advice_is_laid_before_others(season: Season) -> str:
    """From all gebieden to one, and from its advice to who works there; the path of the choice."""
    page = season.at("wijk", f"/themas?gemeente={TOWN}")
    season.look("11_themas", "wijk")
    press(page.get_by_role("link", name=NAAM, exact=True))
    advice = season.look("12_advies", "wijk", closely=True)
    first = page.locator("article.thema h3").all_inner_texts()[:3]
    assert [one for one in first if "Zorg en welzijn dichtbij" in one]
    assert not [one for one in first if "Groen, water en hitte" in one]
    for buurt in ("Loper Zuid", "Vaart Zuid", "Statenbuurt"):
        assert buurt in advice
    assert "5 mensen willen weleens helpen." in advice
    assert OF_POLL not in advice
    press(page.get_by_role("link", name="Kies een thema"))
    season.look("13_voorleggen", "wijk")
    asked = page.get_by_role("group", name="Aan wie legt u dit voor?").inner_text()
    assert "stadsbeheer" not in asked
    assert "Corporatie West" not in asked
    for one in ("Waterschap", "Volkstuin Zuid"):
        page.get_by_label(one).uncheck()
    press(page.get_by_role("button", name="Leg voor"))
    waiting = season.look("14_voorgelegd", "wijk")
    assert "Nog geen reactie." in waiting
    assert "U kunt kiezen na" in waiting
    return page.url.removeprefix(season.url).partition("?")[0]


def they_react(season: Season, choice: str) -> tuple[str, str]:
    """Each by the link of an own mail, and nobody reads the other; the paths of both links."""
    links = [link_in(season.mail_to(one, "Welk thema past"), "reactie") for one in (COMITE, NATURE)]
    said = (("samen-organiseren", OF_COMITE, MIND_OF_COMITE), ("groen-en-klimaat", OF_NATURE, MIND_OF_NATURE))
    for number, (who, link, (theme, facts, mind)) in enumerate(
        zip(("comite", "partner"), links, said, strict=True)
    ):
        page = season.at(who, link)
        asked = season.look(f"15_reactie_{who}", who)
        assert "Zorg en welzijn dichtbij" in asked
        assert told_none_of(asked, *SECRETS)
        own = page.locator(f"[name=thema][value='{theme}']")
        if own.count():
            own.check()
        else:
            page.check("[name=thema][value=ander]")
            page.select_option("#ander", theme)
        page.fill("#feiten", facts)
        page.fill("#mening", mind)
        page.get_by_role("button", name="Verstuur uw reactie").click()
        page.get_by_text("Bedankt. Uw reactie is bewaard.").wait_for()
        thanked = season.look(f"16_gereageerd_{who}", who, closely=True)
        other = said[1 - number]
        assert told_none_of(thanked, *other[1:])
    season.at("comite", "/organisatie")
    assert "U hebt gereageerd." in season.look("17_organisatie", "comite")
    for who in ("comite", "collega", "bewoner", "partner"):
        assert season.closed_to(who, choice), who
    return links[0], links[1]


def another_theme_is_chosen(season: Season, choice: str) -> None:
    """Against the advice, which takes facts; what was advised on that day stays as it was."""
    page = season.at("wijk", choice)
    read = season.look("18_reacties", "wijk")
    assert not told_none_of(read, OF_COMITE)
    for one in (OF_COMITE, OF_NATURE, MIND_OF_COMITE, MIND_OF_NATURE):
        assert one in read
    before = season.at("wijk", f"{choice}/advies-van-toen").inner_text("main")
    season.at("wijk", choice)
    page.select_option("#thema", "groen-en-klimaat")
    page.select_option("#vorm", "werkavond")
    page.fill("#mening", MIND)
    page.fill("#bericht", TOLD)
    press(page.get_by_role("button", name="Kies dit thema"))
    refused = season.look("19_zonder_feiten", "wijk")
    assert "Het thema is gekozen" not in refused
    assert page.input_value("#mening") == MIND
    page.fill("#feiten", FACTS)
    press(page.get_by_role("button", name="Kies dit thema"))
    page.get_by_text("Het thema is gekozen.").wait_for()
    chosen = season.look("20_gekozen", "wijk", closely=True)
    assert "anders dan het advies" in chosen
    season.at("wijk", f"{choice}/advies-van-toen")
    after = season.look("21_advies_van_toen", "wijk")
    assert after == before
    assert "Het is sindsdien niet veranderd." in after


def the_choice_is_told_back(season: Season, choice: str, links: tuple[str, str]) -> None:
    """To who was asked by mail, and to everybody in neutral words; reasons and opinions stay inside."""
    for who, address, link in zip(("comite", "partner"), (COMITE, NATURE), links, strict=True):
        mail = season.mail_to(address, "Het thema is gekozen")
        words = part(mail, "plain")
        assert TOLD in words
        assert told_none_of(words, *SECRETS)
        assert link_in(mail, "reactie") == link
        season.at(who, link)
        shown = season.look(f"22_teruggehoord_{who}", who)
        assert "Gekozen: Groen, water en hitte" in shown
        assert told_none_of(shown, FACTS, MIND, OF_POLL)
    season.at("bewoner", f"/wijken/{GEBIED}")
    public = season.look("23_wijk", "bewoner", closely=True)
    assert "Groen, water en hitte" in public
    assert TOLD in public
    assert told_none_of(public, *SECRETS, "Bewonerscomité", "Natuurvereniging", "anders dan het advies")
    assert season.closed_to("bewoner", choice)
    assert season.closed_to("bewoner", f"{choice}/advies-van-toen")
