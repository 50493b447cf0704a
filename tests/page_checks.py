"""What every page in a browser has to be: drawn, open to all as axe sees it, and no wider than its window."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

WIDTHS = (1280, 360)
AXE = Path(__file__).parent.parent / "service/web/node_modules/axe-core/axe.min.js"
# Made into lines over there: all that axe tells of what is well would come along otherwise.
_BARRIERS = """tags => axe
  .run(document, {runOnly: tags, resultTypes: ['violations'], preload: false, selectors: false})
  .then(found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`))"""
_ENTITY = re.compile(r"&(?:#\w+|amp|lt|gt|quot|apos);")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def with_axe(context: BrowserContext) -> None:
    """Have axe in every page that opens from here on.

    The browser then translates it once and not for each page. Frames stay as they are, since
    axe would ask them too.
    """
    context.add_init_script(f"if (window === window.top) {{ {_axe()}\n}}")


def ready(page: Page) -> None:
    """Wait until the maps on the page are drawn."""
    if page.locator("[data-kaart]").count():
        page.wait_for_selector("[data-kaart][data-klaar]")


def barriers(page: Page) -> list[str]:
    """What axe finds, a line for each rule with the first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found: list[str] = page.evaluate(_BARRIERS, TAGS)
    return found


def escaped_twice(page: Page) -> list[str]:
    """The signs that a reader sees as code, in the text of the page and on its tab."""
    return _ENTITY.findall(f"{page.title()}\n{page.locator('body').inner_text()}")


def too_wide(page: Page) -> int:
    """By how many pixels the page can be scrolled sideways."""
    wider: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wider
