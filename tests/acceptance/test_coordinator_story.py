"""The coordinator's story: from an empty folder to a packet that is ready to file.

In this process with four documents; in `make soak` with an installed wheel and the shipped set.

A patient of Shanghai, a rotator cuff, a clinic in Kyoto, two visits. Nobody writes a line of JSON.
"""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.attachments import page_text, pdf_of
from tests.support.built import make_part
from tests.support.cases import EXAMPLES
from tests.support.run import Command, Run
from tests.support.scans import scan_of
from tests.support.wheels import Installed

pytestmark = pytest.mark.slow

CASE = "case-2026-0001"
START = ["李雨桐", "LI", "YUTONG", "上海市浦东新区虚构路88号", "0", "肩袖损伤", "hibari", "2", "mihon"]
PATIENT = [
    *("女", "1987年6月23日", "CHN", "会社員", "Office worker", "公司职员", "+86 21 0000 0123"),
    *("EK0234567", "普通护照", "CHN", "2022/5/19", "2032-05-18"),
]
HOSPITAL = [
    *("肩腱板損傷（スポーツ外傷後）", "Rotator cuff injury after a sports injury", "肩袖损伤（运动损伤后）", "右"),
    "水泳中の受傷後、保存療法を続けても右肩の痛みが残るため、当院で遠隔相談のうえ受診を予定しています。",
    "Right shoulder pain has continued after a swimming injury; the visit follows a remote consultation with us.",
    "游泳受伤后经保守治疗右肩仍有疼痛，经本院远程咨询后预定来院就诊。",
    "自己脂肪由来間葉系幹細胞（培養）の腱板投与",
    "Injection of cultured autologous adipose-derived mesenchymal stem cells into the rotator cuff",
    "自体脂肪来源间充质干细胞（培养）肩袖注射",
]
FIRST_STAY = [
    *("2027-02-02", "2027-02-08", "n", "森田 航", "MORITA Wataru"),
    *("診察、検査および脂肪組織の採取", "Examinations and harvest of fat tissue", "检查及脂肪组织采集"),
    *("2027-02-03", "examination", "2027-02-04", "harvest", ""),
]
SECOND_STAY = [
    *("2027-04-06", "2027-04-13", "n", "森田 航", "MORITA Wataru"),
    *("培養した細胞の投与および経過観察", "Injection of the cultured cells and observation", "培养细胞注射及观察"),
    *("2027-04-08", "injection", "2027-04-12", "follow_up", ""),
]
LODGING = [
    *("ホテルみほん京都", "Hotel Mihon Kyoto"),
    *("京都府架空市見本町22丁目23番24号", "22-23-24 Mihon-cho, Kaku-shi, Kyoto", "+81 75 000 0025"),
]
REASON = [
    "第1回の来日で脂肪を採取し、培養の期間の後、第2回の来日で投与するため、2回の来日が必要です。",
    "Fat is taken at the first visit and the cells are injected at the second; two visits are therefore needed.",
    "首次来日采集脂肪，经过培养后，第二次来日进行注射，因此需要两次来日。",
]
AGENCY = ["2026-12-07", "2026-12-21"]
REST = [*LODGING, *LODGING, *REASON, "上海虚构签证代理机构"]
PAPER_DAYS = ["2026-12-01", "2026-12-05", "2026-12-04", "2026-11-25"]


def paper(*texts: str) -> bytes:
    """A paper of the patient from somebody else."""
    pages = [f"{text} LI YUTONG EK0234567" for text in texts]
    return pdf_of(*(page_text(text, 12) for text in pages))


PAPERS = {
    "01-passport/护照.pdf": paper("Passport"),
    "03-visa-application/scan.pdf": paper("Visa application"),
    "04-combined-form/from the clinic.pdf": paper("Combined form"),
    "05-funds-proof/bank.pdf": paper("Certificate of deposit"),
    "06-identity-document/1.pdf": paper("Household", "Owner", "Patient"),
}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    folder.mkdir()
    return folder


def test_from_new_to_ready_to_file(
    visa_packet: Command, office: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = ("cover-sheet", "invitation-letter", "letter-of-guarantee", "schedule-of-stay")
    templates = str(make_part(tmp_path / "set", *documents))
    monkeypatch.chdir(office)

    def run(*arguments: str, typed: str) -> Run:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return visa_packet(*arguments, *(() if "--sample-directory" in arguments else ("--templates", templates)))

    to_ready_to_file(run, office, without=3)


@pytest.mark.soak
@pytest.mark.process
def test_the_same_with_an_installed_wheel(installed: Installed, office: Path) -> None:
    def run(*arguments: str, typed: str) -> Run:
        done = installed.run("-m", "pipeline", *arguments, cwd=office, typed=typed)
        return Run(done.returncode, done.stdout, done.stderr)

    to_ready_to_file(run, office, without=8)


def to_ready_to_file(run: Callable[..., Run], office: Path, without: int) -> None:
    """Go from nothing to a packet that is ready to file. The draft is ``without`` so many documents."""
    commands = []

    def visa_packet(*arguments: str, typed: list[str] | None = None) -> Run:
        commands.append(arguments)
        done = run(*arguments, typed="".join(f"{line}\n" for line in typed or []))
        assert done.code == 0, done.err
        assert "Traceback" not in done.err
        return done

    as_of = ("--as-of", "2026-12-08")
    visa_packet("new", "--sample-directory", "--lang", "zh")
    started = visa_packet("new", CASE, "--lang", "zh", typed=START)
    assert f"visa-packet answer {CASE}" in started.out
    assert "日本国驻上海总领事馆" in started.out
    readme = (office / CASE / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"visa-packet (\w+)", readme)) == {"answer", "add", "status", "build"}

    draft = visa_packet("build", CASE, "--draft", *as_of, "--lang", "zh")
    assert "草案：不得递交" in draft.out
    assert f"草稿不含 {without} 份" in draft.err

    answers = [*PATIENT, *HOSPITAL, *FIRST_STAY, *SECOND_STAY, *AGENCY, *REST]
    assert "所有问题均已回答" in visa_packet("answer", CASE, *as_of, "--lang", "zh", typed=answers).out

    for name, content in PAPERS.items():
        (office / CASE / "papers" / name).write_bytes(content)
    shutil.copy(EXAMPLES / "wang-xiaoming" / "papers" / "photo.jpg", office / CASE / "papers" / "02-photo")
    visa_packet("add", CASE, *as_of, "--lang", "zh")
    visa_packet("answer", CASE, *as_of, "--lang", "zh", typed=PAPER_DAYS)
    assert "待签章" in visa_packet("build", CASE, *as_of, "--lang", "zh").out

    for place in (office / CASE / "papers" / "signed").iterdir():
        [printed] = (office / "out" / CASE / "documents").glob(f"*-{place.name}.pdf")
        (place / "扫描.pdf").write_bytes(scan_of(printed))
    visa_packet("add", CASE, "--issued-on", "2026-12-09", "--as-of", "2026-12-10", "--lang", "zh")
    final = visa_packet("build", CASE, "--as-of", "2026-12-10", "--lang", "zh")
    assert "可递交：材料和签章原件均已齐全" in final.out
    assert len(commands) == 9
