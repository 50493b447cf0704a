"""One season in one town, played in browsers by five people: from a poll to what they thought of a meeting.

`--pictures FOLDER` keeps a picture of each step, on a phone and on a desk.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import season_choice as choosing
import season_meeting as meeting
from playwright.sync_api import Browser
from season import begun_season

# A minute by itself; on a machine that is busy with all tests some minutes.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


def test_a_season_goes_from_a_poll_to_what_people_thought_and_each_sees_their_own_part(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with begun_season(browser, tmp_path, request.config.getoption("--pictures")) as season:
        choosing.residents_fill_in_the_poll(season)
        choosing.paper_is_entered_and_a_round_goes_by(season)
        choosing.partners_come_into_the_register(season)
        choice = choosing.the_advice_is_laid_before_others(season)
        links = choosing.they_react(season, choice)
        choosing.another_theme_is_chosen(season, choice)
        choosing.the_choice_is_told_back(season, choice, links)
        evening = meeting.a_meeting_is_planned_and_announced(season, choice)
        meeting.residents_register_until_it_is_full(season, evening)
        meeting.the_list_is_proposed_edited_and_sent(season, evening)
        meeting.they_answer(season, evening)
        meeting.the_meeting_is_reported(season, evening)
        meeting.the_collega_does_what_was_agreed(season, evening)
        meeting.who_was_there_says_what_they_thought(season, evening)
        meeting.it_stands_beside_the_next_advice(season, evening)
