"""Reports for tests: what a run would hand over, without building anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipeline.bundle.manifest_rows import BundleRow, PageMapRow
from pipeline.case.people import PersonName
from pipeline.errors import ExitCode, JsonPlace, Problem
from pipeline.language import Language
from pipeline.options import CheckOptions
from pipeline.publish.manifest import (
    EngineUsed,
    Inputs,
    Manifest,
    MissingPaperRow,
    OptionsUsed,
    RulesUsed,
    TemplateSetUsed,
)
from pipeline.resources import VERSION
from pipeline.run.published_packet import PublishedPacket
from pipeline.run.report.report_page import report_page
from pipeline.run.report.summary import ReportHeader, report_header
from pipeline.run.task import TaskResult
from pipeline.visa.rules.catalogue import checked_rules
from tests.support.cases import AS_OF

NAME = PersonName("王晓明", "WANG", "XIAOMING")
TITLES = ("提出書類一覧 / List of documents", "招へい理由書 / Letter of invitation", "旅券 / Passport")


def head(language: Language = "en", *, names: bool = False) -> ReportHeader:
    return report_header(CheckOptions(AS_OF), language, names=names)


def problem(code: str, pointer: str | None = "/patient") -> Problem:
    """A finding of a rule, told as the rules tell it; of other codes in fixed words."""
    rule = checked_rules().get(code)
    if rule is None:
        return Problem(code, "error", "this is not JSON", "mend the text", "secret-name.json", JsonPlace(pointer, 4, 2))
    told = {language: (words.message, words.hint) for language, words in rule.localised([]).items()}
    found = Problem(code, rule.severity, *told["en"], "secret-name.json", JsonPlace(pointer, 12, 7), translations=told)
    return replace(found, source=rule.source, as_of=rule.as_of)


def built(case_id: str, folder: Path, pages: int = 2, missing: int = 0) -> PublishedPacket:
    parts = tuple(
        PageMapRow(
            str(number), "document", None, title, number, 1 if number < 3 else pages, 1, None, unsigned=number == 2
        )
        for number, title in enumerate(TITLES, start=1)
    )
    bundle = BundleRow(
        kind="bundle",
        person="patient",
        path="bundle.pdf",
        sha256="0" * 64,
        bytes=1,
        pages=parts[-1].last_page,
        blank_pages=(),
        pdf_a=True,
        not_pdf_a=(),
        page_map=parts,
        volumes=(),
    )
    papers = (MissingPaperRow("イ", "photo", "patient"), MissingPaperRow("ア", "passport", "companion-1"))
    manifest = Manifest(
        manifest_version=1,
        visa_packet=VERSION,
        case_id=case_id,
        as_of=AS_OF,
        template_set=TemplateSetUsed("medical-stay", "0" * 64),
        engine=EngineUsed("typst", "0"),
        options=OptionsUsed(
            right_hand_pages=False,
            max_bytes=None,
            signature_fields=False,
            recipient_copy=False,
            no_documents=False,
            encrypted=False,
            letter_languages=("ja", "en"),
        ),
        inputs=Inputs("0" * 64, (), ()),
        state="incomplete" if missing else "ready_to_file",
        documents=(),
        missing=papers[:missing],
        versions={},
        rules=RulesUsed(AS_OF, "0" * 64),
        outputs=(),
        bundles=(bundle,),
        apart=("documents/09-patient-guide.pdf",),
        findings=(),
        sha256="0" * 64,
    )
    return PublishedPacket(folder / case_id, manifest, ())


def run(count: int, out: Path) -> Iterator[TaskResult]:
    """So many cases: of ten, one fails by a rule; the hundredth is no case at all; every third is unchanged."""
    for number in range(1, count + 1):
        name, case_id = f"cases/secret-name-{number}.json", f"case-{number:05}"
        if number % 100 == 0:
            yield TaskResult(name, "failed", ExitCode.CASE, None, None, (problem("json-syntax", None),), 0.01)
        elif number % 10 == 7:
            found = (problem("VIS-01", "/treatment/visits"), problem("ID-03", "/patient/passport/mrz"))
            yield TaskResult(name, "failed", ExitCode.CASE, case_id, None, found, 0.1, NAME)
        else:
            found = (problem("VIS-01", "/treatment/visits"), *((problem("ID-01"),) if number % 5 == 0 else ()))
            packet = built(case_id, out, pages=2 + number % 7, missing=number % 3)
            yield TaskResult(name, "built" if number % 3 else "current", ExitCode.OK, case_id, packet, found, 0.5, NAME)


def write(out: Path, count: int, language: Language = "en", *, names: bool = False) -> Path:
    """The page of a run over so many cases."""
    out.mkdir(parents=True, exist_ok=True)
    with report_page(head(language, names=names), out) as page:
        for done in run(count, out):
            page.add(done)
        return page.publish()
