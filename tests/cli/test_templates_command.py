"""visa-packet templates: check, new, list, and how they run in the CI of others."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from docx import Document

from pipeline.packet.set_files import load_template_set
from tests.support.built import MEDICAL_STAY, make_set, with_text
from tests.support.cases import AS_OF, EXAMPLES, ROOT
from tests.support.run import Command

pytestmark = [pytest.mark.usefixtures("inline_pools"), pytest.mark.slow]

SMALL = ROOT / "templates" / "short-term-visit"
WRONG = ("guarantor.address.ja", "guarantor.adress.ja")


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A letter with one name misspelt, in the folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    content = (SMALL / "letter-of-guarantee.docx").read_bytes()
    Path("letter.docx").write_bytes(with_text(content, *WRONG))
    return Path("letter.docx")


class TestCheck:
    def test_text(self, visa_packet: Command, letter: Path) -> None:
        run = visa_packet("templates", "check", letter)
        assert run.code == 4
        assert run.out == "letter.docx: 1 template, 1 error, 0 warnings, 1 note; --notes shows it\n"
        assert run.err.startswith("error name-unknown  letter.docx  body, table ")
        assert "did you mean 'address'?" in run.err
        assert "  > 〒{{ guarantor.postal_code }}　{{ guarantor.adress.ja }}" in run.err
        assert "not-tried" not in run.err
        assert "not-tried" in visa_packet("templates", "check", letter, "--notes").err

    @pytest.mark.parametrize("option", [("--json",), ("--format", "json")])
    def test_json(self, visa_packet: Command, letter: Path, option: tuple[str, ...]) -> None:
        run = visa_packet("templates", "check", letter, *option)
        assert run.code == 4
        assert run.report["command"] == "templates check"
        (result,) = run.report["results"]
        assert (result["set"], result["errors"], result["warnings"], result["notes"]) == ("letter.docx", 1, 0, 1)
        (problem,) = [problem for problem in result["problems"] if problem["severity"] == "error"]
        assert set(problem["place"]) == {"part", "paragraph", "cell", "before", "text", "after"}

    def test_sarif_on_standard_output_and_beside_annotations(self, visa_packet: Command, letter: Path) -> None:
        run = visa_packet("templates", "check", letter, "--format", "sarif")
        assert (run.code, run.err) == (4, "")
        both = visa_packet("templates", "check", letter, "--format", "github", "--sarif", "found.sarif")
        assert json.loads(Path("found.sarif").read_text(encoding="utf-8")) == json.loads(run.out)
        assert both.out.startswith("::error file=letter.docx,title=name-unknown::")

    def test_sarif_that_cannot_be_written(self, visa_packet: Command, letter: Path) -> None:
        run = visa_packet("templates", "check", letter, "--sarif", "none/found.sarif")
        assert run.code == 7
        assert "output-sarif" in run.err

    def test_warnings_are_errors_with_strict(self, visa_packet: Command, letter: Path) -> None:
        content = (SMALL / "letter-of-guarantee.docx").read_bytes()
        letter.write_bytes(with_text(content, '<w:tblLayout w:type="fixed"/>', ""))
        assert visa_packet("templates", "check", letter).code == 0
        assert visa_packet("templates", "check", letter, "--strict").code == 4

    def test_what_is_right(self, visa_packet: Command, tmp_path: Path) -> None:
        folder = make_set(tmp_path / "small")
        shutil.copy(SMALL / "letter-of-guarantee.docx", folder / "letter.docx")
        run = visa_packet("templates", "check", folder)
        assert (run.code, run.err) == (0, "")
        assert run.out.startswith(f"{folder}: 1 template, 0 errors, 0 warnings, ")

    def test_findings_of_one_kind_are_printed_once(self, visa_packet: Command, letter: Path) -> None:
        letter.write_bytes((SMALL / "letter-of-guarantee.docx").read_bytes())
        content = with_text(letter.read_bytes(), "滞在費", "滞在費☑")
        content = with_text(content, "帰国旅費", "帰国旅費☑")
        letter.write_bytes(content)
        run = visa_packet("templates", "check", letter)
        assert run.err.count("error glyph-missing") == 1
        assert "  also: body, " in run.err

    def test_an_unknown_set(self, visa_packet: Command) -> None:
        run = visa_packet("templates", "check", "medical-sty", "--json")
        assert run.code == 4
        assert run.report["command"] == "templates check"
        assert [problem["code"] for problem in run.report["problems"]] == ["template-set"]

    @pytest.mark.parametrize("seconds", ["a minute", "0", "-1", "nan", "inf", "1e9"])
    def test_a_wrong_number_of_seconds_is_wrong_use(
        self, visa_packet: Command, monkeypatch: pytest.MonkeyPatch, seconds: str
    ) -> None:
        monkeypatch.setenv("VISA_PACKET_STEP_SECONDS", seconds)
        run = visa_packet("templates", "check")
        assert run.code == 2
        assert "VISA_PACKET_STEP_SECONDS must be a number from 1 to 86400" in run.err

    def test_a_wrong_format_is_wrong_use(self, visa_packet: Command) -> None:
        assert visa_packet("templates", "check", "--format", "xml").code == 2


class TestAdopt:
    def test_a_letter_becomes_a_template_of_a_new_set(self, visa_packet: Command, tmp_path: Path) -> None:
        document = Document()
        document.add_paragraph("王晓明 様")
        document.save(str(tmp_path / "Plain Letter.docx"))
        case = EXAMPLES / "wang-xiaoming" / "case.json"
        arguments = ("templates", "adopt", tmp_path / "Plain Letter.docx", "--case", case, "--in", tmp_path / "set")
        run = visa_packet(*arguments, "--as-of", AS_OF.isoformat())
        assert run.code == 0
        assert f"created {tmp_path / 'set' / 'plain-letter.docx'}\n" in run.out
        assert "{{ patient.name.chinese }}  body, paragraph 1\n" in run.out
        assert "left to do: " in run.out
        assert "王晓明" not in run.out
        again = visa_packet(*arguments, "--json")
        assert (again.code, again.report["problems"][0]["code"]) == (7, "output-exists")


class TestNew:
    def test_a_new_folder_becomes_a_set_that_passes_and_builds(self, visa_packet: Command, tmp_path: Path) -> None:
        folder = tmp_path / "my-own-set"
        run = visa_packet("templates", "new", "letter-of-thanks", "--in", folder, "--json")
        (result,) = run.report["results"]
        assert (run.code, result["entry"]) == (0, None)
        assert result["files"] == [str(folder / "letter-of-thanks.docx"), str(folder / "packet.json")]
        checked = visa_packet("templates", "check", folder)
        assert (checked.code, checked.err.count("warning placeholder-left")) == (0, 1)
        case = EXAMPLES / "chen-lihua" / "case.json"
        built = visa_packet("build", case, "--templates", folder, "-o", tmp_path / "out", "--as-of", AS_OF.isoformat())
        assert built.code == 0, built.err

    def test_it_opens_in_word(self, visa_packet: Command, tmp_path: Path) -> None:
        """As far as python-docx can say; every part that a relationship names is there."""
        visa_packet("templates", "new", "letter", "--in", tmp_path / "set")
        document = Document(io.BytesIO((tmp_path / "set" / "letter.docx").read_bytes()))
        assert {"Title", "Heading 1"} <= {paragraph.style.name for paragraph in document.paragraphs if paragraph.style}

    def test_a_set_gives_its_styles_and_gets_an_entry_to_add(self, visa_packet: Command, tmp_path: Path) -> None:
        folder = Path(shutil.copytree(SMALL, tmp_path / "short-term-visit"))
        first = folder / "invitation-letter.docx"
        first.write_bytes(with_text(first.read_bytes(), 'w:val="34"', 'w:val="35"', "word/styles.xml"))
        run = visa_packet("templates", "new", "thanks", "--in", folder)
        assert run.code == 0
        entry = json.loads(run.out[run.out.index("{") : run.out.rindex("}") + 1])
        assert entry["template"] == "thanks.docx"
        packet = json.loads((folder / "packet.json").read_text(encoding="utf-8"))
        packet["contents"].append(entry)
        (folder / "packet.json").write_text(json.dumps(packet), encoding="utf-8")
        assert "thanks.docx" in load_template_set(str(folder)).templates
        assert b'w:val="35"' in _part(folder / "thanks.docx", "word/styles.xml")

    def test_nothing_is_written_over(self, visa_packet: Command, tmp_path: Path) -> None:
        (tmp_path / "letter.docx").write_bytes(b"mine")
        run = visa_packet("templates", "new", "letter", "--in", tmp_path)
        assert (run.code, (tmp_path / "letter.docx").read_bytes()) == (7, b"mine")
        assert "output-exists" in run.err

    @pytest.mark.parametrize("name", ["Letter", "../letter", "a b", "", "-x.docx", "手紙"])
    def test_a_name_that_packet_json_cannot_hold(self, visa_packet: Command, tmp_path: Path, name: str) -> None:
        run = visa_packet("templates", "new", "--in", tmp_path, "--", name)
        assert run.code == 2
        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_cannot_be_written(self, visa_packet: Command, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        assert visa_packet("templates", "new", "letter", "--in", tmp_path / "file" / "set").code == 7


def _part(path: Path, name: str) -> bytes:
    import zipfile  # noqa: PLC0415 - for this one

    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


class TestList:
    def test_json(self, visa_packet: Command) -> None:
        medical, short = visa_packet("templates", "list", "--json").report["results"]
        assert (medical["id"], short["id"]) == ("medical-stay", "short-term-visit")
        documents = {document["id"]: document for document in medical["documents"]}
        assert documents["list-of-applicants"]["when"] == "companions"
        assert documents["cover-sheet"]["for"] == "everyone"
        assert documents["invitation-letter"]["languages"] == ["ja", "en", "zh"]
        assert {path.name for path in MEDICAL_STAY.glob("*.docx")} == {each["template"] for each in documents.values()}

    def test_text(self, visa_packet: Command) -> None:
        out = visa_packet("templates", "list", "short-term-visit").out
        assert "schedule-of-stay" in out
        assert "medical-stay" not in out


class TestCi:
    """The files that others and this repository use: what they run is run here."""

    def test_the_hook_runs_over_the_files_that_git_gives(self, visa_packet: Command, letter: Path) -> None:
        hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
        (entry,), (files,) = (
            re.findall(r"^  entry: (.+)$", hook, re.MULTILINE),
            re.findall(r"^  files: (.+)$", hook, re.MULTILINE),
        )
        assert re.search(files, str(letter))
        assert re.search(files, "templates/own/packet.json")
        assert not re.search(files, "templates/own/notes.txt")
        program, *arguments = entry.split()
        assert program == "visa-packet"
        run = visa_packet(*arguments, letter)
        assert run.code == 4
        assert "name-unknown" in run.err

    def test_this_repository_uses_its_own_hook(self) -> None:
        config = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
        hook = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
        assert "repo: local" in config
        for text in (config, hook):
            assert "id: visa-packet-templates" in text
            assert "visa-packet templates check" in text
        (files,) = re.findall(r"^        files: (.+)$", config, re.MULTILINE)
        assert all(re.search(files, str(path.relative_to(ROOT))) for path in (ROOT / "templates").rglob("*.docx"))

    @pytest.mark.parametrize(("strict", "code"), [("false", 0), ("true", 4)])
    def test_the_action_annotates(
        self, visa_packet: Command, letter: Path, tmp_path: Path, strict: str, code: int
    ) -> None:
        """Its last step, with a program that prints its arguments where the step before puts the installed one."""
        content = (SMALL / "letter-of-guarantee.docx").read_bytes()
        letter.write_bytes(with_text(content, '<w:tblLayout w:type="fixed"/>', ""))
        program = tmp_path / "visa-packet" / "bin" / "visa-packet"
        program.parent.mkdir(parents=True)
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@"\nexit {code}\n')
        program.chmod(0o755)
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        script = action.rsplit("      run: |\n", 1)[1].replace("\n        ", "\n").strip()
        named = dict(re.findall(r"^        (\w+): \$\{\{ inputs\.(\w+) \}\}$", action, re.MULTILINE))
        assert named.items() >= {"SETS": "sets", "STRICT": "strict", "NOTES": "notes", "SARIF": "sarif"}.items()
        environment = {
            "SETS": f"{letter}\n{letter}\n",
            "STRICT": strict,
            "SARIF": "out.sarif",
            "RUNNER_TEMP": str(tmp_path),
        }
        environment["GITHUB_STEP_SUMMARY"] = str(tmp_path / "summary.md")
        done = subprocess.run(
            ["bash", "-c", script],  # noqa: S607 - as the action does
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert done.stdout.splitlines()[-2:] == [str(letter)] * 2
        run = visa_packet(*done.stdout.splitlines())
        assert run.code == code
        assert run.out.startswith("::warning file=letter.docx,title=table-layout::")
        assert json.loads(Path("out.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
        assert "| warning | 0 |" in (tmp_path / "summary.md").read_text(encoding="utf-8")

    def test_every_action_that_it_uses_is_pinned(self) -> None:
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        used = re.findall(r"uses: (\S+) # v[\d.]+\n", action)
        assert len(used) == action.count("uses: ")
        assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in used)

    def test_the_cache_of_the_action_belongs_to_the_lock(self, tmp_path: Path) -> None:
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        assert "key: visa-packet-" in action
        assert "${{ steps.lock.outputs.digest }}" in action
        (script,) = re.findall(r"id: lock .*\n(?:.*\n){3}      run: (.*)\n", action)
        out = tmp_path / "output"
        environment = {**os.environ, "ACTION_PATH": str(ROOT), "GITHUB_OUTPUT": str(out)}
        subprocess.run(["bash", "-c", script], env=environment, check=True)  # noqa: S607 - as the action does
        assert re.fullmatch(r"digest=[0-9a-f]{40}\n", out.read_text(encoding="utf-8"))

    def test_the_action_installs_what_the_lock_names(self) -> None:
        """As `make demo` does. Without --no-deps and a lock, a new release of any library could break others' CI."""
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        script = re.findall(r"run: \|\n((?: {8}.*\n)+)", action)[0]
        assert "--no-deps" in script
        assert '--require-hashes -r "$ACTION_PATH/requirements.lock"' in script
        assert '--no-build-isolation "$ACTION_PATH"' in script

    def test_inputs_of_the_action_are_never_part_of_a_command(self) -> None:
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        scripts = re.findall(r"run: \|\n((?: {8}.*\n)+)", action)
        assert len(scripts) == 3
        assert not [script for script in scripts if "${{" in script]

    def test_the_documentation_shows_inputs_that_there_are(self) -> None:
        page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
        action = (ROOT / "action.yml").read_text(encoding="utf-8")
        example = page[page.index("uses: OWNER/visa-packet") :].split("```", 1)[0]
        for name in re.findall(r"^          (\w+): ", example, re.MULTILINE):
            assert f"\n  {name}:\n" in action
