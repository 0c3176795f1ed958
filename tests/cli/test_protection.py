"""Encryption, copies for third parties and digital signatures, through the command line."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from pypdf import PdfReader

from pipeline.bundle.volumes import split
from pipeline.case.load import load_case
from pipeline.case.masking import identity_numbers
from pipeline.formats.pdf.reading import read_pages, squeeze, text_of
from pipeline.options import BuildOptions
from pipeline.publish.manifest import read_manifest
from pipeline.run.one import build_case
from tests.support.authority import PASSWORD, Authority
from tests.support.built import make_part, make_set
from tests.support.cases import AS_OF, EXAMPLES, Edit
from tests.support.run import Command, assert_refused

pytestmark = pytest.mark.slow

CASE = EXAMPLES / "sun-yifan" / "case.json"
DAY = ("--as-of", "2026-11-22")
SIGNED_BY_HOSPITAL = ["invitation-letter", "regenerative-medicine-sheet", "treatment-schedule"]
SIGNED_BY_GUARANTOR = ["letter-of-guarantee", "list-of-applicants", "schedule-of-stay"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the keys of a hospital and a guarantor, the password of both, and who certified them."""
    folder, made = tmp_path_factory.mktemp("authority"), Authority()
    (folder / "hospital.p12").write_bytes(made.p12("Aoba Clinic"))
    (folder / "guarantor.p12").write_bytes(made.p12("みほん医療"))
    (folder / "authority.pem").write_bytes(made.pem)
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder with the packet of the athlete who travels with a companion, ready to be signed."""
    out = tmp_path_factory.mktemp("out")
    build_case(CASE, out, BuildOptions(AS_OF, signature_fields=True, recipient_copy=True))
    return out


#: Two documents that the hospital signs, and one that the guarantor signs: quicker than all.
FEW = ("invitation-letter", "letter-of-guarantee", "treatment-schedule")


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A template set of these documents."""
    return make_part(tmp_path_factory.mktemp("set") / "few", *FEW)


