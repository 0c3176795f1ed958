"""The third engine: LibreOffice, for templates that the others cannot draw, and for comparison."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path

from pipeline.documents.engines.deterministic import UnreadableError, make_deterministic
from pipeline.documents.engines.engine import Engine, temporary_failure
from pipeline.documents.engines.libreoffice_program import find_soffice, install_line
from pipeline.documents.engines.simplify import simplify
from pipeline.errors import EngineError, Problem, system_reason
from pipeline.formats.fonts import UndrawableError, font_folders
from pipeline.formats.word.text import document_language, undrawable_in
from pipeline.system.processes import isolation, run_group

_SETTINGS = Path(__file__).with_name("libreoffice.xcu")
_VERSION = re.compile(r"LibreOffice ([0-9][0-9.]*)")
_EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},  # PDF/A-2b
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
}
#: Exit codes with which setpriv and unshare say that they found no program, or could not run it.
_NOT_STARTED = (126, 127)
_FONTS = '<?xml version="1.0"?><fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>'
#: About twice the size of its profile and a document, in bytes. With less free space, the disk caused the failure.
_ROOM = 1_000_000
_HINT = "open the document in Word; compare the template with the conventions in docs/templates.md"


class LibreOffice(Engine):
    """Converts all documents of a call in one process, which sees only the shipped fonts.

    ``seconds_to_start`` and ``seconds_a_document`` are its time limit.
    """

    name = "libreoffice"

    def __init__(self, seconds_to_start: float = 60, seconds_a_document: float = 20) -> None:
        self.program = find_soffice()
        self.seconds_to_start = seconds_to_start
        self.seconds_a_document = seconds_a_document

    def version(self) -> str:
        """Return the version that the program reports."""
        return self._version

    def convert(self, docx: bytes) -> bytes:
        """Return the PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        return next(self.convert_many([docx]))

    def convert_many(self, documents: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the PDF/A-2b of each document. The program is started once."""
        sources = [simplify(docx) for docx in documents]
        if not sources:
            return
        exit_code, pdfs = self._run(sources)
        if exit_code and None in pdfs:  # it crashes occasionally: convert the missing documents once more
            exit_code, again = self._run([docx for docx, pdf in zip(sources, pdfs, strict=True) if pdf is None])
            later = iter(again)
            pdfs = [pdf if pdf is not None else next(later) for pdf in pdfs]
        for docx, pdf in zip(sources, pdfs, strict=True):
            missing = undrawable_in(docx)
            if missing:
                raise UndrawableError(missing)
            yield self._check(pdf, docx, exit_code)

    def _run(self, documents: list[bytes]) -> tuple[int | None, list[bytes | None]]:
        """Return the exit code, None after a timeout, and the PDF of each document that was converted."""
        try:
            with tempfile.TemporaryDirectory(prefix="visa-packet-", ignore_cleanup_errors=True) as folder:
                exit_code = self._convert(documents, Path(folder))
                return exit_code, _read_pdfs(Path(folder, "out"), len(documents))
        except OSError as error:
            raise temporary_failure(error) from None

    def _convert(self, documents: list[bytes], folder: Path) -> int | None:
        """Convert into ``folder``/out with numbers as names. Return the exit code, which is 0 even after a failure."""
        inputs, profile = folder / "in", folder / "profile"
        for needed in (inputs, folder / "out", folder / "home", folder / "tmp", profile / "user"):
            needed.mkdir(mode=0o700, parents=True)
        (profile / "user" / "registrymodifications.xcu").write_bytes(_SETTINGS.read_bytes())
        (folder / "fonts.conf").write_text(_font_settings(folder), encoding="utf-8")
        files = [inputs / f"{number:04}.docx" for number in range(1, len(documents) + 1)]
        for file, docx in zip(files, documents, strict=True):
            file.write_bytes(docx)
        command = [
            *isolation(),
            *(str(self.program), "--headless", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"),
            f"-env:UserInstallation={profile.as_uri()}",
            "--infilter=MS Word 2007 XML",
            *("--convert-to", f"pdf:writer_pdf_Export:{json.dumps(_EXPORT)}"),
            *("--outdir", str(folder / "out")),
            *map(str, files),
        ]
        seconds = self.seconds_to_start + self.seconds_a_document * len(documents)
        return run_group(command, folder, self._environment(folder), seconds)

    def _environment(self, folder: Path) -> Mapping[str, str]:
        """Return the environment of the program, without proxies, home folder or locale of the user."""
        return {
            "PATH": f"{self.program.parent}{os.pathsep}{os.defpath}",
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
            "SAL_USE_VCLPLUGIN": "svp",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def _check(self, pdf: bytes | None, docx: bytes, exit_code: int | None) -> bytes:
        """Return the PDF after counting its pages: the same bytes for the same document."""
        if pdf is None and exit_code is None:
            message = "LibreOffice did not finish in time and was stopped"
            raise EngineError(Problem("engine-timeout", "error", message, f"run it again; {_HINT}"))
        if pdf is None:
            message = f"LibreOffice {'crashed twice' if exit_code else 'made no PDF of the document'}"
            raise EngineError(Problem("engine-failed", "error", message, _HINT))
        try:
            return make_deterministic(pdf, document_language(docx))
        except UnreadableError as error:
            message = f"LibreOffice made an unreadable PDF ({error})"
            raise EngineError(Problem("engine-output", "error", message, f"run it again; {_HINT}")) from None

    @cached_property
    def _version(self) -> str:
        try:
            # A temporary folder here too: even printing its version leaves files in the home folder.
            with tempfile.TemporaryDirectory(prefix="visa-packet-", ignore_cleanup_errors=True) as folder:
                done = subprocess.run(  # noqa: S603 - the program from find_soffice
                    [*isolation(), str(self.program), "--version"],
                    env=self._environment(Path(folder)),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=self.seconds_to_start,
                )
        except OSError as error:
            raise self._cannot_start(system_reason(error)) from None
        except subprocess.TimeoutExpired:
            raise self._cannot_start(f"it takes longer than {self.seconds_to_start:g} seconds") from None
        if done.returncode in _NOT_STARTED:
            raise self._cannot_start(f"exit code {done.returncode}")
        version = _VERSION.search(done.stdout.decode(errors="replace"))
        return version[1] if version else "0"

    def _cannot_start(self, reason: str) -> EngineError:
        message = f"LibreOffice cannot be started ({reason})"
        hint = f"start it by hand, or {install_line()}"
        return EngineError(Problem("engine-missing", "error", message, hint, str(self.program)))


def _font_settings(folder: Path) -> str:
    folders = "".join(f"<dir>{fonts}</dir>" for fonts in font_folders())
    return _FONTS.format(folders=folders, cache=folder / "font-cache")


def _read_pdfs(folder: Path, count: int) -> list[bytes | None]:
    """Return the PDFs of so many documents. Raises OSError if one is missing because the disk is full."""
    pdfs = [_read(folder / f"{number:04}.pdf") for number in range(1, count + 1)]
    if None in pdfs and shutil.disk_usage(folder).free < _ROOM:  # LibreOffice itself does not report a full disk
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return pdfs


def _read(file: Path) -> bytes | None:
    """Return the content of a PDF; None if the program did not write it."""
    return file.read_bytes() if file.is_file() and not file.is_symlink() else None
