from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from office2pdf import Office2PdfError

from pipeline.bundle.merge_client import merge_limited
from pipeline.bundle.merge_messages import Merged, MergeRequest
from pipeline.documents.engines.engine import DEFAULT_ENGINE
from pipeline.errors import CaseError, EngineError, ExitCode, OutputError, Problem, VerificationError, VisaPacketError
from pipeline.formats.pdf.reading import text_of
from pipeline.options import BuildOptions, CheckOptions
from pipeline.publish.verify.verify import verify_path
from pipeline.run.check import check_case
from pipeline.run.one import build_case
from tests.support.built import make_set, names_in, snapshot
from tests.support.cases import AS_OF, EXAMPLES, REMOVE, Edit
from tests.support.run import Command

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "wang-xiaoming" / "case.json"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A template set that is quick to build."""
    return str(make_set(tmp_path_factory.mktemp("sets") / "small", "{{ patient.name.chinese }}"))


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same case without attachments: quicker still."""
    data = json.loads(CASE.read_text(encoding="utf-8"))
    path = tmp_path_factory.mktemp("cases") / "case.json"
    path.write_text(json.dumps({**data, "attachments": []}, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def former(bare: Path, small: str, out: Path) -> dict[str, bytes]:
    """An earlier packet of the same case, as of another day."""
    return snapshot(build_case(bare, out, BuildOptions(AS_OF.replace(day=1), small, allow_missing=True)).folder)


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def test_what_was_built_is_reported(small: str, out: Path) -> None:
    built = build_case(CASE, out, BuildOptions(AS_OF, small))
    assert (built.manifest.case_id, built.folder) == ("wang-xiaoming", out / "wang-xiaoming")
    [bundle] = built.manifest.bundles
    assert (built.folder / bundle.path).is_file()
    assert bundle.pages == sum(part.pages for part in bundle.page_map) == 11
    assert bundle.page_map[0].id == "letter"
    assert {problem.severity for problem in built.problems} <= {"warning", "info"}


def test_the_packet_of_the_shipped_set(packet: Path) -> None:
    documents = [
        "01-cover-sheet",
        "02-treatment-schedule",
        "03-invitation-letter",
        "04-letter-of-guarantee",
        "05-schedule-of-stay",
        "06-regenerative-medicine-sheet",
        "07-working-cover",
        "08-visa-application-data-sheet",
        "09-combined-form-data-sheet",
        "10-tb-screening-checklist",
        "11-cost-estimate",
        "12-patient-guide",
    ]
    assert sorted(snapshot(packet)) == sorted(
        [
            "bundle.pdf",
            "manifest.json",
            "working-file.pdf",
            *(f"documents/{name}.{kind}" for name in documents for kind in ("docx", "pdf")),
        ]
    )


@pytest.mark.usefixtures("umask")
def test_only_the_owner_may_read_it(small: str, out: Path) -> None:
    folder = build_case(CASE, out, BuildOptions(AS_OF, small)).folder
    for path in (out, folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_nothing_else_is_left(small: str, out: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "cwd").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path / "cwd")
    before = snapshot(CASE.parent)
    build_case(CASE, out, BuildOptions(AS_OF, small))
    assert names_in(out) == ["wang-xiaoming"]
    assert names_in(tmp_path / "tmp") == names_in(tmp_path / "cwd") == []
    assert snapshot(CASE.parent) == before


def test_it_replaces_the_former_packet(small: str, out: Path, former: dict[str, bytes]) -> None:
    built = build_case(CASE, out, BuildOptions(AS_OF, small))
    assert snapshot(built.folder) != former
    assert json.loads((built.folder / "manifest.json").read_text(encoding="utf-8"))["as_of"] == "2026-11-22"
    assert names_in(out) == ["wang-xiaoming"]


def test_this_process_parses_no_paper(small: str, out: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not while it merges, adds fields, divides, encrypts or verifies either: only the limited process does."""
    parsed: list[bytes] = []

    def recording(parser: Callable[..., Any]) -> Callable[..., Any]:
        def parse(given: Any, *others: Any, **named: Any) -> Any:
            parsed.append(given if isinstance(given, bytes) else given.getvalue())
            return parser(given, *others, **named)

        return parse

    papers = [
        {"role": "passport", "path": "papers/passport.png"},
        {"role": "other", "path": "papers/bank-certificate.pdf"},
    ]
    case = edit({"/attachments": papers})
    monkeypatch.setattr("pikepdf.open", recording(pikepdf.open))
    monkeypatch.setattr("pypdfium2.PdfDocument", recording(pypdfium2.PdfDocument))
    options = BuildOptions(AS_OF, small, allow_missing=True, signature_fields=True, max_bytes=40_000, password="secret")  # noqa: S106
    built = build_case(case, out, options)
    assert built.manifest.bundles[0].volumes
    assert verify_path(built.folder, password="secret").looked_into  # noqa: S106 - of a test
    monkeypatch.undo()
    assert {text_of(pdf) for pdf in parsed} == {"王晓明"}, "the letter"


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_arguments: Any, **_named: Any) -> Any:
        raise error

    return fail


PROBLEM = Problem("fault", "error", "a fault", "fix it")
DISK_FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("target", "error", "expected"),
    [
        ("pipeline.documents.engines.typst.engine.Typst.draw_many", EngineError(PROBLEM), EngineError),
        ("pipeline.bundle.assemble.merge_limited", ValueError("王晓明"), ValueError),
        ("pipeline.publish.packet_files.seal", KeyError("王晓明"), KeyError),
        ("pipeline.run.one.verify_files", VerificationError(PROBLEM), VerificationError),
        ("pipeline.system.atomic.os.fsync", DISK_FULL, OutputError),
        ("pipeline.publish.folder.write_file", DISK_FULL, OutputError),
        ("pipeline.publish.folder.swap", OSError(errno.EIO, "Input/output error"), OutputError),
        ("pipeline.documents.engines.office2pdf.library.convert_bytes", Office2PdfError("王晓明"), EngineError),
        ("pipeline.publish.folder.write_file", KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
@pytest.mark.parametrize("earlier", [True, False])
def test_a_failure_at_any_stage_publishes_nothing(
    bare: Path,
    small: str,
    out: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    error: Any,
    expected: type[BaseException],
    earlier: bool,  # noqa: FBT001 - a parameter of pytest
) -> None:
    before = request.getfixturevalue("former") if earlier else None
    engine = "office2pdf" if "office2pdf" in target else DEFAULT_ENGINE
    monkeypatch.setattr(target, raising(error))
    with pytest.raises(expected):
        build_case(bare, out, BuildOptions(AS_OF, small, engine=engine, allow_missing=True))
    assert (snapshot(out / "wang-xiaoming") if earlier else None) == before
    assert not out.exists() or names_in(out) == (["wang-xiaoming"] if earlier else [])


def test_a_bundle_that_lost_a_page_is_not_published(small: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "pipeline.bundle.assemble.merge_limited",
        lambda requests: merge_limited([replace(each, pieces=each.pieces[:-1]) for each in requests]),
    )
    with pytest.raises(VerificationError) as error:
        build_case(CASE, out, BuildOptions(AS_OF, small))
    assert {problem.code for problem in error.value.problems} == {
        "verify-pages",
        "verify-outline",
        "verify-destinations",
    }
    assert not out.exists()


def test_a_bundle_in_the_wrong_order_is_not_published(small: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exchanged(requests: Sequence[MergeRequest]) -> list[Merged]:
        (request,) = requests
        names = [(piece.id, piece.title) for piece in reversed(request.pieces)]
        both = zip(request.pieces, names, strict=True)
        wrong = [replace(piece, id=id_, title=title) for piece, (id_, title) in both]
        return merge_limited([replace(request, pieces=tuple(wrong))])

    monkeypatch.setattr("pipeline.bundle.assemble.merge_limited", exchanged)
    with pytest.raises(VerificationError) as error:
        build_case(CASE, out, BuildOptions(AS_OF, small))
    assert [problem.code for problem in error.value.problems] == ["verify-outline", "verify-destinations"]


def test_warnings_forbid_to_build_only_when_strict(small: str, out: Path, edit: Edit) -> None:
    built = build_case(CASE, out, BuildOptions(AS_OF, small, strict=True))
    assert {problem.severity for problem in built.problems} <= {"info"}
    path = edit({"/visa/agency": REMOVE})
    assert "warning" in {problem.severity for problem in check_case(path, CheckOptions(AS_OF, small)).problems}
    with pytest.raises(CaseError):
        check_case(path, CheckOptions(AS_OF, small, strict=True))


def test_optional_fields_may_all_be_absent(edit: Edit, out: Path) -> None:
    path = edit(
        dict.fromkeys(
            (
                "/patient/resident_id",
                "/patient/email",
                "/patient/household_province",
                "/patient/passport/mrz",
                "/patient/passport/place_of_issue",
                "/patient/passport/authority",
                "/treatment/plan_number",
                "/treatment/risk_class",
                "/treatment/culture_and_release_days",
                "/hospital/fax",
                "/hospital/corporate_number",
                "/guarantor/fax",
                "/guarantor/corporate_number",
                "/visa/agency",
            ),
            REMOVE,
        )
    )
    assert (build_case(path, out, BuildOptions(AS_OF, allow_missing=True)).folder / "bundle.pdf").is_file()


def test_no_attachment_at_all_still_gives_the_documents(edit: Edit, out: Path) -> None:
    built = build_case(edit({"/attachments": []}), out, BuildOptions(AS_OF, allow_missing=True))
    assert built.manifest.state == "incomplete"
    assert [part.kind for part in built.manifest.bundles[0].page_map] == ["cover", *["document"] * 5]


def test_the_library_never_exits_and_prints_nothing(small: str, out: Path, capfd: pytest.CaptureFixture[str]) -> None:
    build_case(CASE, out, BuildOptions(AS_OF, small))
    with pytest.raises(VisaPacketError) as error:
        build_case(out / "none.json", out, BuildOptions(AS_OF, small))
    assert error.value.exit_code == ExitCode.CASE
    assert capfd.readouterr() == ("", "")


def test_it_needs_no_network(small: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", raising(AssertionError("a socket was opened")))
    assert (build_case(CASE, out, BuildOptions(AS_OF, small)).folder / "bundle.pdf").is_file()


class TestCommand:
    """Where the output goes, through the command."""

    def test_a_new_folder_is_made(self, small: str, tmp_path: Path, visa_packet: Command) -> None:
        out = tmp_path / "a" / "b" / "out"
        run = visa_packet("build", CASE, "--templates", small, "-o", out, "--as-of", "2026-11-22")
        assert run.code == 0
        assert str(out / "wang-xiaoming" / "bundle.pdf") in run.out
        assert "11 pages" in run.out

    @pytest.mark.parametrize("kind", ["file for out", "file for packet", "link for packet", "other folder"])
    def test_a_foreign_file_in_the_way_stays(self, small: str, out: Path, visa_packet: Command, kind: str) -> None:
        folder = out / "wang-xiaoming"
        if kind == "file for out":
            out.write_bytes(b"mine")
        elif kind == "file for packet":
            out.mkdir()
            folder.write_bytes(b"mine")
        elif kind == "link for packet":
            out.mkdir()
            folder.symlink_to(out.parent)
        else:
            folder.mkdir(parents=True)
            (folder / "mine.txt").write_bytes(b"mine")
        before = snapshot(out.parent)
        run = visa_packet("build", CASE, "--templates", small, "-o", out, "--as-of", "2026-11-22", "--json")
        assert run.code == 7
        (problem,) = [problem for problem in run.problems if problem["severity"] == "error"]
        assert problem["code"] == "output"
        assert problem["message"] in run.err
        assert "Traceback" not in run.err
        assert snapshot(out.parent) == before

    @pytest.mark.usefixtures("ordinary_user")
    def test_a_read_only_folder_is_reported(self, small: str, out: Path, visa_packet: Command) -> None:
        out.mkdir(mode=0o500)
        run = visa_packet("build", CASE, "--templates", small, "-o", out, "--as-of", "2026-11-22", "--json")
        assert run.code == 7
        assert names_in(out) == []

    def test_an_output_folder_on_a_system_that_cannot_be_written(self, small: str, visa_packet: Command) -> None:
        run = visa_packet("build", CASE, "--templates", small, "-o", "/proc/out", "--as-of", "2026-11-22", "--json")
        assert run.code == 7
        assert "Traceback" not in run.err

    def test_a_killed_run_can_be_repeated(self, small: str, out: Path, visa_packet: Command) -> None:
        """A kill leaves a work folder at most; the next run is not disturbed by it."""
        (out / ".wang-xiaoming.abc.partial").mkdir(parents=True)
        run = visa_packet("build", CASE, "--templates", small, "-o", out, "--as-of", "2026-11-22", "--json")
        assert run.code == 0, run.err
