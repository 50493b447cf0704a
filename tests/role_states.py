"""The pages of who works along, with their states: colleagues, partners, organisations."""

from __future__ import annotations

from page_state import Kind, State, press, send_to
from playwright.sync_api import Page


def _nameless(page: Page) -> None:
    page.locator("input[name=naam]").fill(" ")
    press(page)


def _with_a_name(page: Page) -> None:
    page.locator("textarea[name=wat]").fill("Bel mevrouw De Wit: 06-12345678.")
    press(page)


def _written_anew(page: Page) -> None:
    page.locator("input[name=versie]").evaluate("one => { one.value = 'eerder' }")
    press(page)


ROLE_STATES = (
    State("tasks, none", Kind.EMPTY, "/taken", staff=True),
    State("tasks", Kind.MANY, "/taken", who="collega"),
    State("task", Kind.ONE, "/taken/{task}", who="collega"),
    State("task that is answered", Kind.SUCCESS, "/taken/{task_done}?klaar=ja", who="collega"),
    State("task of somebody else", Kind.ERROR, "/taken/{task}", staff=True, status=404),
    State(
        "task answered with nothing",
        Kind.ERROR,
        "/taken/{task}",
        send_to("antwoord"),
        who="collega",
        line="POST /taken/{nummer}/antwoord",
    ),
    State("jobs, none", Kind.EMPTY, "/opdrachten", staff=True),
    State("jobs", Kind.ONE, "/opdrachten", who="partner"),
    State("job", Kind.ONE, "/opdrachten/{job}", who="partner"),
    State("job that was reported", Kind.SUCCESS, "/opdrachten/{job}?klaar=ja", who="partner"),
    State("job of another party", Kind.ERROR, "/opdrachten/{job}", staff=True, status=404),
    State(
        "job reported without a choice",
        Kind.ERROR,
        "/opdrachten/{job}",
        send_to("stand"),
        who="partner",
        line="POST /opdrachten/{nummer}/stand",
    ),
    State("organisation, none", Kind.EMPTY, "/organisatie", staff=True),
    State("organisation", Kind.ONE, "/organisatie", who="groep"),
    State("organisation with its text kept", Kind.SUCCESS, "/organisatie?klaar=ja", who="groep"),
    State(
        "organisation without a name",
        Kind.ERROR,
        "/organisatie",
        _nameless,
        who="groep",
        line="POST /organisatie",
    ),
    State(
        "organisation asked about data of persons",
        Kind.ERROR,
        "/organisatie",
        _with_a_name,
        who="groep",
        line="POST /organisatie",
        says="gegevens van iemand",
    ),
    State("texts of organisations, none", Kind.EMPTY, "/organisaties", who="een"),
    State("texts of organisations", Kind.ONE, "/organisaties", staff=True),
    State(
        "text of an organisation that changed meanwhile",
        Kind.ERROR,
        "/organisaties",
        _written_anew,
        staff=True,
        line="POST /organisaties/{nummer}/zichtbaar",
        says="intussen veranderd",
    ),
    State("text of an organisation that is out", Kind.SUCCESS, "/organisaties?klaar=zichtbaar", staff=True),
)
