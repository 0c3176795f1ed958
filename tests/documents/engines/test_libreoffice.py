"""LibreOffice behind the protocol: the same promises as office2pdf, and no trust in its exit code."""

from __future__ import annotations

import io
import os
import re
import socket
import subprocess
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pytest
from fontTools.misc import eexec

from pipeline.documents.draft_mark import find_unmarked_pages
from pipeline.documents.engines import deterministic, libreoffice
from pipeline.documents.engines import libreoffice_program as find
from pipeline.documents.engines.deterministic import UnreadableError, blank_unique_id, make_deterministic
from pipeline.documents.engines.engine import load_engine
from pipeline.documents.engines.libreoffice import LibreOffice
from pipeline.errors import EngineError
from pipeline.formats.fonts import UndrawableError
from pipeline.formats.pdf.reading import embedded_fonts, page_count, read_pages, text_of
from pipeline.system import processes
from tests.support.built import make_docx, make_part, make_picture, names_in, saved
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.draft_letters import clearance, with_first_page, with_letterhead
from tests.support.processes import processes_with, wait_until
from tests.support.reading import text
from tests.support.run import Command, assert_refused
from tests.support.tools import needs_libreoffice, needs_qpdf

CASE = EXAMPLES / "wang-xiaoming" / "case.json"
#: Lines of a stand-in for soffice: where the results go, and the files to convert.
ARGUMENTS = 'while [ "$1" != --outdir ]; do shift; done; out=$2; shift 2\n'


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own for temporary files, and nothing left in it afterwards."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    load_engine.cache_clear()
    yield folder
    load_engine.cache_clear()
    assert names_in(folder) == []


@pytest.fixture
def no_soffice(monkeypatch: pytest.MonkeyPatch) -> None:
    processes.isolation()  # asked without a PATH, it would find nothing, and all later tests would run without it
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(find, "_PLACES", ())


StandIn = Callable[..., LibreOffice]


@pytest.fixture(params=["isolated", "plain"])
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> StandIn:
    """An engine whose soffice is a shell script, with namespaces where there are any and without them."""
    if request.param == "plain":
        monkeypatch.setattr(libreoffice, "isolation", tuple)

    def make(script: str, seconds: float = 20) -> LibreOffice:
        program = tmp_path / "bin" / "soffice"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{ARGUMENTS}{script}\n", encoding="utf-8")
        program.chmod(0o700)
        monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
        return LibreOffice(seconds_to_start=seconds, seconds_a_document=0)

    return make


def failure(engine: LibreOffice, docx: bytes = b"") -> str:
    with pytest.raises(EngineError) as error:
        engine.convert(docx or make_docx("王晓明"))
    (problem,) = error.value.problems
    assert problem.hint
    assert "王晓明" not in problem.message + problem.hint
    return problem.code


