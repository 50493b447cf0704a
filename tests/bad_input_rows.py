"""The list of bad inputs: what each row is about, and the test modules that have a case of it.

A word after a row stands for `test_bad_<word>.py`, else for `test_<word>.py`. A case names its row in its
id (`rij 20: ...`) or in the name of its test (`test_20_...`). Numbers that are missing are about what the
service does not have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    """What comes in, and where that is tried."""

    about: str
    modules: str


Rows = Mapping[int, Row]
ROWS: Mapping[str, Rows] = {
    "Coordinates and geometry": {
        1: Row("a coordinate that is no number or endless", "inputs points"),
        2: Row("longitude and latitude swapped", "inputs points areas"),
        3: Row("metres of RD where degrees are asked", "inputs points areas"),
        5: Row("a reference system that is unknown or not asked for", "inputs areas"),
        7: Row("beyond 180 degrees", "inputs points areas"),
        8: Row("outside the Netherlands or the gemeente", "inputs points areas"),
        9: Row("exactly on the edge or corner of buurten", "points"),
        10: Row("in a gap between buurten", "inputs points"),
        11: Row("where two buurten overlap", "points areas"),
        13: Row("seventeen digits", "inputs points"),
        15: Row("true, null, lists and a third coordinate", "inputs points areas"),
        16: Row("a line or an area where a point is asked, and very many points", "points areas"),
        17: Row("outlines that cross themselves, stay open or have no surface", "areas"),
        18: Row("empty, collected and curved geometry", "points areas"),
        20: Row("a box that is empty, too large or no box", "inputs"),
        21: Row("a radius that is negative, zero, endless or not on offer", "inputs"),
        23: Row("cells of a heat map that are too small or too many", "inputs"),
    },
    "Area data over the years": {
        24: Row("outlines of another year", "inputs areas"),
        25: Row("a code that went in a redivision", "inputs areas"),
        27: Row("buurten that do not fill their wijk", "areas"),
        28: Row("the marks of CBS for a secret figure", "areas"),
        29: Row("codes and rows that come twice", "areas"),
    },
    "Tables": {
        31: Row("other and mixed encodings", "tables"),
        32: Row("separators, quotes, ragged rows and endless fields", "tables"),
        33: Row("decimal commas and points of thousands", "inputs tables"),
        36: Row("formulas in cells", "tables"),
        37: Row("workbooks that are bombs, or hold macros, links or entities", "tables"),
        39: Row("odd postcodes, phone numbers and addresses of mail", "tables"),
    },
    "Photos and files": {
        40: Row("file names that lead elsewhere", "photo_store photo_pages"),
        41: Row("a photo that is also something else", "photos photo_pages"),
        43: Row("more pixels or frames than the file lets on", "photos photo_pages"),
        44: Row("broken, empty and unusual photos", "photos photo_pages"),
        45: Row("what a camera writes beside the picture", "photos photo_pages"),
        47: Row("the same photo twice, and photos without a melding", "photo_store"),
        48: Row("the test string for virus scanners", "photos"),
    },
    "XML/zip/transport": {
        49: Row("entities and document types in XML", "transport forwarding"),
        50: Row("links to hosts on the inside", "transport forwarding"),
        51: Row("another system that answers with nonsense or without end", "forwarding"),
        53: Row("a body that is packed or drips", "transport"),
        55: Row("heads of requests that are huge, double or untrue", "transport budgets"),
        58: Row("answers asked in an unknown kind", "transport"),
        59: Row("methods that no route has", "transport"),
    },
    "Text, identity, abuse": {
        60: Row("markup and templates in every text", "texts"),
        61: Row("guessed, foreign and spent links", "texts"),
        63: Row("nothing, spaces, one sign, and far too much text", "texts"),
        64: Row("data of persons in free text", "persons"),
        65: Row("a BSN", "persons"),
        67: Row("sending twice", "texts"),
        68: Row("keys of requests that are odd or somebody else's", "texts"),
        69: Row("programs that send meldingen", "challenge budgets"),
        76: Row("guessing names and passwords", "logins attempts"),
        78: Row("a disk that is full, slow or broken", "disk_faults"),
        79: Row("a database that is locked, restarts or has no connection left", "stores"),
        80: Row("the end of the process between storing and answering", "crash"),
        83: Row("settings that are wrong, missing or unsafe", "starting"),
        85: Row("what was hidden and stands in caches, feeds and thumbnails still", "hiding"),
        86: Row("line ends and reply addresses in forms that become mail", "mail"),
        87: Row("the file of another gemeente", "moments"),
        89: Row("browsers that lack something", "browsers"),
        90: Row("what changes between looking and sending", "moments"),
    },
}
# Initiatieven with votes and money, meetings and themes of a coordinator: there is nothing yet to ask it of.
LATER = frozenset({71, 72, 73, 74})
