"""Mappings: which column is which field, and columns about persons that are never read."""

from __future__ import annotations

import pytest

from data.readers.mapping import Mapping, as_lines, finish, from_toml, guess, to_toml
from geo.errors import ImportRefused

TOWN = (
    "zaaknummer", "niveau1", "niveau2", "niveau3", "niveau4", "registrdat", "afgerondop", "straat",
    "huisnummer", "wijk", "buurt", "xcoord", "ycoord",
)  # fmt: skip


def test_the_table_that_towns_use_is_guessed_whole() -> None:
    mapping = guess(TOWN)
    assert dict(mapping.columns) == {
        "nummer": ("zaaknummer",),
        "zaaknummer": ("zaaknummer",),
        "gemeld": ("registrdat",),
        "afgehandeld": ("afgerondop",),
        "soort": ("niveau1", "niveau2", "niveau3", "niveau4"),
        "adres": ("straat", "huisnummer"),
        "x": ("xcoord",),
        "y": ("ycoord",),
    }
    assert mapping.ignored == ("wijk", "buurt")


def test_columns_about_persons_are_named_and_never_read() -> None:
    people = ("naam", "E-mail", "Telefoonnummer", "melder", "behandelaar")
    header = ("id", "datum", "adres", *people, "straatnaam")
    mapping = guess(header)
    assert mapping.personal == people
    assert not {column for names in mapping.columns.values() for column in names} & set(mapping.personal)
    assert "niet gelezen, gegevens van personen: naam" in "\n".join(as_lines(mapping))


def test_a_mapping_may_not_read_a_column_about_persons() -> None:
    text = '[kolommen]\ngemeld = "datum"\nadres = "adres"\ntekst = "e-mail"\n'
    with pytest.raises(ImportRefused, match="nooit gelezen: e-mail"):
        finish(from_toml(text), ("datum", "adres", "e-mail"))


def test_a_mapping_comes_back_from_its_toml() -> None:
    mapping = Mapping(
        columns={"gemeld": ("datum",), "soort": ("a", "b")}, decimal="komma", date_order="maand-dag-jaar"
    )
    assert from_toml(to_toml(mapping)) == mapping


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (("id", "adres"), "datum van de melding"),
        (("id", "datum"), "een punt of een adres"),
        (("id", "datum", "lon"), "een punt of een adres"),
    ],
)
def test_a_table_that_lacks_the_when_or_the_where_is_refused(header: tuple[str, ...], message: str) -> None:
    with pytest.raises(ImportRefused, match=message):
        guess(header)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("geen toml =", "geen geldige TOML"),
        ("formaat = 'tabel'", "mist het deel"),
        ("[kolommen]\nkleur = 'x'", "onbekende velden: kleur"),
        ("[kolommen]\ngemeld = 3", "geen kolomnaam"),
        ("[kolommen]\ngemeld = 'd'\n[lezen]\ndecimaal = 'streep'", "punt"),
    ],
)
def test_a_mapping_with_a_mistake_says_which(text: str, message: str) -> None:
    with pytest.raises(ImportRefused, match=message):
        from_toml(text)
