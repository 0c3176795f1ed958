"""The routes of the pages as they would be printed now: drawing a part of a packet, and its pictures."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.drawings import Drawings
from pipeline.cli.desk.page_list import draw_request
from pipeline.cli.desk.page_messages import DrawnPage, DrawnPart
from pipeline.cli.desk.requests import answering, json_of, language_of
from pipeline.language import Language


@dataclass
class PageRoutes:
    """Answers the requests for pages."""

    folder: DeskFolder
    language: Language
    _drawings: Drawings = field(default_factory=Drawings)

    def routes(self) -> list[Route]:
        """Return the routes."""
        pages = "/cases/{key}/pages"
        return [
            Route(f"{pages}/{{name}}.png", answering(self._picture)),
            Route(f"{pages}/{{part}}", answering(self._draw), methods=["POST"]),
        ]

    def close(self) -> None:
        """End the drawing process."""
        self._drawings.close()

    async def _draw(self, request: Request) -> Response:
        answers, language = await json_of(request), language_of(request, self.language)
        path, part = self.folder.find(request.path_params["key"]), request.path_params["part"]

        def draw() -> DrawnPart:
            return self._drawings.draw(draw_request(self.folder, path, part, answers, language))

        drawn = await run_in_threadpool(draw)
        if not drawn.pages and not drawn.findings:
            raise LookupError
        return JSONResponse({"pages": list(map(self._shown, drawn.pages)), "findings": drawn.findings})

    def _shown(self, page: DrawnPage) -> dict[str, object]:
        links = [{"pointer": link.pointer, "title": link.title, "box": link.box} for link in page.links]
        return {"name": self._drawings.add(page.png), "width": page.width, "height": page.height, "links": links}

    async def _picture(self, request: Request) -> Response:
        self.folder.find(request.path_params["key"])
        return Response(self._drawings.picture(request.path_params["name"]), media_type="image/png")
