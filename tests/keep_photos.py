"""A program that stores meldingen with a photo each, and says `201` once each is kept: to be traced.

Arguments: the folder with the database, how many, and a fault (`folder` does not sync the folder of photos).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from photo_sending import sent

from data import photo_store
from data.database import Database
from data.photo_store import Album, PhotoStore
from data.photos import Encoded


def main() -> None:
    """Store the meldingen one by one."""
    folder, count, fault = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    if fault == "folder":
        vars(photo_store)["_sync"] = lambda _folder: None
    database = Database(f"sqlite:///{folder / 'x.db'}")
    store = PhotoStore(folder / "fotos")
    for number in range(count):
        sent(database, Album(store, [photo(number)]), key=f"sleutel {number}")
        os.write(1, b"201\n")
    database.close()


def photo(number: int) -> Encoded:
    """A photo as the store takes it: its bytes are not looked at there."""
    content = bytes([number]) * 3000
    digest = f"{number:064x}"
    return Encoded(content=content, digest=digest, width=3, height=2, sent=digest)


if __name__ == "__main__":
    main()
