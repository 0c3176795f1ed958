"""Merging in the limited process: requests and answers (``merge_messages.py``) are bytes."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator, Sequence

import msgspec
import pikepdf

from pipeline.attachments.library_limits import limit_libraries
from pipeline.attachments.messages import LIMITS
from pipeline.bundle.merge import PieceError, merge
from pipeline.bundle.merge_messages import Finished, FinishRequest, Merged, MergeFailure, MergeRequest
from pipeline.bundle.page_comparison import DifferentPageError
from pipeline.bundle.piece import Piece
from pipeline.bundle.seal_boxes import SealBox, seal_boxes
from pipeline.bundle.signature_fields import SignatureField, with_signature_fields
from pipeline.bundle.volumes import split
from pipeline.formats.pdf.encryption import protect
from pipeline.formats.pdf.geometry import A4_POINTS

_MERGE_REQUESTS = msgspec.msgpack.Decoder(MergeRequest)
_NOT_MERGED = "a library cannot merge it into a bundle"
_FINISH_REQUESTS = msgspec.msgpack.Decoder(FinishRequest)


def warm_up() -> None:
    """Merge two empty pages, which are made here, with a font that pages are numbered with."""
    page = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4_POINTS)
        pdf.save(page)
    merge([Piece(name, name, page.getvalue(), number) for number, name in enumerate("ab", 1)], "t", "ja", "case-1")


def answer_merge(content: bytes) -> bytes:
    """Answer a MergeRequest in this process, which does nothing else."""
    request = _MERGE_REQUESTS.decode(content)
    return _answer(lambda: _merge(request))


def answer_finish(content: bytes) -> bytes:
    """Answer a FinishRequest in this process, which does nothing else."""
    request = _FINISH_REQUESTS.decode(content)
    return _answer(lambda: _finish(request))


def _answer(work: Callable[[], Merged | Finished]) -> bytes:
    """Return the result of ``work``, or a MergeFailure for any error, as bytes."""
    limit_libraries(LIMITS)
    answer: Merged | Finished | MergeFailure
    try:
        answer = work()
    except PieceError as error:
        answer = MergeFailure("attachment-damaged/merge", error.piece)
    except DifferentPageError as error:
        answer = MergeFailure("attachment-disagreement/bundle", error.piece, {"page": error.page})
    except MemoryError:
        answer = MergeFailure("attachment-memory/merge")
    except Exception:  # noqa: BLE001 - libraries raise anything on what is in a paper
        answer = MergeFailure("attachment-damaged/merge")
    return msgspec.msgpack.encode(answer)


def _finish(request: FinishRequest) -> Finished:
    whole, password = request.pdf, request.password
    volumes = [] if request.limit is None else split(request.name, whole, request.page_map, request.limit)
    encrypted = tuple(msgspec.structs.replace(each, pdf=protect(each.pdf, password)) for each in volumes)
    return Finished(protect(whole, password), encrypted)


def _merge(request: MergeRequest) -> Merged:
    pieces = request.pieces
    merged = merge(pieces, request.title, request.language, request.heading, two_sided=request.two_sided)
    if not any(piece.signer for piece in pieces):
        return merged
    signed = with_signature_fields(merged.pdf, _fields(seal_boxes(merged.pdf), pieces))
    return msgspec.structs.replace(merged, pdf=signed)


def _fields(boxes: Sequence[SealBox], pieces: Sequence[Piece]) -> Iterator[SignatureField]:
    """A field for each seal box in the documents that somebody signs."""
    ends = [*(piece.page - 1 for piece in pieces[1:]), sys.maxsize]
    for piece, end in zip(pieces, ends, strict=True):
        if piece.signer:
            own = [box for box in boxes if piece.page <= box.page + 1 <= end]
            for number, box in enumerate(own, start=1):
                yield SignatureField(piece.signer, piece.id if number == 1 else f"{piece.id}-{number}", box)
