"""The pages of the desk: the queue, meldingen and letters, with their states."""

from __future__ import annotations

from collections.abc import Callable

from page_state import Kind, State, press, send_to
from playwright.sync_api import Page

REPORT = "/werkbak/{lamp}"
PHOTO = "/werkbak/{lamp}/fotos/{lamp_photo}"
AT_REPORT = "GET /werkbak/{public_id}"


def _send_form(act: str, **fields: str) -> Callable[[Page], None]:
    """Fill fields of a form in by their name and send it."""

    def send(page: Page) -> None:
        form = page.locator(f"main form[action$='/{act}']")
        for name, value in fields.items():
            form.locator(f"[name={name}]").fill(value)
        press(page, form.locator("button").last)

    return send


def _more_filters(page: Page) -> None:
    page.locator(".werkfilters__meer summary").click()


def _show_contact(page: Page) -> None:
    page.get_by_label("E-mail: j***n@***e").check()
    page.get_by_label("Waarvoor heeft u dit nodig?").fill("vraag over de lamp")
    press(page, page.get_by_role("button", name="Toon"))


def _fill_answer(page: Page) -> None:
    page.locator("#antwoord").select_option(index=1)
    press(page, page.locator("button[name=vul]"))


def _save_on_an_old_page(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    _send_form("notitie", notitie="Ik loop er morgen langs.")(other)
    other.close()
    page.get_by_label("Afgehandeld").check()
    press(page, page.get_by_role("button", name="Bewaar de stand"))


def _open_history(page: Page) -> None:
    page.locator("#samen ~ details summary").click()


def _cover(page: Page) -> None:
    """Cover the second square of the second row, by the keyboard alone."""
    page.get_by_label("Rij 1, vak 1", exact=True).focus()
    for key in ("ArrowDown", "ArrowRight", "Space", "Tab"):
        page.keyboard.press(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _enter(page: Page) -> None:
    page.get_by_label("Wat is er aan de hand?").fill("De lantaarn is kapot.")
    page.locator("#adres").fill("Kloekhorststraat 29")
    press(page)


def _enter_all(page: Page) -> None:
    _enter(page)
    page.get_by_label("Aan de balie of op straat").check()
    press(page)


def _old(act: str, path: str = REPORT) -> State:
    """A form of a page of the desk that was left open until its session had ended."""
    line = f"POST {path.replace('{lamp}', '{public_id}').replace('{idea}', '{public_id}')}/{act}"
    return State(f"{line}, old session", Kind.ERROR, path, send_to(act, old=True), staff=True, line=line)


QUEUE_STATES = (
    State("queue of what waits", Kind.QUARANTINED, "/werkbak", staff=True),
    State("queue of all", Kind.MANY, "/werkbak?stapel=alle", staff=True),
    State("queue, second page", Kind.MANY, "/werkbak?stapel=alle&pagina=2", staff=True),
    State("queue with more choices", Kind.MANY, "/werkbak?stapel=open", _more_filters, staff=True),
    State("queue, one", Kind.ONE, "/werkbak?stapel=alle&soort=paal&kanaal=telefoon", staff=True),
    State(
        "queue of a wijk, too late",
        Kind.MANY,
        "/werkbak?stapel=open&gemeente=GM0622&wijk=WK062206&soort=groen&stand=gemeld&telaat=ja",
        staff=True,
    ),
    State("queue, nothing there", Kind.EMPTY, "/werkbak?soort=brug", who="een"),
    State("queue, no such page", Kind.ERROR, "/werkbak?pagina=99999", staff=True, status=404),
    State("melding typed in", Kind.EMPTY, "/werkbak/nieuw?gemeente=GM0106", staff=True),
    State(
        "melding typed in, faults",
        Kind.ERROR,
        "/werkbak/nieuw?gemeente=GM0106",
        _enter,
        staff=True,
        line="POST /werkbak/nieuw",
    ),
    State(
        "receipt",
        Kind.SUCCESS,
        "/werkbak/nieuw?gemeente=GM0106",
        _enter_all,
        staff=True,
        line="GET /werkbak/{public_id}/bewijs",
    ),
    State("receipt that is not there", Kind.ERROR, "/werkbak/{new}/bewijs", staff=True, status=404),
)
REPORT_STATES = (
    State("melding that waits", Kind.QUARANTINED, REPORT, staff=True),
    State("melding of a shielded soort", Kind.QUARANTINED, "/werkbak/{noise}", staff=True),
    State("melding with a very long word", Kind.QUARANTINED, "/werkbak/{long}", staff=True),
    State("melding at the desk", Kind.ONE, "/werkbak/{new}", staff=True),
    State("melding with steps, photo and notes", Kind.MANY, "/werkbak/{shown}", staff=True),
    State("melding that others follow", Kind.MANY, "/werkbak/{first}", _open_history, staff=True),
    State("melding that follows another", Kind.MANY, "/werkbak/{second}", staff=True),
    State("melding that was passed on", Kind.ONE, "/werkbak/{sent}", staff=True),
    State("melding for who may only read", Kind.ONE, "/werkbak/{new}", who="wijk"),
    State("melding that is not there for staff", Kind.ERROR, "/werkbak/nergens", staff=True, status=404),
    State(
        "melding with a note",
        Kind.SUCCESS,
        "/werkbak/{third}",
        _send_form("notitie", notitie="Ik loop er morgen langs."),
        staff=True,
    ),
    State(
        "melding with a contact datum",
        Kind.SUCCESS,
        REPORT,
        _show_contact,
        staff=True,
        line=f"{AT_REPORT.replace('GET', 'POST')}/contact",
    ),
    State(
        "melding with a standard answer",
        Kind.ONE,
        REPORT,
        _fill_answer,
        staff=True,
        line=f"{AT_REPORT.replace('GET', 'POST')}/status",
    ),
    State(
        "melding that somebody else changed",
        Kind.ERROR,
        REPORT,
        _save_on_an_old_page,
        staff=True,
        line=f"{AT_REPORT.replace('GET', 'POST')}/status",
    ),
    _old("zichtbaar"),
    _old("contact"),
)
PHOTO_STATES = (
    State("photo under its squares", Kind.ONE, PHOTO, staff=True),
    State(
        "photo with a part covered",
        Kind.SUCCESS,
        PHOTO,
        _cover,
        staff=True,
        says="De foto is afgedekt. Dit is de foto die er nu is. De oude foto is gewist.",
    ),
    State("photo that is not there", Kind.ERROR, "/werkbak/{lamp}/fotos/9999999", staff=True, status=404),
    State(
        "photo of which nothing was chosen",
        Kind.ERROR,
        PHOTO,
        press,
        staff=True,
        line="POST /werkbak/{public_id}/fotos/{nummer}",
        says="Kies eerst een of meer vakken op de foto.",
    ),
)
LETTER_DESK_STATES = (
    State("questions, none", Kind.EMPTY, "/vragen", who="een"),
    State("questions", Kind.MANY, "/vragen", staff=True),
    State("question at the desk", Kind.ONE, "/vragen/{question}", staff=True),
    State("question that waits for a look", Kind.QUARANTINED, "/vragen/{unsure_question}", staff=True),
    State("question answered", Kind.SUCCESS, "/vragen/{answered}?klaar=antwoord", staff=True),
    State("question that is not there", Kind.ERROR, "/vragen/nergens", staff=True, status=404),
    State(
        "question answered with nothing",
        Kind.ERROR,
        "/vragen/{question}",
        press,
        staff=True,
        line="POST /vragen/{public_id}/antwoord",
    ),
    State("ideas, none", Kind.EMPTY, "/ideeen", who="een"),
    State("ideas", Kind.MANY, "/ideeen", staff=True),
    State("idea at the desk", Kind.ONE, "/ideeen/{idea}", staff=True),
    State("idea that waits for a look", Kind.QUARANTINED, "/ideeen/{unsure_idea}", staff=True),
    State("idea that is out", Kind.SUCCESS, "/ideeen/{out}?klaar=zichtbaar", staff=True),
    State("idea that is not there", Kind.ERROR, "/ideeen/nergens", staff=True, status=404),
    State(
        "idea answered with nothing",
        Kind.ERROR,
        "/ideeen/{idea}",
        press,
        staff=True,
        line="POST /ideeen/{public_id}/antwoord",
    ),
    _old("zichtbaar", "/ideeen/{idea}"),
    State("contentment, no answers", Kind.EMPTY, "/tevredenheid", who="een"),
    State("contentment", Kind.MANY, "/tevredenheid", staff=True),
)
DESK_STATES = QUEUE_STATES + REPORT_STATES + PHOTO_STATES + LETTER_DESK_STATES
