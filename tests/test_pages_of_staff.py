"""Every page of staff, accounts and organisations, in every listed state, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from page_state import State
from page_world import World, look_at, town_world
from playwright.sync_api import Browser
from states import STAFF_PAGES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def world(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with town_world(browser, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.mark.parametrize("state", STAFF_PAGES, ids=[state.name for state in STAFF_PAGES])
def test_a_page_is_open_to_all_at_both_widths_and_asks_nobody_else(state: State, world: World) -> None:
    look_at(state, world)
