"""Reading the requests of the desk, and the answers to those that fail."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipeline.cli.desk.unsaved import findings_json
from pipeline.errors import InputError, Problem, VisaPacketError, bug
from pipeline.formats.messages import worded_problem
from pipeline.language import LANGUAGES, Language
from pipeline.run.case_folder.saving import ChangedMeanwhileError
from pipeline.system.limited_client import CallFailedError

LANGUAGE_COOKIE = "visa-packet-language"
_MOST_JSON = 1_000_000

Endpoint = Callable[[Request], Awaitable[Response]]


class TooLongError(Exception):
    """The body of a request is longer than it may be."""


def answering(endpoint: Endpoint) -> Endpoint:
    """Turn the errors of an endpoint into answers. None of them has a value of a case."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ChangedMeanwhileError as error:
            return JSONResponse({"values": msgspec.to_builtins(dict(error.values)), "etag": error.etag}, 412)
        except Exception as error:  # noqa: BLE001 - the server would print it with values of the case
            return _failure(error, language_of(request, "en"))

    return answered


def _failure(error: Exception, language: Language) -> Response:
    match error:
        case VisaPacketError():
            return JSONResponse({"problems": findings_json(error.problems, language)}, 422)
        case TooLongError():
            return JSONResponse({"problems": findings_json([_too_long()], language)}, 413)
        case LookupError() | ValueError():
            return Response("Not found.", 404, media_type="text/plain")
        case CallFailedError() | OSError():
            return Response("The page cannot be drawn.", 500, media_type="text/plain")
    return Response(bug(error).message, 500, media_type="text/plain")


def _too_long() -> Problem:
    return InputError(worded_problem("desk-too-long", room="cli")).problems[0]


def language_of(request: Request, default: Language) -> Language:
    """Return the language of the page: as chosen, as before, or as the browser prefers."""
    said = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    preferred = request.headers.get("accept-language", "").replace(";", ",").split(",")
    wanted = [said, *(word.strip()[:2].lower() for word in preferred)] if not said else [said]
    return next((language for each in wanted for language in LANGUAGES if language == each), default)


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object in the body of a request. Raise ValueError if it is something else."""
    found = json.loads(await body_of(request, _MOST_JSON))
    if not isinstance(found, dict):
        raise ValueError  # noqa: TRY004 - a request that no page makes
    return found


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request. Raise TooLongError before more than ``most`` bytes are in memory."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise TooLongError
        parts.append(part)
    return b"".join(parts)


def saved_file(content: bytes, name: str, kind: str) -> Response:
    """Return a file that the browser saves under a name."""
    return Response(content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
