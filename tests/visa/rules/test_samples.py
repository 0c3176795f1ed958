"""Every sample in tests/visa/rules/samples: the rule must fire where the sample says, and only there."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pikepdf
import pytest
from msgspec import structs

from pipeline.attachments.forms.in_packet import filling_for, form_findings, mapping_for
from pipeline.attachments.messages import ReadLine
from pipeline.attachments.read_paper import convert, make_request, with_form
from pipeline.attachments.scan_search import search_scan
from pipeline.attachments.wanted import wanted_of
from pipeline.case.load import LoadedCase, load_case
from pipeline.case.model import Case
from pipeline.documents.drawing import draw_documents, page_findings
from pipeline.documents.edited import edited_findings, fill_document, text_sha256
from pipeline.documents.signed_originals import ChangeCheck, signed_findings
from pipeline.errors import Problem
from pipeline.formats.word.parts import MAIN_PART
from pipeline.formats.word.text import word_text
from pipeline.formats.zip_archive import pack
from pipeline.language import LANGUAGES
from pipeline.options import DocumentOptions
from pipeline.packet.packet_parts import Packet
from pipeline.packet.paper import Paper
from pipeline.packet.paper_rules import missing_papers, paper_findings, set_findings, unfilled_documents
from pipeline.packet.plan import plan_packet
from pipeline.packet.planned_case import PlannedCase
from pipeline.packet.set_files import load_template_set
from pipeline.packet.template_set import TemplateSet
from pipeline.system.atomic import sha256
from pipeline.visa.rules.catalogue import checked_rules
from pipeline.visa.rules.checks import check_rules
from pipeline.visa.rules.filed_plan import plan_differences
from tests.support.attachments import add_field, add_link, add_signature, page_text
from tests.support.built import MEDICAL_STAY, make_picture, saved
from tests.support.cases import AS_OF, EXAMPLES, PERSONAL, REMOVE, change
from tests.support.forms_made import Form

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parent / "samples"
FILES = sorted(SAMPLES.glob("*/*.json"))
FIELDS = {"why", "as_of", "edits", "remove", "packet", "templates", "paper", "form", "accepted", "edited", "expect"}


@dataclass(frozen=True)
class Sample:
    """One sample file."""

    rule: str
    fires: bool
    content: dict[str, Any]

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.content["as_of"]) if "as_of" in self.content else AS_OF

    @property
    def edits(self) -> dict[str, Any]:
        edits: dict[str, Any] = self.content["edits"]
        return edits | dict.fromkeys(self.content.get("remove", ()), REMOVE)


def sample(file: Path) -> Sample:
    return Sample(file.parent.name, file.name.startswith("fires-"), json.loads(file.read_text(encoding="utf-8")))


def findings(
    edits: dict[str, Any], as_of: date, folder: Path, content: Mapping[str, Any] = MappingProxyType({})
) -> list[Problem]:
    """Return the findings of all rules on the example with ``edits``. Fail if the changed case violates the schema.

    ``content`` is a sample with changes to the template set or with a paper; otherwise nothing is drawn or read.
    """
    data = json.loads((EXAMPLES / "wang-xiaoming" / "case.json").read_text(encoding="utf-8"))
    path = folder / "case.json"
    if "edited" in content:
        data["edited_documents"] = [edited_entry(content["edited"], folder)]
    change(data, edits)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    loaded = load_case(path, EXAMPLES / "directory")
    templates = load_template_set(changed_set(folder / "set", content))
    packet = plan_packet(loaded.case, templates)
    papers = read_papers(loaded.case, templates, folder, content["paper"]) if "paper" in content else {}
    planned = PlannedCase(loaded, templates, packet, "to_be_signed", templates.packet.languages)
    problems = [
        *check_rules(loaded.case, as_of, loaded.json_file),
        *plan_differences(loaded),
        *missing_papers(packet, loaded.json_file),
        *unfilled_documents(packet, loaded.json_file),
        *signed_findings(planned, ChangeCheck(as_of, content.get("accepted", False))),
        *edited_findings(planned, as_of),
        *set_findings(loaded, templates, packet),
        *paper_findings(packet, papers, loaded.json_file),
        *(findings_in_form(content["form"], loaded, as_of) if "form" in content else ()),
    ]
    if "templates" in content:
        apart = replace(planned, packet=Packet((), packet.documents))
        problems += page_findings(draw_documents(apart, papers, DocumentOptions(as_of)))
    return problems


def edited_entry(wanted: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Write a document of the example with other words as ``edited.docx``. Return its entry."""
    loaded = load_case(EXAMPLES / "wang-xiaoming" / "case.json")
    templates = load_template_set("medical-stay")
    packet = plan_packet(loaded.case, templates)
    planned = PlannedCase(loaded, templates, packet, "to_be_signed", templates.packet.languages)
    [part] = [part for part in packet.documents if part.document == wanted["document"]]
    filled = fill_document(planned, part, AS_OF)
    parts = dict(filled.word.parts)
    for old, new in wanted.get("words", {}).items():
        assert old.encode() in parts[MAIN_PART]
        parts[MAIN_PART] = parts[MAIN_PART].replace(old.encode(), new.encode())
    (folder / "edited.docx").write_bytes(pack(parts))
    return {
        "document": part.document,
        "path": "edited.docx",
        "printed_hash": text_sha256(word_text(filled.word.xml)),
        "template_hash": wanted.get("template_hash") or sha256(templates.templates[part.template]),
    }


