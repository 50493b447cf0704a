"""Towns to look at in a real browser: a service with three of them, one with none, and a page per account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from fresh import sqlite_url
from page_checks import barriers, escaped_twice, ready, too_wide, with_axe
from page_state import Site, State, line_of
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response
from served import ACCOUNT, Served, loaded_database, served
from state_town import MAASSLUIS, VLAARDINGEN, Furnished, furnish

# What happens in a state happens on a phone; the same page then also has to fit a desk.
PHONE_FIRST = (360, 1280)
# What one state leaves unsent is not there in the next.
WITHOUT_DRAFT = """try {
  if (!sessionStorage.begun) localStorage.clear();
  sessionStorage.begun = "yes";
} catch { /* a page without an address has no storage */ }"""
FORGET = "try { sessionStorage.clear() } catch { /* nor has it here */ }"
OFFLINE = "net::ERR_INTERNET_DISCONNECTED"


class Watched:
    """A page with what its console said, where it asked, and which route answered last."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.begin("")
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("response", self._answered)

    def begin(self, site: str) -> None:
        """Forget what was seen, for a look at a page of this site."""
        self.site = site
        self.faults: list[str] = []
        self.strangers: list[str] = []
        self.line = ""

    def _said(self, message: ConsoleMessage) -> None:
        # A page that answers 404, or that has no connection, is itself noted by the browser; that is the
        # state, not a fault.
        own = message.location["url"].split("#")[0] == self.page.url.split("#")[0]
        own = own or OFFLINE in message.text
        if message.type in {"error", "warning"} and not (own and "Failed to load resource" in message.text):
            self.faults.append(message.text)

    def _asked(self, url: str) -> None:
        if not url.startswith((self.site, "data:", "about:", "blob:")):
            self.strangers.append(url)

    def _answered(self, answer: Response) -> None:
        asked = answer.request
        if asked.is_navigation_request() and answer.frame == self.page.main_frame:
            self.line = line_of(asked.method, urlsplit(answer.url).path)


@dataclass
class World:
    """The services that states are looked at on, and a page for each account, with scripts and without."""

    browser: Browser
    sites: dict[Site, Served]
    furnished: Furnished
    pages: dict[tuple[str, bool], Watched] = field(default_factory=dict)

    def begin(self, who: str, site: Site, *, scripts: bool = True) -> Watched:
        """The page of an account, of a visitor when it has no name, as in a browser that was just opened.

        Opening one takes as long as many a state, so that one page serves them all.
        """
        key = (who, scripts)
        if key not in self.pages:
            self.pages[key] = Watched(self._context(who, scripts=scripts).new_page())
        elif scripts:
            self.pages[key].page.evaluate(FORGET)
        watched = self.pages[key]
        watched.begin(self.sites[site].url)
        watched.page.set_viewport_size({"width": PHONE_FIRST[0], "height": 800})
        return watched

    def drop(self, who: str, *, scripts: bool = True) -> None:
        """Close a page that was left in some state or other."""
        if watched := self.pages.pop((who, scripts), None):
            watched.page.context.close()

    def _context(self, who: str, *, scripts: bool) -> BrowserContext:
        made = self.browser.new_context(locale="nl-NL", java_script_enabled=scripts)
        made.add_init_script(WITHOUT_DRAFT)
        with_axe(made)
        if who:
            url = self.sites[Site.TOWN].url
            made.add_cookies([{"name": "wijkbeeld", "value": self.furnished.tokens[who], "url": url}])
        return made


@contextmanager
def town_world(browser: Browser, folder: Path) -> Iterator[World]:
    """A world whose services run until the block ends; their files go in this folder."""
    url = loaded_database(folder)
    furnished = furnish(url, folder)
    told = {
        VLAARDINGEN: {"telefoon": "010 000 0000", "wijkcoordinator_email": "wijk@gemeente.example"},
        MAASSLUIS: {"meldpunt": "link", "meldpunt_url": "https://meldpunt.example/"},
    }
    bare = folder / "leeg"
    with ExitStack() as running:
        town = running.enter_context(served(url, folder, WIJKBEELD_GEMEENTEN=json.dumps(told)))
        empty = running.enter_context(served(sqlite_url(bare), bare))
        world = World(browser, {Site.TOWN: town, Site.BARE: empty}, furnished)
        yield world
        for who, scripts in list(world.pages):
            world.drop(who, scripts=scripts)


def look_at(state: State, world: World) -> None:
    """Bring a page in a state: it answers, is open to all at both widths, and asks nobody else."""
    who, site = ACCOUNT if state.staff else state.who, world.sites[state.site]
    watched = world.begin(who, state.site, scripts=not state.plain)
    page = watched.page
    try:
        answer = page.goto(site.url + state.path.format_map(world.furnished.names))
        assert answer is not None
        assert answer.status == state.status
        if not state.plain:
            ready(page)
        state.act(page)
        assert watched.line == state.page
        assert state.says in page.locator("body").inner_text()
        signs = escaped_twice(page)
        assert signs == [], signs
        shown = with_scripts(page, world) if state.plain else page
        ready(shown)
        for width in PHONE_FIRST:
            shown.set_viewport_size({"width": width, "height": 800})
            found = (width, barriers(shown), too_wide(shown))
            assert found == (width, [], 0), found
        assert watched.faults == []
        assert watched.strangers == []
        page.context.set_offline(False)
    except BaseException:
        world.drop(who, scripts=not state.plain)
        raise


def with_scripts(plain: Page, world: World) -> Page:
    """The very page that came without scripts, in a browser that has them: what axe asks needs them."""
    content = plain.content()
    shown = world.begin("", Site.TOWN).page
    shown.route(
        "**/gezien",
        lambda route: route.fulfill(body=content, content_type="text/html; charset=utf-8"),
        times=1,
    )
    shown.goto(f"{world.sites[Site.TOWN].url}/gezien")
    return shown
