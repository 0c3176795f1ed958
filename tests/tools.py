"""Tests that need a program say so, and are skipped visibly where it is missing; in CI that is a failure."""

from __future__ import annotations

import shutil

import pytest

from pipeline.engines.find import find_soffice
from pipeline.errors import EngineError


def _has_soffice() -> bool:
    try:
        return bool(find_soffice())
    except EngineError:
        return False


needs_libreoffice = pytest.mark.skipif(
    not _has_soffice(), reason="needs LibreOffice (Debian: apt-get install libreoffice-writer-nogui)"
)
needs_qpdf = pytest.mark.skipif(not shutil.which("qpdf"), reason="needs qpdf (Debian: apt-get install qpdf)")