def findings_in_form(wanted: Mapping[str, Any], loaded: LoadedCase, as_of: date) -> list[Problem]:
    """Return the findings on a form with text fields of the sample's lengths, filled by its mapping."""
    form = Form()
    for name, length in wanted["lengths"].items():
        form.add(name, (60, 700, 260, 720), MaxLen=length)
    folder = loaded.json_file.folder
    (folder / "form.pdf").write_bytes(form.saved())
    (folder / "mapping.json").write_text(json.dumps(wanted["mapping"]), encoding="utf-8")
    packet = plan_packet(loaded.case, load_template_set("medical-stay"))
    [part] = [part for part in packet.attachments if part.attachment.form_mapping]
    request = make_request(folder, part.attachment.path)
    mapping = mapping_for(part.attachment, folder, request)
    assert mapping is not None
    filling = filling_for(mapping, part, loaded.case, as_of)
    paper = convert(with_form(request, filling.request()))
    assert paper.form is not None
    return form_findings(paper.form, filling, loaded.json_file, f"/attachments/{part.index}/form_mapping")


def place(problem: Problem) -> str:
    """Return the JSON pointer of a finding in the case, or the file name of one in the template set."""
    return Path(problem.file or "").name if problem.pointer is None else problem.pointer


def changed_set(folder: Path, content: Mapping[str, Any]) -> str:
    """Return the shipped set, or a copy with the changes of a sample and only the documents that it names."""
    if not {"packet", "templates"} & content.keys():
        return "medical-stay"
    shutil.copytree(MEDICAL_STAY, folder)
    packet = json.loads((folder / "packet.json").read_text(encoding="utf-8"))
    edits = {by_place(pointer, packet): value for pointer, value in content.get("packet", {}).items()}
    change(packet, {pointer: value for pointer, value in edits.items() if value is not None})
    gone = {pointer for pointer, value in edits.items() if value is None}
    change(packet, dict.fromkeys((pointer for pointer in gone if pointer.startswith("/official_list")), REMOVE))
    packet["contents"] = [
        entry
        for index, entry in enumerate(packet["contents"])
        if f"/contents/{index}" not in gone
        and entry.get("template") in content.get("templates", {entry.get("template"): {}})
    ]
    if "templates" in content:
        for row in packet["official_list"]:
            row.pop("document", None)
    (folder / "packet.json").write_text(json.dumps(packet, ensure_ascii=False), encoding="utf-8")
    for name, replacements in content.get("templates", {}).items():
        replace_in_docx(folder / name, replacements)
    return str(folder)


def by_place(pointer: str, packet: Mapping[str, Any]) -> str:
    """Return a pointer into packet.json with the index of an entry in place of its name."""
    _, table, *steps = pointer.split("/")
    if table not in {"contents", "official_list"}:
        return pointer
    names = [{entry.get("document"), entry.get("attachments"), entry.get("role")} for entry in packet[table]]
    [place] = [index for index, known in enumerate(names) if steps[0] in known]
    return "/".join(["", table, str(place), *steps[1:]])


def replace_in_docx(path: Path, replacements: Mapping[str, str]) -> None:
    """Replace text in the XML of a Word file. Fail if it does not occur."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for old, new in replacements.items():
        assert any(old.encode() in content for content in parts.values()), old
        parts = {name: content.replace(old.encode(), new.encode()) for name, content in parts.items()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def read_papers(case: Case, templates: TemplateSet, folder: Path, wanted: Mapping[str, Any]) -> dict[str, Paper]:
    """Create the attachment paper.pdf of a sample, and read it like any other."""
    if "picture" in wanted:
        (folder / "paper.png").write_bytes(make_picture("PNG", tuple(wanted["picture"])))
    else:
        (folder / "paper.pdf").write_bytes(make_paper(wanted))
    papers = {}
    for part in plan_packet(case, templates).attachments:
        looked_for = wanted_of(part, case, templates)
        request = structs.replace(make_request(folder, part.attachment.path), wanted=looked_for)
        papers[part.id] = convert(request)
        if "scan" in wanted and looked_for is not None:
            lines = [
                ReadLine(text, 1, (20, 10 * row, 190, 10 * row + 5), wanted.get("confidence", 1.0))
                for row, text in enumerate(wanted["scan"])
            ]
            papers[part.id] = replace(papers[part.id], notes=tuple(search_scan(lines, looked_for)))
    return papers


def make_paper(wanted: Mapping[str, Any]) -> bytes:
    """Return the PDF that a sample describes: one page with its features."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=tuple(wanted.get("size_points", (595, 842))))
        if "font" in wanted:
            font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
            font.BaseFont = pikepdf.Name(f"/{wanted['font']}")
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        if wanted.get("xfa"):
            pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=[])
        if wanted.get("script"):
            pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.beep()")
        if "text" in wanted:
            helvetica = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
            helvetica.BaseFont = pikepdf.Name.Helvetica
            page.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=helvetica))
            page.obj.Contents = pdf.make_stream(page_text(wanted["text"], 10))
        if "link" in wanted:
            add_link(pdf, wanted["link"])
        if "field" in wanted:
            add_field(pdf, "name", wanted["field"])
        if wanted.get("signed"):
            add_signature(pdf)
        lock = pikepdf.Encryption(user="", owner="secret") if wanted.get("restricted") else False
        content = saved(pdf, encryption=lock)
    return content.replace(b"startxref\n", b"startxref\n1") if wanted.get("broken") else content


