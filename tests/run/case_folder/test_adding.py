"""Papers are added to a case together with their entries, or nothing is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.attachments.messages import ReadLine
from pipeline.errors import AttachmentError, OutputError
from pipeline.formats.messages import worded_problem
from pipeline.language import LANGUAGES
from pipeline.run.case_folder.adding import NewPaper, add_papers, find_dropped, find_repeated
from pipeline.run.case_folder.case_text import ROOM, CaseText, read_case_text
from pipeline.run.case_folder.deciding import Given, decide, read_files
from pipeline.run.case_folder.paper_file import PaperFile
from pipeline.run.case_folder.paper_guess import guess_paper
from tests.support.cases import AS_OF, EXAMPLES
from tests.support.run import Command

PAPERS = EXAMPLES / "wang-xiaoming" / "papers"
CASE: dict[str, Any] = json.loads((EXAMPLES / "chen-lihua" / "case.json").read_text(encoding="utf-8"))
START = """{
  "case_id": "case-1",
  "attachments": [
    { "role": "other", "path": "papers/note.pdf" }
  ],
  "companions": []
}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of half a case with one paper."""
    made = tmp_path / "case-1"
    (made / "papers").mkdir(parents=True)
    (made / "case.json").write_text(START, encoding="utf-8")
    shutil.copy(PAPERS / "hukou.pdf", made / "papers" / "note.pdf")
    return made


def opened(folder: Path) -> CaseText:
    return read_case_text(str(folder), "medical-stay")


def papers_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def file_of(name: str, *texts: str, **more: Any) -> PaperFile:
    lines = tuple(ReadLine(text, 1, (10, 10 * index, 100, 10 * index + 5)) for index, text in enumerate(texts))
    return PaperFile(Path("/in", name), b"", "", lines, **more)


@pytest.mark.parametrize(
    ("name", "texts", "role"),
    [
        ("护照.jpg", (), "passport"),
        ("王_passport_scan2.pdf", (), "passport"),
        ("passport photo.png", (), "photo"),
        ("顔写真.jpg", (), "photo"),
        ("photocopy.pdf", (), None),
        ("戸口簿.pdf", (), "identity_document"),
        ("签证申请表.pdf", (), "visa_application"),
        ("scan.pdf", ("银行", "个人存款证明书"), "funds_proof"),
        ("scan.pdf", ("在留資格認定証明書",), "certificate_of_eligibility"),
        ("居住证.pdf", ("居住证",), "residence_permit"),
        ("同意書.pdf", ("Certificate of deposit",), None),
        ("IMG_2031.jpg", (), None),
    ],
)
def test_name_and_head_say_which_paper_it_is(name: str, texts: tuple[str, ...], role: str | None) -> None:
    assert guess_paper(file_of(name, *texts), CASE, AS_OF).role == role


def test_a_contradiction_names_what_it_may_be() -> None:
    guess = guess_paper(file_of("同意書.pdf", "Certificate of deposit"), CASE, AS_OF)
    assert guess.candidates == ("parental_consent", "funds_proof")
    assert guess_paper(file_of("a.jpg", is_like_photo=True), CASE, AS_OF).candidates == ("photo",)
    assert guess_paper(file_of("a.jpg"), CASE, AS_OF).candidates == ()


def test_the_paper_of_a_companion_is_theirs() -> None:
    person = CASE["companions"][0]
    guess = guess_paper(file_of("scan.pdf", f"护照号 Passport No. {person['passport']['number']}"), CASE, AS_OF)
    assert guess.owners == ("companion-1",)
    name = f"{person['name']['surname']} {person['name']['given_names']}"
    assert guess_paper(file_of("scan.pdf", name), CASE, AS_OF).owners == ("companion-1",)


def test_a_number_of_nobody_in_the_case_is_of_another_person() -> None:
    sun: dict[str, Any] = json.loads((EXAMPLES / "sun-yifan" / "case.json").read_text(encoding="utf-8"))
    other = file_of("scan.pdf", f"公民身份号码 {sun['patient']['resident_id']}", "and more")
    assert guess_paper(other, CASE, AS_OF).is_other_person
    without = {**CASE, "patient": {**CASE["patient"], "resident_id": None}}
    assert not guess_paper(other, without, AS_OF).is_other_person  # it may be the patient's


def test_a_name_of_nobody_in_the_case_is_of_another_person() -> None:
    name = CASE["patient"]["name"]["chinese"]
    assert guess_paper(file_of("scan.pdf", "姓名 欧阳锋"), CASE, AS_OF).is_other_person
    assert not guess_paper(file_of("scan.pdf", f"姓名 {name[0]}锋"), CASE, AS_OF).is_other_person  # it may be misread
    assert not guess_paper(file_of("scan.pdf", "姓名 欧阳锋"), {"patient": {}}, AS_OF).is_other_person


@pytest.mark.parametrize(
    ("texts", "day", "is_labelled"),
    [
        (("出具日期：2026年11月10日", "有效期 2026-11-01"), date(2026, 11, 10), True),
        (("Date of issue", "2026-11-10", "2025-01-01"), date(2026, 11, 10), True),
        (("截至 2026年11月10日",), date(2026, 11, 10), False),
        (("2026-11-11", "2026-11-10"), date(2026, 11, 11), False),
        (("出具日期 2026-11-10", "Date of issue 2026-11-09"), date(2026, 11, 10), False),
        (("Date of issue 2027-01-01",), None, False),  # it is to come
    ],
)
def test_the_day_of_issue_is_read(texts: tuple[str, ...], day: date | None, is_labelled: bool) -> None:  # noqa: FBT001
    guess = guess_paper(file_of("scan.pdf", *texts), CASE, AS_OF)
    assert (guess.day, guess.is_labelled) == (day, is_labelled)


class TestAdded:
    """A paper in its place, and its entry."""

    def test_the_text_of_the_case_stays_as_it_was(self, folder: Path) -> None:
        case = opened(folder)
        [file] = read_files([PAPERS / "bank-certificate.pdf"], Given("funds_proof"))
        new = NewPaper(file, "funds_proof", issued_on=date(2026, 11, 10))
        add_papers(case, [new, NewPaper(read_files([PAPERS / "photo.jpg"], Given("photo"))[0], "photo")])
        bank = "papers/05-funds-proof/funds-proof.pdf"
        lines = (
            f'    {{ "role": "funds_proof", "path": "{bank}", "issued_on": "2026-11-10" }},\n'
            '    { "role": "photo", "path": "papers/02-photo/photo.jpg" }\n'
        )
        text = (folder / "case.json").read_text(encoding="utf-8")
        assert text == START.replace('note.pdf" }\n', f'note.pdf" }},\n{lines}')
        assert (folder / "papers/02-photo/photo.jpg").read_bytes() == (PAPERS / "photo.jpg").read_bytes()
        assert (PAPERS / "photo.jpg").exists()

    def test_no_other_file_is_overwritten(self, folder: Path) -> None:
        (folder / "papers" / "02-photo").mkdir()
        (folder / "papers" / "02-photo" / "photo.jpg").write_text("another")
        [file] = read_files([PAPERS / "photo.jpg"], Given("photo"))
        [added] = add_papers(opened(folder), [NewPaper(file, "photo")])
        assert added.entry["path"] == "papers/02-photo/photo-2.jpg"
        assert (folder / "papers" / "02-photo" / "photo.jpg").read_text() == "another"

    def test_a_file_in_its_place_stays_there(self, folder: Path) -> None:
        place = folder / "papers" / "02-photo"
        place.mkdir()
        shutil.copy(PAPERS / "photo.jpg", place / "王 晓明.jpg")
        for ignored in (".DS_Store", "~$x.docx", "Thumbs.db", "README.txt"):
            (place / ignored).write_text("not a paper")
        case = opened(folder)
        assert find_dropped(case) == [place / "王 晓明.jpg"]
        [file] = read_files(find_dropped(case), Given())
        decision = decide(case, file, Given(), AS_OF)
        assert (decision.role, decision.person) == ("photo", "patient")
        add_papers(case, [NewPaper(file, "photo")])
        assert json.loads((folder / "case.json").read_text())["attachments"][1]["path"] == (
            "papers/02-photo/王 晓明.jpg"
        )
        assert find_dropped(opened(folder)) == []

    def test_the_same_file_twice_is_refused(self, folder: Path) -> None:
        case = opened(folder)
        files = read_files([PAPERS / "hukou.pdf", PAPERS / "photo.jpg", PAPERS / "photo.jpg"], Given("other"))
        problems = find_repeated(case, files)
        assert [problem.code for problem in problems] == ["add-twice", "add-twice"]
        assert "other, patient" in problems[0].message

    def test_a_missing_file_is_one_of_the_folder_of_the_user(self, folder: Path, visa_packet: Command) -> None:
        run = visa_packet("add", folder, "no-such.pdf")
        assert run.code == 5
        assert "relative to the folder in which you are" in run.err

    def test_known_files_and_lock_files_of_a_folder_are_skipped(
        self, folder: Path, visa_packet: Command, tmp_path: Path
    ) -> None:
        given = tmp_path / "given"
        given.mkdir()
        for name in ("~$bank.docx", ".DS_Store"):
            (given / name).write_bytes(b"\0")
        shutil.copy(PAPERS / "hukou.pdf", given)
        for name in ("photo.jpg", "photo-2.jpg"):
            shutil.copy(PAPERS / "photo.jpg", given / name)
        run = visa_packet("add", folder, *sorted(given.iterdir()), given / "photo.jpg", "--as-of", "2026-11-22")
        assert (run.code, run.err) == (0, "")
        lines = [line for line in run.out.splitlines() if "skipped" in line]
        assert [line.partition(":")[0] for line in lines] == [".DS_Store", "~$bank.docx", "hukou.pdf", "photo.jpg"]
        assert "1 paper added" in run.out
        again = visa_packet("add", folder, given / "photo.jpg", "--json")
        assert (again.code, [each["severity"] for each in again.problems]) == (0, ["info"])


class TestNothingHalfDone:
    """If anything fails, case and folder are as before."""

    @pytest.fixture
    def new(self) -> list[NewPaper]:
        names: dict[str, Any] = {"photo.jpg": "photo", "bank-certificate.pdf": "funds_proof"}
        return [NewPaper(read_files([PAPERS / name], Given(role))[0], role) for name, role in names.items()]

    def _fails(self, folder: Path, new: list[NewPaper], case: CaseText) -> str:
        before = papers_in(folder), sorted(folder.rglob("*"))
        with pytest.raises(OutputError) as error:
            add_papers(case, new)
        assert (papers_in(folder), sorted(folder.rglob("*"))) == before
        return error.value.problems[0].code

    def test_the_case_was_changed_meanwhile(self, folder: Path, new: list[NewPaper]) -> None:
        case = opened(folder)
        (folder / "case.json").write_text(START.replace("case-1", "case-2"), encoding="utf-8")
        assert self._fails(folder, new, case) == "add-changed"

    @pytest.mark.parametrize("fails_at", [0, 1])
    def test_a_file_cannot_be_put(
        self, folder: Path, new: list[NewPaper], fails_at: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case, done = opened(folder), list[Path]()
        put: Callable[[Path, Path], None] = add_papers.__globals__["_put"]

        def fail(written: Path, target: Path) -> None:
            if len(done) == fails_at:
                raise OSError(28, "No space left on device")
            put(written, target)
            done.append(target)

        monkeypatch.setitem(add_papers.__globals__, "_put", fail)
        assert self._fails(folder, new, case) == "add-failed"
        assert (folder / "case.json").read_text(encoding="utf-8") == START

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
        (tmp_path / "letter.docx").write_bytes(b"PK")
        (tmp_path / "link.pdf").symlink_to(tmp_path / "gone.pdf")
        names = ("broken.pdf", "letter.docx", "link.pdf")
        with pytest.raises(AttachmentError) as error:
            read_files([tmp_path / name for name in names], Given())
        assert [problem.code for problem in error.value.problems] == [
            "attachment-damaged",
            "attachment-kind",
            "attachment-outside",
        ]


class TestCommand:
    """``visa-packet add``."""

    def test_it_says_what_was_decided(self, folder: Path, visa_packet: Command) -> None:
        shutil.copy(PAPERS / "bank-certificate.pdf", folder.parent / "存款证明.pdf")
        run = visa_packet("add", folder, folder.parent / "存款证明.pdf", "--move", "--no-input", "--lang", "zh")
        assert run.code == 0, run.err
        assert "存款证明.pdf → papers/05-funds-proof/funds-proof.pdf" in run.out
        assert "文件名含“存款证明”、开头有“certificate of deposit”" in run.out
        assert not (folder.parent / "存款证明.pdf").exists()

    def test_what_is_not_certain_is_an_error_for_programs(self, folder: Path, visa_packet: Command) -> None:
        shutil.copy(PAPERS / "photo.jpg", folder.parent / "IMG_1.jpg")
        run = visa_packet("add", folder, folder.parent / "IMG_1.jpg", "--json")
        [result] = run.report["results"]
        assert (run.code, result["added"], result["problems"][0]["code"]) == (5, [], "add-role")
        assert "--role" not in result["problems"][0]["hint"]
        assert "--role" in result["problems"][0]["cli_hint"]
        assert (folder / "case.json").read_text(encoding="utf-8") == START
        run = visa_packet("add", folder, "--json")
        assert (run.code, run.report["results"][0]["added"]) == (0, [])
        run = visa_packet("add", folder.parent / "IMG_1.jpg", folder, "--json")
        assert (run.code, run.report["results"][0]["problems"][0]["code"]) == (2, "add-case")

    def test_it_asks_what_remains_open(
        self, folder: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shutil.copy(PAPERS / "photo.jpg", folder.parent / "IMG_1.jpg")
        answers = iter(["1", "2026-13-01", "2026-11-30", "2026-11-05"])
        monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(answers))
        run = visa_packet("add", folder, folder.parent / "IMG_1.jpg", "--as-of", "2026-11-22")
        assert (run.code, list(answers)) == (0, [])
        assert " 1  Photograph" in run.out
        entry = json.loads((folder / "case.json").read_text(encoding="utf-8"))["attachments"][1]
        assert (entry["role"], entry["issued_on"]) == ("photo", "2026-11-05")


def test_a_signed_scan_gets_its_entry(tmp_path: Path, packet: Path, visa_packet: Command) -> None:
    folder = tmp_path / "wang"
    shutil.copytree(EXAMPLES / "wang-xiaoming", folder)
    scan = shutil.copy(EXAMPLES / "sun-yifan" / "papers" / "hukou.pdf", tmp_path / "scan.pdf")
    wrong = visa_packet("add", folder, scan, "--signed", "invitation", "--packet", packet, "--json")
    assert wrong.report["results"][0]["problems"][0]["code"] == "add-document"
    run = visa_packet(
        *("add", folder, scan, "--signed", "invitation_letter", "--packet", packet),
        *("--issued-on", "2026-11-21", "--json"),
    )
    [added] = run.report["results"][0]["added"]
    rows = json.loads((packet / "manifest.json").read_text(encoding="utf-8"))["documents"]
    printed = next(row["text_sha256"] for row in rows if row["document"] == "invitation-letter")
    assert added["entry"] == {
        "role": "signed",
        "document": "invitation-letter",
        "path": "papers/signed/invitation-letter/invitation-letter.pdf",
        "issued_on": "2026-11-21",
        "printed_hash": printed,
    }
    [unsigned] = (packet / "documents").glob("*-schedule-of-stay.pdf")
    as_it_was = visa_packet("add", folder, unsigned, "--signed", "schedule-of-stay", "--packet", packet, "--json")
    assert as_it_was.report["results"][0]["problems"][0]["code"] == "attachment-own"
    again = visa_packet("add", folder, scan, "--signed", "invitation-letter", "--packet", packet, "--json")
    assert again.report["results"][0]["problems"][0]["code"] == "add-signed"
    place = folder / "papers" / "signed" / "letter-of-guarantee"
    place.mkdir(parents=True)
    shutil.copy(EXAMPLES / "gao-zhiyuan" / "papers" / "hukou.pdf", place / "scan.pdf")
    dropped = visa_packet("add", folder, "--packet", packet, "--issued-on", "2026-11-21", "--json")
    [added] = dropped.report["results"][0]["added"]
    assert added["entry"]["printed_hash"] in {row["text_sha256"] for row in rows}


def test_the_hint_on_a_paper_of_somebody_else_offers_no_way_around_the_rule() -> None:
    problem = worded_problem("add-person", room=ROOM)
    assert all("DOC-18" in problem.in_language(language).hint for language in LANGUAGES)
    assert "--person" not in problem.hint + problem.cli_hint
