"""Taking along what the analysis page shows: the same question, as a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import Response

from data import audit
from data.database import Database
from service.analysis import towns
from service.analysis.export import Export, Form, export_of
from service.analysis.export_files import MEDIA_TYPES, TABLES, written
from service.analysis.export_pictures import drawn
from service.dependencies import DatabaseDep, SettingsDep, ViewerDep, WorkbenchDep
from service.routes.analyse import Asking, allowed, asked_of
from service.routes.kaarten import FRAME_HEADERS

router = APIRouter(include_in_schema=False)


@router.get("/analyse/export/{vorm}")
def take_along(
    vorm: Annotated[Form, Path()],
    question: Asking,
    settings: SettingsDep,
    workbench: WorkbenchDep,
    database: DatabaseDep,
    viewer: ViewerDep,
) -> Response:
    """Return the view of a question as a file; that staff took it along is kept in the audit."""
    home = towns.home(viewer, default=settings.default_gemeente)
    found = towns.town(workbench, question.gemeente, default=home)
    if found is None:
        raise HTTPException(404)
    question = question.model_copy(update={"gemeente": found.gemeente.code})
    asked = allowed(viewer, asked_of(question))
    query = question.query(gemeente=question.gemeente, known_at=asked.known_at)
    address = f"{settings.public_url}/analyse?{query}"
    export = export_of(workbench, viewer, found, asked, made_at=datetime.now(UTC), address=address)
    content = written(export, vorm) if vorm in TABLES else drawn(workbench, viewer, asked, export, vorm)
    note_export(database, export, vorm, kind="analyse")
    return file_response(content, export.file_name(vorm), vorm)


def file_response(content: bytes, name: str, form: Form) -> Response:
    """Return a file to keep; a page among them may run its own scripts, and nothing else."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form is Form.HTML:
        headers |= FRAME_HEADERS
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


def note_export(database: Database, export: Export, form: Form, *, kind: str) -> None:
    """Keep in the audit what a member of staff took along; what everybody may have is not kept."""
    if export.made_by is None:
        return
    with database.write() as session:
        audit.record(
            session,
            actor=export.made_by,
            action="export",
            object_kind="export",
            object_id=f"{kind} {export.name}",
            detail={"vorm": form.value, "rijen": len(export.table), "stand_van": export.as_of},
        )
