"""``visa-packet reminders``: the drafts in a folder, run after run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.built import names_in
from tests.support.patients import make_patients
from tests.support.run import Command
from tests.support.shared import Shared

DAY = ("--as-of", "2026-11-22")


@pytest.fixture(scope="module")
def patients(shared: Shared) -> Path:
    return shared.folder("patients", make_patients)


def test_a_draft_for_each_person(visa_packet: Command, patients: Path, tmp_path: Path) -> None:
    run = visa_packet("reminders", patients, "-o", tmp_path / "out", *DAY, "--json")
    found = {result["case_id"]: result for result in run.report["results"]}
    assert run.code == 9
    assert {name: result["exit_code"] for name, result in found.items() if result["exit_code"]} == {"p-broken": 3}
    paths = [letter["path"] for result in found.values() for letter in result["letters"]]
    assert names_in(tmp_path / "out") == sorted(Path(path).name for path in paths)
    assert [letter["to"] for letter in found["p-asked"]["letters"] if not letter["has_address"]] == ["agency"]


def test_who_has_nothing_to_do_any_more_loses_the_draft(visa_packet: Command, patients: Path, tmp_path: Path) -> None:
    own, foreign = tmp_path / "p-unsigned-patient.eml", tmp_path / "p-unsigned-agency.eml"
    own.write_bytes(b"X-Mailer: visa-packet reminders\r\n")
    foreign.write_bytes(b"Subject: mine\r\n")
    run = visa_packet("reminders", patients / "p-unsigned", "-o", tmp_path, *DAY)
    assert (run.code, run.err) == (0, "")
    assert run.out.endswith("Drafts: 2. Nothing was sent: open them in your mail program, check them, and send them.\n")
    assert names_in(tmp_path) == ["p-unsigned-agency.eml", "p-unsigned-guarantor.eml", "p-unsigned-hospital.eml"]


def test_a_file_of_somebody_else_stays_and_nothing_is_written(
    visa_packet: Command, patients: Path, tmp_path: Path
) -> None:
    (tmp_path / "p-unsigned-guarantor.eml").write_bytes(b"Subject: mine\r\n")
    assert visa_packet("reminders", patients / "p-unsigned", "-o", tmp_path, *DAY).code == 7
    assert names_in(tmp_path) == ["p-unsigned-guarantor.eml"]


def test_the_same_id_twice_costs_only_the_two(
    visa_packet: Command, patients: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    cases, out = tmp_path / "cases", tmp_path / "out"
    for name in ("p-asked", "p-blocked"):
        (cases / name).mkdir(parents=True)
        (cases / name / "case.json").write_bytes((patients / name / "case.json").read_bytes())
    copy = cases / "p-asked - copy"
    copy.mkdir()
    (copy / "case.json").write_bytes((patients / "p-asked" / "case.json").read_bytes())
    run = visa_packet("reminders", cases, "-o", out, *DAY)
    assert (run.code, run.err.count("case-id-repeated")) == (9, 2)
    assert f"{copy} has the same case id" in run.err
    assert {name.partition(".")[0].rpartition("-")[0] for name in names_in(out)} == {"p-blocked"}
    calendar = tmp_path / "all.ics"
    lines = visa_packet("status", cases, *DAY, "--ics", calendar).out.splitlines()[1:3]
    assert [line.partition("  ")[0] for line in lines] == [f"p-asked ({copy})", f"p-asked ({cases / 'p-asked'})"]
    assert all("cannot be read" in line for line in lines)
    events = [line for line in calendar.read_text(encoding="utf-8").splitlines() if line.startswith("UID:")]
    assert len(set(events)) == len(events) > 0


def test_options(visa_packet: Command, patients: Path, tmp_path: Path) -> None:
    sender = tmp_path / "me.txt"
    sender.write_bytes("田中".encode("shift_jis"))
    case, out = patients / "p-asked", tmp_path / "out"
    assert visa_packet("reminders", case, "-o", out, "--sender", sender).code == 2
    assert visa_packet("reminders", case, "-o", out, "--write", "patient=fr").code == 2
    assert not out.exists()
    run = visa_packet("reminders", case, "-o", out, *DAY, "--to", "patient", "--write", "patient=en", "--json")
    [letter] = run.report["results"][0]["letters"]
    assert (run.code, letter["to"], letter["language"]) == (0, "patient", "en")
    assert names_in(out) == ["p-asked-patient.eml"]
