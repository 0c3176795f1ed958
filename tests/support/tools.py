"""Tests that need a program say so, and are skipped visibly where it is missing; in CI that is a failure."""

from __future__ import annotations

import ctypes
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from pipeline.documents.engines.libreoffice_program import find_soffice
from pipeline.errors import EngineError


def _has_soffice() -> bool:
    try:
        return bool(find_soffice())
    except EngineError:
        return False


#: Programs whose tests have a marker of their own: whether one is installed, and how to install it.
PROGRAMS: dict[str, tuple[Callable[[], object], str]] = {
    "libreoffice": (_has_soffice, "needs LibreOffice (Debian: apt-get install libreoffice-writer-nogui)"),
    "browser": (lambda: shutil.which("chromium"), "needs chromium (Debian: apt-get install chromium)"),
}
needs_libreoffice, needs_chromium = pytest.mark.libreoffice, pytest.mark.browser
needs_mupdf = pytest.mark.skipif(
    not shutil.which("mutool"), reason="needs mutool (Debian: apt-get install mupdf-tools)"
)
needs_poppler = pytest.mark.skipif(
    not shutil.which("pdftotext"), reason="needs poppler (Debian: apt-get install poppler-utils)"
)
needs_strace = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Debian: apt-get install strace)")
needs_qpdf = pytest.mark.skipif(not shutil.which("qpdf"), reason="needs qpdf (Debian: apt-get install qpdf)")


_HEADER = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this thread
#: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: reading and writing whatever a file's mode says.
_WHATEVER_THE_MODE = 1 << 1 | 1 << 2


@contextmanager
def without_override() -> Iterator[None]:
    """Modes of files count for this thread, also when it is root's, where the system can do that."""
    library = ctypes.CDLL(None, use_errno=True)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; and again for the higher bits
    if not hasattr(library, "capget") or library.capget(_HEADER, sets):
        yield
        return
    before = sets[0]
    sets[0] = before & ~_WHATEVER_THE_MODE
    library.capset(_HEADER, sets)
    try:
        yield
    finally:
        sets[0] = before
        library.capset(_HEADER, sets)