@pytest.mark.parametrize("theme", sorted({file.parent.name.partition("-")[0] for file in FILES}))
def test_rules_fire_where_the_samples_say(theme: str, tmp_path: Path, subtests: pytest.Subtests) -> None:
    for file in (file for file in FILES if file.parent.name.startswith(f"{theme}-")):
        name = f"{file.parent.name}-{file.stem}"
        (tmp_path / name).mkdir()
        with subtests.test(name):
            assert_fires_where_it_says(sample(file), tmp_path / name)


def assert_fires_where_it_says(given: Sample, folder: Path) -> None:
    found = findings(given.edits, given.as_of, folder, given.content)
    places = [place(problem) for problem in found if problem.code == given.rule]
    assert Counter(places) == Counter(given.content["expect"])
    for problem in found:
        assert (problem.line is None) == (problem.column is None) == (problem.pointer is None)
        in_languages = [problem.in_language(language) for language in LANGUAGES]
        for text in (f"{problem.message} {problem.hint}" for problem in in_languages):
            assert not any(value in text for value in PERSONAL)
            assert "{detail}" not in text
        assert len({problem.message for problem in in_languages}) == len(LANGUAGES)


def test_samples_have_the_form_of_the_readme(subtests: pytest.Subtests) -> None:
    for file in FILES:
        with subtests.test(f"{file.parent.name}-{file.stem}"):
            given = sample(file)
            assert set(given.content) <= FIELDS
            assert set(given.content) >= {"why", "edits", "expect"}
            assert given.content["why"].strip()
            assert given.fires == bool(given.content["expect"])
            assert given.fires or file.name.startswith("silent-")


@pytest.mark.parametrize("kind", ["fires", "silent"])
def test_every_rule_has_samples_of_both_kinds(kind: str) -> None:
    assert {rule for rule in checked_rules() if not list((SAMPLES / rule).glob(f"{kind}-*.json"))} == set()


def test_every_folder_is_a_rule() -> None:
    assert {folder.name for folder in SAMPLES.iterdir() if folder.is_dir()} == set(checked_rules())


def test_every_file_is_a_sample() -> None:
    assert set(SAMPLES.rglob("*.*")) == {*FILES, SAMPLES / "README.md"}


def test_of_the_unchanged_example_there_are_only_notes(tmp_path: Path) -> None:
    found = {(problem.code, problem.severity) for problem in findings({}, AS_OF, tmp_path)}
    assert found == {(code, "info") for code in ("DOC-10", "TB-01", "VIS-01", "VIS-11")}


def test_a_sample_against_the_schema_is_found(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="YYYY-MM-DD"):
        findings({"/visa/filing_date": "07.12.2026"}, AS_OF, tmp_path)


def test_findings_come_in_the_order_of_the_catalogue(tmp_path: Path) -> None:
    edits = {"/visa/mission": "shanghai", "/visa/letter_date": "2026-12-08", "/patient/sex": "female"}
    of_plan = {rule.id for rule in checked_rules().values() if rule.theme == "papers"}
    found = [problem.code for problem in findings(edits, AS_OF, tmp_path) if problem.code not in of_plan]
    notes = ["DOC-10", "TB-01", "VIS-01", "VIS-11"]
    assert sorted(found) == sorted(["ID-03", "ID-05B", "LET-03", "VIS-07", *notes])
    assert sorted(found, key=list(checked_rules()).index) == found


def test_a_finding_has_place_and_source(tmp_path: Path) -> None:
    [problem] = [p for p in findings({"/visa/letter_date": "2026-12-08"}, AS_OF, tmp_path) if p.code == "LET-03"]
    entry = checked_rules()["LET-03"]
    assert (problem.source, problem.as_of, problem.severity) == (entry.source, entry.as_of, entry.severity)
    lines = (tmp_path / "case.json").read_text(encoding="utf-8").splitlines()
    assert problem.line is not None
    assert problem.column is not None
    assert lines[problem.line - 1][problem.column - 1 :].startswith('"2026-12-08"')
