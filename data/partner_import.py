"""Partner import: a file of partners is looked over, shown to a person, and taken in by what they choose.

Nothing is kept of a file but its rows, without a BSN, for a day at most: who looked at it takes it in or not.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from data import audit
from data.melding_words import public_ids
from data.models import Municipality
from data.partner_fields import GivenPartner, WrongPartner
from data.partner_file import CellFault, FileRow, PartnerFile, Words
from data.partner_index import PartnerIndex, Same
from data.partner_models import Partner
from data.partners import Register, given_of
from data.reach import Reach
from data.rights import Right
from data.visibility import Viewer

# Below the folder of the service.
FOLDER: Final = "partners_inlezen"
NAME: Final = re.compile(r"[\w-]{22}")
KEPT_S: Final = 86_400.0
OF_A_COLLEAGUE: Final = "Deze partner staat er al, voor een gebied van een collega. Vraag het die collega."


class Choice(StrEnum):
    """What to do with a row of somebody who may be there already."""

    JOIN = "samen"
    KEEP = "apart"
    SKIP = "overslaan"


@dataclass(frozen=True, slots=True)
class Double:
    """A row of somebody who may be there already: who, or which earlier line, and by what it is known."""

    row: FileRow
    given: GivenPartner
    partner: Partner | None
    line: int
    by_mail: bool


@dataclass
class Look:
    """What would come of a file: new rows, who may be there already, rows with nothing new, and rejects."""

    new: list[tuple[FileRow, GivenPartner]] = field(default_factory=list)
    doubles: list[Double] = field(default_factory=list)
    same: list[FileRow] = field(default_factory=list)
    rejects: list[FileRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """How many rows were added, joined, skipped and rejected."""

    added: int
    joined: int
    skipped: int
    rejected: int


def look(register: Register, viewer: Viewer, read: PartnerFile) -> Look:
    """Return what would come of each row of a file; nothing is kept by this."""
    words = Words(register.registry, register.gebieden)
    index: PartnerIndex[Partner | int] = PartnerIndex()
    for partner in _known(register):
        index.add(given_of(partner), partner)
    reach, found = Reach(register.session), Look()
    for row in read.rows:
        given, faults = words.given(row, register.today)
        own = reach.covers(viewer, Right.PARTNERS, register.gemeente, given.gebieden)
        if not own and "gebieden" not in faults:
            faults["gebieden"] = "Hier staat een gebied waarvoor u niet werkt."
        if row.faults or faults:
            found.rejects.append(_rejected(row, read.columns, {} if row.faults else faults))
            continue
        same = index.find(given)
        if same is not None and not _may_join(reach, viewer, same.one, given):
            found.rejects.append(_rejected(row, read.columns, {"organisatie": OF_A_COLLEAGUE}))
            continue
        _sort(found, index, same, row, given)
    return found


def take_in(register: Register, viewer: Viewer, read: PartnerFile, choices: Mapping[int, Choice]) -> Done:
    """Take a file in by what a person chose for each line of somebody who may be there; 0 is for all others.

    A row that cannot be joined, as that would break a rule, is rejected.
    """
    # Held: of a file that is sent twice at once, the second has to see who the first brought.
    register.session.get_one(Municipality, register.gemeente, with_for_update=True)
    found = look(register, viewer, read)
    rows = register.add_all([given for _, given in found.new])
    by_line = {row.line: partner for (row, _), partner in zip(found.new, rows, strict=True)}
    joined = skipped = rejected = 0
    for double in found.doubles:
        choice = choices.get(double.row.line, choices.get(0, Choice.SKIP))
        known = double.partner or by_line.get(double.line)
        if choice is Choice.KEEP or (choice is Choice.JOIN and known is None):
            (by_line[double.row.line],) = register.add_all([double.given])
            continue
        if choice is Choice.SKIP or known is None:
            skipped += 1
            continue
        try:
            register.change(known, merged(given_of(known), double.given), account=known.account_id)
            joined += 1
        except WrongPartner:
            rejected += 1
    done = Done(len(by_line), joined, skipped + len(found.same), rejected + len(found.rejects))
    audit.record(
        register.session,
        actor=register.actor,
        action="partners.ingelezen",
        object_kind="gemeente",
        object_id=register.gemeente,
        detail=asdict(done),
    )
    return done


def merged(known: GivenPartner, row: GivenPartner) -> GivenPartner:
    """Return a partner with what a row adds: what the row leaves empty stays, lists are put together."""
    said = {
        name: value for name, value in _plain(row).items() if value and name not in {"themas", "gebieden"}
    }
    # A row without a kind is an organisation: that says nothing against what was known.
    said.pop("soort", None)
    # Who works everywhere goes on doing so.
    areas = known.gebieden and tuple(dict.fromkeys((*known.gebieden, *row.gebieden)))
    return replace(known, **said, themas=tuple(dict.fromkeys((*known.themas, *row.themas))), gebieden=areas)


class Staging:
    """The files that somebody looks at now, in a folder of the service, each for who brought it alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, read: PartnerFile, gemeente: str, actor: str) -> str:
        """Keep the rows of a file, and return the name to ask for them; what is older than a day goes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.tidy()
        name = public_ids(1)[0]
        kept = {"gemeente": gemeente, "actor": actor, **asdict(read)}
        path = self.folder / f"{name}.json"
        with os.fdopen(
            os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as out:
            json.dump(kept, out, ensure_ascii=False)
        return name

    def find(self, name: str, gemeente: str, actor: str) -> PartnerFile | None:
        """Return the rows that somebody brought; None when they are gone or of somebody else."""
        path = self.folder / f"{name}.json"
        if not NAME.fullmatch(name) or not path.exists():
            return None
        kept = json.loads(path.read_text("utf-8"))
        if (kept["gemeente"], kept["actor"]) != (gemeente, actor):
            return None
        return PartnerFile(kept["columns"], tuple(map(_row, kept["rows"])), tuple(kept["notes"]))

    def drop(self, name: str) -> None:
        """Let go of a file."""
        if NAME.fullmatch(name):
            (self.folder / f"{name}.json").unlink(missing_ok=True)

    def tidy(self) -> None:
        """Let go of every file that nobody took in within a day."""
        for path in self.folder.glob("*.json"):
            if time.time() - path.stat().st_mtime > KEPT_S:
                path.unlink(missing_ok=True)


def _known(register: Register) -> Sequence[Partner]:
    query = select(Partner).where(Partner.municipality_code == register.gemeente).order_by(Partner.id)
    return register.session.scalars(query).all()


def _may_join(reach: Reach, viewer: Viewer, known: Partner | int, given: GivenPartner) -> bool:
    """Return whether a row adds nothing to who is known, or that partner works in an own area."""
    if isinstance(known, int) or merged(given_of(known), given) == given_of(known):
        return True
    return reach.covers(viewer, Right.PARTNERS, known.municipality_code, known.gebieden)


def _sort(
    found: Look,
    index: PartnerIndex[Partner | int],
    same: Same[Partner | int] | None,
    row: FileRow,
    given: GivenPartner,
) -> None:
    if same is None:
        found.new.append((row, given))
        index.add(given, row.line)
        return
    if isinstance(same.one, int):
        found.doubles.append(Double(row, given, None, same.one, same.by_mail))
        return
    known = given_of(same.one)
    if merged(known, given) == known:
        found.same.append(row)
    else:
        found.doubles.append(Double(row, given, same.one, 0, same.by_mail))


def _rejected(row: FileRow, columns: Mapping[str, str], faults: Mapping[str, str]) -> FileRow:
    told = [
        CellFault(columns.get(name, name), row.cells.get(name, ""), reason) for name, reason in faults.items()
    ]
    return replace(row, faults=(*row.faults, *told))


def _row(kept: Mapping[str, Any]) -> FileRow:
    return FileRow(kept["line"], kept["cells"], tuple(CellFault(*fault) for fault in kept["faults"]))


def _plain(given: GivenPartner) -> dict[str, Any]:
    return {name: getattr(given, name) for name in given.__dataclass_fields__}