class TestMissing:
    """A machine without LibreOffice."""

    @pytest.mark.usefixtures("no_soffice")
    def test_the_build_says_how_to_install_it(self, tmp_path: Path, visa_packet: Command) -> None:
        out = tmp_path / "out"
        run = visa_packet("build", CASE, "-o", out, "--engine", "libreoffice", "--json", "--as-of", "2026-11-22")
        *_, problem = assert_refused(run, out, 6)
        assert (problem["code"], problem["hint"]) == ("engine-missing", find.install_line())

    @pytest.mark.usefixtures("no_soffice")
    def test_the_doctor_shows_it_as_optional(self, visa_packet: Command) -> None:
        run = visa_packet("doctor", "--json")
        (check,) = [check for check in run.report["results"] if check["name"] == "engine libreoffice"]
        assert (run.code, check["availability"], check["hint"]) == (0, "warning", find.install_line())
        assert check["detail"].startswith("optional: ")

    @pytest.mark.parametrize(
        ("release", "words"),
        [
            ("ID=debian", "apt-get install --no-install-recommends libreoffice-writer-nogui"),
            ("NAME=Ubuntu\nID=ubuntu\nID_LIKE=debian", "apt-get"),
            ("ID=linuxmint\nID_LIKE='ubuntu debian'", "apt-get"),
            ("ID=fedora", "dnf install"),
            ('ID="rocky"\nID_LIKE="rhel centos fedora"', "dnf install"),
            ('ID="opensuse-leap"\nID_LIKE="suse opensuse"', "zypper install"),
            ("ID=arch", "pacman -S"),
            ("ID=alpine", "apk add"),
            ("ID=unheard-of", "install LibreOffice Writer"),
            ("", "install LibreOffice Writer"),
        ],
    )
    def test_the_line_is_that_of_the_system(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, words: str
    ) -> None:
        (tmp_path / "os-release").write_text(release, encoding="utf-8")
        monkeypatch.setattr(find, "_OS_RELEASE", (tmp_path / "none", tmp_path / "os-release"))
        assert words in find.install_line()
        monkeypatch.setattr(find, "_OS_RELEASE", ())
        assert "install LibreOffice Writer" in find.install_line()

    def test_on_a_mac(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("platform.system", lambda: "Darwin")
        assert find.install_line() == "brew install --cask libreoffice"

    def test_it_is_found_in_the_usual_places(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        program = tmp_path / "libreoffice7.4" / "program" / "soffice"
        program.parent.mkdir(parents=True)
        program.touch()
        monkeypatch.setenv("PATH", "")
        monkeypatch.setattr(find, "_PLACES", (f"{tmp_path}/libreoffice*/program/soffice",))
        assert find.find_soffice() == program


class TestStandIn:
    """Programs that fail in every way that soffice was seen to fail."""

    def test_success_is_not_a_file(self, stand_in: StandIn) -> None:
        assert failure(stand_in("exit 0")) == "engine-failed"

    @pytest.mark.parametrize(
        "content", ["printf ''", "printf '%%PDF-1.7'", "printf text", 'head -c 900 "$HOME/../../good.pdf"']
    )
    def test_what_is_no_whole_pdf_is_refused(
        self, tmp_path: Path, temporary: Path, stand_in: StandIn, content: str
    ) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            good = saved(pdf)
        (tmp_path / "good.pdf").write_bytes(good)
        script = f'{content.replace("$HOME/../..", str(tmp_path))} >"$out/0001.pdf"'
        assert temporary.is_dir()
        engine = stand_in(script.replace("900", str(len(good) - 40)))
        assert failure(engine) == "engine-output"

    def test_a_pdf_without_pages_is_refused(self, tmp_path: Path, stand_in: StandIn) -> None:
        with pikepdf.new() as pdf:
            (tmp_path / "empty.pdf").write_bytes(saved(pdf))
        assert failure(stand_in(f'cp "{tmp_path}/empty.pdf" "$out/0001.pdf"')) == "engine-output"

    def test_a_link_in_the_place_of_the_result_is_not_followed(self, tmp_path: Path, stand_in: StandIn) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            (tmp_path / "other.pdf").write_bytes(saved(pdf))
        assert failure(stand_in(f'ln -s "{tmp_path}/other.pdf" "$out/0001.pdf"')) == "engine-failed"

    def test_the_former_patients_file_is_never_taken(self, tmp_path: Path, stand_in: StandIn) -> None:
        """It converts once, and then does nothing but leave what it made for others about."""
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            (tmp_path / "one.pdf").write_bytes(saved(pdf))
        script = (
            f'cd "{tmp_path}"; if [ -e one.pdf ]; then cp one.pdf "$out/0001.pdf"; mv one.pdf former.pdf; '
            'else for name in 0001.docx.pdf former.pdf 0002.pdf; do cp former.pdf "$out/$name"; done; fi'
        )
        engine = stand_in(script)
        assert page_count(engine.convert(make_docx("one"))) == 1
        assert failure(engine) == "engine-failed"

    def test_the_document_that_failed_is_reported(self, tmp_path: Path, stand_in: StandIn) -> None:
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            (tmp_path / "one.pdf").write_bytes(saved(pdf))
        pdfs = stand_in(f'cp "{tmp_path}/one.pdf" "$out/0001.pdf"').convert_many([make_docx("a"), make_docx("b")])
        assert page_count(next(pdfs)) == 1
        with pytest.raises(EngineError):
            next(pdfs)

    def test_one_that_hangs_is_killed_with_its_children(self, stand_in: StandIn) -> None:
        """Neither it nor its child listens to the polite signal."""
        mark = f"visa-packet-hangs-{os.getpid()}-{time.monotonic_ns()}"
        engine = stand_in(f"export MARK={mark}\ntrap '' TERM\n(trap '' TERM; sleep 600) &\nsleep 601 & wait", seconds=1)
        assert failure(engine) == "engine-timeout"
        wait_until(lambda: not processes_with(mark))

    def test_what_outlives_the_program_is_killed(self, stand_in: StandIn) -> None:
        mark = f"visa-packet-outlives-{os.getpid()}-{time.monotonic_ns()}"
        assert failure(stand_in(f"export MARK={mark}\nsleep 600 &\nexit 0")) == "engine-failed"
        wait_until(lambda: not processes_with(mark))

    def test_its_output_is_not_reported(self, stand_in: StandIn, capfd: pytest.CaptureFixture[str]) -> None:
        assert failure(stand_in("echo 王晓明; echo 王晓明 >&2")) == "engine-failed"
        assert capfd.readouterr() == ("", "")

    def test_it_knows_nothing_of_our_environment(
        self, tmp_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "https_proxy", "ALL_PROXY", "SECRET"):
            monkeypatch.setenv(name, "http://192.0.2.1:3128")
        assert failure(stand_in(f'env >"{tmp_path}/env"; pwd >>"{tmp_path}/env"')) == "engine-failed"
        known = dict(line.split("=", 1) for line in (tmp_path / "env").read_text("utf-8").splitlines() if "=" in line)
        own = {"PATH", "HOME", "TMPDIR", "FONTCONFIG_FILE", "SAL_USE_VCLPLUGIN", "LC_ALL", "TZ"}
        assert set(known) - {"PWD", "OLDPWD", "SHLVL", "_"} == own
        for name in ("HOME", "TMPDIR", "FONTCONFIG_FILE"):
            assert known[name].startswith(str(tmp_path / "temporary" / "visa-packet-"))

    def test_its_folders_are_private_and_its_files_numbered(self, tmp_path: Path, stand_in: StandIn) -> None:
        script = (
            f'stat -c "%a %F" "$HOME" "$out" "$TMPDIR" "$HOME/.." >"{tmp_path}/modes"; echo "$@" >"{tmp_path}/files"'
        )
        before = os.umask(0)
        try:
            assert failure(stand_in(script)) == "engine-failed"
        finally:
            os.umask(before)
        assert set((tmp_path / "modes").read_text("utf-8").splitlines()) == {"700 directory"}
        assert (tmp_path / "files").read_text("utf-8").strip().endswith("/in/0001.docx")

    def test_a_full_disk_is_reported(self, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
        engine = stand_in("exit 0")

        def full(*_arguments: object) -> int:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(EngineError) as error:
            engine.convert(b"")
        assert error.value.problems[0].code == "engine-temporary"

    def test_a_strange_version_is_none(self, stand_in: StandIn, tmp_path: Path) -> None:
        engine = stand_in("")
        (tmp_path / "bin" / "soffice").write_text("#!/bin/sh\necho OpenOffice\n", encoding="utf-8")
        assert engine.version() == "0"

    def test_no_documents_start_no_program(self, stand_in: StandIn, tmp_path: Path) -> None:
        assert list(stand_in(f'touch "{tmp_path}/started"').convert_many([])) == []
        assert not (tmp_path / "started").exists()


def test_a_system_without_namespaces_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    processes.isolation.cache_clear()
    try:
        monkeypatch.setattr(processes, "_ISOLATED", ("false",))
        assert processes.isolation() == ()
        monkeypatch.setattr(processes, "_ISOLATED", ("/nowhere/unshare",))
        assert processes.isolation() == ()
        processes.isolation.cache_clear()
        assert processes.isolation() == ()
    finally:
        processes.isolation.cache_clear()


def with_parts(docx: bytes, parts: dict[str, Callable[[bytes], bytes]], added: dict[str, bytes]) -> bytes:
    """The Word file with some parts changed and others added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name, bytes)(source.read(name)))
        for name, content in added.items():
            target.writestr(name, content)
    return out.getvalue()


def linking(target: str) -> bytes:
    """A Word file with a picture that is fetched from elsewhere, as a field, as a drawing and as a template."""
    word, relationships = "word/document.xml", "word/_rels/document.xml.rels"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = (
        '<w:p><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing">'
        '<wp:extent cx="990000" cy="990000"/><wp:docPr id="1" name="a"/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:nvPicPr><pic:cNvPr id="1" name="a"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip xmlns:r="{kind}" r:link="rLinked"/></pic:blipFill><pic:spPr>'
        '<a:xfrm><a:off x="0" y="0"/><a:ext cx="990000" cy="990000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
        f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r>'
        f'<w:instrText>INCLUDEPICTURE "{target}" \\d</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>x</w:t></w:r>'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
    ).encode()
    link = f'<Relationship Id="rLinked" Type="{kind}/image" Target="{target}" TargetMode="External"/></Relationships>'
    return with_parts(
        make_docx("before"),
        {
            word: lambda xml: xml.replace(b"<w:body>", b"<w:body>" + drawing),
            relationships: lambda xml: xml.replace(b"</Relationships>", link.encode()),
        },
        {},
    )


@contextmanager
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what was asked for there."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(2)
                    seen.append(connection.recv(100))
                    picture = make_picture()
                    head = f"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: {len(picture)}\r\n\r\n"
                    connection.sendall(head.encode() + picture)

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def pictures_in(pdf: bytes) -> int:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return sum(len(page.get_images()) for page in opened.pages)


class TestRepeatable:
    """Taking out what differs between two runs."""

    def test_dates_and_identifiers_go(self) -> None:
        pdfs = []
        for day in (b"1", b"2"):
            with pikepdf.new() as pdf:
                pdf.add_blank_page()
                pdf.docinfo["/CreationDate"] = f"D:2026010{day.decode()}"
                pdf.trailer["/DocChecksum"] = pikepdf.Name(f"/{day.decode() * 32}")
                pdf.trailer["/ID"] = pikepdf.Array([pikepdf.String(day * 16)] * 2)
                profile = pdf.make_stream(bytes(24) + day * 12 + bytes(92))
                pdf.Root.OutputIntents = pikepdf.Array([pikepdf.Dictionary(DestOutputProfile=profile)])
                with pdf.open_metadata() as metadata:
                    metadata["xmp:CreateDate"] = f"2026-01-0{day.decode()}"
                pdfs.append(saved(pdf))
        assert pdfs[0] != pdfs[1]
        assert make_deterministic(pdfs[0]) == make_deterministic(pdfs[1])
        assert make_deterministic(make_deterministic(pdfs[0])) == make_deterministic(pdfs[0])

    def test_pages_are_counted_twice(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(deterministic, "page_count", lambda _pdf: 2)
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            with pytest.raises(UnreadableError, match="two parsers"):
                make_deterministic(saved(pdf))

    def test_the_number_of_a_font_goes_from_both_parts(self) -> None:
        def font(number: bytes) -> tuple[bytes, int, int]:
            readable = b"%!FontType1\n/UniqueID " + number + b" def\neexec\n"
            secret = eexec.encrypt(b"0000/Private /UniqueID " + number + b" def /Subrs 5 \xff\x00", 55665)[0]
            return readable + secret + b"0" * 64, len(readable), len(secret)

        first, second = font(b"4100001"), font(b"4100002")
        assert first[0] != second[0]
        assert blank_unique_id(*first) == blank_unique_id(*second)
        assert len(blank_unique_id(*first)) == len(first[0])
        unnumbered = blank_unique_id(*first)
        assert blank_unique_id(unnumbered, *first[1:]) == unnumbered


#: What LibreOffice converts with one start.
DOCUMENTS = {
    "letter": make_docx("王晓明", "手紙"),
    "second": make_docx("second"),
    "same": make_docx("王晓明", "手紙"),
    "spaces": make_docx("fine &\u200b \u00a0"),
}
TEXTS = ["王晓明手紙", "second", "王晓明手紙", "fine&"]


@dataclass(frozen=True)
class Converted:
    """What came of documents, the last of which cannot be drawn, and what was asked for at the linked address."""

    pdfs: dict[str, bytes]
    refused: UndrawableError
    seen: list[bytes]


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Converted:
    """One start for all that is said of converted documents."""
    secret = tmp_path_factory.mktemp("secret") / "secret.png"
    secret.write_bytes(make_picture())
    with listener() as (port, seen):
        documents = DOCUMENTS | {
            "address": linking(f"http://127.0.0.1:{port}/picture.png"),
            "file": linking(secret.as_uri()),
            "letterhead": with_letterhead(),
            "first page": with_first_page(even_pages=True),
        }
        pdfs = LibreOffice().convert_many([*documents.values(), make_docx("😀☑")])
        found = {name: next(pdfs) for name in documents}
        with pytest.raises(UndrawableError) as error:
            next(pdfs)
    return Converted(found, error.value, seen)


@needs_libreoffice
class TestReal:
    """The real program."""

    def test_it_is_an_engine(self) -> None:
        engine = load_engine("libreoffice")
        assert engine.name == "libreoffice"
        assert load_engine("libreoffice") is engine
        assert re.fullmatch(r"[0-9]+(\.[0-9]+)+", engine.version())

    def test_it_converts_many_to_pdf_a(self, converted: Converted) -> None:
        letter = converted.pdfs["letter"]
        assert [text_of(converted.pdfs[name]) for name in DOCUMENTS] == TEXTS
        assert letter == converted.pdfs["same"]
        assert b"Date" not in letter
        assert all(font.startswith("NotoSansCJK") for font in embedded_fonts(letter))
        with pikepdf.open(io.BytesIO(letter)) as pdf, pdf.open_metadata() as metadata:
            assert (metadata.pdfa_status, bool(pdf.Root.MarkInfo.Marked)) == ("2B", True)

    @needs_qpdf
    def test_another_parser_finds_no_fault(self, converted: Converted, tmp_path: Path) -> None:
        (tmp_path / "a.pdf").write_bytes(converted.pdfs["letter"])
        done = subprocess.run(["qpdf", "--check", tmp_path / "a.pdf"], capture_output=True, check=False, timeout=60)  # noqa: S607
        assert (done.returncode, done.stderr) == (0, b"")

    def test_a_character_without_a_glyph_is_refused(self, converted: Converted) -> None:
        assert converted.refused.characters == "☑😀"

    @pytest.mark.soak
    @pytest.mark.parametrize("docx", [b"plain text", make_docx("x")[:500]])
    def test_what_is_no_word_document_is_refused(self, docx: bytes) -> None:
        assert failure(LibreOffice(), docx) == "engine-failed"

    def test_every_page_bears_the_mark_of_a_draft(self, converted: Converted) -> None:
        """The first page and even pages too, which have headers of their own."""
        for name, pages in {"letterhead": 1, "first page": 2}.items():
            assert page_count(converted.pdfs[name]) > pages
            assert find_unmarked_pages(read_pages(converted.pdfs[name])) == []
        assert all("Letterhead" in page for page in text(converted.pdfs["letterhead"]))

    def test_no_connection_is_opened_and_no_file_drawn(self, converted: Converted) -> None:
        assert converted.seen == []
        for name in ("address", "file"):
            assert "before" in text_of(converted.pdfs[name])
            assert pictures_in(converted.pdfs[name]) == 0

    def test_without_namespaces_no_connection_is_opened_either(
        self, converted: Converted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """By the settings. And at another moment, alone or among others, the same document gives the same bytes."""
        monkeypatch.setattr(libreoffice, "isolation", tuple)
        time.sleep(1.1)  # the clock of PDF dates counts seconds
        with listener() as (port, seen):
            documents = linking(f"http://127.0.0.1:{port}/picture.png"), DOCUMENTS["letter"], make_docx("x")[:500]
            pdfs = LibreOffice().convert_many(documents)
            linked, letter = next(pdfs), next(pdfs)
        assert "before" in text_of(linked)
        assert (seen, pictures_in(linked)) == ([], 0)
        assert letter == converted.pdfs["letter"]
        with pytest.raises(EngineError) as error:
            next(pdfs)
        assert [problem.code for problem in error.value.problems] == ["engine-failed"], "no Word document"

    def test_a_packet_is_built_with_few_starts(
        self, tmp_path: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One for all documents, one for the cover sheets of both travellers. Each page bears the mark of a draft."""
        started: list[int] = []
        run_group = processes.run_group

        def count(command: list[str], *others: object) -> int | None:
            started.append(sum(word.endswith(".docx") for word in command))
            return run_group(command, *others)  # type: ignore[arg-type]

        monkeypatch.setattr(libreoffice, "run_group", count)
        case = EXAMPLES / "chen-lihua" / "case.json"
        few = make_part(tmp_path / "set", "cover-sheet", "invitation-letter", "list-of-applicants")
        words = ("--templates", few, "-o", tmp_path / "out", "--as-of", AS_OF.isoformat())
        run = visa_packet("build", case, "--draft", "--engine", "libreoffice", *words)
        assert run.code == 0
        assert started[:2] == [2, 2]
        assert len(started) <= 3  # a cover sheet that grew is drawn once more
        version = load_engine("libreoffice").version()
        packet = tmp_path / "out" / "chen-lihua"
        manifest = (packet / "manifest.json").read_text(encoding="utf-8")
        assert f'"name": "libreoffice",\n    "version": "{version}"' in manifest
        drawn = [path.read_bytes() for path in (packet / "documents").glob("*.pdf")]
        assert [find_unmarked_pages(read_pages(pdf)) for pdf in drawn] == [[]] * 4
        assert min(map(clearance, drawn)) >= 0, "the mark touches the text"
        assert visa_packet("verify", packet).code == 0
