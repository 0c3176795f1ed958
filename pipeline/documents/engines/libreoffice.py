"""The second engine: LibreOffice, for templates beyond the default one, and to compare the default one with."""

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
from pipeline.errors import EngineError, Problem
from pipeline.formats.fonts import UndrawableError, font_folders
from pipeline.formats.word.text import document_language, undrawable_in
from pipeline.system.processes import isolation, run_group

_SETTINGS = Path(__file__).with_name("libreoffice.xcu")
_VERSION = re.compile(r"LibreOffice ([0-9][0-9.]*)")
_EXPORT = {
    "SelectPdfVersion": {"type": "long", "value": "2"},  # PDF/A-2b
    "UseTaggedPDF": {"type": "boolean", "value": "true"},
}
_FONTS = '<?xml version="1.0"?><fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>'
#: Bytes, about twice what its profile and a document take: with less left, it is the disk that failed.
_ROOM = 1_000_000
_HINT = "open the document in Word; compare the template with the conventions in docs/templates.md"


class LibreOffice(Engine):
    """Converts all documents of a call in one process of its own, which sees no fonts but the shipped ones.

    ``seconds_to_start`` and ``seconds_a_document`` are how long it may take before it is killed.
    """

    name = "libreoffice"

    def __init__(self, seconds_to_start: float = 60, seconds_a_document: float = 20) -> None:
        self.program = find_soffice()
        self.seconds_to_start = seconds_to_start
        self.seconds_a_document = seconds_a_document

    def version(self) -> str:
        """What the program says about itself."""
        return self._version

    def convert(self, docx: bytes) -> bytes:
        """PDF/A-2b of ``docx``. Raises EngineError or UndrawableError."""
        return next(self.convert_many([docx]))

    def convert_many(self, documents: Iterable[bytes]) -> Iterator[bytes]:
        """PDF/A-2b of each document; the program is started once."""
        given = list(documents)
        if not given:
            return
        exit_code, made = self._run(given)
        if exit_code and None in made:  # it crashed, which it does now and then: once more, with what it owes
            exit_code, again = self._run([docx for docx, pdf in zip(given, made, strict=True) if pdf is None])
            later = iter(again)
            made = [pdf if pdf is not None else next(later) for pdf in made]
        for docx, pdf in zip(given, made, strict=True):
            missing = undrawable_in(docx)
            if missing:
                raise UndrawableError(missing)
            yield self._trusted(pdf, docx, exit_code)

    def _run(self, documents: list[bytes]) -> tuple[int | None, list[bytes | None]]:
        """The exit code, None when it did not end in time, and the PDF of each document of which it made one."""
        try:
            with tempfile.TemporaryDirectory(prefix="visa-packet-", ignore_cleanup_errors=True) as folder:
                exit_code = self._convert(documents, Path(folder))
                return exit_code, _made(Path(folder, "out"), len(documents))
        except OSError as error:
            raise temporary_failure(error) from None

    def _convert(self, documents: list[bytes], folder: Path) -> int | None:
        """Convert into ``folder``/out under numbers, so that no two can collide.

        The exit code that is returned is 0 also when nothing was converted.
        """
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
        """All that the program gets to know of ours: no proxies, no home, no locale."""
        return {
            "PATH": f"{self.program.parent}{os.pathsep}{os.defpath}",
            "HOME": str(folder / "home"),
            "TMPDIR": str(folder / "tmp"),
            "FONTCONFIG_FILE": str(folder / "fonts.conf"),
            "SAL_USE_VCLPLUGIN": "svp",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }

    def _trusted(self, pdf: bytes | None, docx: bytes, exit_code: int | None) -> bytes:
        """What was made, after it was opened and its pages were counted; the same bytes for the same document."""
        if pdf is None and exit_code is None:
            message = "LibreOffice did not finish in time and was stopped"
            raise EngineError(Problem("engine-timeout", "error", message, f"run it again; {_HINT}"))
        if pdf is None:
            message = f"LibreOffice {'broke off twice' if exit_code else 'made no PDF of the document'}"
            raise EngineError(Problem("engine-failed", "error", message, _HINT))
        try:
            return make_deterministic(pdf, document_language(docx))
        except UnreadableError as error:
            message = f"what LibreOffice made is not a PDF that can be read ({error})"
            raise EngineError(Problem("engine-output", "error", message, f"run it again; {_HINT}")) from None

    @cached_property
    def _version(self) -> str:
        try:
            # In a folder of its own here too: it leaves traces in the home folder even when it only tells its version.
            with tempfile.TemporaryDirectory(prefix="visa-packet-", ignore_cleanup_errors=True) as folder:
                told = subprocess.run(  # noqa: S603 - the program that was found
                    [self.program, "--version"],
                    env=self._environment(Path(folder)),
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    check=False,
                    timeout=self.seconds_to_start,
                )
        except (OSError, subprocess.TimeoutExpired) as error:
            message = f"LibreOffice cannot be started ({type(error).__name__})"
            raise EngineError(
                Problem("engine-missing", "error", message, f"start it by hand, or {install_line()}", str(self.program))
            ) from None
        found = _VERSION.search(told.stdout.decode(errors="replace"))
        return found[1] if found else "0"


def _font_settings(folder: Path) -> str:
    folders = "".join(f"<dir>{fonts}</dir>" for fonts in font_folders())
    return _FONTS.format(folders=folders, cache=folder / "font-cache")


def _made(folder: Path, count: int) -> list[bytes | None]:
    """The PDFs of so many documents. Raises OSError when one is missing on a full disk, of which it tells nothing."""
    made = [_content(folder / f"{number:04}.pdf") for number in range(1, count + 1)]
    if None in made and shutil.disk_usage(folder).free < _ROOM:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return made


def _content(file: Path) -> bytes | None:
    """What is in a file of the program, if it made one."""
    return file.read_bytes() if file.is_file() and not file.is_symlink() else None
