"""The routes of the desk for what a paper seems to be, and for the values in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.paper_proposals import FieldProposal, propose_place, read_fields
from pipeline.cli.desk.papers import PAPER_BYTES, add_dropped, read_text
from pipeline.cli.desk.requests import answering, body_of, language_of
from pipeline.cli.pictures import draw_page
from pipeline.language import Language
from pipeline.run.case_folder.paper_values import paper_pdf

_THUMBNAIL_WIDTH, _LINE_WIDTH = 240, 1600


@dataclass(frozen=True, slots=True)
class PaperRoutes:
    """Answers requests about the papers of a case."""

    folder: DeskFolder
    language: Language

    def routes(self, case: str) -> list[Route]:
        """Return the routes below the address of a case."""
        paper = f"{case}/papers/{{number:int}}"
        return [
            Route(f"{case}/papers", answering(self._add), methods=["POST"]),
            Route(f"{case}/papers/place", answering(self._place), methods=["POST"]),
            Route(f"{paper}.png", answering(self._thumbnail)),
            Route(f"{paper}/line.png", answering(self._line)),
            Route(f"{paper}/values", answering(self._values)),
        ]

    async def _add(self, request: Request) -> Response:
        name, place = _name_of(request), int(request.query_params["place"])
        content = await body_of(request, PAPER_BYTES)
        number = await run_in_threadpool(add_dropped, self.folder, self._path(request), place, name, content)
        return JSONResponse({"number": number}, 201)

    async def _place(self, request: Request) -> Response:
        language, content = language_of(request, self.language), await body_of(request, PAPER_BYTES)
        found = await run_in_threadpool(
            propose_place, self.folder, self._path(request), _name_of(request), content, language
        )
        return JSONResponse(msgspec.to_builtins(found))

    async def _values(self, request: Request) -> Response:
        language, number = language_of(request, self.language), request.path_params["number"]
        found = await run_in_threadpool(read_fields, self.folder, self._path(request), number, language)
        return JSONResponse([_json_of(each) for each in found])

    async def _thumbnail(self, request: Request) -> Response:
        return await self._picture(request, 0, _THUMBNAIL_WIDTH)

    async def _line(self, request: Request) -> Response:
        page = int(request.query_params["page"]) - 1
        box = tuple(float(each) for each in request.query_params["box"].split(","))
        return await self._picture(request, page, _LINE_WIDTH, box)

    async def _picture(self, request: Request, page: int, width: int, box: tuple[float, ...] = ()) -> Response:
        path, number = self._path(request), request.path_params["number"]

        def draw() -> bytes:
            return draw_page(paper_pdf(read_text(self.folder, path), number), page, width, box)

        return Response(await run_in_threadpool(draw), media_type="image/png")

    def _path(self, request: Request) -> Path:
        return self.folder.find(request.path_params["key"])


def _name_of(request: Request) -> str:
    return unquote(request.headers.get("x-file-name", "paper"))


def _json_of(found: FieldProposal) -> dict[str, object]:
    left, top, *_ = found.line.box_mm
    return {
        "pointer": found.pointer,
        "title": found.title,
        "shown": found.shown,
        "answer": found.answer,
        "now": found.now,
        "agrees": found.agrees,
        "proved": found.is_proved,
        "confidence": round(100 * found.line.confidence),
        "page": found.line.page,
        "left": round(left),
        "top": round(top),
        "box": ",".join(f"{each:.1f}" for each in found.line.box_mm),
    }
