"""Addresses as people write them."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address import Address, normalise_street, parse_address, readings
from geo.errors import AddressError
from geo.streets import is_slip

WRITTEN = {
    "'s-Gravelandseweg 12a-3": Address("'s-Gravelandseweg", 12, "A", "3"),
    "Burg. van Lierplein 4": Address("Burg. van Lierplein", 4),
    "Burg. van Lierplein": Address("Burg. van Lierplein"),
    "3131 bc 12 II": Address(None, 12, None, "II", "3131BC"),
    "12, 3131BC": Address(None, 12, postcode="3131BC"),
    "3131BC": Address(postcode="3131BC"),
    "Hoogstraat12a": Address("Hoogstraat", 12, "A"),
    "Hoogstraat 12-A": Address("Hoogstraat", 12, "A"),
    "Hoogstraat 12 A1": Address("Hoogstraat", 12, "A", "1"),
    "Hoogstraat 12 hs": Address("Hoogstraat", 12, None, "hs"),
    "Hoogstraat 12bis": Address("Hoogstraat", 12, None, "bis"),
    "Hoogstraat 58 1": Address("Hoogstraat", 58, None, "1"),
    "1e Kruisstraat 3": Address("1e Kruisstraat", 3),
    "2e Hoefbladstraat": Address("2e Hoefbladstraat"),
    "Plein 1940 5": Address("Plein 1940", 5),
    "Plein 1940": Address("Plein 1940"),
    "Plein 40-45 3": Address("Plein 40-45", 3),
    "Plein 4 mei 3": Address("Plein 4 mei", 3),
    "Laan van 1813 7": Address("Laan van 1813", 7),
    "Laan van 1813": Address("Laan van 1813"),
    "Asserstraat 1500": Address("Asserstraat", 1500),
    "Olmendreef 100 -102": Address("Olmendreef", 100, until=102),
    "Hoogstraat 12 t/m 16": Address("Hoogstraat", 12, until=16),
    "Vaart N.Z. 90A": Address("Vaart N.Z.", 90, "A"),
    "Hoogstraat 12, 3131 BC Vlaardingen": Address("Hoogstraat", 12, None, None, "3131BC", "Vlaardingen"),
    "Hoogstraat 12\n3131 BC  VLAARDINGEN": Address("Hoogstraat", 12, None, None, "3131BC", "VLAARDINGEN"),
    "Assen, Hoogstraat 12": Address("Hoogstraat", 12, place="Assen"),
    "Hoogstraat, 12": Address("Hoogstraat", 12),
    "Hoogstraat 12 te Assen": Address("Hoogstraat", 12, place="Assen"),
    "Plein 1940 in Assen": Address("Plein 1940", place="Assen"),
    "Hoogstraat 12 De Lier": Address("Hoogstraat", 12, place="De Lier"),
    "Hoogstraat 12 's-Gravenhage": Address("Hoogstraat", 12, place="'s-Gravenhage"),
    "Dorpsstraat, Assen": Address("Dorpsstraat", place="Assen"),
    "E.B. von Dülmen Krumpelmannstraat 3": Address("E.B. von Dülmen Krumpelmannstraat", 3),
    "Ｈｏｏｇｓｔｒａａｔ １２": Address("Hoogstraat", 12),
    "Hoogstraat 12 (achterom)": Address("Hoogstraat", 12),
}


@pytest.mark.parametrize(("text", "address"), WRITTEN.items(), ids=list(WRITTEN))
def test_an_address_as_people_write_it_is_read(text: str, address: Address) -> None:
    assert parse_address(text) == address


def test_a_year_in_a_street_name_is_also_offered_as_a_house_number() -> None:
    assert readings("Plein 1940")[1] == Address("Plein", 1940)


@pytest.mark.parametrize(
    "text", ["", "  ", "\t\n", ",.-", "a" * 201, "Markt\x001", "Markt 1\x1b", "\ud800", "()"]
)
def test_what_holds_no_address_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        parse_address(text)


@given(st.text(max_size=230))
def test_any_text_gives_an_address_or_an_address_error(text: str) -> None:
    try:
        found = readings(text)
    except AddressError:
        return
    assert all(any((a.street, a.number, a.postcode, a.place)) for a in found)


PARTS = st.sampled_from(
    ("Hoog", "straat", " 12", "a", "-3", " II", ", ", "3131BC", " 3131 bc", "'s-", "Burg. ", "1e ", "1940",
     " t/m ", "Assen", "\n", "(", ")", "/", " - ")
)  # fmt: skip


@given(st.lists(PARTS, min_size=1, max_size=12).map("".join))
def test_any_mix_of_the_parts_of_addresses_gives_numbers_and_postcodes_of_the_right_form(text: str) -> None:
    try:
        address = parse_address(text)
    except AddressError:
        return
    assert address.number is None or 1 <= address.number <= 99_999
    assert address.postcode is None or re.fullmatch(r"[1-9][0-9]{3}[A-Z]{2}", address.postcode)
    assert address.letter is None or re.fullmatch(r"[A-Z]", address.letter)


def _bag_addresses(path: Path, street: str) -> list[Address]:
    rows = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, index_col=False)
    names = [street, "huisnummer", "huisletter", "huisnummertoevoeging", "postcode", "woonplaats"]
    return [
        Address(row[0], int(row[1]), row[2] or None, row[3] or None, row[4] or None, row[5])
        for row in zip(*(rows[name] for name in names), strict=True)
    ]


@pytest.mark.parametrize("form", ["{a}", "{street} {house} {postcode} {place}", "{place}, {street} {house}"])
def test_every_address_of_assen_is_read_back_as_the_bag_has_it(form: str) -> None:
    known = _bag_addresses(Path("data/resources/adressen/assen.csv.zst"), "straat")[::10]
    wrong = []
    for a in known:
        text = form.format(a=a, street=a.street, house=a.house, postcode=a.postcode, place=a.place)
        read = parse_address(text)
        expected = (
            a if "{place}," not in form else Address(a.street, a.number, a.letter, a.addition, None, a.place)
        )
        wrong += [] if read == expected else [(text, read)]
    assert len(known) == 3_728
    assert wrong == []


SAME_STREET = [
    ("Burg. van Lierplein", "BURGEMEESTER VAN LIERPLEIN", "burg van lierpln", "Burg.van Lierplein"),
    ("'s-Gravelandseweg", "s-gravelandseweg", "’s Gravelandseweg", "'s Gravelandsewg."),
    ("Hoogstraat", "Hoogstr.", "hoogstr", "HOOG-STRAAT"),
    ("Kon. Wilhelminalaan", "Koningin Wilhelminalaan", "Kon Wilhelminaln"),
    ("Pr. Beatrixlaan", "Prinses Beatrixlaan", "prinses  beatrixlaan"),
    ("v.d. Brinkstraat", "Van der Brinkstraat", "van de Brinkstr.", "vd Brinkstraat"),
    ("St. Jozefstraat", "Sint Jozefstraat"),
    ("Dr. Nassaulaan", "Dokter Nassaulaan", "dr nassaulaan"),
    ("Prof. Lorentzplein", "Professor Lorentzplein"),
    ("1e Kruisstraat", "Eerste Kruisstraat", "1ste Kruisstraat"),
    ("Genèvelaan", "Genevelaan"),
    ("E.B. von Dülmen Krumpelmannstraat", "EB von Dulmen Krumpelmannstraat"),
]


@pytest.mark.parametrize("names", SAME_STREET, ids=lambda names: names[0])
def test_ways_to_write_one_street_have_one_key(names: tuple[str, ...]) -> None:
    assert len({normalise_street(name) for name in names}) == 1


@given(st.text(max_size=60) | st.lists(PARTS, max_size=8).map("".join))
def test_the_key_of_a_key_is_that_key(name: str) -> None:
    key = normalise_street(name)
    assert normalise_street(key) == key
    assert re.fullmatch(r"[a-z0-9]*", key)


def test_the_846_streets_of_assen_have_846_keys() -> None:
    streets = {a.street for a in _bag_addresses(Path("data/resources/adressen/assen.csv.zst"), "straat")}
    assert len(streets) == len({normalise_street(str(street)) for street in streets}) == 846


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("vrieserstraat", "vriezerstraat"),
        ("kerkstaat", "kerkstraat"),
        ("lindenlaan", "lindelaan"),
        ("huijgensstraat", "huygensstraat"),
        ("troelstarlaan", "troelstralaan"),
        ("philippsweg", "philipsweg"),
    ],
)
def test_a_slip_of_the_pen_is_seen(written: str, known: str) -> None:
    assert is_slip(written, known)


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("beukenlaan", "berkenlaan"),
        ("kalverstraat", "klaverstraat"),
        ("herenlaan", "hertenlaan"),
        ("1ekruisstraat", "2ekruisstraat"),
        ("westerstraat", "oosterstraat"),
        ("vaartnz", "vaartzz"),
        ("asserweg", "asserwijk"),
        ("kerkstraat", "kerkweg"),
    ],
)
def test_another_street_is_no_slip(written: str, known: str) -> None:
    assert not is_slip(written, known)
