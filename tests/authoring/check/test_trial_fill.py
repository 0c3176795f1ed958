"""Templates filled with generated cases at the edges, in worker processes with limits."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.authoring.check import sample_cases, sample_data, trial_fill
from pipeline.authoring.check.template import Job, check_template
from pipeline.authoring.check.workers import check_all
from pipeline.errors import Problem, WordPlace
from tests.support.built import make_docx, with_parts, with_text
from tests.support.cases import ROOT
from tests.support.template_checks import check_here, word_place
from tests.support.word_files import paragraph, row, table, word_file

pytestmark = pytest.mark.slow

LETTER = (ROOT / "templates" / "short-term-visit" / "invitation-letter.docx").read_bytes()


def write(folder: Path, *paragraphs: str) -> Path:
    path = folder / "letter.docx"
    path.write_bytes(make_docx(*paragraphs))
    return path


def errors(path: Path) -> list[Problem]:
    """The errors in one file; Word's blank document breaks some conventions, which are warnings."""
    return [finding for finding in check_here(path) if finding.severity == "error"]


#: Nine loops of thirty turns inside each other: twenty million millions.
LOOPS = "".join(f"{{% for x{n} in {[1] * 30} %}}" for n in range(9)) + "{% endfor %}" * 9


class TestFilled:
    def test_a_template_that_stands_everything(self, tmp_path: Path) -> None:
        assert (
            errors(
                write(tmp_path, "{{ patient.name.chinese }} {{ hospital.address.ja }} {{ condition.background.zh }}")
            )
            == []
        )

    def test_what_only_shows_when_it_is_filled(self, tmp_path: Path) -> None:
        """No list has a thousandth entry; the check of names cannot know."""
        (finding,) = errors(write(tmp_path, "before", "{{ stays[999].number }}", "after"))
        assert finding.code == "template-field"
        assert finding.message.startswith("filled with a case without optional fields: ")
        place = word_place(finding)
        assert (place.part, place.text) == ("body", "{{ stays[999].number }}")
        assert (place.before, place.after) == ("before", "after")

    def test_a_text_that_is_lost_is_named_by_its_field(self, tmp_path: Path) -> None:
        """It stands beyond the edge of the paper."""
        wide = table(row("a", "b", "{{ hospital.registration_number }}"), columns=(6000, 6000, 3000))
        (tmp_path / "letter.docx").write_bytes(word_file(wide + paragraph("end")))
        found = errors(tmp_path / "letter.docx")
        assert {finding.code for finding in found} == {"engine-lost-text"}
        assert (
            "the text of /hospital/registration_number is missing on the page, in whole or in part" in found[0].message
        )

    def test_a_character_without_a_glyph_is_named(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sample_data, "RARE", "😀")
        cached = (sample_cases._base_data, sample_cases._generate, sample_cases.make_case, trial_fill._names)
        for function in cached:
            function.cache_clear()
        try:
            found = errors(write(tmp_path, "{{ patient.name.chinese }}"))
        finally:
            for function in cached:
                function.cache_clear()
        assert {finding.code for finding in found} == {"glyph-missing"}
        assert "U+1F600" in found[0].message
        assert "/patient/name/chinese" in found[0].message

    def test_errors_before_mean_that_it_is_not_tried(self, tmp_path: Path) -> None:
        result = check_template(Job(str(write(tmp_path, "{{ patient.pasport.number }}"))))
        codes = [finding.code for finding in result.findings]
        assert "name-unknown" in codes
        assert codes[-1] == "not-tried"
        assert result.trials == ()


class Listener:
    """Counts the connections to a port of this machine."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.connections = self.socket.getsockname()[1], 0
        threading.Thread(target=self._count, daemon=True).start()

    def _count(self) -> None:
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    found = Listener()
    yield found
    found.socket.close()


#: Content of a file, or its text, and the code of an error in it.
BAD_FILES: list[tuple[bytes | str, str]] = [
    (b"plain text", "template-unusable"),
    (LETTER[:2000], "template-unusable"),
    ("{{ ''.__class__ }}", "name-unknown"),
    ("{% for x in range(999999999) %}{% endfor %}", "name-unknown"),
    ("{% import 'os' as os %}", "tag-loads"),
    ("{% include '/etc/hostname' %}", "tag-loads"),
    ("{{ 'a' * 99999999999 }}", "template-field"),
    ("{{ '%99999999999d' % 1 }}", "template-field"),
    ("{{ 9 ** 9 ** 9 ** 9 }}", "template-field"),
    ("{{ 'a'.center(99999999999) }}", "template-memory"),
    (LOOPS, "template-field"),
    ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "template-field"),
    ("{% for s in stays recursive %}{{ loop(stays) }}{% endfor %}", "template-field"),
    ("{{" * 60_000, "template-tags"),
    ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "tag-long"),
    ("{% for x in stays %}" * 25 + "{% endfor %}" * 25, "tag-deep"),
    ("{% if case_id %}" * 500 + "{% endif %}" * 500, "tag-deep"),
]


def linked(how: str, port: int) -> bytes:
    """Return the letter with a relationship of this kind to that port of this machine."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{how}"
    target = f"http://127.0.0.1:{port}/a.png"
    row = f'<Relationship Id="x1" Type="{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return with_text(LETTER, "</Relationships>", row, "word/_rels/document.xml.rels")