@pytest.fixture(scope="module")
def built_few(few: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder with a packet of these documents, to be signed."""
    out = tmp_path_factory.mktemp("few")
    build_case(CASE, out, BuildOptions(AS_OF, str(few), signature_fields=True))
    return out


@pytest.fixture
def out(built_few: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copytree(built_few, tmp_path / "out")


@pytest.fixture
def signed(out: Path, authority: Path, visa_packet: Command) -> Callable[[str], None]:
    def sign(field: str) -> None:
        key = authority / f"{field.partition('.')[0]}.p12"
        arguments = ("--field", field, "--p12", key, "--password-file", authority / "password", "--json")
        run = visa_packet("sign", out / "sun-yifan", *arguments)
        assert (run.code, run.report["results"][0]["problems"]) == (0, [])

    return sign


class TestFields:
    def test_each_signed_document_has_a_field_of_its_signer(self, built: Path) -> None:
        fields = PdfReader(built / "sun-yifan" / "bundle.pdf").get_fields() or {}
        wanted = [f"hospital.{name}" for name in SIGNED_BY_HOSPITAL]
        wanted += [f"guarantor.{name}" for name in SIGNED_BY_GUARANTOR]
        assert sorted(name for name in fields if "." in name) == sorted(wanted)

    def test_a_field_is_on_the_page_of_its_document(self, built: Path) -> None:
        manifest = json.loads((built / "sun-yifan" / "manifest.json").read_text(encoding="utf-8"))
        rows = {row["id"]: row for row in manifest["bundles"][0]["page_map"]}
        with pikepdf.open(built / "sun-yifan" / "bundle.pdf") as pdf:
            for number, page in enumerate(pdf.pages, start=1):
                for note in page.obj.get("/Annots", []):
                    if note.Subtype == "/Widget":
                        row = rows[str(note.T)]
                        assert row["page"] <= number < row["page"] + row["pages"]

    def test_without_the_option_there_is_none(self, packet: Path) -> None:
        assert not PdfReader(packet / "bundle.pdf").get_fields()

    def test_a_volume_has_none_for_it_is_not_the_bundle(self, built: Path) -> None:
        bundle = (built / "sun-yifan" / "bundle.pdf").read_bytes()
        manifest = read_manifest((built / "sun-yifan" / "manifest.json").read_bytes())
        volumes = split("bundle.pdf", bundle, manifest.bundles[0].page_map, len(bundle) // 2)
        assert len(volumes) > 1
        for volume in volumes:
            with pikepdf.open(io.BytesIO(volume.pdf)) as pdf:
                assert [note for page in pdf.pages for note in page.obj.get("/Annots", [])] == []

    def test_fields_go_with_no_password(self, visa_packet: Command, tmp_path: Path, authority: Path) -> None:
        arguments = ("--encrypt", "--signature-fields", "--password-file", authority / "password")
        run = visa_packet("build", CASE, "-o", tmp_path / "none", *DAY, *arguments, "--json")
        assert_refused(run, tmp_path / "none", 2)


def missing(name: str) -> None:
    raise ModuleNotFoundError(name)


class TestSigning:
    def test_two_sign_and_the_packet_is_still_right(
        self, out: Path, authority: Path, signed: Callable[[str], None], visa_packet: Command
    ) -> None:
        signed("hospital")
        signed("guarantor")
        run = visa_packet("verify", out / "sun-yifan", "--trust", authority / "authority.pem", "--json")
        (result,) = run.report["results"]
        assert (run.code, result["looked_into"]) == (0, True)
        assert [row["field"].partition(".")[2] for row in result["signatures"]] == [
            "treatment-schedule",
            "invitation-letter",
            "letter-of-guarantee",
        ]
        assert {row["signer"] for row in result["signatures"]} == {"Aoba Clinic", "みほん医療"}
        assert all(row["trusted"] for row in result["signatures"])

    def test_signers_are_reported(self, out: Path, signed: Callable[[str], None], visa_packet: Command) -> None:
        signed("hospital.treatment-schedule")
        run = visa_packet("verify", out / "sun-yifan")
        assert "bundle.pdf: hospital.treatment-schedule signed by Aoba Clinic" in run.out
        assert run.err == ""

    def test_a_signer_of_others_is_reported(
        self, out: Path, tmp_path: Path, signed: Callable[[str], None], visa_packet: Command
    ) -> None:
        signed("hospital.treatment-schedule")
        (tmp_path / "other.pem").write_bytes(Authority().pem)
        run = visa_packet("verify", out / "sun-yifan", "--trust", tmp_path / "other.pem", "--json")
        assert (run.code, [problem["code"] for problem in run.problems]) == (8, ["verify-signer"])
        assert "--trust" in run.problems[0]["hint"]

    def test_what_is_added_and_not_signed_is_reported(self, out: Path, visa_packet: Command) -> None:
        with (out / "sun-yifan" / "bundle.pdf").open("ab") as file:
            file.write(b"\n% more\n")
        run = visa_packet("verify", out / "sun-yifan", "--json")
        assert (run.code, [problem["code"] for problem in run.problems]) == (8, ["verify-added"])
        assert "as they signed it" in run.problems[0]["hint"]

    def test_what_is_added_is_reported_without_the_libraries_too(
        self, out: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with (out / "sun-yifan" / "bundle.pdf").open("ab") as file:
            file.write(b"x")
        monkeypatch.setattr("pipeline.errors.importlib", SimpleNamespace(import_module=missing))
        run = visa_packet("verify", out / "sun-yifan", "--json")
        assert (run.code, [problem["code"] for problem in run.problems]) == (8, ["verify-added"])
        assert "visa-packet[sign]" in run.problems[0]["hint"]

    def test_a_change_of_the_signed_part_is_reported(
        self, out: Path, signed: Callable[[str], None], visa_packet: Command
    ) -> None:
        signed("hospital.treatment-schedule")
        bundle = out / "sun-yifan" / "bundle.pdf"
        bundle.write_bytes(bundle.read_bytes().replace(b"/Lang", b"/Long", 1))
        assert visa_packet("verify", out / "sun-yifan", "--json").code == 8

    def test_only_a_right_packet_is_signed(self, out: Path, authority: Path, visa_packet: Command) -> None:
        (out / "sun-yifan" / "documents" / "more.pdf").write_bytes(b"")
        key, password = authority / "hospital.p12", authority / "password"
        before = (out / "sun-yifan" / "bundle.pdf").read_bytes()
        run = visa_packet(
            "sign", out / "sun-yifan", "--field", "hospital", "--p12", key, "--password-file", password, "--json"
        )
        assert (run.code, run.problems[0]["code"]) == (8, "verify-unlisted")
        assert (out / "sun-yifan" / "bundle.pdf").read_bytes() == before

    def test_a_bundle_alone_can_be_signed(
        self, built_few: Path, tmp_path: Path, authority: Path, visa_packet: Command
    ) -> None:
        bundle = tmp_path / "mailed" / "received.pdf"
        bundle.parent.mkdir()
        shutil.copy(built_few / "sun-yifan" / "bundle.pdf", bundle)
        key, password = authority / "guarantor.p12", authority / "password"
        run = visa_packet("sign", bundle, "--field", "guarantor", "--p12", key, "--password-file", password)
        assert (run.code, "guarantor.letter-of-guarantee" in run.out) == (0, True)

    @pytest.mark.parametrize("wrong", ["no-field", "no-key", "no-bundle", "no-password"])
    def test_wrong_use_changes_nothing(self, out: Path, authority: Path, visa_packet: Command, wrong: str) -> None:
        bundle = out / "sun-yifan" / "bundle.pdf"
        before = bundle.read_bytes()
        run = visa_packet(
            "sign",
            out / "nobody" if wrong == "no-bundle" else bundle,
            *("--field", "embassy" if wrong == "no-field" else "hospital"),
            *("--p12", authority / ("missing.p12" if wrong == "no-key" else "hospital.p12")),
            *(() if wrong == "no-password" else ("--password-file", authority / "password")),
            "--json",
        )
        assert run.code == 2
        assert all(problem["hint"] for problem in run.problems)
        assert bundle.read_bytes() == before

    def test_without_its_libraries_signing_says_how_to_get_them(
        self, out: Path, authority: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pipeline.errors.importlib", SimpleNamespace(import_module=missing))
        run = visa_packet("sign", out / "sun-yifan", "--field", "a", "--p12", authority / "hospital.p12", "--json")
        assert (run.code, "visa-packet[sign]" in run.problems[0]["hint"]) == (2, True)


class TestBuildingAgain:
    def test_a_signed_packet_that_is_current_stays(
        self, out: Path, few: Path, signed: Callable[[str], None], visa_packet: Command
    ) -> None:
        signed("hospital.treatment-schedule")
        before = (out / "sun-yifan" / "bundle.pdf").read_bytes()
        run = visa_packet("build", CASE, "-o", out, *DAY, "--templates", few, "--signature-fields", "--json")
        assert (run.code, run.report["results"][0]["status"]) == (0, "current")
        assert (out / "sun-yifan" / "bundle.pdf").read_bytes() == before

    def test_a_signed_packet_is_not_lost_when_something_changed(
        self, out: Path, few: Path, signed: Callable[[str], None], visa_packet: Command
    ) -> None:
        signed("hospital.treatment-schedule")
        before = (out / "sun-yifan" / "bundle.pdf").read_bytes()
        run = visa_packet(
            "build", CASE, "-o", out, "--as-of", "2026-11-23", "--templates", few, "--signature-fields", "--json"
        )
        assert (run.code, run.problems[-1]["code"]) == (7, "output-signed")
        assert (out / "sun-yifan" / "bundle.pdf").read_bytes() == before


class TestCopy:
    def test_no_identity_number_is_in_the_copy(self, built: Path) -> None:
        copy = (built / "sun-yifan" / "recipient-copy.pdf").read_bytes()
        numbers = list(identity_numbers(load_case(CASE).case))
        assert len(numbers) >= 4
        assert [number for number in numbers if squeeze(number) in text_of(copy)] == []
        with pikepdf.open(io.BytesIO(copy)) as pdf:
            for thing in pdf.objects:
                content = thing.read_bytes() if isinstance(thing, pikepdf.Stream) else b""
                assert not any(number.encode() in content for number in numbers)

    def test_the_copy_says_what_it_is_and_holds_the_documents(self, built: Path) -> None:
        copy = (built / "sun-yifan" / "recipient-copy.pdf").read_bytes()
        texts = [squeeze(page.text) for page in read_pages(copy)]
        assert all(squeeze("写し / COPY") in text for text in texts)
        assert "孙一帆" in texts[0]
        assert len(PdfReader(io.BytesIO(copy)).outline) == 12

    def test_a_number_in_a_text_is_reported(self, edit: Edit, tmp_path: Path, visa_packet: Command) -> None:
        small = make_set(tmp_path / "small", "{{ condition.diagnosis.ja }}")
        number = load_case(EXAMPLES / "wang-xiaoming" / "case.json").case.patient.passport.number
        case = edit({"/condition/diagnosis/ja": f"膝（旅券 {number}）"})
        arguments = ("--templates", small, "--recipient-copy", "--allow-missing", "--json")
        run = visa_packet("build", case, "-o", tmp_path / "none", *DAY, *arguments)
        assert (run.code, not (tmp_path / "none").exists()) == (3, True)
        found = [problem["pointer"] for problem in run.problems if problem["code"] == "copy-number"]
        assert found == ["/condition/diagnosis/ja"]
        assert number not in run.out + run.err


class TestEncryption:
    @pytest.fixture
    def encrypted(self, tmp_path: Path, visa_packet: Command) -> Path:
        small = make_set(tmp_path / "small", "{{ patient.name.chinese }}")
        (tmp_path / "password").write_text("秘密\nmore", encoding="utf-8")
        case = EXAMPLES / "wang-xiaoming" / "case.json"
        arguments = ("--templates", small, "--encrypt", "--password-file", tmp_path / "password", "--json")
        run = visa_packet("build", case, "-o", tmp_path / "out", *DAY, *arguments)
        assert run.code == 0
        return tmp_path / "out" / "wang-xiaoming"

    def test_nothing_can_be_read_without_the_password(self, encrypted: Path) -> None:
        files = [path for path in encrypted.rglob("*") if path.is_file()]
        assert {path.suffix for path in files} == {".pdf", ".json"}
        for path in files:
            if path.suffix == ".pdf":
                with pytest.raises(pikepdf.PasswordError):
                    pikepdf.open(path)
                pikepdf.open(path, password="秘密").close()  # noqa: S106 - a test's

    def test_verify_compares_hashes_and_with_the_password_all(
        self, encrypted: Path, tmp_path: Path, visa_packet: Command
    ) -> None:
        found = [
            visa_packet("verify", encrypted, *more, "--json").report["results"][0]["looked_into"]
            for more in ((), ("--password-file", tmp_path / "password"))
        ]
        assert found == [False, True]
        assert "only hashes were checked" in visa_packet("verify", encrypted).out

    def test_another_password_is_reported(self, encrypted: Path, tmp_path: Path, visa_packet: Command) -> None:
        (tmp_path / "password").write_text("other", encoding="utf-8")
        run = visa_packet("verify", encrypted, "--password-file", tmp_path / "password", "--json")
        assert (run.code, run.problems[0]["code"]) == (8, "verify-password")
        assert run.problems[0]["hint"] == "correct the password"

    def test_the_environment_may_hold_the_password(
        self, encrypted: Path, visa_packet: Command, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VISA_PACKET_PASSWORD", "秘密")
        assert visa_packet("verify", encrypted, "--json").report["results"][0]["looked_into"] is True

    @pytest.mark.parametrize("content", ["", "\nsecond line", None])
    def test_a_file_without_password_is_reported(
        self, tmp_path: Path, visa_packet: Command, content: str | None
    ) -> None:
        file = tmp_path / "password"
        if content is not None:
            file.write_text(content, encoding="utf-8")
        run = visa_packet("build", CASE, "-o", tmp_path / "none", "--encrypt", "--password-file", file, "--json")
        assert_refused(run, tmp_path / "none", 2)

    def test_a_password_without_encryption_is_wrong_use(
        self, tmp_path: Path, authority: Path, visa_packet: Command
    ) -> None:
        run = visa_packet("build", CASE, "-o", tmp_path / "none", "--password-file", authority / "password", "--json")
        assert_refused(run, tmp_path / "none", 2)

    def test_an_encrypted_bundle_is_not_signed(self, encrypted: Path, authority: Path, visa_packet: Command) -> None:
        arguments = ("--p12", authority / "hospital.p12", "--password-file", authority / "password", "--json")
        run = visa_packet("sign", encrypted, "--field", "hospital", *arguments)
        assert (run.code, run.problems[0]["code"]) == (2, "sign-encrypted")
