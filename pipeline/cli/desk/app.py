"""The routes of the desk. Each is short: it reads the files, and shows or changes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.case.base import ID
from pipeline.case.directory import find_directory
from pipeline.cli.desk.builds import Builds
from pipeline.cli.desk.case_rows import CaseRows
from pipeline.cli.desk.desk_folder import DeskFolder
from pipeline.cli.desk.import_routes import ImportRoutes
from pipeline.cli.desk.letters import letters_of, zip_letters
from pipeline.cli.desk.page_routes import PageRoutes
from pipeline.cli.desk.paper_routes import PaperRoutes
from pipeline.cli.desk.requests import LANGUAGE_COOKIE, answering, json_of, language_of, saved_file
from pipeline.cli.desk.screens import WEB, Screens
from pipeline.cli.desk.signed_papers import check_form
from pipeline.cli.desk.unsaved import findings_json, save_answers, with_entry, without_entry
from pipeline.cli.pictures import draw_page
from pipeline.errors import InputError, VisaPacketError
from pipeline.formats.messages import worded_problem
from pipeline.formats.page_look import LOOK
from pipeline.language import Language
from pipeline.packet.file_names import MANIFEST_NAME
from pipeline.packet.set_files import load_template_set
from pipeline.publish.manifest import read_manifest
from pipeline.publish.verify.verify import verify_path
from pipeline.run.case_folder.offer import Offer
from pipeline.run.case_folder.saving import CaseFile, save_values
from pipeline.run.case_folder.start import CaseStart, complete_start, start_case
from pipeline.run.overview.eml import to_eml
from pipeline.system.atomic import sha256
from pipeline.visa.timeline.ics import to_ics
from pipeline.visa.timeline.timeline import make_timeline

#: Folders of the desk that no case can have.
_TAKEN = frozenset({"out", "directory"})
#: Pixels of a page of a bundle on which seal boxes are marked.
_PICTURE_WIDTH = 480


class Desk:
    """Answers the requests for one folder."""

    def __init__(self, folder: DeskFolder, language: Language) -> None:
        self.folder, self.language = folder, language
        self.builds, self.rows = Builds(folder), CaseRows(folder)
        self.screens = Screens(folder, self.builds, self.rows)
        self.pages = PageRoutes(folder, language)

    def close(self) -> None:
        """Stop what works in the background."""
        self.rows.close()
        self.builds.close()
        self.pages.close()

    def app(self) -> Starlette:
        """Return the application."""
        case = "/cases/{key}"
        routes = [
            Route("/", self._home),
            Route("/cases", answering(self._cases), methods=["GET"]),
            Route("/cases", answering(self._new), methods=["POST"]),
            Route(case, answering(self._case), methods=["GET"]),
            Route(case, answering(self._save), methods=["PUT"]),
            Route(f"{case}/check", answering(self._check), methods=["POST"]),
            Route(f"{case}/length", answering(self._length), methods=["POST"]),
            Route(f"{case}/papers", answering(self._papers), methods=["GET"]),
            *PaperRoutes(self.folder, self.language).routes(case),
            Route(f"{case}/pages", answering(self._pages)),
            *self.pages.routes(),
            Route(f"{case}/dates", answering(self._dates)),
            Route(f"{case}/dates.ics", answering(self._calendar)),
            Route(f"{case}/done", answering(self._done)),
            Route(f"{case}/letters/{{who}}.eml", answering(self._letter)),
            Route("/letters.zip", answering(self._letters)),
            Route(f"{case}/build", answering(self._build), methods=["GET", "POST", "DELETE"]),
            Route(f"{case}/out/{{name:path}}.pdf.png", answering(self._page_picture)),
            Route(f"{case}/out/{{name:path}}", answering(self._download)),
            *ImportRoutes(self.screens, self.language).routes(),
            Route("/web/look.css", self._look),
            Mount("/web", StaticFiles(directory=WEB / "files")),
        ]
        return Starlette(routes=routes, middleware=[Middleware(_Answering, self.rows)])

    async def _home(self, _request: Request) -> Response:
        return RedirectResponse("/cases", 303)

    async def _look(self, _request: Request) -> Response:
        return FileResponse(LOOK)

    async def _cases(self, request: Request) -> Response:
        return await self._screen(request, self.screens.cases)

    async def _case(self, request: Request) -> Response:
        return await self._screen(request, self.screens.case, request.path_params["key"])

    async def _papers(self, request: Request) -> Response:
        return await self._screen(request, self.screens.papers, request.path_params["key"])

    async def _pages(self, request: Request) -> Response:
        return await self._screen(request, self.screens.pages, request.path_params["key"])

    async def _dates(self, request: Request) -> Response:
        days = {int(name): value for name, value in request.query_params.items() if name.isdecimal() and value}
        return await self._screen(request, self.screens.dates, request.path_params["key"], _days(days))

    async def _done(self, request: Request) -> Response:
        return await self._screen(request, self.screens.done, request.path_params["key"])

    async def _screen(self, request: Request, draw: Callable[..., str], *about: Any) -> Response:
        language = language_of(request, self.language)
        try:
            html, status = await run_in_threadpool(draw, language, *about), 200
        except VisaPacketError as error:
            html = self.screens.broken(language, request.path_params["key"], error.problems)
            status = 422
        answer = Response(html, status, media_type="text/html; charset=utf-8")
        if "lang" in request.query_params:
            answer.set_cookie(LANGUAGE_COOKIE, language, httponly=True, samesite="strict")
        return answer

    async def _new(self, request: Request) -> Response:
        said = await json_of(request)
        language = language_of(request, self.language)

        def start() -> str:
            options = self.folder.options
            case_id = str(said["id"])
            if not ID.fullmatch(case_id) or case_id in _TAKEN:
                raise InputError(worded_problem("case-id", room="run"))
            path = self.folder.path / case_id
            visits = int(said["visits"]) if said.get("visits") else None
            about = CaseStart(
                case_id,
                chinese_name=str(said.get("chinese_name", "")),
                address=said.get("address") or None,
                companions=int(said.get("companions") or 0),
                condition=said.get("condition") or None,
                hospital=said.get("hospital") or None,
                visits=visits,
                guarantor=said.get("guarantor") or None,
            )
            offer = Offer.of(find_directory(path, options.directory))
            start_case(path, complete_start(about, offer), load_template_set(options.templates), language)
            return next(key for key, file in self.folder.cases().items() if file.parent.name == path.name)

        return JSONResponse({"case": f"/cases/{await run_in_threadpool(start)}"}, 201)

    async def _check(self, request: Request) -> Response:
        answers, path = await json_of(request), self._path(request)
        problems = await run_in_threadpool(lambda: check_form(CaseFile.read(path), answers, self.folder.options))
        return JSONResponse(findings_json(problems, language_of(request, self.language)))

    async def _save(self, request: Request) -> Response:
        answers, etag = await json_of(request), request.headers.get("if-match", "")
        saved = await run_in_threadpool(save_answers, self._path(request), etag, answers, self.folder.options)
        wrong = findings_json(saved.wrong, language_of(request, self.language))
        return JSONResponse({"etag": saved.file.etag, "wrong": wrong})

    async def _length(self, request: Request) -> Response:
        said, path, etag = await json_of(request), self._path(request), request.headers.get("if-match", "")

        def change() -> CaseFile:
            change_list = with_entry if said["longer"] else without_entry
            values = change_list(CaseFile.read(path), said["pointer"])
            return save_values(path, etag, values, self.folder.options)

        return JSONResponse({"etag": (await run_in_threadpool(change)).etag})

    async def _build(self, request: Request) -> Response:
        key = request.path_params["key"]
        self._path(request)
        if request.method == "POST":
            await run_in_threadpool(self.builds.start, key, language_of(request, self.language))
        elif request.method == "DELETE":
            self.builds.stop(key)
        build = self.builds.find(key)
        if build is None:
            return JSONResponse({"works": False})
        return JSONResponse({"works": build.works, "stage": build.stage, "seconds": build.seconds})

    async def _calendar(self, request: Request) -> Response:
        language = language_of(request, self.language)

        def calendar() -> bytes:
            case = self.screens.loaded(self._path(request)).case
            return to_ics(make_timeline(case, self.folder.options.as_of), language)

        return saved_file(await run_in_threadpool(calendar), "dates.ics", "text/calendar")

    async def _letter(self, request: Request) -> Response:
        language, who = language_of(request, self.language), request.path_params["who"]
        row = await run_in_threadpool(self.rows.row, self._path(request))
        letters = {each.who: each for each in letters_of(row, self.folder.options.as_of, language)}
        return saved_file(to_eml(letters[who]), f"{who}.eml", "message/rfc822")

    async def _letters(self, request: Request) -> Response:
        language = language_of(request, self.language)

        def letters() -> bytes:
            found = ((each.path, each.row or self.rows.row(each.path)) for each in list(self.rows.listed()))
            return zip_letters(found, self.folder.options.as_of, language)

        return saved_file(await run_in_threadpool(letters), "letters.zip", "application/zip")

    async def _download(self, request: Request) -> Response:
        packet = await run_in_threadpool(self.screens.packet, self._path(request))
        if packet is None:
            raise LookupError
        manifest = await run_in_threadpool(lambda: verify_path(packet).manifest)
        name = request.path_params["name"]
        if name == "packet.zip":
            return await run_in_threadpool(_zipped, packet, [output.path for output in manifest.outputs])
        listed = {output.path for output in manifest.outputs}
        if name not in listed:
            raise LookupError
        kind = "inline" if "show" in request.query_params else "attachment"
        return FileResponse(packet / name, filename=Path(name).name, content_disposition_type=kind)

    async def _page_picture(self, request: Request) -> Response:
        path, name = self._path(request), f"{request.path_params['name']}.pdf"
        page = int(request.query_params["page"]) - 1

        def draw() -> bytes:
            packet = self.screens.packet(path)
            if packet is None:
                raise LookupError
            listed = {
                output.path: output.sha256 for output in read_manifest((packet / MANIFEST_NAME).read_bytes()).outputs
            }
            pdf = (packet / name).read_bytes() if name in listed else b""
            if listed.get(name) != sha256(pdf):
                raise LookupError
            return draw_page(pdf, page, _PICTURE_WIDTH)

        return Response(await run_in_threadpool(draw), media_type="image/png")

    def _path(self, request: Request) -> Path:
        return self.folder.find(request.path_params["key"])


class _Answering:
    """Has the background wait while a request is answered."""

    def __init__(self, app: ASGIApp, rows: CaseRows) -> None:
        self._app, self._rows = app, rows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._rows.answering() if scope["type"] == "http" else nullcontext():
            await self._app(scope, receive, send)


def _zipped(packet: Path, paths: list[str]) -> Response:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            archive.writestr(path, (packet / path).read_bytes())
    return saved_file(out.getvalue(), "packet.zip", "application/zip")


def _days(days: dict[int, str]) -> dict[int, date]:
    return {number: date.fromisoformat(day) for number, day in days.items()}