class TestBadFiles:
    """Each gives a finding; none hangs, reads another file, or opens a connection."""

    @pytest.mark.case("B14", "B15")
    def test_each_is_a_finding(self, tmp_path: Path, listener: Listener, subtests: pytest.Subtests) -> None:
        """All in one check, with files that link to another program, which hears nothing."""
        paths = [tmp_path / f"{number}.docx" for number in range(len(BAD_FILES))]
        for path, (content, _) in zip(paths, BAD_FILES, strict=True):
            path.write_bytes(content if isinstance(content, bytes) else make_docx(content))
        linking = [tmp_path / f"{how}.docx" for how in ("image", "attachedTemplate", "hyperlink")]
        for path in linking:
            path.write_bytes(linked(path.stem, listener.port))
        results = check_all([Job(str(path)) for path in [*paths, *linking, tmp_path / "none.docx"]])
        for path, (_, code), result in zip(paths, BAD_FILES, results, strict=False):
            with subtests.test(path.name, code=code):
                assert code in {finding.code for finding in result.findings if finding.severity == "error"}
                assert all(finding.file == str(path) and finding.hint for finding in result.findings)
                places = [finding.place for finding in result.findings]
                assert code == "template-unusable" or any(
                    isinstance(place, WordPlace) and place.part == "body" for place in places
                )
        found = [[one.code for one in result.findings if one.severity == "error"] for result in results[len(paths) :]]
        assert found == [["template-link"], ["template-link"], [], ["template-missing"]]
        assert listener.connections == 0

    def test_what_does_not_end_in_time_is_stopped(self, tmp_path: Path) -> None:
        loops = f"{{% for x in {[1] * 250} %}}{{% for y in {[1] * 250} %}}"
        computes = loops + "{% set t = ('a' * 9999)|upper|title %}{% endfor %}{% endfor %}"
        path = write(tmp_path, f"{{% if not patient.email %}}{computes}{{% endif %}}")
        (result,) = check_all([Job(str(path))], seconds=1)
        (finding,) = [finding for finding in result.findings if finding.severity == "error"]
        assert finding.code == "template-time"
        assert finding.message == "filled with a case without optional fields: the check took too long and was stopped"

    @pytest.mark.case("B04")
    def test_tags_that_word_split_over_runs_work(self, tmp_path: Path) -> None:
        split = (
            "{{ pat</w:t></w:r><w:proofErr w:type='spellStart'/><w:r><w:t>ient.name.chi</w:t></w:r><w:r><w:t>nese }}"
        )
        path = tmp_path / "letter.docx"
        path.write_bytes(with_text(make_docx("TAG"), "TAG", split))
        assert errors(path) == []
        path.write_bytes(with_text(make_docx("TAG"), "TAG", split.replace("nese", "nse")))
        (finding,) = errors(path)
        assert "did you mean 'chinese'" in finding.message


def as_wps_saves(docx: bytes) -> bytes:
    """What WPS adds to a file: its own namespace and data, hints at runs, custom properties with its build."""
    own = 'xmlns:wpsCustomData="http://www.wps.cn/officeDocument/2013/wpsCustomData" mc:Ignorable="wpsCustomData" '
    ignorable = f'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" {own}'
    hinted = with_text(
        with_text(docx, "<w:document ", f"<w:document {ignorable}"), "<w:rFonts ", '<w:rFonts w:hint="eastAsia" '
    )
    properties = (
        b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
        b'<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer">'
        b'<vt:lpwstr xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">2052-12.1.0</vt:lpwstr>'
        b"</property></Properties>"
    )
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    named = with_text(
        hinted,
        "</Types>",
        f'<Override PartName="/docProps/custom.xml" ContentType="{kind}"/></Types>',
        "[Content_Types].xml",
    )
    return with_parts(named, {"docProps/custom.xml": properties})


@pytest.mark.parametrize("program", ["libreoffice", "wps"])
def test_a_letter_that_another_program_saved_works(tmp_path: Path, program: str) -> None:
    """The file of LibreOffice is real: version 7.4 saved the shipped letter."""
    saved = Path(__file__).with_name("saved-by-libreoffice.docx").read_bytes()
    path = tmp_path / "letter.docx"
    path.write_bytes(saved if program == "libreoffice" else as_wps_saves(LETTER))
    assert {finding.severity for finding in check_here(path)} <= {"info"}
