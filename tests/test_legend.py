"""Legends: what the colours mean, in data, HTML and plain text."""

from __future__ import annotations

from maps.classes import classify
from maps.facts import EXAMPLE, Facts
from maps.heatmap import HeatStyle
from maps.legend import class_legend, heat_legend
from maps.palette import lightness

FACTS = Facts(
    title="Kinderen", unit="% van de inwoners", source="CBS", period="2024", remarks=("Geen oordeel.",)
)


def test_the_text_of_a_legend_says_it_all_without_colours() -> None:
    assert class_legend(classify([10.0, 12.0, 30.0], k=2), FACTS).as_text().splitlines() == [
        "Kinderen",
        "Eenheid: % van de inwoners",
        "Periode: 2024",
        "Bron: CBS",
        "- 10 t/m 12: 2 gebieden",
        "- 30: 1 gebied",
        "Geen oordeel.",
    ]


def test_unknown_and_small_areas_are_named_only_when_there_are_any() -> None:
    assert len(class_legend(classify([1.0, 2.0]), FACTS).entries) == 2
    full = class_legend(classify([1.0, float("nan"), 3.0], small=[False, False, True]), FACTS)
    assert [entry.label for entry in full.entries] == ["1", "te klein voor een uitspraak", "niet bekend"]


def test_a_legend_of_heat_names_reach_number_and_unit() -> None:
    legend = heat_legend(HeatStyle(maximum=5.0, bandwidth_m=150.0), FACTS, points=2_002)
    assert [entry.label for entry in legend.entries] == ["1", "2", "3", "4", "5 of meer"]
    assert legend.facts.remarks[0] == "Deze kaart telt 2.002 meldingen."
    assert "300 meter" in legend.facts.remarks[1]
    assert "bandbreedte 150 meter" in legend.facts.remarks[1]
    assert legend.facts.remarks[-1] == "Geen oordeel."


def test_the_colours_of_heat_get_darker_over_land() -> None:
    legend = heat_legend(HeatStyle(maximum=5.0), FACTS, points=1)
    grey = [lightness(entry.fill.colour) for entry in legend.entries]
    assert grey == sorted(grey, reverse=True)


def test_text_of_people_is_escaped_in_html() -> None:
    facts = Facts(title="t", unit="u", source="s", period="p")
    legend = class_legend(classify([1.0]), facts)
    entry = legend.entries[0]
    object.__setattr__(entry, "label", '<script>alert("x")</script>')
    assert "<script" not in legend.as_html()
    assert "&lt;script&gt;" in legend.as_html()


def test_facts_that_are_not_there_are_left_out() -> None:
    facts = Facts(title="t", unit="u", source="s", period="p", example=True)
    assert [name for name, _ in facts.lines()] == ["Eenheid", "Periode", "Bron"]
    assert (facts.as_dict()["standVan"], facts.as_dict()["voorbeeld"]) == (None, EXAMPLE)
