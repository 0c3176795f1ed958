"""The routes of the desk for importing a table. The browser keeps the table until it is imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.case.importing.csv_file import ENCODINGS
from pipeline.case.importing.intake_workbook import write_intake
from pipeline.cli.desk.requests import answering, body_of, json_of, language_of, saved_file
from pipeline.cli.desk.screens import Screens
from pipeline.cli.desk.table_import import DroppedTable, ImportPlan, TableImport
from pipeline.language import Language
from pipeline.run.case_folder.saving import ChangedMeanwhileError

_TABLE_BYTES = 50_000_000
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class ImportRoutes:
    """Answers requests about a table that was dropped."""

    screens: Screens
    language: Language

    def routes(self) -> list[Route]:
        """Return the routes."""
        return [
            Route("/import", answering(self._run), methods=["POST"]),
            Route("/import/plan", answering(self._plan), methods=["POST"]),
            Route("/import/mapping", answering(self._confirm), methods=["POST"]),
            Route("/import/template.xlsx", answering(self._template)),
        ]

    @property
    def _importing(self) -> TableImport:
        return TableImport(self.screens.folder)

    async def _plan(self, request: Request) -> Response:
        language, table = language_of(request, self.language), await _table_of(request)
        return await self._drawn(lambda: self._importing.plan(table, language), language)

    async def _run(self, request: Request) -> Response:
        language, table = language_of(request, self.language), await _table_of(request)
        etag = request.headers.get("if-match", "")
        try:
            return await self._drawn(lambda: self._importing.run(table, etag, language), language, is_done=True)
        except ChangedMeanwhileError:
            return await self._drawn(lambda: self._importing.plan(table, language), language, has_changed=True)

    async def _confirm(self, request: Request) -> Response:
        said, etag = await json_of(request), request.headers.get("if-match", "")
        pointers = [str(each) for each in said["lines"]]
        await run_in_threadpool(self._importing.confirm, str(said["mapping"]), etag, pointers)
        return JSONResponse({})

    async def _template(self, request: Request) -> Response:
        content = await run_in_threadpool(write_intake, language_of(request, self.language))
        return saved_file(content, "intake.xlsx", _XLSX)

    async def _drawn(
        self, plan: Callable[[], ImportPlan], language: Language, *, is_done: bool = False, has_changed: bool = False
    ) -> Response:
        found = await run_in_threadpool(plan)
        html = self.screens.import_plan(language, found, is_done=is_done, has_changed=has_changed)
        return Response(html, media_type="text/html; charset=utf-8")


async def _table_of(request: Request) -> DroppedTable:
    """Return the table in a request. Raise ValueError for an encoding that is none of a table's."""
    encoding = request.query_params.get("encoding", "utf-8")
    if encoding not in ENCODINGS:
        raise ValueError
    name = unquote(request.headers.get("x-file-name", "table"))
    return DroppedTable(name, await body_of(request, _TABLE_BYTES), encoding)
